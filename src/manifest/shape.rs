//! The JSON Schemas, compiled once into what checking walks. Knows the parts of JSON Schema our own schemas use;
//! never sees a document.

use super::format::Format;
use super::schema::{finished, referred, without_role};
use crate::model::Kind;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What a value may be: one alternative for each type of YAML, none where the type is not allowed.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// What is expected, for people; empty when the alternatives say it.
    pub(super) title: String,
    pub(super) text: Option<Text>,
    pub(super) integer: Option<Bounds>,
    pub(super) boolean: Option<Boolean>,
    pub(super) list: Option<List>,
    pub(super) object: Option<Object>,
}

/// A text: one of some words, or a free one.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) words: Vec<String>,
    pub(super) free: Option<Free>,
}

/// A text that is not one of some words.
#[derive(Debug)]
pub(super) struct Free {
    pub(super) format: Option<Format>,
    /// Characters it must and may have.
    pub(super) length: Bounds,
}

/// From and to, both included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) least: i64,
    pub(super) most: i64,
}

/// `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boolean;

/// A list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) item: ShapeId,
    /// How many items it must have.
    pub(super) least: usize,
}

/// A mapping with known fields, with free keys, or with both.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) fields: Vec<Field>,
    pub(super) rest: Option<Rest>,
    /// How many fields must and may be written.
    pub(super) size: Bounds,
}

/// A known field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) need: Need,
    pub(super) shape: ShapeId,
    /// What it is, for people.
    pub(super) description: String,
}

/// Whether a field must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// Keys that are not known fields.
#[derive(Debug)]
pub(super) struct Rest {
    /// The form of the keys.
    pub(super) key: Option<Format>,
    /// Keys that begin so must be known fields.
    pub(super) reserved: Option<String>,
    pub(super) shape: ShapeId,
}

/// A shape among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShapeId(usize);

/// Every shape there is.
#[derive(Debug)]
pub(super) struct Shapes {
    all: Vec<Shape>,
    documents: BTreeMap<Kind, ShapeId>,
}

impl Shapes {
    /// The shape.
    pub(super) fn get(&self, id: ShapeId) -> &Shape {
        &self.all[id.0]
    }
    /// The shape of a whole document.
    pub(super) fn document(&self, kind: Kind) -> Option<&Shape> {
        self.documents.get(&kind).map(|id| self.get(*id))
    }
}

/// The shapes, compiled once.
pub(super) fn shapes() -> &'static Shapes {
    static SHAPES: OnceLock<Shapes> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let finished = finished();
        let mut compiler = Compiler { definitions: &finished.definitions, done: BTreeMap::new(), all: Vec::new() };
        let documents = finished.documents.iter().map(|(kind, document)| (*kind, compiler.object_shape(document)));
        let documents = documents.collect();
        Shapes { all: compiler.all, documents }
    })
}

struct Compiler<'s> {
    definitions: &'s Map<String, Value>,
    done: BTreeMap<String, ShapeId>,
    all: Vec<Shape>,
}

impl Compiler<'_> {
    fn add(&mut self, shape: Shape) -> ShapeId {
        self.all.push(shape);
        ShapeId(self.all.len() - 1)
    }

    fn compile(&mut self, schema: &Value) -> ShapeId {
        let Some(name) = referred(schema) else {
            return self.object_shape(schema.as_object().unwrap_or(&Map::new()));
        };
        if let Some(id) = self.done.get(name) {
            return *id;
        }
        let definition = self.definitions.get(name).cloned().unwrap_or_default();
        let id = self.compile(&definition);
        self.done.insert(name.to_owned(), id);
        id
    }

    fn object_shape(&mut self, schema: &Map<String, Value>) -> ShapeId {
        let title = schema.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut shape = Shape { title, ..Shape::default() };
        self.fill(&mut shape, schema);
        self.add(shape)
    }

    /// Adds the alternatives of `schema` to `shape`.
    fn fill(&mut self, shape: &mut Shape, schema: &Map<String, Value>) {
        for alternative in ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten() {
            let meant = referred(alternative).and_then(|name| self.definitions.get(name)).unwrap_or(alternative);
            if let Some(alternative) = meant.as_object() {
                self.fill(shape, alternative);
            }
        }
        let words = schema.get("enum").and_then(Value::as_array).into_iter().flatten().chain(schema.get("const"));
        let words: Vec<String> = words.filter_map(Value::as_str).map(str::to_owned).collect();
        let format = schema.get("x-twotier").and_then(Value::as_str).and_then(Format::named);
        if !words.is_empty() && format.is_none() {
            shape.text.get_or_insert_default().words.extend(words);
            return;
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => {
                let length = bounds(schema, "minLength", "maxLength");
                shape.text.get_or_insert_default().free = Some(Free { format, length });
            }
            Some("integer") => shape.integer = Some(bounds(schema, "minimum", "maximum")),
            Some("boolean") => shape.boolean = Some(Boolean),
            Some("array") => {
                let item = self.compile(schema.get("items").unwrap_or(&Value::Null));
                let least = usize::try_from(bounds(schema, "minItems", "maxItems").least).unwrap_or(0);
                shape.list = Some(List { item, least });
            }
            Some("object") => shape.object = Some(self.object(schema)),
            Some(_) | None => {}
        }
    }

    fn object(&mut self, schema: &Map<String, Value>) -> Object {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut fields = Vec::new();
        for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let need = if required.contains(&name.as_str()) { Need::Required } else { Need::Optional };
            let description =
                field.get("description").and_then(Value::as_str).map(without_role).unwrap_or_default().to_owned();
            fields.push(Field { name: name.clone(), need, shape: self.compile(field), description });
        }
        let rest = schema.get("additionalProperties").filter(|rest| rest.is_object()).map(|rest| {
            let keys = schema.get("propertyNames").and_then(|keys| keys.get("x-twotier")?.as_str());
            let reserved = schema.get("x-twotier-reserved").and_then(Value::as_str).map(str::to_owned);
            Rest { key: keys.and_then(Format::named), reserved, shape: self.compile(rest) }
        });
        Object { fields, rest, size: bounds(schema, "minProperties", "maxProperties") }
    }
}

fn bounds(schema: &Map<String, Value>, least: &str, most: &str) -> Bounds {
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    Bounds { least: bound(least).unwrap_or(0), most: bound(most).unwrap_or(i64::MAX) }
}

impl Bounds {
    /// Whether `value` lies within.
    pub(super) fn hold(self, value: i64) -> bool {
        (self.least..=self.most).contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_schemas_becomes_a_shape() {
        let shapes = shapes();
        for kind in Kind::ALL {
            let document = shapes.document(kind).and_then(|shape| shape.object.as_ref()).expect("an object");
            assert_eq!(document.fields.iter().filter(|field| field.need == Need::Required).count(), 4);
        }
        for shape in &shapes.all {
            let Shape { title: _, text, integer, boolean, list, object } = shape;
            let some = text.is_some() || integer.is_some() || boolean.is_some() || list.is_some() || object.is_some();
            assert!(some, "a schema that allows nothing: {shape:?}");
            let open = object.as_ref().is_some_and(|o| o.fields.is_empty() && o.rest.is_none());
            assert!(!open, "a mapping without fields: {shape:?}");
        }
    }
}
