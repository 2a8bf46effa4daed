//! The JSON Schemas of the kinds: what editors complete from and what the tool itself checks with, from the same
//! types. Never checks a document.

use super::document::{
    Acknowledgement, AzureAccess, Customer, Metadata, Partnership, Provider, ResellerAssociation,
    StandaloneSubscription, SupportDelegation,
};
use super::format::Format;
use crate::model::{Kind, country};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The value of `apiVersion`.
pub(super) const API_VERSION: &str = "twotier/v1";

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The role of a field no other one is written for.
const DEFAULT_ROLE: &str = "text";

const COMPARED: &str = "Compared with the tenant.";
const CREATE_ONLY: &str = "Create-only: used once, never changed later.";
const IDENTITY: &str = "Identity: says which live object is meant.";
const TEXT: &str = "Not compared with the tenant.";

/// The schema of each kind and `manifest.schema.json`, which takes any of them, by file name.
#[must_use]
pub fn schemas() -> Vec<(String, Value)> {
    let Finished { definitions, documents } = finished();
    let mut schemas = Vec::new();
    for (kind, document) in documents {
        let mut schema = document.clone();
        schema.insert("$schema".to_owned(), json!(DIALECT));
        schema.insert("$defs".to_owned(), Value::Object(reachable(document, definitions)));
        schemas.push((format!("{}.schema.json", kind.slug()), Value::Object(schema)));
    }
    let any: Vec<Value> = documents.values().cloned().map(Value::Object).collect();
    let combined = json!({
        "$schema": DIALECT,
        "title": "twotier manifest",
        "description": "A document of any kind.",
        "oneOf": any,
        "$defs": definitions,
    });
    schemas.push(("manifest.schema.json".to_owned(), combined));
    schemas
}

/// The schema of one kind, whole.
#[must_use]
pub fn schema(kind: Kind) -> Value {
    let name = format!("{}.schema.json", kind.slug());
    schemas().into_iter().find(|(file, _)| *file == name).map_or(Value::Null, |(_, schema)| schema)
}

/// Definitions and, by kind, the schema of a document that refers to them.
pub(super) struct Finished {
    pub(super) definitions: Map<String, Value>,
    pub(super) documents: BTreeMap<Kind, Map<String, Value>>,
}

/// The finished schemas, made once.
pub(super) fn finished() -> &'static Finished {
    static FINISHED: OnceLock<Finished> = OnceLock::new();
    FINISHED.get_or_init(finish)
}

fn finish() -> Finished {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let metadata = generator.subschema_for::<Metadata>().to_value();
    let specs: BTreeMap<Kind, Value> = Kind::ALL.into_iter().map(|kind| (kind, spec(kind, &mut generator))).collect();
    let mut definitions = generator.take_definitions(true);
    let countries: Vec<&str> = country::all().collect();
    let description = "Two upper-case letters, ISO 3166-1, quoted.";
    let country = json!({ "type": "string", "x-twotier": "country", "enum": countries, "description": description });
    definitions.values_mut().for_each(tidy);
    definitions.insert("Country".to_owned(), country);
    paint(&mut definitions, specs.values());
    definitions.values_mut().for_each(name_drift_fields);
    let documents =
        specs.into_iter().map(|(kind, spec)| (kind, document(kind, &metadata, &spec, &definitions))).collect();
    Finished { definitions, documents }
}

fn spec(kind: Kind, generator: &mut schemars::SchemaGenerator) -> Value {
    let schema = match kind {
        Kind::Provider => generator.subschema_for::<Provider>(),
        Kind::Partnership => generator.subschema_for::<Partnership>(),
        Kind::Customer => generator.subschema_for::<Customer>(),
        Kind::ResellerAssociation => generator.subschema_for::<ResellerAssociation>(),
        Kind::Subscription => generator.subschema_for::<StandaloneSubscription>(),
        Kind::SupportDelegation => generator.subschema_for::<SupportDelegation>(),
        Kind::AzureAccess => generator.subschema_for::<AzureAccess>(),
        Kind::Acknowledgement => generator.subschema_for::<Acknowledgement>(),
    };
    schema.to_value()
}

fn document(kind: Kind, metadata: &Value, spec: &Value, definitions: &Map<String, Value>) -> Map<String, Value> {
    let described = referred(spec).and_then(|name| definitions.get(name)).and_then(|spec| spec.get("description"));
    let schema = json!({
        "title": kind.name(),
        "description": described,
        "type": "object",
        "properties": {
            "apiVersion": { "const": API_VERSION, "description": "The version of the manifests' form." },
            "kind": { "const": kind.name(), "description": described },
            "metadata": metadata,
            "spec": spec,
        },
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
    });
    match schema {
        Value::Object(schema) => schema,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// The name of the definition a schema refers to.
pub(super) fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// Every schema directly inside a schema.
fn children(schema: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    schema.iter_mut().flat_map(|(key, value)| {
        let several: Vec<&mut Value> = match (key.as_str(), value) {
            ("properties" | "$defs" | "patternProperties", Value::Object(map)) => map.values_mut().collect(),
            ("anyOf" | "oneOf" | "allOf", Value::Array(list)) => list.iter_mut().collect(),
            ("items" | "additionalProperties" | "propertyNames", one) => vec![one],
            _ => Vec::new(),
        };
        several
    })
}

/// Makes a derived schema say what a manifest may be: no nulls, no defaults, patterns, no empty texts.
fn tidy(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    without_null(map);
    map.remove("default");
    if let Some(Value::String(format)) = map.remove("format")
        && format == "uint32"
    {
        map.entry("maximum").or_insert(json!(u32::MAX));
    }
    if let Some(Value::String(text)) = map.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    written(map);
    children(map).for_each(tidy);
}

fn without_null(map: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            map.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(alternatives)) = map.get_mut("anyOf") {
        alternatives.retain(|alternative| alternative.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(one)] = alternatives.as_slice() {
            let one = one.clone();
            map.remove("anyOf");
            for (key, value) in one {
                map.entry(key).or_insert(value);
            }
        }
    }
}

/// Pattern of a text with a form; at least one character of any other.
fn written(map: &mut Map<String, Value>) {
    if map.get("type").is_none_or(|name| name != "string") || map.contains_key("const") || map.contains_key("enum") {
        return;
    }
    let format = map.get("x-twotier").and_then(Value::as_str).and_then(Format::named);
    match format {
        Some(Format::Country) => {
            map.remove("type");
            map.remove("x-twotier");
            map.insert("$ref".to_owned(), json!("#/$defs/Country"));
        }
        Some(format) => {
            map.insert("pattern".to_owned(), json!(format.pattern()));
        }
        None => {
            map.entry("minLength").or_insert(json!(1));
        }
    }
}

/// Writes into each field's description whether it is compared, create-only or text; what a field of a kind refers to
/// inherits its role.
fn paint<'a>(definitions: &mut Map<String, Value>, specs: impl Iterator<Item = &'a Value>) {
    let mut roles: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut open: Vec<(String, String)> =
        specs.filter_map(referred).map(|name| (name.to_owned(), DEFAULT_ROLE.to_owned())).collect();
    while let Some((name, inherited)) = open.pop() {
        let Some(properties) = definitions.get(&name).and_then(|schema| schema.get("properties")?.as_object()) else {
            continue;
        };
        for (field, schema) in properties {
            let role = schema.get("x-twotier-role").and_then(Value::as_str).unwrap_or(&inherited).to_owned();
            if roles.entry((name.clone(), field.clone())).or_default().insert(role.clone()) {
                // What only holds parts with roles of their own passes none on.
                let inherited = if role == "parts" { DEFAULT_ROLE } else { &role };
                open.extend(references(schema).into_iter().map(|name| (name, inherited.to_owned())));
            }
        }
    }
    for ((name, field), roles) in roles {
        let schema = definitions.get_mut(&name).and_then(|schema| schema.get_mut("properties")?.get_mut(&field));
        if let Some(Value::Object(schema)) = schema {
            describe_role(schema, &roles);
        }
    }
}

fn describe_role(schema: &mut Map<String, Value>, roles: &BTreeSet<String>) {
    let Some(role) = roles.first().filter(|_| roles.len() == 1) else { return };
    let words = match role.as_str() {
        "compared" => COMPARED,
        "createOnly" => CREATE_ONLY,
        "identity" => IDENTITY,
        "parts" => return,
        _ => TEXT,
    };
    let described = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = format!("{described} {words}").trim().to_owned();
    schema.insert("description".to_owned(), json!(description));
    schema.insert("x-twotier-role".to_owned(), json!(role));
}

/// A description without the words on its role.
pub(super) fn without_role(description: &str) -> &str {
    let roles = [COMPARED, CREATE_ONLY, IDENTITY, TEXT];
    roles.iter().find_map(|role| description.strip_suffix(role)).unwrap_or(description).trim_end()
}

/// The definitions a schema refers to, at any depth of its own.
fn references(schema: &Value) -> BTreeSet<String> {
    let mut schema = schema.clone();
    let mut found = BTreeSet::new();
    let mut open = vec![&mut schema];
    while let Some(schema) = open.pop() {
        found.extend(referred(schema).map(str::to_owned));
        if let Value::Object(map) = schema {
            open.extend(children(map));
        }
    }
    found
}

fn reachable(document: &Map<String, Value>, definitions: &Map<String, Value>) -> Map<String, Value> {
    let mut found = Map::new();
    let mut open: Vec<String> = references(&Value::Object(document.clone())).into_iter().collect();
    while let Some(name) = open.pop() {
        if let Some(schema) = definitions.get(&name).filter(|_| !found.contains_key(&name)) {
            open.extend(references(schema));
            found.insert(name, schema.clone());
        }
    }
    found
}

/// The fields that can drift, wherever they stand beside an `onDrift`.
const CAN_DRIFT: [&str; 5] = ["friendlyName", "partnerOfRecord", "quantity", "renewal", "supportContact"];

/// Lets `onDrift` know the fields beside it that can drift, and no other.
fn name_drift_fields(schema: &mut Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let Some(rule) = properties.get("onDrift").and_then(|drift| drift.get("additionalProperties")).cloned() else {
        return;
    };
    let beside = CAN_DRIFT.iter().filter(|name| properties.contains_key(**name));
    let fields: Map<String, Value> = beside.map(|name| ((*name).to_owned(), rule.clone())).collect();
    if let Some(Value::Object(drift)) = properties.get_mut("onDrift") {
        drift.insert("properties".to_owned(), Value::Object(fields));
        drift.insert("additionalProperties".to_owned(), json!(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `BLESS=1 cargo test schemas_in_the_repository` rewrites them.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test compares, or rewrites, files of the repository")]
    fn schemas_in_the_repository_are_fresh() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        for (name, schema) in schemas() {
            let text = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
            let path = folder.join(&name);
            if std::env::var_os("BLESS").is_some() {
                std::fs::create_dir_all(&folder).expect("a folder");
                std::fs::write(&path, text).expect("a file");
            } else {
                let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
                assert!(written == text, "schemas/{name} is stale: BLESS=1 cargo test schemas_in_the_repository");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_nothing_may_be_null() {
        for (name, schema) in schemas() {
            let definitions = schema.get("$defs").and_then(Value::as_object).expect("definitions");
            for reference in references(&schema) {
                assert!(definitions.contains_key(&reference), "{name}: {reference}");
            }
            let text = schema.to_string();
            assert!(!text.contains("\"null\"") && !text.contains("\"default\""), "{name}");
        }
    }

    #[test]
    fn every_field_of_a_spec_is_described_with_its_role() {
        let Finished { definitions, documents: _ } = finished();
        for (name, definition) in definitions.iter().filter(|(name, _)| *name != "Metadata") {
            for (field, schema) in definition.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
                assert!(!without_role(description).is_empty(), "{name}.{field} is not described");
                assert!(schema.get("x-twotier-role").is_some(), "{name}.{field} has no role");
            }
        }
    }
}
