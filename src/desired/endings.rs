//! The end of a partnership: whether everything a legal act needs is written. Never plans the end.

use super::acknowledgements::broken;
use super::draft::Draft;
use super::provider::later;
use super::{Ending, Ensure, LeftBehind, Notice, Relation, Support, Supporter};
use crate::diag::{At, Code, Finding};
use crate::manifest::Spanned;
use crate::manifest::document::{self, Declaration, NoticeHow, Notices, PartnershipState};
use crate::model::{Address, CustomerKey, Leaf, Name, SubscriptionKey};
use std::collections::BTreeMap;

/// Checks that `ensure` and `ending` fit each other, and takes the ending.
pub(super) fn check(
    draft: &mut Draft,
    name: &Name,
    ensure: &Spanned<PartnershipState>,
    ending: Option<Spanned<document::Ending>>,
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
            let resolved = self::ending(draft, name, ending);
            if let (Some(found), Some(resolved)) = (draft.find_partner(name), resolved) {
                draft.partners[found].resolved.ending = Some(Box::new(resolved));
            }
        }
    }
}

/// The ending; none when a notice of it is not whole.
fn ending(draft: &mut Draft, name: &Name, written: Spanned<document::Ending>) -> Option<Ending> {
    let Spanned { at, value } = written;
    dates(draft, &value);
    let document::Ending {
        reason,
        decided_by,
        decided_on,
        effective_on,
        contract,
        declaration,
        notices,
        transfer_to,
        invitations_until,
        leave_behind,
        search,
    } = value;
    self::declaration(draft, name, &declaration.value);
    let Notices { partner, customers } = notices.value;
    let partner_notice = notice(draft, "partner", partner.value);
    let customers_notice = notice(draft, "customers", customers.value);
    if let Some(to) = &transfer_to {
        transfer(draft, name, to);
    }
    let leave_behind = leave_behind.into_iter().filter_map(|left| left_behind(draft, left)).collect();
    let transfer_to = transfer_to.map(|to| to.value);
    let cause = Address::Partnership(name.clone());
    let contact = transfer_to.clone().map_or(Supporter::Provider, Supporter::Partnership);
    Some(Ending {
        at,
        reason: reason.value,
        decided_by: decided_by.value,
        decided_on: decided_on.value,
        effective_on: effective_on.map(|day| day.value),
        contract: contract.map(|contract| contract.value),
        declared_by: declaration.value.by.value,
        declared_on: declaration.value.on.value,
        partner_notice: partner_notice?,
        customers_notice: customers_notice?,
        support: Support { contact, cause: cause.clone(), at, on_drift: None },
        invitations: Relation { cause, at },
        transfer_to,
        invitations_until: invitations_until.map(|day| day.value),
        leave_behind,
        search: search.map(|search| search.value),
    })
}

fn dates(draft: &mut Draft, ending: &document::Ending) {
    let decided = &ending.decided_on;
    let follow = [("effectiveOn", &ending.effective_on), ("invitationsUntil", &ending.invitations_until)];
    for (field, day) in follow {
        if let Some(day) = day {
            later(draft, ("decidedOn", decided.value, decided.at), (field, day.value, day.at));
        }
    }
}

fn left_behind(draft: &mut Draft, left: document::LeftBehind) -> Option<(SubscriptionKey, LeftBehind)> {
    let document::LeftBehind { what, reason } = left;
    match what.parse::<Address>() {
        Ok(Address::Subscription(key)) => Some((key, LeftBehind { at: what.at, reason: reason.value })),
        Ok(
            Address::Provider(_)
            | Address::Partnership(_)
            | Address::Customer(_)
            | Address::ResellerAssociation(_)
            | Address::SupportDelegation(_)
            | Address::AzureAccess(_)
            | Address::Acknowledgement(_),
        ) => {
            let message = format!("`leaveBehind` names `{}`", what.value);
            let help = "only subscriptions are moved, so only they stay behind: `subscription/customer/name`, or \
                        `subscription/@customerId/subscriptionId`";
            draft.error(Code::BadValue, what.at, message, help);
            None
        }
        Err(error) => {
            let message = format!("`leaveBehind` names `{}`", what.value);
            draft.error(Code::BadValue, what.at, message, error.expected);
            None
        }
    }
}

/// Says which subscriptions that stay behind are named by names nobody declares. Those named by ids are looked for in
/// the tenant.
pub(super) fn check_left_behind(draft: &mut Draft, declared: &BTreeMap<Address, At>) {
    let mut found = Vec::new();
    for partner in &draft.partners {
        let Some(ending) = &partner.resolved.ending else { continue };
        for (key, left) in &ending.leave_behind {
            let named = match (&key.customer, &key.leaf) {
                (_, Leaf::Named(_)) => Address::Subscription(key.clone()),
                (CustomerKey::Named(_), Leaf::Id(_)) => Address::Customer(key.customer.clone()),
                (CustomerKey::Id(_) | CustomerKey::Domain(_), Leaf::Id(_)) => continue,
            };
            if !declared.contains_key(&named) && !broken(draft, &named) {
                let message = format!("`leaveBehind` names `subscription/{key}`, but no manifest declares `{named}`");
                let help = "name it by its ids: `subscription/@customerId/subscriptionId`";
                found.push(Finding::error(Code::DanglingReference, left.at, message).help(help));
            }
        }
    }
    draft.findings.append(&mut found);
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

/// The notice; none when it is not whole.
fn notice(draft: &mut Draft, audience: &str, written: document::Notice) -> Option<Notice> {
    let document::Notice { how, on, evidence, reason } = written;
    let mut missing = |field: &str, says: &str| {
        let message = format!("the notice to `{audience}` is `{says}`, but has no `{field}`");
        draft.error(Code::EndingIncomplete, how.at, message, format!("write `{field}`"));
    };
    match how.value {
        NoticeHow::Send => Some(Notice::Send),
        NoticeHow::Sent => {
            if on.is_none() {
                missing("on", "sent");
            }
            if evidence.is_none() {
                missing("evidence", "sent");
            }
            Some(Notice::Sent { on: on?.value, evidence: evidence?.value })
        }
        NoticeHow::NotRequired => {
            if reason.is_none() {
                missing("reason", "notRequired");
            }
            Some(Notice::NotRequired { reason: reason?.value })
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
    use super::super::tests::{check, meant};
    use super::super::{Ensure, Notice, Supporter};

    /// An ended partnership `old`; `change` is put in place of a part of it.
    fn ended(from: &str, to: &str) -> String {
        let whole = "Partnership old {reseller: {displayName: O, partnerIds: [\"4833333\"], country: HU, contact: {email: a@o.example}}, ensure: ended, \
            ending: {reason: r, decidedBy: b, decidedOn: 2026-11-01, effectiveOn: 2026-12-01, \
            declaration: {goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: b, on: 2026-11-01}, \
            notices: {partner: {how: send}, customers: {how: send}}, transferTo: northwind, \
            leaveBehind: [{what: subscription/@%c9/%s8, reason: r}]}}";
        assert!(whole.contains(from), "{from}");
        whole.replace(from, to)
    }

    #[test]
    fn a_complete_ending_is_valid() {
        let desired = meant(&ended("northwind", "northwind"));
        let old = &desired.partnerships[&"old".parse().expect("a name")];
        assert_eq!(old.ensure, Ensure::Ended);
        let ending = old.ending.as_ref().expect("an ending");
        assert_eq!(ending.partner_notice, Notice::Send);
        assert_eq!(ending.effective_on, "2026-12-01".parse().ok());
        assert_eq!(ending.support.contact, Supporter::Partnership("northwind".parse().expect("a name")));
        assert_eq!(ending.leave_behind.len(), 1);
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
        let wanted = [
            "TT0202 error at ended: partnership `old` is to end and is still named; \
             help: in 7 places: name `northwind`, which takes over; in many files at once: `twotier set customer --naming old reseller=northwind partnerOfRecord=northwind supportContact=northwind`; \
             also at old: customer `contoso` names reseller; also at old: customer `contoso` names reseller; \
             also at old: customer `contoso` names support contact; also at old: subscription `a` names partner of record; \
             also at old: access `stays` names reseller; also at old: association `west` names reseller; \
             also at old: delegation `two` names support contact",
            "TT0200 error at old: customer `contoso` and reseller `old` are related twice",
        ];
        check(&format!("{}\n{uses}", ended("northwind", "northwind")), &wanted);
    }

    #[test]
    fn what_stays_behind_is_a_subscription_that_is_known() {
        check(
            &ended("subscription/@%c9/%s8", "subscription/contoso/m365"),
            &[
                "TT0102 error at subscription/contoso/m365: `leaveBehind` names `subscription/contoso/m365`, but no manifest declares `subscription/contoso/m365`",
            ],
        );
        check(
            &ended("subscription/@%c9/%s8", "customer/contoso"),
            &["TT0107 error at customer/contoso: `leaveBehind` names `customer/contoso`"],
        );
    }
}
