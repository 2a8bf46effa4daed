#!/usr/bin/env bash
# Applies what the merged pull request PR approved: the plan whose id stands in its comment, for its last commit
# HEAD_SHA. approved holds that plan and the comment as the pull request's job kept them. What was planned since is not applied,
# and neither is what nobody but its author approved as it stands there, unless TWOTIER_REVIEWS is `branch-protection`: where
# its rules alone say who may merge.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ -z "${PR:-}" ]; then
    echo 'This commit came by no pull request that somebody could have approved: nothing was applied.'
    exit 4
fi

refuse() {
    printf '<!-- twotier-apply -->\n### twotier apply\n\n**Nothing was applied: %s** [Log](%s)\n' "$1" "$(run_link)" >comment.md
    put_comment "$PR" '<!-- twotier-apply' comment.md
    exit 4
}

id=$(find_comment "$PR" '<!-- twotier-plan ')
[ -n "$id" ] || refuse 'this change has no plan that somebody could have approved.'
gh api "repos/$GITHUB_REPOSITORY/issues/comments/$id" --jq '.updated_at, .body' >told.txt
written=$(head -n 1 told.txt)
tail -n +2 told.txt >reviewed.md
head -n 1 reviewed.md | grep -qxF "<!-- twotier-plan $HEAD_SHA -->" ||
    refuse 'the plan in the comment is not of the last commit of this change.'
plan_id=$(tail -n 2 reviewed.md | sed -n 's/^Plan id `\([0-9a-f]\{64\}\)`$/\1/p')
[ -n "$plan_id" ] || refuse 'the comment holds no plan.'

# Whoever may write here can edit a comment of ours, so its words are those that were kept, too.
[ -f approved/plan.json ] && [ -f approved/comment.md ] ||
    refuse 'the plan of this change is kept no more, so that nobody can tell whether the comment says the same. Plan it with the next change.'
kept=$(sed -n 's/^  "planId": "\([0-9a-f]\{64\}\)",$/\1/p' approved/plan.json)
[ "$kept" = "$plan_id" ] || refuse 'the plan that was kept is not the one in the comment.'
[ "$(plain reviewed.md)" = "$(plain approved/comment.md)" ] ||
    refuse 'the comment does not say what was planned: somebody edited it. Plan it with the next change.'

# With GitHub's defaults an approval outlives later pushes, and a job that is run again plans anew: it is asked for this very
# commit, and given after the comment stood there.
case ${TWOTIER_REVIEWS:-commit} in
commit)
    asked=0
    approved "$PR" "$HEAD_SHA" "$written" || asked=$?
    case $asked in
    0) ;;
    1) refuse 'it wants the approval of somebody who may write here, neither opened this change nor made its last commit, and read the plan above: of this very commit, since that plan stands there; and of those who may write nobody who requested changes. An approval of an earlier commit or plan, or one that was taken back, does not count. Let somebody approve the change as it stands, then run this job again.' ;;
    *)
        echo 'Who approved this commit could not be asked: nothing was applied. Run this job again.'
        exit 1
        ;;
    esac
    ;;
branch-protection) ;;
*)
    echo 'TWOTIER_REVIEWS is neither commit nor branch-protection: nothing was applied' >&2
    exit 64
    ;;
esac

code=0
muted into apply.md "$twotier" -C "$project" apply --format markdown --lock-wait 30m "$PWD/approved/plan.json" || code=$?
said=$(ended "$code")
if [ "$code" = 0 ] && grep -q '^\*\*Written, and not done\*\*' apply.md; then
    said='**Not everything that was merged could be done: what is blocked waits for somebody to mend it.**'
fi
{
    printf '<!-- twotier-apply -->\n%s [Log](%s)\n\n' "$said" "$(run_link)"
    cat apply.md
} >comment.md
put_comment "$PR" '<!-- twotier-apply' comment.md
# The log keeps the head of the state: `twotier state verify --head` tells later whether an older copy was restored.
# What lies before the last checkpoint is looked through every morning, by ci/drift.sh.
muted "$twotier" -C "$project" state verify --recent || true
exit "$code"
