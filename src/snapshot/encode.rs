//! Observations as lines: the read that was made, then what it told. Never leaves out a read.

use super::wire::question::Question;
use super::wire::{self, Form, Line};
use crate::model::{BillingCycle, CartId, CustomerId, Renewal, TenantId, Term};
use crate::observed::{self, AddressCheck, CartFate, Facet, PartnerCheck, ResellerStatus, Told};
use smol_str::SmolStr;
use std::io;

/// Takes lines one by one.
pub(super) type Out<'a> = dyn FnMut(Line) -> io::Result<()> + 'a;

/// Every line of a read, in order.
pub(super) fn lines(told: &Told<'_>, out: &mut Out<'_>) -> io::Result<()> {
    let read = || Question::from(told.read());
    match told {
        Told::Relationships(facet) => listed(read, facet, |list| list.values().map(relationship), out),
        Told::Customers(facet) | Told::CustomersOf(_, facet) => {
            listed(read, facet, |list| list.values().map(customer), out)
        }
        Told::ResellersOf(of, facet) => listed(read, facet, |list| list.iter().map(|id| reseller(*of, *id)), out),
        Told::Subscriptions(of, facet) => {
            listed(read, facet, |list| list.iter().map(|s| Line::Subscription(subscription(*of, s))), out)
        }
        Told::Subscription(of, _, facet) => out(line(read, facet, |known| detail(*of, known))),
        Told::SupportContact(customer, subscription_id, facet) => out(line(read, facet, |known| {
            Line::SupportContact(wire::SupportContact {
                customer: *customer,
                subscription_id: *subscription_id,
                tenant_id: known.tenant,
                partner_id: known.partner.clone(),
            })
        })),
        Told::Agreement(customer, facet) => {
            out(line(read, facet, |signed| Line::Agreement(wire::Agreement { customer: *customer, signed: **signed })))
        }
        Told::AccountReview(customer, facet) => out(line(read, facet, |review| {
            Line::AccountReview(wire::AccountReview { customer: *customer, review: **review })
        })),
        Told::Country(customer, facet) => out(line(read, facet, |country| {
            Line::Country(wire::Country { customer: *customer, country: (*country).clone() })
        })),
        Told::Domain(domain, facet) => {
            out(line(read, facet, |taken| Line::Domain(wire::Domain { domain: (*domain).clone(), taken: **taken })))
        }
        Told::PostalAddress(address, facet) => out(line(read, facet, |check| {
            let fails = match check {
                AddressCheck::Passes => None,
                AddressCheck::Fails(text) => Some(text.clone()),
            };
            Line::PostalAddress(Box::new(wire::PostalAddress { address: (*address).clone().into(), fails }))
        })),
        Told::Offer(offer, facet) => out(line(read, facet, |sold| {
            let form =
                |(term, billing_cycle): &(Term, BillingCycle)| Form { term: *term, billing_cycle: *billing_cycle };
            let forms = sold.forms.iter().map(form).collect();
            let (offer, title) = ((*offer).clone().into(), sold.title.clone());
            Line::Offer(wire::Availabilities { offer, availabilities: sold.ways, forms, title })
        })),
        Told::PartnerId(id, facet) => out(line(read, facet, |check| {
            let invalid = match check {
                PartnerCheck::Valid => None,
                PartnerCheck::Invalid(text) => Some(text.clone()),
            };
            Line::PartnerId(wire::PartnerCheck { partner_id: (*id).clone(), invalid })
        })),
        Told::PartnerProfile(id, facet) => out(line(read, facet, |name| {
            Line::PartnerProfile(wire::PartnerProfile { partner_id: (*id).clone(), name: (*name).clone() })
        })),
        Told::ResellerByTenant(_, facet) | Told::ResellerByPartnerId(_, facet) => {
            out(line(read, facet, |status| Line::ResellerStatus(reseller_status(read(), status))))
        }
        Told::InvitationLink(reseller, facet) => out(line(read, facet, |link| {
            Line::InvitationLink(wire::InvitationLink { reseller: *reseller, link: (*link).clone() })
        })),
        Told::Cart(customer, id, facet) => out(line(read, facet, |fate| cart(*customer, (*id).clone(), fate))),
    }
}

/// How the read ended, as its header's coverage counts it.
pub(super) fn count(told: &Told<'_>, coverage: &mut wire::Coverage) {
    fn ended<T>(facet: &Facet<T>, coverage: &mut wire::Coverage) {
        let counter = match facet {
            Facet::Known(_) => &mut coverage.known,
            Facet::Absent => &mut coverage.absent,
            Facet::Unknown(_) => &mut coverage.unknown,
        };
        *counter += 1;
    }
    match told {
        Told::Relationships(facet) => ended(facet, coverage),
        Told::Customers(facet) | Told::CustomersOf(_, facet) => ended(facet, coverage),
        Told::ResellersOf(_, facet) => ended(facet, coverage),
        Told::Subscriptions(_, facet) => ended(facet, coverage),
        Told::Subscription(_, _, facet) => ended(facet, coverage),
        Told::SupportContact(_, _, facet) => ended(facet, coverage),
        Told::Agreement(_, facet) | Told::Domain(_, facet) => ended(facet, coverage),
        Told::AccountReview(_, facet) => ended(facet, coverage),
        Told::Country(_, facet) => ended(facet, coverage),
        Told::PostalAddress(_, facet) => ended(facet, coverage),
        Told::Offer(_, facet) => ended(facet, coverage),
        Told::PartnerId(_, facet) => ended(facet, coverage),
        Told::PartnerProfile(_, facet) => ended(facet, coverage),
        Told::ResellerByTenant(_, facet) | Told::ResellerByPartnerId(_, facet) => ended(facet, coverage),
        Told::InvitationLink(_, facet) => ended(facet, coverage),
        Told::Cart(_, _, facet) => ended(facet, coverage),
    }
}

/// The facet's name in the header.
pub(super) fn facet_name(told: &Told<'_>) -> &'static str {
    match told {
        Told::Relationships(_) => "relationships",
        Told::Customers(_) => "customers",
        Told::CustomersOf(..) => "customersOf",
        Told::ResellersOf(..) => "resellersOf",
        Told::Subscriptions(..) => "subscriptions",
        Told::Subscription(..) => "subscription",
        Told::SupportContact(..) => "supportContact",
        Told::Agreement(..) => "agreement",
        Told::AccountReview(..) => "accountReview",
        Told::Country(..) => "country",
        Told::Domain(..) => "domain",
        Told::PostalAddress(..) => "postalAddress",
        Told::Offer(..) => "offer",
        Told::PartnerId(..) => "partnerId",
        Told::PartnerProfile(..) => "partnerProfile",
        Told::ResellerByTenant(..) => "resellerByTenant",
        Told::ResellerByPartnerId(..) => "resellerByPartnerId",
        Told::InvitationLink(..) => "invitationLink",
        Told::Cart(..) => "cart",
    }
}

/// One line: the answer, or that there is none.
fn line<T>(read: impl Fn() -> Question, facet: &Facet<T>, known: impl FnOnce(&T) -> Line) -> Line {
    match facet {
        Facet::Known(value) => known(value),
        Facet::Absent => Line::Absent(Box::new(read())),
        Facet::Unknown(why) => Line::Unknown(Box::new(wire::Unknown { of: read(), because: why.clone() })),
    }
}

/// A list, announced with its count, then its entries.
fn listed<'a, T, I>(
    read: impl Fn() -> Question,
    facet: &'a Facet<T>,
    entries: impl FnOnce(&'a T) -> I,
    out: &mut Out<'_>,
) -> io::Result<()>
where
    I: ExactSizeIterator<Item = Line>,
{
    let list = match facet {
        Facet::Known(list) => list,
        Facet::Absent => return out(Line::Absent(Box::new(read()))),
        Facet::Unknown(why) => {
            return out(Line::Unknown(Box::new(wire::Unknown { of: read(), because: why.clone() })));
        }
    };
    let mut entries = entries(list);
    let count = u32::try_from(entries.len()).map_err(|_| io::Error::other("a list of more than 2^32 entries"))?;
    out(Line::List(wire::List { of: read(), count }))?;
    entries.try_for_each(out)
}

fn relationship(entry: &observed::Relationship) -> Line {
    let observed::Relationship { tenant, name, partner_id, country, active } = entry.clone();
    Line::Relationship(wire::Relationship { tenant_id: tenant, name, partner_id, country, active })
}

fn customer(entry: &observed::Customer) -> Line {
    let observed::Customer { id, domain, company_name } = entry.clone();
    Line::Customer(wire::Customer { tenant_id: id, domain, company_name })
}

fn reseller(customer: CustomerId, tenant_id: TenantId) -> Line {
    Line::Reseller(wire::Reseller { customer, tenant_id })
}

fn subscription(customer: CustomerId, entry: &observed::Subscription) -> wire::Subscription {
    let scheduled_change = entry.would_lose();
    let auto_renew = matches!(entry.at_end, observed::AtEnd::Known(Renewal::Renew(_)));
    let before = wire::renewal::of_before(entry.commerce, auto_renew, scheduled_change.clone());
    let observed::Subscription {
        id,
        product,
        offer_name,
        friendly_name,
        commerce,
        partner_changeable,
        quantity,
        status,
        partner_of_record,
        term,
        billing_cycle,
        at_end,
        commitment_end,
        order,
    } = entry.clone();
    wire::Subscription {
        customer,
        subscription_id: id,
        product: product.map(Into::into),
        offer_name,
        friendly_name,
        commerce,
        partner_changeable,
        quantity,
        status,
        partner_of_record,
        term,
        billing_cycle,
        auto_renew,
        scheduled_change,
        at_end: (before != at_end).then(|| at_end.into()),
        commitment_end,
        order,
    }
}

fn detail(customer: CustomerId, detail: &observed::SubscriptionDetail) -> Line {
    let observed::SubscriptionDetail { subscription: entry, refundable, refundable_until } = detail;
    Line::Detail(Box::new(wire::Detail {
        subscription: subscription(customer, entry),
        refundable: *refundable,
        refundable_until: *refundable_until,
    }))
}

fn reseller_status(of: Question, status: &ResellerStatus) -> wire::ResellerStatus {
    let (status, text) = match status {
        ResellerStatus::Signed => (wire::SignedStatus::Signed, SmolStr::default()),
        ResellerStatus::NotSigned(text) => (wire::SignedStatus::NotSigned, text.clone()),
        ResellerStatus::OtherRegion(text) => (wire::SignedStatus::OtherRegion, text.clone()),
        ResellerStatus::NotFound(text) => (wire::SignedStatus::NotFound, text.clone()),
    };
    wire::ResellerStatus { of, status, text }
}

fn cart(customer: CustomerId, cart: CartId, fate: &CartFate) -> Line {
    let (order, subscription_id, one_of) = match fate.clone() {
        CartFate::Open => (None, None, Vec::new()),
        CartFate::Ordered { order, subscription } => (Some(order), subscription, Vec::new()),
        CartFate::OneOf(placed) => (None, None, placed),
    };
    let placed = |observed::Placed { order, subscription }| wire::Placed { order, subscription_id: subscription };
    let one_of = one_of.into_iter().map(placed).collect();
    Line::Cart(wire::Cart { customer, cart, order, subscription_id, one_of })
}
