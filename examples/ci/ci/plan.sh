#!/usr/bin/env bash
# Plans, and says what came of it in one comment of the pull request PR, which is for the commit HEAD_SHA.
# Leaves plan.json, which the workflow keeps as the approved plan. Writes nothing into the project, where a link may lie.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

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
    cat plan.md
} >comment.md
put_comment "$PR" '<!-- twotier-plan ' comment.md
exit "$verdict"
