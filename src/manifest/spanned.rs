//! A value with the place it was written at. Equality and order are the value's; the place never decides anything.

use crate::diag::{At, FileId};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// The struct name by which a [`Spanned`] asks its deserializer for a place. Only the manifests' own deserializer
/// knows it; every other one answers with something that is refused.
pub(super) const SPANNED: &str = "$twotier::Spanned";

/// The fields of a [`Spanned`], given as a sequence in this order.
pub(super) const SPANNED_FIELDS: &[&str] = &["file", "start", "end", "value"];

/// A value and where it stands. A mapping or list that stands under a key has the place of that key.
#[derive(Clone, Copy, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub at: At,
}
impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}
impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T: Eq> Eq for Spanned<T> {}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(SPANNED, SPANNED_FIELDS, Placed(PhantomData))
    }
}

/// Takes file, start, end and value from a sequence.
struct Placed<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Placed<T> {
    type Value = Spanned<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
        let mut number = || parts.next_element::<u32>()?.ok_or_else(|| A::Error::custom("a place has three numbers"));
        let at = At { file: FileId(number()?), start: number()?, end: number()? };
        let value = parts.next_element()?.ok_or_else(|| A::Error::custom("a place without its value"))?;
        Ok(Spanned { value, at })
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}
