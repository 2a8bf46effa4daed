//! What a line means where it says nothing, and when a value need not be written. Holds no record.

use crate::model::product::Commerce;
use crate::observed::{Review, Status};

pub(super) mod delay {
    //! A span as text with a unit, such as `15m`.
    use crate::model::Span;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use smol_str::SmolStr;

    pub(in super::super) fn none() -> Span {
        Span::seconds(0)
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(in super::super) fn is_none(span: &Span) -> bool {
        span.as_seconds() == 0
    }
    pub(in super::super) fn serialize<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}s", span.as_seconds()))
    }
    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        SmolStr::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

pub(super) fn yes() -> bool {
    true
}
pub(super) fn is_yes(value: &bool) -> bool {
    *value
}
pub(super) fn one() -> u32 {
    1
}
pub(super) fn is_one(value: &u32) -> bool {
    *value == 1
}
pub(super) fn many() -> u32 {
    10_000
}
pub(super) fn is_many(value: &u32) -> bool {
    *value == many()
}
pub(super) fn is_zero(value: &u64) -> bool {
    *value == 0
}
pub(super) fn is_none_given(value: &u32) -> bool {
    *value == 0
}
pub(super) fn passed() -> Review {
    Review::Passed
}
pub(super) fn is_passed(value: &Review) -> bool {
    *value == Review::Passed
}
pub(super) fn new_commerce() -> Commerce {
    Commerce::New
}
pub(super) fn active() -> Status {
    Status::Active
}
