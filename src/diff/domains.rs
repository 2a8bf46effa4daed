//! A document that names its customer by a domain, and the customer that earlier runs bound it to: whether they are still
//! one. Never goes on with the former one where the document was pointed at another, and never guesses at a third.

use super::bind::by_id;
use super::{Diff, Presence, Sides, unknown};
use crate::desired::Customer;
use crate::diag::{Code, Finding};
use crate::model::CustomerId;
use crate::observed::{self, Facet};

/// Where a customer stands that was bound, and is declared by a domain.
pub(super) fn bound(
    sides: Sides<'_>,
    diff: &Diff<'_>,
    customer: &Customer,
    (domain, id): (&str, CustomerId),
) -> Presence {
    let presence = by_id(sides, diff, customer, id);
    let Presence::Live(id) = presence else { return presence };
    match diff.domains.get(domain) {
        Some(found) if *found == id => Presence::Live(id),
        // The document was pointed at another one of ours: that is what it means now, and it is told as every changed id.
        Some(other) if customer.create.is_none() => Presence::Live(*other),
        Some(_) | None => elsewhere(sides, customer, (domain, id)),
    }
}

/// No list that was read shows the declared domain at the customer that was bound.
fn elsewhere(sides: Sides<'_>, customer: &Customer, (domain, id): (&str, CustomerId)) -> Presence {
    let there = match sides.look.customer(id) {
        Facet::Known(there) if there.domain.is_empty() || there.domain == domain => return Presence::Live(id),
        Facet::Known(there) => there,
        Facet::Absent => return Presence::Live(id),
        Facet::Unknown(why) => return Presence::Unknown(unknown("the list of customers", &why)),
    };
    // Whose domain it is now, if it is one of ours, is in the whole list alone.
    match sides.look.customers() {
        Facet::Known(_) | Facet::Absent => Presence::Unknown(another(customer, domain, there)),
        Facet::Unknown(why) => Presence::Unknown(unknown("the list of customers", &why)),
    }
}

fn another(customer: &Customer, domain: &str, there: &observed::Customer) -> Finding {
    let (id, key) = (there.id, &customer.key);
    let message = format!(
        "customer `{key}` means `{domain}`, and earlier runs knew it as `{}` ({id}), whose domain is `{}`",
        there.company_name, there.domain
    );
    let at = customer.create.as_ref().map_or(customer.at, |create| create.at);
    Finding::error(Code::OtherDomain, at, message).help(format!(
        "write `tenantId: {id}`{} if that one is meant; another customer needs a document with a name of its own, so that \
         nothing of the one is done to the other",
        if customer.create.is_some() { " beside `create`, or its domain again," } else { ", or its domain as it is now," }
    ))
}
