//! The end of a partnership: whether everything a legal act needs is written. Never plans the end.

use super::Ensure;
use super::draft::Draft;
use super::provider::later;
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document::{Declaration, Ending, LeftBehind, Notice, NoticeHow, Notices, PartnershipState};
use crate::model::{Address, Name, StepName};

/// Checks that `ensure` and `ending` fit each other and that the ending is complete.
pub(super) fn check(
    draft: &mut Draft,
    name: &Name,
    ensure: &Spanned<PartnershipState>,
    ending: Option<Spanned<Ending>>,
) {
    match (ensure.value, ending) {
        (PartnershipState::Active, None) => {}
        (PartnershipState::Active, Some(ending)) => {
            let message = format!("partnership `{name}` has an `ending`, but `ensure` is `active`");
            let help = "write `ensure: ended` to end it, or remove `ending`";
            draft.clash(Code::EitherOr, ending.at, message, (help, ensure.at, "`ensure` is here"));
        }
        (PartnershipState::Ended, None) => {
            let message = format!("partnership `{name}` is to end, but has no `ending`");
            let help = "write `ending` with reason, decidedBy, decidedOn, declaration and notices";
            draft.error(Code::EndingIncomplete, ensure.at, message, help);
        }
        (PartnershipState::Ended, Some(ending)) => {
            self::ending(draft, name, ending.value);
            draft.not_built(Address::Partnership(name.clone()), ensure.at, StepName::EndPartnership);
        }
    }
}

fn ending(draft: &mut Draft, name: &Name, ending: Ending) {
    let Ending {
        reason: _,
        decided_by: _,
        decided_on,
        effective_on,
        contract: _,
        declaration,
        notices,
        transfer_to,
        invitations_until,
        leave_behind,
    } = ending;
    if let Some(effective) = effective_on {
        later(draft, ("decidedOn", decided_on.value, decided_on.at), ("effectiveOn", effective.value, effective.at));
    }
    if let Some(until) = invitations_until {
        later(draft, ("decidedOn", decided_on.value, decided_on.at), ("invitationsUntil", until.value, until.at));
    }
    self::declaration(draft, name, &declaration.value);
    let Notices { partner, customers } = notices.value;
    notice(draft, "partner", &partner);
    notice(draft, "customers", &customers);
    if let Some(to) = transfer_to {
        transfer(draft, name, &to);
    }
    for LeftBehind { what, reason: _ } in leave_behind {
        if let Err(error) = what.parse::<Address>() {
            let message = format!("`leaveBehind` names `{}`", what.value);
            draft.error(Code::BadValue, what.at, message, error.expected);
        }
    }
}

/// All four sentences must hold. Source: learn, indirect-provider-tasks.
fn declaration(draft: &mut Draft, name: &Name, declaration: &Declaration) {
    let Declaration {
        good_faith,
        legitimate_business_purpose,
        in_accordance_with_agreements,
        hold_microsoft_harmless,
        by: _,
        on: _,
    } = declaration;
    let sentences = [
        ("goodFaith", good_faith),
        ("legitimateBusinessPurpose", legitimate_business_purpose),
        ("inAccordanceWithAgreements", in_accordance_with_agreements),
        ("holdMicrosoftHarmless", hold_microsoft_harmless),
    ];
    for (field, holds) in sentences {
        if !holds.value {
            let message = format!("the declaration of `{name}` does not say `{field}`");
            let help =
                "a partnership ends only with all four sentences: write `true` when it is so, else keep it active";
            draft.error(Code::EndingIncomplete, holds.at, message, help);
        }
    }
}

fn notice(draft: &mut Draft, audience: &str, written: &Spanned<Notice>) {
    let Notice { how, on, evidence, reason } = &written.value;
    let mut missing = |field: &str, at: At, says: &str| {
        let message = format!("the notice to `{audience}` is `{says}`, but has no `{field}`");
        draft.error(Code::EndingIncomplete, at, message, format!("write `{field}`"));
    };
    match how.value {
        NoticeHow::Send => {}
        NoticeHow::Sent => {
            if on.is_none() {
                missing("on", how.at, "sent");
            }
            if evidence.is_none() {
                missing("evidence", how.at, "sent");
            }
        }
        NoticeHow::NotRequired => {
            if reason.is_none() {
                missing("reason", how.at, "notRequired");
            }
        }
    }
}

fn transfer(draft: &mut Draft, name: &Name, to: &Spanned<Name>) {
    if to.value == *name {
        let message = format!("partnership `{name}` would transfer to itself");
        draft.error(Code::EndedReseller, to.at, message, "name the partnership that takes over");
        return;
    }
    let found = draft.partner(to, to.at, format_args!("the ending of partnership `{name}` transfers to"));
    let Some(next) = found.map(|found| &draft.partners[found].resolved) else { return };
    match next.ensure {
        Ensure::Active => {}
        Ensure::Ended => {
            let message = format!("partnership `{name}` would transfer to `{}`, which is to end too", to.value);
            let mend = ("name a partnership that stays", next.ensure_at, "ended here");
            draft.clash(Code::EndedReseller, to.at, message, mend);
        }
    }
}
