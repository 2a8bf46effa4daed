//! JSON Schemas of texts with a form of their own. Stand-ins: nothing is ever read into them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident = $schema:tt;)*) => {$(
        $(#[$doc])*
        pub(in crate::snapshot) struct $name;
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

forms! {
    /// 8-4-4-4-12.
    Guid = { "type": "string", "format": "uuid" };
    /// RFC 3339, UTC.
    Instant = { "type": "string", "format": "date-time" };
    /// A day.
    Day = { "type": "string", "format": "date" };
    /// SHA-256.
    Hex = { "type": "string", "pattern": "^[0-9a-f]{64}$" };
    /// `kind/name`.
    AddressText = { "type": "string", "pattern": "^[a-z-]+/.+$" };
    /// Legacy or new commerce.
    Commerce = { "enum": ["legacy", "new"] };
    /// Of a subscription.
    Status = { "enum": ["active", "suspended", "pending", "expired", "disabled", "deleted", "other"] };
    /// Of an account.
    Review = { "enum": ["passed", "inReview", "refused"] };
    /// Why a read was not answered.
    Why = {
        "type": "object",
        "properties": {
            "why": { "enum": ["notRead", "refused", "denied", "throttled", "failed", "partial", "implausible"] },
            "detail": { "type": "string" }
        },
        "required": ["why"]
    };
    /// Which step.
    StepKey = {
        "type": "object",
        "properties": {
            "address": { "type": "string" },
            "step": { "type": "string" },
            "discriminator": { "type": "string" }
        },
        "required": ["address", "step"]
    };
    /// Values by field.
    Fields = {
        "type": "object",
        "additionalProperties": { "type": ["boolean", "integer", "string", "array", "null"] }
    };
    /// A value.
    AnyValue = { "type": ["boolean", "integer", "string", "array", "null"] };
}
