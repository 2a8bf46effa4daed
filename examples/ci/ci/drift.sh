#!/usr/bin/env bash
# Looks for what changed in the tenant that no run did, and keeps one issue about it: opened, edited, closed. What could not be
# looked at says nothing of the tenant: the job fails, and the issue stays as it is. Before that it looks through the whole
# state: one that is damaged fails the job, too.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

muted "$twotier" -C "$project" state verify

code=0
muted into drift.txt "$twotier" -C "$project" drift --detailed-exitcode || code=$?
muted cat drift.txt
case $code in 0 | 2) ;; *) exit "$code" ;; esac
issue=$(gh issue list --label twotier-drift --state open --json number --jq '.[0].number // empty')
if [ "$code" = 0 ]; then
    [ -z "$issue" ] || gh issue close "$issue" --comment 'Nothing has drifted any more.'
    exit 0
fi
# Indented text is code in Markdown: nothing in it is markup, a link or a mention.
{
    printf 'What changed in the tenant that no run of twotier did. [Log](%s)\n\n' "$(run_link)"
    head -c 50000 drift.txt | sed 's/^/    /'
} >issue.md
if [ -n "$issue" ]; then
    gh issue edit "$issue" --body-file issue.md
else
    # The first time there is no label yet; one that is there stays as it is.
    gh label create twotier-drift --description 'What changed in the tenant that no run did' >/dev/null 2>&1 || true
    gh issue create --title 'The tenant has drifted' --label twotier-drift --body-file issue.md
fi
