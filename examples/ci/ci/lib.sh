# What the steps share. Needs `gh` with GH_TOKEN, and GITHUB_REPOSITORY. `twotier` can be named by TWOTIER.
set -euo pipefail
twotier=${TWOTIER:-twotier}
# The folder of the project: in the job of a pull request, where its content was checked out.
project=${PROJECT:-.}

# A variable of the repository that is missing arrives empty, and then the state that the change itself names would be used.
if [ "${TWOTIER_STATE-unset}" = "" ]; then
    echo "TWOTIER_STATE is empty: set the variable of the repository to the folder of the one state" >&2
    exit 1
fi

# Without it one further up would be found, and the comment would be of another project.
if [ ! -f "$project/twotier.yaml" ]; then
    echo "there is no twotier.yaml in $project" >&2
    exit 1
fi

# Where the whole is: the log and the files of this job.
run_link() { echo "${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/actions/runs/${GITHUB_RUN_ID:-0}"; }

# Runs a command that says words of manifests or tenant: nothing of what it prints, nor of what it complains about, is a
# command to the runner, and nobody can end that but us.
muted() {
    local word code=0
    word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "::stop-commands::$word"
    patient "$@" 2>&1 || code=$?
    printf '\n::%s::\n' "$word"
    return "$code"
}

# Runs a command that learns when the job is cancelled, which the runner tells nobody but us, and waits until it has
# settled what was in flight. Said once: a second word would give it seconds.
told=''
patient() {
    local pid='' code=127 ended
    [ -n "$told" ] ||
        trap 'told=yes; heard=yes; trap "" INT TERM HUP; [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null || true' \
            INT TERM HUP
    "$@" &
    pid=$!
    [ -z "$told" ] || kill -TERM "$pid" 2>/dev/null || true
    # A wait that a signal ended says nothing of how the command ended, even if that has ended by now: it is waited for again.
    # One that was waited for already is not known any more.
    while :; do
        heard='' ended=0
        wait "$pid" || ended=$?
        [ "$ended" = 127 ] || code=$ended
        [ -n "$heard" ] || break
    done
    # Once told, what is left is to say how it ended.
    [ -n "$told" ] || trap - INT TERM HUP
    return "$code"
}

# The same of a command whose output goes to a file: muted into FILE COMMAND...
into() {
    local file=$1
    shift
    # In place of the shell that `patient` made, so that what it says reaches the command.
    exec "$@" >"$file"
}

# How a run ended, by its exit code: ended CODE
ended() {
    case $1 in
    0) echo 'Done, as far as it can be done now.' ;;
    4) echo '**Nothing was applied: the tenant moved since this was approved, something stands against all of it, it is a plan of other manifests, or a newer plan was applied since. Plan again and review.**' ;;
    5) echo '**Nothing was applied: a limit, a missing acknowledgement or a freeze stands against it.**' ;;
    6) echo '**Nothing was applied: nobody is signed in, or without the role that is needed.**' ;;
    8) echo '**Not everything was applied: a step failed, is blocked, stale, was not approved, or its outcome is not known.**' ;;
    9) echo '**Nothing was applied: another run holds the lease. Run this job again.**' ;;
    130) echo '**It was interrupted; run this job again, it goes on where it stopped.**' ;;
    *) echo "**It failed (exit $1). The log says why.**" ;;
    esac
}

# Whether somebody who may write here, and neither opened the change nor made this commit, approved just this commit of it
# since a time, and nobody who may is against it: approved NUMBER COMMIT SINCE. Ends with 1 where that is not so, with 2 where it
# could not be asked. Of each reviewer the last word counts that is more than a comment, and of people only: a workflow can approve, too, and
# so can whoever may read the repository.
approved() {
    local author makers reviews name word may found=1
    author=$(gh api "repos/$GITHUB_REPOSITORY/pulls/$1" --jq '.user.login // empty') || return 2
    makers=$(gh api "repos/$GITHUB_REPOSITORY/commits/$2" --jq '"\(.author.login // "") \(.committer.login // "")"') || return 2
    reviews=$(gh api --paginate "repos/$GITHUB_REPOSITORY/pulls/$1/reviews" \
        --jq '.[] | "\(.user.login) \(.user.type) \(.state) \(.commit_id) \(.submitted_at)"') || return 2
    [ -n "$author" ] && [ -n "$makers" ] || return 2
    while read -r word name; do
        may=$(gh api "repos/$GITHUB_REPOSITORY/collaborators/$name/permission" --jq .permission) || return 2
        case $word-$may in
        for-admin | for-write) found=0 ;;
        against-admin | against-write) return 1 ;;
        esac
    done < <(awk -v made=" $author $makers " -v commit="$2" -v since="$3" '
        index(made, " " $1 " ") || $2 != "User" { next }
        $3 == "APPROVED" || $3 == "CHANGES_REQUESTED" || $3 == "DISMISSED" { last[$1] = $3; of[$1] = $4; at[$1] = $5 }
        END {
            for (who in last)
                if (last[who] == "CHANGES_REQUESTED") print "against", who
                else if (last[who] == "APPROVED" && of[who] == commit && at[who] >= since) print "for", who
        }' <<<"$reviews")
    return "$found"
}

# A text as it is compared: without what the forge may make otherwise of it, the ends of lines and of the whole.
plain() { sed 's/[[:space:]]*$//' "$1"; }

# The id of our own comment that begins with the marker, if there is one: find_comment NUMBER MARKER
find_comment() {
    gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$1/comments" \
        --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$2\"))) | .id" | tail -n 1
}

# One comment, edited and never added to: put_comment NUMBER MARKER FILE
put_comment() {
    local id
    id=$(find_comment "$1" "$2")
    if [ -n "$id" ]; then
        gh api --silent -X PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$3"
    else
        gh api --silent "repos/$GITHUB_REPOSITORY/issues/$1/comments" -F "body=@$3"
    fi
}
