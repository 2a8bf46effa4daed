#!/usr/bin/env bash
# Goes on with what was approved and waits: for an acceptance, a signature, a date. What nobody approved is left alone, and
# what was done on an approval is not done again. DONE names hand-offs that people did (`ID@DIGEST`, as in the text that was
# sent; several in one line), EVIDENCE where that can be seen: that is noted first. Leaves the texts of all that is open in the
# folder `handoffs`, which the workflow keeps for whoever sends them.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ -n "${DONE:-}" ]; then
    read -ra ids <<<"$DONE"
    for id in "${ids[@]}"; do
        if ! [[ $id =~ ^[0-9a-f]{10,64}(@[0-9a-f]{6,64})?$ ]]; then
            echo 'DONE holds something that is no ID@DIGEST of a hand-off: nothing was done' >&2
            exit 64
        fi
    done
    muted "$twotier" -C "$project" handoffs done "${ids[@]}" ${EVIDENCE:+--evidence "$EVIDENCE"}
fi

code=0
muted into go-on.md "$twotier" -C "$project" apply --waiting --format markdown --lock-wait 30m || code=$?
{
    printf '%s [Log](%s)\n\n' "$(ended "$code")" "$(run_link)"
    cat go-on.md
} >>"${GITHUB_STEP_SUMMARY:-summary.md}"
rm -rf handoffs
muted "$twotier" -C "$project" handoffs export --dir "$PWD/handoffs"
muted "$twotier" -C "$project" state verify --recent || true
exit "$code"
