//! How ids that documents hold as text look in a JSON Schema. Never decides what a document holds.

use super::{Address, CartId, Digest, OrderId, RequestId, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

macro_rules! text {
    ($($type:ident: $($pattern:literal)?;)*) => {
        $(impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", $("pattern": $pattern)? })
            }
        })*
    };
}

text! {
    Address: r"^[a-z-]+(/@?[a-z0-9.-]+){1,2}$";
    Digest: r"^[0-9a-f]{64}$";
    RequestId: r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
    Timestamp: r"^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";
    CartId: ;
    OrderId: ;
}
