//! What became of an effect whose reply nobody has: which reads tell, and what they tell. Pure; a read that failed
//! leaves it open, and nothing here ever guesses.

use super::twins::{self, Ground};
use crate::journal::Folded;
use crate::journal::record::{Intent, Learned, Record, SealedRef, Settled};
use crate::model::{Address, CartId, Count, CustomerId, Field, NewCustomer, Operation, Value};
use crate::observed::{CartFate, Customer, Facet, Observed, Read, Why, field_value};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What looking tells of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// How it ended, and the values it settled.
    Ended(Settled, BTreeMap<Field, Value>),
    /// It was read, and the answer does not tell: perhaps not yet.
    Unclear(String),
    /// It could not be read: it stays open.
    Unread(String),
}

impl Seen {
    /// Why it does not tell; empty where it does.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Ended(..) => "",
            Self::Unclear(text) | Self::Unread(text) => text,
        }
    }
}

/// The reads that tell what became of an operation, given what is remembered. Empty where nothing does, and nothing needs
/// to.
#[must_use]
pub fn reads(operation: &Operation, folded: &Folded) -> Vec<Read> {
    match operation {
        Operation::CreateCustomer(new) => vec![Read::Customers, Read::Domain(new.domain.clone())],
        Operation::ResetAdminPassword { .. } | Operation::MakeCart { .. } => Vec::new(),
        Operation::CheckOut { customer, cart } => {
            let own = Read::Cart(*customer, cart.clone());
            std::iter::once(own).chain(twins::reads(operation, folded)).collect()
        }
        Operation::ChangeSubscription { customer, subscription, change: _ } => {
            vec![Read::Subscription(*customer, *subscription)]
        }
        Operation::SetSupportContact { customer, subscription, contact: _ } => {
            vec![Read::SupportContact(*customer, *subscription)]
        }
    }
}

/// What something that happened counts against limits and acknowledgements.
pub(in crate::apply) fn counted(cause: &Address, counts: &[Count]) -> Vec<Record> {
    let record = |count: &Count| {
        let Count { code, amount, acknowledgement, until } = count.clone();
        Record::Counted { code, cause: cause.clone(), amount, acknowledgement, until }
    };
    counts.iter().map(record).collect()
}

/// What is remembered beside the intent itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The password that was sealed and stored under it, if any.
    pub sealed: Option<SealedRef>,
    /// The login of the customer's administrator, if known.
    pub user: Option<SmolStr>,
}

/// What became of an intent, given what was read and what is remembered.
#[must_use]
pub fn judge(intent: &Intent, (observed, folded): (&Observed, &Folded), kept: Kept) -> Seen {
    let Kept { sealed, user } = kept;
    match &intent.operation {
        Operation::CreateCustomer(new) => created(new, observed, sealed),
        // The old password is gone or not; a new one is planned either way unless this one was kept.
        Operation::ResetAdminPassword { .. } => {
            done(Learned::Password { user: user.unwrap_or_default(), sealed }, BTreeMap::new())
        }
        // A cart costs nothing and ends by itself; the repeat carries the same request id.
        Operation::MakeCart { .. } => Seen::Ended(Settled::NotStarted, BTreeMap::new()),
        Operation::CheckOut { customer, cart } => checked_out(*customer, cart, intent, (observed, folded)),
        Operation::ChangeSubscription { customer, subscription, change: _ } => {
            let facet = observed.subscription(*customer, *subscription);
            changed(intent, facet.map(|it| intent.wanted.keys().map(|f| (*f, field_value(it, *f))).collect()))
        }
        Operation::SetSupportContact { customer, subscription, contact: _ } => {
            let facet = observed.support(*customer, *subscription);
            changed(intent, facet.map(|it| BTreeMap::from([(Field::SupportContact, Value::text(it.tenant))])))
        }
    }
}

fn done(learned: Learned, fields: BTreeMap<Field, Value>) -> Seen {
    Seen::Ended(Settled::Done { learned }, fields)
}

fn unread(why: &Why) -> Seen {
    Seen::Unread(format!("whether it happened cannot be told: {why}"))
}

/// Domains are unique, so a customer of ours under this domain is this one, unless it is another company. This very call was
/// sent for the domain, so that marks which the service dropped from the name make it no other one.
fn created(new: &NewCustomer, observed: &Observed, sealed: Option<SealedRef>) -> Seen {
    match observed.customer_by_domain(&new.domain) {
        Facet::Known(other) if !other.may_be_company(&new.company_name) => {
            let Customer { id, domain, company_name } = other;
            return Seen::Unclear(format!("the domain {domain} is that of our customer {id}, `{company_name}`"));
        }
        Facet::Known(customer) => {
            return done(Learned::Customer { customer: customer.id, user: None, sealed }, BTreeMap::new());
        }
        Facet::Absent => {}
        Facet::Unknown(why) => return unread(&why),
    }
    match observed.domain_taken(&new.domain) {
        Facet::Known(false) => Seen::Ended(Settled::NotStarted, BTreeMap::new()),
        Facet::Known(true) => {
            Seen::Unclear(format!("the domain {} is taken, and no customer of ours has it (yet)", new.domain))
        }
        Facet::Absent => Seen::Unclear(format!("the service does not say whether the domain {} is taken", new.domain)),
        Facet::Unknown(why) => unread(&why),
    }
}

fn checked_out(customer: CustomerId, cart: &CartId, intent: &Intent, ground: Ground<'_>) -> Seen {
    match ground.0.cart(customer, cart) {
        Facet::Known(fate @ (CartFate::Ordered { .. } | CartFate::OneOf(_))) => {
            twins::ordered(intent, cart, &fate.placed(), ground)
        }
        // The repeat checks the same cart out, which the service does once. Source: learn, checkout-a-cart.
        Facet::Known(CartFate::Open) => Seen::Ended(Settled::NotStarted, BTreeMap::new()),
        Facet::Absent => Seen::Unclear(format!("the cart {cart} is gone: it was ordered or it expired")),
        Facet::Unknown(why) => unread(&why),
    }
}

fn changed(intent: &Intent, actual: Facet<BTreeMap<Field, Value>>) -> Seen {
    match actual {
        Facet::Known(actual) if same_values(&actual, &intent.wanted) => done(Learned::Nothing, intent.wanted.clone()),
        Facet::Known(_) => Seen::Ended(Settled::NotStarted, BTreeMap::new()),
        Facet::Absent => Seen::Unclear("the subscription is not there any more".into()),
        Facet::Unknown(why) => unread(&why),
    }
}

fn same_values(actual: &BTreeMap<Field, Value>, wanted: &BTreeMap<Field, Value>) -> bool {
    !wanted.is_empty() && wanted.iter().all(|(field, value)| actual.get(field) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::{BillingContact, PostalAddress};
    use crate::observed::Answer;

    #[test]
    fn a_lost_creation_is_not_found_in_another_company_that_has_the_domain() {
        let text = || SmolStr::new_static("x");
        let (culture, language) = (text(), text());
        let billing = BillingContact { first_name: text(), last_name: text(), email: text(), culture, language };
        let (country, city, postal_code, line1) = (text(), text(), text(), text());
        let address = PostalAddress { country, state: None, city, postal_code, line1, line2: None, phone: None };
        let new = NewCustomer {
            reseller: "fab00000-0000-4000-8000-000000000001".parse().expect("a GUID"),
            domain: "contoso.onmicrosoft.com".into(),
            company_name: "Contosó Kft.".into(),
            registration_number: None,
            billing,
            address,
            default_admin_access: true,
        };
        let id = "c0000000-0000-4000-8000-000000000001".parse().expect("a GUID");
        let seen = |name: &str| {
            let (domain, company_name) = (new.domain.clone(), name.into());
            let mut observed = Observed::default();
            observed.absorb(&Read::Customers, Ok(Answer::Customers(vec![Customer { id, domain, company_name }])));
            created(&new, &observed, None)
        };
        for kept in ["CONTOSÓ KFT.", "Contoso Kft", "contoso\u{301}  kft."] {
            assert!(matches!(seen(kept), Seen::Ended(Settled::Done { .. }, _)), "{kept}");
        }
        assert!(matches!(seen("Conto"), Seen::Unclear(text) if text.contains("`Conto`")));
    }
}
