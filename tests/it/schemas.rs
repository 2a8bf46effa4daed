//! The schemas in the repository are those of this version.
//! `BLESS=1` writes them.

use crate::support::root;
use twotier::ops::schema;

#[test]
fn schemas_in_the_repository_are_fresh() {
    let folder = root().join("schemas");
    let there = schema::read(&folder).expect("the schemas are readable");
    if std::env::var_os("BLESS").is_some() {
        for name in there.keys() {
            std::fs::remove_file(folder.join(name)).expect("the folder is writable");
        }
        for (name, text) in schema::all() {
            std::fs::write(folder.join(name), text).expect("the folder is writable");
        }
        return;
    }
    let differences = schema::differences(&there);
    assert!(differences.is_empty(), "BLESS=1 cargo test --test it schemas\n{}", differences.join("\n"));
}

#[test]
fn schemas_are_of_one_dialect_and_say_what_they_describe() {
    for (name, text) in schema::all() {
        let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert!(schema["title"].is_string(), "{name} has a title");
    }
}
