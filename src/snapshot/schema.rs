//! The JSON Schema of one line of a snapshot, from the wire types.

use super::wire;

/// The schema of `schemas/snapshot.schema.json`: every line of a snapshot satisfies it.
#[must_use]
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(wire::AnyLine);
    schema.insert("title".into(), "twotier snapshot: one line".into());
    schema.insert(
        "description".into(),
        "A snapshot is JSON Lines: a header, one object a line, a trailer. Each line satisfies this schema.".into(),
    );
    schema
}
