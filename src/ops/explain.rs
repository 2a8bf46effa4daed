//! `explain`: what a code, a kind or a field means, from what is built in. Never reads a manifest.

use crate::diag::{Code, nearest};
use crate::manifest;
use crate::model::Kind;
use serde_json::Value;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    /// A code of findings.
    Code(Code),
    /// A kind, or a field of one.
    Shape(Shape),
}

/// A kind or field of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// `Customer.spec.reseller`.
    pub path: String,
    /// What it declares.
    pub description: String,
    /// `text`, `number`, `list`, `mapping`, `one of`.
    pub form: String,
    /// The values it may have, where they are a closed list.
    pub values: Vec<String>,
    /// The forms it may have, where there are several or one is prescribed, each with what it says.
    pub forms: Vec<String>,
    /// What may stand in it.
    pub fields: Vec<FieldLine>,
}

/// A field of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLine {
    /// Its name.
    pub name: String,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it declares, its first sentence.
    pub summary: String,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must.
    Required,
    /// It may.
    Optional,
}

/// Nothing has that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTopic {
    /// What was asked for, as far as it is not known.
    pub topic: String,
    /// The nearest that is known.
    pub near: Option<String>,
    /// What is known there.
    pub known: Vec<String>,
}

/// Words that people look for, and the field that tells of them.
const WORDS: [(&str, &str); 7] = [
    ("protect", "Customer.metadata.annotations"),
    ("protection", "Customer.metadata.annotations"),
    ("twotier/protect", "Customer.metadata.annotations"),
    ("limits", "Provider.spec.limits"),
    ("freeze", "Provider.spec.freeze"),
    ("ending", "Partnership.spec.ending"),
    ("onDrift", "Subscription.spec.onDrift"),
];

/// Explains a code (`TT0310`), a kind (`Customer`) or a field (`Customer.spec.reseller`, `Customer.reseller`).
///
/// # Errors
/// When nothing has that name, with the nearest that has.
pub fn explain(topic: &str) -> Result<Explained, UnknownTopic> {
    if let Ok(code) = topic.parse() {
        return Ok(Explained::Code(code));
    }
    if let Some((_, of)) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(topic)) {
        return explain(of);
    }
    let mut parts = topic.split('.');
    let first = parts.next().unwrap_or_default();
    let named = |kind: &Kind| kind.name().eq_ignore_ascii_case(first) || kind.slug() == first;
    let Some(kind) = Kind::ALL.into_iter().find(named) else {
        let near = nearest(first, Kind::ALL.map(Kind::name)).map(str::to_owned).or_else(|| near_code(first));
        return Err(UnknownTopic { topic: topic.to_owned(), near, known: Vec::new() });
    };
    let root = manifest::schema(kind);
    let tree = Tree { root: &root };
    let mut shape = tree.root;
    let mut path = kind.name().to_owned();
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        // A kind is its spec: the other fields are alike in every kind.
        let spec = tree.step(shape, "spec").unwrap_or(shape);
        return Ok(Explained::Shape(tree.describe(spec, path)));
    }
    for part in parts {
        let next = tree.step(shape, part);
        // `Customer.reseller` means the field of its spec.
        let next = next.map(|schema| (schema, "")).or_else(|| {
            let spec = (path == kind.name()).then(|| tree.step(shape, "spec")).flatten()?;
            Some((tree.step(spec, part)?, "spec."))
        });
        let Some((schema, through)) = next else {
            let mut known = tree.names(shape);
            if path == kind.name() {
                // A field of the spec may be named without it.
                known = tree.step(shape, "spec").map_or(known, |spec| tree.names(spec));
            }
            let near = nearest(part, known.iter().map(String::as_str)).map(|near| format!("{path}.{near}"));
            return Err(UnknownTopic { topic: topic.to_owned(), near, known });
        };
        path = format!("{path}.{through}{part}");
        shape = schema;
    }
    Ok(Explained::Shape(tree.describe(shape, path)))
}

fn near_code(topic: &str) -> Option<String> {
    let looks = topic.len() == 6 && topic.get(..2).is_some_and(|letters| letters.eq_ignore_ascii_case("tt"));
    // Of a number of four digits only one slip tells what was meant.
    let near = |code: &String| strsim::damerau_levenshtein(&topic.to_ascii_uppercase(), code) == 1;
    Code::ALL.iter().map(Code::to_string).filter(|_| looks).find(near)
}

/// A schema with its definitions.
struct Tree<'a> {
    root: &'a Value,
}

impl<'a> Tree<'a> {
    /// What a `$ref` leads to.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
        target.and_then(|name| self.root.get("$defs")?.get(name)).unwrap_or(schema)
    }
    /// The schema and, where it is a choice, each alternative.
    fn alternatives(&self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolve(schema);
        let choices = ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        std::iter::once(schema).chain(choices.map(|choice| self.resolve(choice))).collect()
    }
    /// What is inside lists and maps of named things.
    fn inside(&self, schema: &'a Value) -> Vec<&'a Value> {
        let mut all = Vec::new();
        for schema in self.alternatives(schema) {
            all.push(schema);
            let inner = ["items", "additionalProperties"].iter().filter_map(|key| schema.get(key));
            for inner in inner.filter(|inner| inner.is_object()) {
                all.extend(self.alternatives(inner));
            }
        }
        all
    }
    fn step(&self, schema: &'a Value, field: &str) -> Option<&'a Value> {
        self.inside(schema).into_iter().find_map(|schema| schema.get("properties")?.get(field))
    }
    fn names(&self, schema: &'a Value) -> Vec<String> {
        self.describe(schema, String::new()).fields.into_iter().map(|field| field.name).collect()
    }
    fn describe(&self, schema: &'a Value, path: String) -> Shape {
        let mut values = Vec::new();
        let alternatives = self.alternatives(schema);
        // The schema itself comes first.
        let forms = match alternatives.as_slice() {
            [] => Vec::new(),
            [one] => prescribed(one).map(|form| format!("{form}.")).into_iter().collect(),
            [_, choices @ ..] => choices.iter().map(|choice| self.one_form(choice)).collect(),
        };
        let is_listed = |it: &&&Value| it.get("enum").is_some() || it.get("const").is_some();
        let closed = alternatives.len() == 1 || alternatives.iter().skip(1).all(|it| is_listed(&it));
        for choice in alternatives.into_iter().filter(|_| closed) {
            let listed = choice.get("enum").and_then(Value::as_array).into_iter().flatten();
            values.extend(listed.chain(choice.get("const")).filter_map(Value::as_str).map(str::to_owned));
        }
        let mut fields = Vec::new();
        for inner in self.inside(schema) {
            let required: Vec<&str> = inner
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            for (name, field) in inner.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let presence = if required.contains(&name.as_str()) { Presence::Required } else { Presence::Optional };
                fields.push(FieldLine { name: name.clone(), presence, summary: first_sentence(self.text(field)) });
            }
        }
        Shape { path, description: self.text(schema).to_owned(), form: self.form(schema), values, forms, fields }
    }
    /// One of several forms: how it is written, and what it says.
    fn one_form(&self, choice: &Value) -> String {
        let word = choice.get("const").and_then(Value::as_str).map(|word| format!("`{word}`"));
        let fields = choice.get("properties").and_then(Value::as_object).map(|fields| {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            format!("`{{{}}}`", names.join(", "))
        });
        let listed = || {
            choice
                .get("enum")?
                .as_array()
                .map(|all| all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        };
        let form = word.or(fields).or_else(listed);
        let form = form.unwrap_or_else(|| self.form(choice));
        match choice.get("description").and_then(Value::as_str) {
            Some(text) => format!("{form}: {text}"),
            None => form,
        }
    }
    /// A field's own description, else that of what it refers to.
    fn text(&self, schema: &'a Value) -> &'a str {
        let own = schema.get("description").and_then(Value::as_str);
        own.or_else(|| self.resolve(schema).get("description")?.as_str()).unwrap_or_default()
    }
    fn form(&self, schema: &'a Value) -> String {
        let mut forms: Vec<&str> = Vec::new();
        for choice in self.alternatives(schema) {
            let form = match choice.get("type").and_then(Value::as_str) {
                Some("string") => "text",
                Some("integer" | "number") => "number",
                Some("boolean") => "true or false",
                Some("array") => "list",
                Some("object") => "mapping",
                Some(_) | None => continue,
            };
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        if forms.is_empty() { "text".to_owned() } else { forms.join(" or ") }
    }
}

/// The form that a text must have.
fn prescribed(schema: &Value) -> Option<&'static str> {
    schema.get("x-twotier").and_then(Value::as_str).and_then(manifest::form)
}

fn first_sentence(text: &str) -> String {
    text.split_inclusive(". ").next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(topic: &str) -> Shape {
        match explain(topic) {
            Ok(Explained::Shape(shape)) => shape,
            other => panic!("{topic}: {other:?}"),
        }
    }

    #[test]
    fn a_field_of_several_forms_tells_each_and_a_date_its_form() {
        let forms = shape("Subscription.partnerOfRecord");
        assert!(forms.values.is_empty(), "{forms:?}");
        let told = forms.forms.join("; ");
        for wanted in ["`none`: Asserted", "A partnership: its first PartnerID", "`{partnerId, partnership}`"] {
            assert!(told.contains(wanted), "{told}");
        }
        let date = shape("Subscription.renewal.endDate").forms;
        assert!(date.join("").contains("2026-"), "{date:?}");
        assert_eq!(shape("Partnership.ensure").values, ["active", "ended"]);
        let known = explain("Customer.spec.zzzzzz").expect_err("misspelt").known;
        assert!(known.iter().any(|name| name == "reseller"), "{known:?}");
    }

    #[test]
    fn codes_are_found_in_any_case() {
        assert_eq!(explain("tt0310"), Ok(Explained::Code(Code::UnclaimedTwin)));
        assert_eq!(
            explain("TT0313 "),
            Err(UnknownTopic { topic: "TT0313 ".to_owned(), near: None, known: Vec::new() })
        );
        assert_eq!(explain("TT9310").map_err(|unknown| unknown.near.is_some()), Err(true));
    }

    #[test]
    fn kinds_list_the_fields_of_their_spec() {
        let customer = shape("Customer");
        let names: Vec<&str> = customer.fields.iter().map(|field| field.name.as_str()).collect();
        assert!(names.contains(&"reseller") && names.contains(&"subscriptions"), "{names:?}");
        assert_eq!(shape("Customer.metadata.name").path, "Customer.metadata.name");
        assert!(!customer.description.is_empty());
    }

    #[test]
    fn every_field_of_every_kind_is_explained() {
        for kind in Kind::ALL {
            let spec = shape(&format!("{}.spec", kind.name()));
            assert!(!spec.fields.is_empty(), "{}", kind.name());
            for field in spec.fields {
                let inner = shape(&format!("{}.{}", kind.name(), field.name));
                assert_eq!(inner.path, format!("{}.spec.{}", kind.name(), field.name));
                assert!(!inner.description.is_empty(), "{}", inner.path);
            }
        }
    }

    #[test]
    fn fields_inside_maps_and_lists_are_reached_and_misspelt_ones_answered_with_the_nearest() {
        let por = shape("Customer.spec.subscriptions.partnerOfRecord");
        assert!(!por.description.is_empty());
        let unknown = explain("Customer.spec.resseler").expect_err("misspelt");
        assert_eq!(unknown.near.as_deref(), Some("Customer.spec.reseller"));
        assert_eq!(explain("Custommer").expect_err("misspelt").near.as_deref(), Some("Customer"));
    }
}
