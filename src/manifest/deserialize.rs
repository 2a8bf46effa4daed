//! serde over a tree: gives each value with its place. Reads trees that were checked before, so its own errors are
//! short; never changes or guesses a value.

use super::scalar::{Meaning, meaning};
use super::spanned::SPANNED;
use super::tree::{Body, Entry, Extent, Node};
use crate::diag::{At, FileId};
use serde::de::value::{CowStrDeserializer, MapAccessDeserializer, U32Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;

/// A value that does not fit its type.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Misfit {
    /// What does not fit.
    pub(super) message: String,
    /// Where, if known.
    pub(super) at: Option<At>,
}
impl serde::de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), at: None }
    }
}

/// Reads a `T` from a node of `file`.
///
/// # Errors
/// When the node does not fit the type; a tree without findings does.
pub(super) fn from_node<T: serde::de::DeserializeOwned>(node: &Node<'_>, file: FileId) -> Result<T, Misfit> {
    T::deserialize(Reader { node, file })
}

/// A node, as serde reads it.
#[derive(Clone, Copy)]
struct Reader<'t, 'a> {
    node: &'t Node<'a>,
    file: FileId,
}

impl Reader<'_, '_> {
    fn placed<T>(self, result: Result<T, Misfit>) -> Result<T, Misfit> {
        result.map_err(|misfit| Misfit { at: misfit.at.or(Some(self.node.place.of(self.file))), ..misfit })
    }
    fn meaning(&self) -> Option<(&str, Meaning)> {
        match &self.node.body {
            Body::Scalar(text, style) => Some((text, meaning(text, *style))),
            Body::List(_) | Body::Map(_) | Body::Refused => None,
        }
    }
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.node.body {
            Body::Scalar(text, _) => Unexpected::Str(text),
            Body::List(_) => Unexpected::Seq,
            Body::Map(_) => Unexpected::Map,
            Body::Refused => Unexpected::Other("something refused"),
        }
    }
    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.node.body {
            Body::Scalar(text, style) => match meaning(text, *style) {
                Meaning::Null => visitor.visit_unit(),
                Meaning::Boolean(value) => visitor.visit_bool(value),
                Meaning::Integer(value) => visitor.visit_i64(value),
                Meaning::Number => visitor.visit_f64(text.parse().unwrap_or(f64::NAN)),
                Meaning::Text => visitor.visit_str(text),
            },
            Body::List(items) => visitor.visit_seq(Items { items: items.iter(), file: self.file }),
            Body::Map(entries) => visitor.visit_map(Entries::new(entries, self.file)),
            Body::Refused => Err(Misfit::invalid_type(self.unexpected(), &visitor)),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'_, '_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.placed(self.visit(visitor))
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.meaning() {
            Some((_, Meaning::Null)) => self.placed(Err(Misfit::invalid_type(Unexpected::Unit, &visitor))),
            Some(_) | None => visitor.visit_some(self),
        }
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if name == SPANNED {
            return visitor.visit_seq(Placing { reader: self, next: 0 });
        }
        self.deserialize_any(visitor)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let result = match &self.node.body {
            Body::Scalar(text, _) => visitor.visit_enum(Unit(text)),
            Body::Map(entries) => visitor.visit_enum(MapAccessDeserializer::new(Entries::new(entries, self.file))),
            Body::List(_) | Body::Refused => Err(Misfit::invalid_type(self.unexpected(), &visitor)),
        };
        self.placed(result)
    }
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

/// File, start, end and the value itself.
struct Placing<'t, 'a> {
    reader: Reader<'t, 'a>,
    next: u8,
}
impl<'de> SeqAccess<'de> for Placing<'_, '_> {
    type Error = Misfit;
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let Extent { start, end } = self.reader.node.place;
        let part = self.next;
        self.next = part.saturating_add(1);
        let number = |value: u32| -> U32Deserializer<Misfit> { value.into_deserializer() };
        match part {
            0 => seed.deserialize(number(self.reader.file.0)).map(Some),
            1 => seed.deserialize(number(start)).map(Some),
            2 => seed.deserialize(number(end)).map(Some),
            3 => seed.deserialize(self.reader).map(Some),
            _ => Ok(None),
        }
    }
}

struct Items<'t, 'a> {
    items: std::slice::Iter<'t, Node<'a>>,
    file: FileId,
}
impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Misfit;
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        self.items.next().map(|node| seed.deserialize(Reader { node, file: self.file })).transpose()
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Entries<'t, 'a> {
    entries: std::slice::Iter<'t, Entry<'a>>,
    value: Option<&'t Node<'a>>,
    file: FileId,
}
impl<'t, 'a> Entries<'t, 'a> {
    fn new(entries: &'t [Entry<'a>], file: FileId) -> Self {
        Self { entries: entries.iter(), value: None, file }
    }
}
impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Misfit;
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        let key: CowStrDeserializer<'_, Misfit> = Cow::Borrowed(&*entry.key).into_deserializer();
        seed.deserialize(key).map(Some)
    }
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Misfit> {
        let node = self.value.take().ok_or_else(|| Misfit::custom("a value without its key"))?;
        seed.deserialize(Reader { node, file: self.file })
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A word that is the whole value of an enum.
struct Unit<'t>(&'t str);
impl<'de> EnumAccess<'de> for Unit<'_> {
    type Error = Misfit;
    type Variant = Self;
    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Misfit> {
        let word: CowStrDeserializer<'_, Misfit> = Cow::Borrowed(self.0).into_deserializer();
        Ok((seed.deserialize(word)?, self))
    }
}
impl<'de> VariantAccess<'de> for Unit<'_> {
    type Error = Misfit;
    fn unit_variant(self) -> Result<(), Misfit> {
        Ok(())
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Misfit> {
        Err(Misfit::invalid_type(Unexpected::Str(self.0), &"a mapping"))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        Err(Misfit::invalid_type(Unexpected::Str(self.0), &visitor))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Misfit> {
        Err(Misfit::invalid_type(Unexpected::Str(self.0), &visitor))
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::super::spanned::Spanned;
    use super::*;
    use std::collections::BTreeMap;

    fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Misfit> {
        let mut result = None;
        read(text, 0, FileId(7), |tree| result = tree.root.map(|root| from_node(&root, FileId(7))));
        result.expect("a document")
    }

    #[test]
    fn values_come_with_their_places() {
        let text = "a: [é, \"b\"]\nc: {}\n";
        let map: BTreeMap<String, Spanned<Vec<Spanned<String>>>> =
            parse(&text.replace("c: {}", "c: []")).expect("fits");
        let slice = |at: At| &text[at.start as usize..at.end as usize];
        assert_eq!(slice(map["a"].at), "a");
        assert_eq!(map["a"].value.iter().map(|item| slice(item.at)).collect::<Vec<_>>(), ["é", "\"b\""]);
        assert_eq!(map["c"].at.file, FileId(7));
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let misfit = parse::<BTreeMap<String, u32>>("a: 1\nb: x\n").expect_err("`x` is no number");
        assert_eq!(misfit.at, Some(At { file: FileId(7), start: 8, end: 9 }));
        assert!(parse::<BTreeMap<String, Option<u32>>>("a: ~\n").is_err(), "null is no absence");
    }
}
