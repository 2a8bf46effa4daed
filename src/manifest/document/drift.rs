//! `onDrift`: what to do about a field that moved in the tenant while its declaration did not. Reads the form; never
//! says whether a value fits its field.

use super::super::spanned::Spanned;
use crate::model::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// `onDrift`: by field.
pub type DriftRules = BTreeMap<SmolStr, Spanned<OnDrift>>;

/// What to do about a field that moved in the tenant while its declaration did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnDrift {
    /// Bring the declared value back.
    Restore,
    /// Say so and leave it.
    Report,
    /// Leave one value for a while.
    Accept(Box<Acceptance>),
}

/// One value that may stand in the tenant instead of the declared one, for a reason, until a day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acceptance {
    /// The value that is accepted, as `drift` shows it.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub accept: Spanned<AcceptedValue>,
    /// Why.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub reason: Spanned<SmolStr>,
    /// Who says so.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub by: Spanned<SmolStr>,
    /// Until the end of which day.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub expires: Spanned<Date>,
}

/// A value that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptedValue {
    /// A count.
    Number(u64),
    /// A text: a name, a PartnerID, a tenant, `none`.
    Text(SmolStr),
}

impl<'de> Deserialize<'de> for OnDrift {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = OnDrift;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`restore`, `report` or `{accept, reason, by, expires}`")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<OnDrift, E> {
                match text {
                    "restore" => Ok(OnDrift::Restore),
                    "report" => Ok(OnDrift::Report),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OnDrift, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(|it| OnDrift::Accept(Box::new(it)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
impl<'de> Deserialize<'de> for AcceptedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = AcceptedValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count or a text")
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<AcceptedValue, E> {
                Ok(AcceptedValue::Number(number))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<AcceptedValue, E> {
                let negative = |_| E::invalid_value(Unexpected::Signed(number), &self);
                u64::try_from(number).map(AcceptedValue::Number).map_err(negative)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<AcceptedValue, E> {
                Ok(AcceptedValue::Text(text.into()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for OnDrift {
    fn schema_name() -> Cow<'static, str> {
        "OnDrift".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let acceptance = generator.subschema_for::<Acceptance>();
        json_schema!({
            "title": "`restore`, `report` or `{accept, reason, by, expires}`",
            "description": "What to do about a field that moved in the tenant while its declaration did not: bring it back, say so, or leave one value until a day.",
            "anyOf": [
                { "const": "restore", "description": "Bring the declared value back." },
                { "const": "report", "description": "Say so and leave it." },
                acceptance
            ]
        })
    }
}
impl JsonSchema for AcceptedValue {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "AcceptedValue".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "title": "a count or a text", "anyOf": [
            { "type": "integer", "minimum": 0, "description": "A count." },
            { "type": "string", "description": "A name, a PartnerID, a tenant id, or `none`." }
        ] })
    }
}
