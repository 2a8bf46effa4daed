//! What a manifest may name in more than one form, each form an enum variant. Reads the form; never resolves it.

use super::super::spanned::Spanned;
use crate::model::{CustomerId, Name, PartnerId, SubscriptionId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::fmt;

/// Who supports: a partnership, or the provider itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SupportContactRef {
    /// `provider`.
    Provider,
    /// A partnership.
    Partnership(Name),
}

/// Partner of record as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerOfRecordRef {
    /// A partnership: its first PartnerID.
    Partnership(Name),
    /// A partnership and one of its PartnerIDs.
    Exact {
        /// The partnership.
        partnership: Name,
        /// One of its PartnerIDs.
        partner_id: PartnerId,
    },
    /// Asserted, whoever it is: never written.
    Asserted(PartnerId),
    /// `none`, asserted: never written.
    None,
}

/// A customer as a relation names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CustomerRef {
    /// A declared one.
    Named(Name),
    /// By tenant.
    Id(CustomerId),
    /// By domain.
    Domain(SmolStr),
}

/// Which subscriptions a delegation speaks of.
#[derive(Clone, Debug)]
pub enum DelegatedSubscriptions {
    /// Every one.
    All,
    /// These.
    Some(Vec<Spanned<SubscriptionRef>>),
}

/// A subscription as a relation names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubscriptionRef {
    /// A declared one.
    Named(Name),
    /// By its id.
    Id(SubscriptionId),
}

/// Whether one more is bought where the customer has one like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdditionalRef {
    /// `false`.
    No,
    /// `true`: no matter what other documents order.
    Yes,
    /// Beside these, which no document claims.
    Beside(Vec<SubscriptionId>),
}

/// `{partnership?, partnerId}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenPartner {
    partnership: Option<Name>,
    partner_id: PartnerId,
}

/// `{tenantId}` or `{domain}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum WrittenCustomer {
    TenantId(CustomerId),
    Domain(SmolStr),
}

/// `{subscriptionId}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenSubscription {
    subscription_id: SubscriptionId,
}

/// `{beside}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBeside {
    beside: Vec<SubscriptionId>,
}

/// One reader for all of them: each form it does not know is refused with `expected`.
macro_rules! reads {
    ($type:ident, $expected:literal, $($method:tt)*) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl<'de> Visitor<'de> for Reader {
                    type Value = $type;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }
                    $($method)*
                }
                deserializer.deserialize_any(Reader)
            }
        }
    };
}

reads! { SupportContactRef, "a partnership, or `provider`",
    fn visit_str<E: Error>(self, text: &str) -> Result<SupportContactRef, E> {
        match text {
            "provider" => Ok(SupportContactRef::Provider),
            name => name.parse().map(SupportContactRef::Partnership).map_err(E::custom),
        }
    }
}
reads! { PartnerOfRecordRef, "a partnership, `{partnership, partnerId}`, `{partnerId}` or `none`",
    fn visit_str<E: Error>(self, text: &str) -> Result<PartnerOfRecordRef, E> {
        match text {
            "none" => Ok(PartnerOfRecordRef::None),
            name => name.parse().map(PartnerOfRecordRef::Partnership).map_err(E::custom),
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PartnerOfRecordRef, A::Error> {
        let WrittenPartner { partnership, partner_id } = Deserialize::deserialize(MapAccessDeserializer::new(map))?;
        Ok(match partnership {
            Some(partnership) => PartnerOfRecordRef::Exact { partnership, partner_id },
            None => PartnerOfRecordRef::Asserted(partner_id),
        })
    }
}
reads! { CustomerRef, "a customer's name, `{tenantId}` or `{domain}`",
    fn visit_str<E: Error>(self, text: &str) -> Result<CustomerRef, E> {
        text.parse().map(CustomerRef::Named).map_err(E::custom)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CustomerRef, A::Error> {
        Ok(match Deserialize::deserialize(MapAccessDeserializer::new(map))? {
            WrittenCustomer::TenantId(id) => CustomerRef::Id(id),
            WrittenCustomer::Domain(domain) => CustomerRef::Domain(SmolStr::new(domain.to_lowercase())),
        })
    }
}
reads! { DelegatedSubscriptions, "`all`, or a list of names and `{subscriptionId}`",
    fn visit_str<E: Error>(self, text: &str) -> Result<DelegatedSubscriptions, E> {
        match text {
            "all" => Ok(DelegatedSubscriptions::All),
            other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
        }
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<DelegatedSubscriptions, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(DelegatedSubscriptions::Some)
    }
}
reads! { SubscriptionRef, "a subscription's name or `{subscriptionId}`",
    fn visit_str<E: Error>(self, text: &str) -> Result<SubscriptionRef, E> {
        text.parse().map(SubscriptionRef::Named).map_err(E::custom)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SubscriptionRef, A::Error> {
        let WrittenSubscription { subscription_id } = Deserialize::deserialize(MapAccessDeserializer::new(map))?;
        Ok(SubscriptionRef::Id(subscription_id))
    }
}
reads! { AdditionalRef, "`true`, `false` or `{beside: [subscriptionId]}`",
    fn visit_bool<E: Error>(self, additional: bool) -> Result<AdditionalRef, E> {
        Ok(if additional { AdditionalRef::Yes } else { AdditionalRef::No })
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AdditionalRef, A::Error> {
        let WrittenBeside { beside } = Deserialize::deserialize(MapAccessDeserializer::new(map))?;
        Ok(AdditionalRef::Beside(beside))
    }
}

/// The schemas of the forms above, each alternative told apart by its YAML type alone.
macro_rules! schema {
    ($type:ident, $schema:tt) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

schema! { SupportContactRef, { "title": "a partnership, or `provider`", "anyOf": [
    { "const": "provider", "description": "The provider itself." },
    { "type": "string", "x-twotier": "name", "description": "A partnership." }
] } }
schema! { PartnerOfRecordRef, { "title": "a partnership, `{partnership, partnerId}`, `{partnerId}` or `none`", "anyOf": [
    { "const": "none", "description": "Asserted: nobody. Never written." },
    { "type": "string", "x-twotier": "name", "description": "A partnership: its first PartnerID." },
    {
        "type": "object",
        "properties": {
            "partnership": { "type": "string", "x-twotier": "name", "description": "The partnership." },
            "partnerId": {
                "type": "string", "x-twotier": "partnerId",
                "description": "One of its PartnerIDs, quoted. Without `partnership` it is asserted, never written."
            }
        },
        "required": ["partnerId"],
        "additionalProperties": false
    }
] } }
schema! { CustomerRef, { "title": "a customer's name, `{tenantId}` or `{domain}`", "anyOf": [
    { "type": "string", "x-twotier": "name", "description": "A declared customer." },
    {
        "type": "object",
        "properties": {
            "tenantId": { "type": "string", "x-twotier": "guid", "description": "Its tenant." },
            "domain": { "type": "string", "x-twotier": "domain", "description": "Any of its domains." }
        },
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false
    }
] } }
schema! { SubscriptionRef, { "title": "a subscription's name or `{subscriptionId}`", "anyOf": [
    { "type": "string", "x-twotier": "name", "description": "A declared subscription." },
    {
        "type": "object",
        "properties": {
            "subscriptionId": { "type": "string", "x-twotier": "guid", "description": "Its id." }
        },
        "required": ["subscriptionId"],
        "additionalProperties": false
    }
] } }
schema! { AdditionalRef, { "title": "`true`, `false` or `{beside: [subscriptionId]}`", "anyOf": [
    { "type": "boolean", "description": "Whether one may be bought beside those of other documents." },
    {
        "type": "object",
        "properties": {
            "beside": {
                "type": "array", "items": { "type": "string", "x-twotier": "guid" }, "minItems": 1,
                "description": "Live subscriptions of the same product that no document claims, each known to be another one."
            }
        },
        "required": ["beside"],
        "additionalProperties": false
    }
] } }
impl JsonSchema for DelegatedSubscriptions {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "DelegatedSubscriptions".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<SubscriptionRef>();
        json_schema!({ "title": "`all`, or a list of names and `{subscriptionId}`", "anyOf": [
            { "const": "all", "description": "Every subscription." },
            { "type": "array", "items": one, "minItems": 1, "description": "These." }
        ] })
    }
}
