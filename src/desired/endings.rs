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

#[cfg(test)]
mod tests {
    use super::super::Ensure;
    use super::super::tests::{check, meant};
    use crate::model::StepName;

    /// An ended partnership `old`; `change` is put in place of a part of it.
    fn ended(from: &str, to: &str) -> String {
        let whole = "Partnership old {reseller: {displayName: O, partnerIds: [\"4833333\"], country: HU, contact: {email: a@o.example}}, ensure: ended, \
            ending: {reason: r, decidedBy: b, decidedOn: 2026-11-01, effectiveOn: 2026-12-01, \
            declaration: {goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: b, on: 2026-11-01}, \
            notices: {partner: {how: send}, customers: {how: send}}, transferTo: northwind, \
            leaveBehind: [{what: subscription/contoso/m365, reason: r}]}}";
        assert!(whole.contains(from), "{from}");
        whole.replace(from, to)
    }

    #[test]
    fn a_complete_ending_is_valid_and_not_planned_yet() {
        let desired = meant(&ended("northwind", "northwind"));
        let old = &desired.partnerships[&"old".parse().expect("a name")];
        assert_eq!(old.ensure, Ensure::Ended);
        assert_eq!(desired.not_built.len(), 1);
        assert_eq!(desired.not_built[0].step, StepName::EndPartnership);
        assert_eq!(desired.not_built[0].at, old.ensure_at);
    }

    #[test]
    fn ensure_and_ending_go_together() {
        check(
            &ended("ensure: ended", "ensure: active"),
            &[
                "TT0111 error at ending: partnership `old` has an `ending`, but `ensure` is `active`; help: write `ensure: ended` to end it, or remove `ending`; also at active: `ensure` is here",
            ],
        );
        let without = ended("northwind", "northwind");
        let without = format!("{}}}", &without[..without.find(", ending").expect("an ending")]);
        check(&without, &["TT0203 error at ended: partnership `old` is to end, but has no `ending`"]);
    }

    #[test]
    fn the_declaration_is_whole() {
        check(
            &ended(
                "goodFaith: true, legitimateBusinessPurpose: true",
                "goodFaith: true, legitimateBusinessPurpose: false",
            ),
            &["TT0203 error at false: the declaration of `old` does not say `legitimateBusinessPurpose`"],
        );
    }

    #[test]
    fn notices_say_what_was_done() {
        check(
            &ended("partner: {how: send}", "partner: {how: sent, on: 2026-11-02}"),
            &["TT0203 error at sent: the notice to `partner` is `sent`, but has no `evidence`"],
        );
        check(
            &ended("customers: {how: send}", "customers: {how: notRequired}"),
            &["TT0203 error at notRequired: the notice to `customers` is `notRequired`, but has no `reason`"],
        );
        check(&ended("customers: {how: send}", "customers: {how: notRequired, reason: none are left}"), &[]);
    }

    #[test]
    fn dates_follow_each_other() {
        check(
            &ended("effectiveOn: 2026-12-01", "effectiveOn: 2026-10-01, invitationsUntil: 2026-10-02"),
            &[
                "TT0211 error at 2026-10-01: `effectiveOn` 2026-10-01 lies before `decidedOn` 2026-11-01",
                "TT0211 error at 2026-10-02: `invitationsUntil` 2026-10-02 lies before `decidedOn` 2026-11-01",
            ],
        );
    }

    #[test]
    fn somebody_who_stays_takes_over() {
        check(
            &ended("northwind", "northwinds"),
            &[
                "TT0102 error at northwinds: the ending of partnership `old` transfers to `northwinds`, which no manifest declares; help: did you mean `northwind`?",
            ],
        );
        check(&ended("northwind", "old"), &["TT0202 error at old: partnership `old` would transfer to itself"]);
        let other = ended("Partnership old", "Partnership older").replace("4833333", "4844444");
        check(
            &format!("{}\n{other}", ended("northwind", "older")),
            &[
                "TT0202 error at older: partnership `old` would transfer to `older`, which is to end too; help: name a partnership that stays; also at ended: ended here",
            ],
        );
    }

    #[test]
    fn every_use_of_an_ended_partnership_is_named() {
        let uses = "\
Customer contoso {tenantId: %c1, reseller: old, otherResellers: [old], supportContact: old, subscriptions: {a: {subscriptionId: %s1, partnerOfRecord: old}, b: {subscriptionId: %s2}}}
AzureAccess stays {customer: contoso, reseller: old, principal: %g1, scope: /subscriptions/%s9, role: Owner, ensure: present}
AzureAccess goes {customer: contoso, reseller: old, principal: %g1, scope: /subscriptions/%s9, role: Owner, ensure: absent}
ResellerAssociation west {reseller: old, customers: [{tenantId: %c2}]}
SupportDelegation two {supportContact: old, customers: [contoso], subscriptions: [a]}
";
        let found = |who: &str| {
            format!(
                "TT0202 error at old: {who} `old`, whose partnership is to end; help: move it to `northwind`, which takes over; also at ended: ended here"
            )
        };
        let wanted = [
            found("customer `contoso` names reseller"),
            "TT0200 error at old: customer `contoso` and reseller `old` are related twice".to_owned(),
            found("customer `contoso` names reseller"),
            found("customer `contoso` names support contact"),
            found("subscription `a` names partner of record"),
            found("access `stays` names reseller"),
            found("association `west` names reseller"),
            found("delegation `two` names support contact"),
        ];
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        check(&format!("{}\n{uses}", ended("northwind", "northwind")), &wanted);
    }
}
