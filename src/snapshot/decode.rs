//! Lines as observations. Each line becomes one piece; what the pieces mean together is not decided here.

use super::wire::fact::Fact;
use super::wire::{self, Form, Line, Trailer};
use crate::model::CustomerId;
use crate::model::operation::SupportContact;
use crate::observed::{self, AddressCheck, Answer, CartFate, PartnerCheck, Read, ResellerStatus, Sold, Why};

/// What one line says.
pub(super) enum Piece {
    Fact(Box<Fact>),
    /// A list of so many entries begins.
    List(Read, u32),
    Entry(Entry),
    Answer(Box<(Read, Result<Answer, Why>)>),
    Trailer(Trailer),
}

/// An entry of a list.
pub(super) enum Entry {
    Relationship(observed::Relationship),
    Customer(observed::Customer),
    Reseller(wire::Reseller),
    Subscription(CustomerId, observed::Subscription),
}

/// What a line says.
pub(super) fn piece(line: Line) -> Piece {
    match line {
        Line::Ledger(fact) => Piece::Fact(fact),
        Line::List(wire::List { of, count }) => Piece::List(of.into(), count),
        Line::Relationship(entry) => Piece::Entry(Entry::Relationship(relationship(entry))),
        Line::Customer(wire::Customer { tenant_id, domain, company_name }) => {
            Piece::Entry(Entry::Customer(observed::Customer { id: tenant_id, domain, company_name }))
        }
        Line::Reseller(reseller) => Piece::Entry(Entry::Reseller(reseller)),
        Line::Subscription(entry) => Piece::Entry(Entry::Subscription(entry.customer, subscription(entry))),
        Line::Trailer(trailer) => Piece::Trailer(trailer),
        Line::Absent(of) => answer((*of).into(), Answer::NotThere),
        Line::Unknown(unknown) => {
            let wire::Unknown { of, because } = *unknown;
            Piece::Answer(Box::new((of.into(), Err(because))))
        }
        Line::Detail(detail) => detailed(*detail),
        Line::SupportContact(wire::SupportContact { customer, subscription_id, tenant_id, partner_id }) => answer(
            Read::SupportContact(customer, subscription_id),
            Answer::SupportContact(SupportContact { tenant: tenant_id, partner: partner_id }),
        ),
        Line::Agreement(wire::Agreement { customer, signed }) => {
            answer(Read::Agreement(customer), Answer::Agreement(signed))
        }
        Line::AccountReview(wire::AccountReview { customer, review }) => {
            answer(Read::AccountReview(customer), Answer::AccountReview(review))
        }
        Line::Country(wire::Country { customer, country }) => answer(Read::Country(customer), Answer::Country(country)),
        Line::Domain(wire::Domain { domain, taken }) => answer(Read::Domain(domain), Answer::Domain(taken)),
        Line::PostalAddress(check) => {
            let wire::PostalAddress { address, fails } = *check;
            let check = fails.map_or(AddressCheck::Passes, AddressCheck::Fails);
            answer(Read::PostalAddress(Box::new(address.into())), Answer::PostalAddress(check))
        }
        Line::Offer(wire::Availabilities { offer, availabilities: ways, forms, title }) => {
            let forms = forms.into_iter().map(|Form { term, billing_cycle }| (term, billing_cycle)).collect();
            answer(Read::Offer(offer.into()), Answer::Offer(Sold { ways, forms, title }))
        }
        Line::PartnerProfile(wire::PartnerProfile { partner_id, name }) => {
            answer(Read::PartnerProfile(partner_id), Answer::PartnerProfile(name))
        }
        Line::PartnerId(wire::PartnerCheck { partner_id, invalid }) => {
            let check = invalid.map_or(PartnerCheck::Valid, PartnerCheck::Invalid);
            answer(Read::PartnerId(partner_id), Answer::PartnerId(check))
        }
        Line::ResellerStatus(status) => reseller_status(status),
        Line::InvitationLink(wire::InvitationLink { reseller, link }) => {
            answer(Read::InvitationLink(reseller), Answer::InvitationLink(link))
        }
        Line::Cart(wire::Cart { customer, cart, order, subscription_id, one_of }) => {
            let placed =
                |wire::Placed { order, subscription_id }| observed::Placed { order, subscription: subscription_id };
            let fate = match order {
                Some(order) => CartFate::Ordered { order, subscription: subscription_id },
                None if one_of.is_empty() => CartFate::Open,
                None => CartFate::OneOf(one_of.into_iter().map(placed).collect()),
            };
            answer(Read::Cart(customer, cart), Answer::Cart(fate))
        }
    }
}

fn answer(read: Read, answer: Answer) -> Piece {
    Piece::Answer(Box::new((read, Ok(answer))))
}

fn relationship(entry: wire::Relationship) -> observed::Relationship {
    let wire::Relationship { tenant_id, name, partner_id, country, active } = entry;
    observed::Relationship { tenant: tenant_id, name, partner_id, country, active }
}

fn subscription(entry: wire::Subscription) -> observed::Subscription {
    let wire::Subscription {
        customer: _,
        subscription_id,
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
        auto_renew,
        scheduled_change,
        at_end,
        commitment_end,
        order,
    } = entry;
    let at_end = at_end.map_or_else(|| wire::renewal::of_before(commerce, auto_renew, scheduled_change), Into::into);
    observed::Subscription {
        id: subscription_id,
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
        at_end,
        commitment_end,
        order,
    }
}

fn detailed(detail: wire::Detail) -> Piece {
    let wire::Detail { subscription: entry, refundable, refundable_until } = detail;
    let read = Read::Subscription(entry.customer, entry.subscription_id);
    let detail = observed::SubscriptionDetail { subscription: subscription(entry), refundable, refundable_until };
    answer(read, Answer::Subscription(Box::new(detail)))
}

fn reseller_status(line: wire::ResellerStatus) -> Piece {
    let wire::ResellerStatus { of, status, text } = line;
    let status = match status {
        wire::SignedStatus::Signed => ResellerStatus::Signed,
        wire::SignedStatus::NotSigned => ResellerStatus::NotSigned(text),
        wire::SignedStatus::OtherRegion => ResellerStatus::OtherRegion(text),
        wire::SignedStatus::NotFound => ResellerStatus::NotFound(text),
    };
    // A line that speaks of another read than those of a reseller's status is caught where it is absorbed.
    answer(of.into(), Answer::Reseller(status))
}
