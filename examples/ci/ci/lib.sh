# What the steps share. Needs `gh` with GH_TOKEN, and GITHUB_REPOSITORY. `twotier` can be named by TWOTIER.
set -euo pipefail
twotier=${TWOTIER:-twotier}

# Where the whole is: the log and the files of this job.
run_link() { echo "${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/actions/runs/${GITHUB_RUN_ID:-0}"; }

# Prints a file that holds words of the tenant: no line of it is a command to the runner, which nobody can end but us.
print_file() {
    local word
    word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "::stop-commands::$word"
    cat "$1"
    echo "::$word::"
}

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
