//! What is to happen at the end of a subscription's term, with the one line that stands for it in facts and ledger.
//! Never says what a tenant can be asked for; that depends on the subscription.

use super::fact::Value;
use super::product::{BillingCycle, Product, Term};
use super::time::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What is to happen at the end of a term.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Renewal {
    /// A new term begins.
    Renew(NextTerm),
    /// It ends.
    Cancel,
    /// It goes on month by month, at a surcharge. Source: learn, "Extended service terms (EST)".
    Extend,
}

/// The term that comes next; what is `None` stays as it is, or is not spoken of.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextTerm {
    /// Another product; boxed, because it is rare and subscriptions are many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Box<Product>>,
    /// Seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// Commitment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// Billing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<BillingCycle>,
    /// A custom end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
}

/// What stands at the end of a term when auto-renew is off and nothing is scheduled: whether that is an end or goes on month
/// by month, nobody tells.
pub const OFF: &str = "auto-renew off";

impl Renewal {
    /// The plain one: the same again.
    pub const SAME_AGAIN: Self = Self::Renew(NextTerm::NOTHING);
    /// Whether the subscription is not to go on as a term that somebody chose.
    #[must_use]
    pub fn ends(&self) -> bool {
        match self {
            Self::Renew(_) => false,
            Self::Cancel | Self::Extend => true,
        }
    }
    /// Its first word.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::Renew(_) => "renew",
            Self::Cancel => "cancel",
            Self::Extend => "extend",
        }
    }
}
impl NextTerm {
    const NOTHING: Self = Self { product: None, quantity: None, term: None, billing_cycle: None, end: None };

    /// What this says, and of the rest what `other` says.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let Self { product, quantity, term, billing_cycle, end } = self;
        Self {
            product: product.clone().or_else(|| other.product.clone()),
            quantity: quantity.or(other.quantity),
            term: term.or(other.term),
            billing_cycle: billing_cycle.or(other.billing_cycle),
            end: end.or(other.end),
        }
    }
    /// Only what `now` does not say as well.
    #[must_use]
    pub fn unlike(&self, now: &Self) -> Self {
        let Self { product, quantity, term, billing_cycle, end } = self;
        Self {
            product: product.clone().filter(|it| now.product.as_ref() != Some(it)),
            quantity: quantity.filter(|it| now.quantity != Some(*it)),
            term: term.filter(|it| now.term != Some(*it)),
            billing_cycle: billing_cycle.filter(|it| now.billing_cycle != Some(*it)),
            end: end.filter(|it| now.end != Some(*it)),
        }
    }
    /// What is scheduled beside `now`, in short: what differs; the seats where nothing does and something is scheduled.
    #[must_use]
    pub fn beside(&self, now: &Self) -> Self {
        let differs = self.unlike(now);
        if differs == Self::NOTHING && *self != Self::NOTHING {
            return Self { quantity: self.quantity.or(now.quantity), ..Self::NOTHING };
        }
        differs
    }
    /// Only the parts that `asked` speaks of.
    #[must_use]
    pub fn only(&self, asked: &Self) -> Self {
        let Self { product, quantity, term, billing_cycle, end } = self;
        Self {
            product: product.clone().filter(|_| asked.product.is_some()),
            quantity: quantity.filter(|_| asked.quantity.is_some()),
            term: term.filter(|_| asked.term.is_some()),
            billing_cycle: billing_cycle.filter(|_| asked.billing_cycle.is_some()),
            end: end.filter(|_| asked.end.is_some()),
        }
    }
}

impl fmt::Display for Renewal {
    /// `renew, quantity 20, term P1Y, billing annual`; [`Renewal::from_str`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action())?;
        match self {
            Self::Renew(next) => write!(f, "{next}"),
            Self::Cancel | Self::Extend => Ok(()),
        }
    }
}
impl fmt::Display for NextTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { product, quantity, term, billing_cycle, end } = self;
        let mut part = |name: &str, value: Option<&dyn fmt::Display>| match value {
            Some(value) => write!(f, ", {name} {value}"),
            None => Ok(()),
        };
        part("quantity", quantity.as_ref().map(|it| it as _))?;
        part("term", term.as_ref().map(|it| it as _))?;
        part("billing", billing_cycle.as_ref().map(|it| it as _))?;
        part("until", end.as_ref().map(|it| it as _))?;
        part("product", product.as_ref().map(|it| it as _))
    }
}

/// Why a text is no renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no renewal")]
pub struct NoRenewal;

impl FromStr for Renewal {
    type Err = NoRenewal;
    fn from_str(text: &str) -> Result<Self, NoRenewal> {
        let mut parts = text.split(", ");
        let action = parts.next().ok_or(NoRenewal)?;
        let mut next = NextTerm::default();
        for part in parts {
            let (name, value) = part.split_once(' ').ok_or(NoRenewal)?;
            match name {
                "quantity" => next.quantity = Some(value.parse().map_err(|_| NoRenewal)?),
                "term" => next.term = Some(named(&[Term::P1M, Term::P1Y, Term::P3Y], value)?),
                "billing" => {
                    let all = [BillingCycle::Monthly, BillingCycle::Annual, BillingCycle::Triennial];
                    next.billing_cycle = Some(named(&all, value)?);
                }
                "until" => next.end = Some(value.parse().map_err(|_| NoRenewal)?),
                "product" => {
                    let (product, sku) = value.split_once('/').ok_or(NoRenewal)?;
                    next.product = Some(Box::new(Product { product: product.into(), sku: sku.into() }));
                }
                _ => return Err(NoRenewal),
            }
        }
        match action {
            "renew" => Ok(Self::Renew(next)),
            "cancel" if next == NextTerm::NOTHING => Ok(Self::Cancel),
            "extend" if next == NextTerm::NOTHING => Ok(Self::Extend),
            _ => Err(NoRenewal),
        }
    }
}

fn named<T: Copy + fmt::Display>(all: &[T], text: &str) -> Result<T, NoRenewal> {
    all.iter().copied().find(|one| one.to_string() == text).ok_or(NoRenewal)
}

/// What is left of a settled renewal when we change the quantity: the service then deletes what is scheduled, so that to
/// schedule it again is no undoing of what somebody else did.
/// Source: learn, create-a-new-subscription.
#[must_use]
pub fn left_by_quantity(settled: &Value) -> Value {
    let Value::Text(text) = settled else { return settled.clone() };
    match text.parse() {
        Ok(Renewal::Renew(_)) => Value::text(Renewal::SAME_AGAIN),
        Ok(Renewal::Cancel | Renewal::Extend) => Value::word(OFF),
        Err(NoRenewal) => settled.clone(),
    }
}

/// The seats that a settled renewal says for the next term, if it says any.
#[must_use]
pub fn seats_of(settled: &Value) -> Option<u32> {
    let Value::Text(text) = settled else { return None };
    match text.parse() {
        Ok(Renewal::Renew(next)) => next.quantity,
        Ok(Renewal::Cancel | Renewal::Extend) | Err(NoRenewal) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next() -> NextTerm {
        NextTerm {
            product: Some(Box::new(Product { product: "CFQ7TTC0AAAA".into(), sku: "0001".into() })),
            quantity: Some(20),
            term: Some(Term::P3Y),
            billing_cycle: Some(BillingCycle::Triennial),
            end: Some("2027-06-30".parse().expect("a date")),
        }
    }

    #[test]
    fn a_renewal_is_one_line_that_reads_back() {
        for renewal in [Renewal::SAME_AGAIN, Renewal::Renew(next()), Renewal::Cancel, Renewal::Extend] {
            assert_eq!(renewal.to_string().parse(), Ok(renewal.clone()), "{renewal}");
        }
        for text in ["", "off", OFF, "cancel, quantity 3", "renew, quantity x", "renew, seats 3", "renew,"] {
            assert_eq!(text.parse::<Renewal>(), Err(NoRenewal), "{text}");
        }
    }

    #[test]
    fn next_terms_are_taken_together_and_apart() {
        let seats = |n| NextTerm { quantity: Some(n), ..NextTerm::default() };
        assert_eq!(seats(5).or(&next()), NextTerm { quantity: Some(5), ..next() });
        assert_eq!(NextTerm { quantity: Some(5), ..next() }.unlike(&next()), seats(5));
        assert_eq!(next().only(&seats(1)), seats(20));
        assert_eq!(seats(5).beside(&next()), seats(5));
        assert_eq!((next().beside(&next()), NextTerm::NOTHING.beside(&next())), (seats(20), NextTerm::NOTHING));
    }

    #[test]
    fn our_own_change_of_quantity_leaves_nothing_scheduled() {
        let left = |text: &str| left_by_quantity(&Value::word(text)).to_string();
        assert_eq!(left("renew, quantity 20, term P1Y"), "renew");
        assert_eq!((left("cancel"), left("extend"), left(OFF)), (OFF.to_owned(), OFF.to_owned(), OFF.to_owned()));
    }
}
