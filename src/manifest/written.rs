//! JSON Schemas of texts with a form of their own: ids, names, dates. Each names its validator under `x-twotier`;
//! the pattern is added where the schemas are finished. Never checks a text.

use crate::model::{CustomerId, Date, Name, PartnerId, SubscriptionId, TenantId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

macro_rules! written {
    ($($type:ty = $format:literal, $name:literal;)*) => {
        $(impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "x-twotier": $format })
            }
        })*
    };
}

/// Stands for a country in a schema.
pub(super) struct Country;
/// Stands for an age public key in a schema.
pub(super) struct AgeRecipient;

written! {
    TenantId = "guid", "TenantId";
    CustomerId = "guid", "CustomerId";
    SubscriptionId = "guid", "SubscriptionId";
    PartnerId = "partnerId", "PartnerId";
    Name = "name", "Name";
    Date = "date", "Date";
    Country = "country", "Country";
    AgeRecipient = "ageRecipient", "AgeRecipient";
}

/// Stands for annotations in a schema: any key, but those below `twotier/` only as listed.
pub(super) struct Annotations;

impl JsonSchema for Annotations {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Annotations".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "twotier/protect": {
                    "enum": ["true", "false"],
                    "description": "`\"true\"` forbids every step that takes something away."
                },
                "twotier/ticket": { "type": "string", "description": "The ticket that asked for this." }
            },
            "patternProperties": { "^twotier/(?!(protect|ticket)$)": false },
            "x-twotier-reserved": "twotier/",
            "additionalProperties": { "type": "string", "minLength": 0 }
        })
    }
}
