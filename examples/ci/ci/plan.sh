#!/usr/bin/env bash
# Plans, and says what came of it in one comment of the pull request PR, which is for the commit HEAD_SHA.
# Leaves plan.json, which the workflow keeps as the approved plan. Writes nothing into the project, where a link may lie.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What of the change is neither manifest nor project file, and decides from its merge on: the scripts and the workflows. These
# here are those of the base branch. A name holds nothing but plain characters, whatever the change calls its files.
touched() {
    local base
    [ "$project" != . ] || return 0
    if ! base=$(git rev-parse HEAD) || ! git -C "$project" diff --name-only --no-renames -z "$base...HEAD" -- ci .github >touched.txt; then
        echo 'Whether this change touches `ci` or `.github` could not be told.'
        return
    fi
    tr '\n\0' '?\n' <touched.txt | tr -c 'A-Za-z0-9._/\n-' '?' | cut -c 1-80 | awk '
        NR <= 8 { names = names (NR > 1 ? ", " : "") "`" $0 "`" }
        END {
            more = NR > 8 ? " and " NR - 8 " more" : ""
            if (NR) print "**This change also touches what plans, approves and applies: " names more ". Read it as code: no plan shows what it does.**"
        }'
}

code=0
rm -f plan.json
muted "$twotier" -C "$project" plan --detailed-exitcode --out "$PWD/plan.json" --write "markdown=$PWD/plan.md" "$@" || code=$?
case $code in
0 | 2 | 7) verdict=0 ;;
3)
    verdict=3
    rm -f plan.json
    muted into plan.md "$twotier" -C "$project" validate --format markdown || true
    ;;
6)
    verdict=6
    rm -f plan.json
    printf '### twotier plan\n\n**No plan: nobody is signed in, or the sign-in was refused.** `twotier doctor` says what to mend.\n' >plan.md
    ;;
*)
    verdict=1
    # With a plan, and a text of it: nothing can be done, because something could not be read, and it says what.
    { [ -f plan.json ] && ! [ plan.json -nt plan.md ]; } ||
        printf '### twotier plan\n\n**No plan: it failed (exit %s).** The log says why.\n' "$code" >plan.md
    rm -f plan.json
    ;;
esac
{
    printf '<!-- twotier-plan %s -->\nFor %s. [Log and plan document](%s)\n\n' "$HEAD_SHA" "$HEAD_SHA" "$(run_link)"
    touched 2>/dev/null | sed 's/$/\n/'
    cat plan.md
} >comment.md
put_comment "$PR" '<!-- twotier-plan ' comment.md
exit "$verdict"
