#!/usr/bin/env bash
# Applies what the merged pull request PR approved: the plan whose id stands in its comment, for its last commit
# HEAD_SHA. approved/plan.json is that plan as the pull request's job kept it. What was planned since is not applied, and
# neither is a commit that nobody but its author approved, unless TWOTIER_REVIEWS is `branch-protection`: where its rules
# alone say who may merge.
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
gh api "repos/$GITHUB_REPOSITORY/issues/comments/$id" --jq .body >reviewed.md
head -n 1 reviewed.md | grep -qxF "<!-- twotier-plan $HEAD_SHA -->" ||
    refuse 'the plan in the comment is not of the last commit of this change.'
plan_id=$(tail -n 2 reviewed.md | sed -n 's/^Plan id `\([0-9a-f]\{64\}\)`$/\1/p')
[ -n "$plan_id" ] || refuse 'the comment holds no plan.'

# With GitHub's defaults an approval outlives later pushes, so it is asked for this very commit.
case ${TWOTIER_REVIEWS:-commit} in
commit)
    asked=0
    approved "$PR" "$HEAD_SHA" || asked=$?
    case $asked in
    0) ;;
    1) refuse 'nobody but its author approved the last commit of this change; an approval of an earlier one, or one that was taken back, does not count. Let somebody who read the plan above approve the change as it stands, then run this job again.' ;;
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

consent=(--plan-id "$plan_id")
if [ -f approved/plan.json ]; then
    kept=$(sed -n 's/^  "planId": "\([0-9a-f]\{64\}\)",$/\1/p' approved/plan.json)
    [ "$kept" = "$plan_id" ] || refuse 'the plan that was kept is not the one in the comment.'
    consent=("$PWD/approved/plan.json")
fi

code=0
muted into apply.md "$twotier" -C "$project" apply --format markdown --lock-wait 30m "${consent[@]}" || code=$?
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
