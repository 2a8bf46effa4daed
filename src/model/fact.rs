//! Facts that preconditions name and waits look for, with their small, showable values. Says which fact, in terms of
//! addresses; never how it is read.

use super::address::{Address, CustomerKey, SubscriptionKey};
use super::id::{Name, PartnerId};
use super::product::Product;
use super::step::StepKey;
use schemars::JsonSchema;
use serde::de::{Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// A managed or guarding field of an object, as manifests spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// Who gets the incentive: a PartnerID, or none.
    PartnerOfRecord,
    /// Seats.
    Quantity,
    /// The name shown to people.
    FriendlyName,
    /// Who supports a legacy subscription: a tenant id.
    SupportContact,
    /// Whether and how it renews.
    Renewal,
    /// `active`, `suspended`, ...
    Status,
    /// `legacy` or `new`.
    Commerce,
    /// What is scheduled for the next term, or none.
    ScheduledChange,
    /// The reseller a customer is associated with.
    Reseller,
    /// The PartnerIDs of a partnership.
    PartnerIds,
    /// The groups that a partnership was ever declared to have as its AdminAgents group.
    AdminAgents,
    /// The last day of its present term.
    CommitmentEnd,
}
impl Field {
    /// As manifests and plans spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PartnerOfRecord => "partnerOfRecord",
            Self::Quantity => "quantity",
            Self::FriendlyName => "friendlyName",
            Self::SupportContact => "supportContact",
            Self::Renewal => "renewal",
            Self::Status => "status",
            Self::Commerce => "commerce",
            Self::ScheduledChange => "scheduledChange",
            Self::Reseller => "reseller",
            Self::PartnerIds => "partnerIds",
            Self::AdminAgents => "adminAgentsGroupId",
            Self::CommitmentEnd => "commitmentEnd",
        }
    }
}

/// A field of a subscription that its document sets, and that may therefore drift. Who supports it is set beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Managed {
    /// Who gets the incentive.
    PartnerOfRecord,
    /// Seats.
    Quantity,
    /// The name shown to people.
    FriendlyName,
    /// Whether and how it renews.
    Renewal,
}
impl Managed {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PartnerOfRecord, Self::Quantity, Self::FriendlyName, Self::Renewal];

    /// As manifests and plans spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Field::from(self).name()
    }
}
impl From<Managed> for Field {
    fn from(managed: Managed) -> Self {
        match managed {
            Managed::PartnerOfRecord => Self::PartnerOfRecord,
            Managed::Quantity => Self::Quantity,
            Managed::FriendlyName => Self::FriendlyName,
            Managed::Renewal => Self::Renewal,
        }
    }
}

/// A small value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A count.
    Number(u64),
    /// A word or id.
    Text(SmolStr),
    /// Several, sorted.
    List(Vec<SmolStr>),
    /// Nothing there; `null` in documents.
    None,
}
impl Value {
    /// A text value of anything that prints.
    pub fn text(value: impl fmt::Display) -> Self {
        Self::Text(smol_str::format_smolstr!("{value}"))
    }
    /// A text value of a text: without formatting, for where it is done a million times.
    #[must_use]
    pub fn word(text: &str) -> Self {
        Self::Text(SmolStr::new(text))
    }
    /// A text value, or [`Value::None`].
    pub fn optional(value: Option<impl fmt::Display>) -> Self {
        value.map_or(Self::None, Self::text)
    }
}
/// By hand: what serde derives for values without tags tries one variant after the other.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}
struct AnyValue;
impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`true` or `false`, a count, a text, a list of texts, or `null`")
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        u64::try_from(value).map(Value::Number).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::word(value))
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }
}
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => f.write_str("yes"),
            Self::Bool(false) => f.write_str("no"),
            Self::Number(n) => n.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::List(items) if items.is_empty() => f.write_str("none"),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::None => f.write_str("none"),
        }
    }
}

/// Something a step rests on, or a wait waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The live id an address is bound to (text), none while it has none.
    Binding(Address),
    /// The partnership is listed and active (yes).
    PartnershipActive(Name),
    /// The PartnerID passes validation as partner of record (yes).
    PartnerValid(PartnerId),
    /// The name that Microsoft's profile gives for a PartnerID (text).
    ProfileName(PartnerId),
    /// The customer has signed the Microsoft Customer Agreement (yes).
    AgreementSigned(CustomerKey),
    /// The customer's account may buy: Microsoft has reviewed it (yes).
    AccountReviewed(CustomerKey),
    /// The partnership's reseller is among the customer's resellers (yes).
    Associated {
        /// Whose reseller.
        customer: CustomerKey,
        /// Which reseller.
        partnership: Name,
    },
    /// The domain belongs to nobody (yes).
    DomainFree(SmolStr),
    /// Live or pending subscriptions of this product that no manifest claims (list of ids).
    Unclaimed {
        /// Whose subscriptions.
        customer: CustomerKey,
        /// Of which product and SKU.
        product: Product,
    },
    /// A field of a subscription.
    Field(SubscriptionKey, Field),
    /// Ledger: an effect of this address is still pending (its description), none otherwise.
    Pending(Address),
    /// Ledger: the state of the one-time password of a customer (`none`, `sealed`, `lost`, `delivered`, `forgotten`).
    Credentials(CustomerKey),
    /// Ledger: the run that did this step last (its number), none when none did: an approval covers a step once.
    LastDone(StepKey),
}
impl fmt::Display for Fact {
    /// One line for people and plan documents: `subscription/contoso/m365 quantity`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binding(address) => write!(f, "{address} id"),
            Self::PartnershipActive(name) => write!(f, "partnership/{name} active"),
            Self::PartnerValid(id) => write!(f, "PartnerID {id} valid"),
            Self::ProfileName(id) => write!(f, "PartnerID {id} by its profile"),
            Self::AgreementSigned(customer) => write!(f, "customer/{customer} agreement signed"),
            Self::AccountReviewed(customer) => write!(f, "customer/{customer} account reviewed"),
            Self::Associated { customer, partnership } => write!(f, "customer/{customer} reseller {partnership}"),
            Self::DomainFree(domain) => write!(f, "domain {domain} free"),
            Self::Unclaimed { customer, product } => write!(f, "customer/{customer} unclaimed {product}"),
            Self::Field(key, field) => write!(f, "subscription/{key} {}", field.name()),
            Self::Pending(address) => write!(f, "{address} pending"),
            Self::Credentials(customer) => write!(f, "customer/{customer} credentials"),
            Self::LastDone(key) => write!(f, "{key} last done in run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_back_as_they_were_written() {
        let list = Value::List(vec!["a".into(), "b".into()]);
        for value in [Value::Bool(true), Value::Number(7), Value::word("x"), list, Value::List(Vec::new()), Value::None]
        {
            let text = serde_json::to_string(&value).expect("writes");
            assert_eq!(serde_json::from_str::<Value>(&text).expect(&text), value);
        }
        for text in ["-1", "1.5", "{}", "[1]"] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }
}
