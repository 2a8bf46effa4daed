//! Whether a domain that no customer of ours has is nearly one that a customer has: then it may be misspelt, and who is
//! invited and bought for would be somebody else. Numbers are never mistaken for each other.

use super::{Diff, Presence, Sides};
use crate::desired::{Customer, Identity};
use crate::diag::{Code, Finding};
use crate::ledger::LiveId;
use crate::model::Address;
use crate::observed::{self, Facet};

/// What stands against inviting a customer by its domain. Beside a customer that is declared it is only told: whoever
/// wrote both means two.
pub(super) fn invitation(sides: Sides<'_>, diff: &mut Diff<'_>, customer: &Customer) -> Presence {
    let Identity::Domain(domain) = &customer.identity else { return Presence::ToInvite };
    let Facet::Known(list) = sides.look.customers() else { return Presence::ToInvite };
    let near = |it: &&observed::Customer| is_near(domain, &it.domain);
    let mut declared = None;
    for other in list.values().filter(near) {
        match declares(sides, other) {
            None => return Presence::Gone(misspelt(customer, domain, other)),
            Some(address) => declared = Some((address, other)),
        }
    }
    if let Some((address, other)) = declared {
        let message = format!(
            "customer `{}` means `{domain}`, which none of our customers has; `{address}` has `{}`",
            customer.key, other.domain
        );
        let finding = Finding::warning(Code::DomainNear, customer.at, message);
        let help = "if it is the same company, keep one document; else the invitation is right as it stands";
        diff.findings.push(finding.about(Address::Customer(customer.key.clone())).help(help));
    }
    Presence::ToInvite
}

fn misspelt(customer: &Customer, domain: &str, other: &observed::Customer) -> Finding {
    let message = format!(
        "customer `{}` means `{domain}`, which none of our customers has; `{}` ({}) is one",
        customer.key, other.domain, other.id
    );
    Finding::error(Code::DomainNear, customer.at, message).help(format!(
        "if that is meant, write `tenantId: {}`; if another company is, declare that one too (`twotier import` does)",
        other.id
    ))
}

/// The document of a customer that is there, if it has one.
fn declares(sides: Sides<'_>, other: &observed::Customer) -> Option<Address> {
    let learned = |address: &Address| match super::bind::ledger_binding(sides, address) {
        Some(LiveId::Customer(id)) => id == other.id,
        Some(LiveId::Reseller(_) | LiveId::Subscription(..)) | None => false,
    };
    let means = |customer: &&Customer| match &customer.identity {
        Identity::Id(id) => *id == other.id,
        Identity::Domain(domain) => **domain == *other.domain || learned(&Address::Customer(customer.key.clone())),
    };
    sides.desired.customers.values().find(means).map(|customer| Address::Customer(customer.key.clone()))
}

/// The shortest name in which a slip of the hand is told from another name.
const SHORTEST: usize = 5;

/// One slip of the hand apart, two in long names; or the same name under another ending.
fn is_near(written: &str, there: &str) -> bool {
    let (written, there) = (written.to_lowercase(), there.to_lowercase());
    let name = |domain: &'_ str| domain.split('.').next().unwrap_or_default().to_owned();
    let (ours, theirs) = (name(&written), name(&there));
    if written == there || ours.chars().count() < SHORTEST {
        return false;
    }
    let slips = if ours.len() >= 2 * SHORTEST { 2 } else { 1 };
    if ours.len().abs_diff(theirs.len()) > slips || !digits(&ours).eq(digits(&theirs)) {
        return false;
    }
    strsim::damerau_levenshtein(&ours, &theirs) <= slips
}

fn digits(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_number_or_name_is_not() {
        let shown = "contoso.onmicrosoft.com";
        for near in ["contosso.onmicrosoft.com", "cnotoso.onmicrosoft.com", "Contoso.com", "contos.onmicrosoft.com"] {
            assert!(is_near(near, shown), "{near}");
        }
        for other in ["contoso.onmicrosoft.com", "contoso2.onmicrosoft.com", "fabrikam.onmicrosoft.com", "cont.com"] {
            assert!(!is_near(other, shown), "{other}");
        }
        assert!(!is_near("school-01.onmicrosoft.com", "school-02.onmicrosoft.com"));
        assert!(is_near("fourthcofeee.onmicrosoft.com", "fourthcoffee.onmicrosoft.com"));
    }
}
