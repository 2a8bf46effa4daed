//! The JSON Schema of the objects of the journal, from the types that read and write them. Never checks an object.

use super::record::Object;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// What every id is in a journal: lower case, hyphenated.
const GUID: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/// The schema of an object of the journal, `journal.schema.json`.
#[must_use]
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Object>().to_value();
    if let Value::Object(root) = &mut schema {
        root.insert("title".to_owned(), json!("twotier journal object"));
    }
    tidy(&mut schema);
    schema
}

/// Texts on one line; the forms of ids, which manifests may write in other ways, as the journal writes them.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(form) = map.remove("x-twotier")
                && form == "guid"
            {
                map.insert("pattern".to_owned(), json!(GUID));
            }
            if let Some(Value::String(text)) = map.get_mut("description") {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            map.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain;
    use super::super::record::{
        Adopted, BegunFor, BoundId, DoneBy, Forgotten, Guarded, Learned, Moved, Passed, Reach, Record, Refused,
        Remarked, Removed, Settled,
    };
    use super::super::support::*;
    use super::*;
    use crate::model::{Bound, Field, Freeze, Limit, Value as Held};
    use std::collections::BTreeMap;

    fn reach() -> Reach {
        Reach { applied: Some("abc123".into()), told: Some("abc122".into()) }
    }
    fn passed() -> Passed {
        Passed {
            acknowledgement: "march".parse().expect("a name"),
            code: "TT0504".into(),
            causes: [address("customer/contoso")].into(),
            amount: 2,
            at_most: 3,
            by: by(),
            reason: why(),
            expires: "2026-12-20".parse().expect("a date"),
        }
    }

    /// One of each record, filled.
    fn every_record() -> Vec<Record> {
        let contoso = || address("customer/contoso");
        let id = BoundId::Subscription { customer: customer(1), subscription: subscription(5) };
        let fields = || {
            BTreeMap::from([
                (Field::Quantity, Held::Number(30)),
                (Field::FriendlyName, Held::Text("30".into())),
                (Field::PartnerOfRecord, Held::None),
                (Field::Renewal, Held::List(vec!["a".into()])),
                (Field::Status, Held::Bool(true)),
            ])
        };
        let adopted = Adopted {
            bindings: BTreeMap::from([(address("subscription/contoso/m365"), id)]),
            settled: BTreeMap::from([(contoso(), fields())]),
            managed: vec![contoso()],
            released: vec![address("customer/@contoso.onmicrosoft.com")],
            renamed: vec![(contoso(), address("customer/litware"))],
            moved: BTreeMap::from([(handoff(), Moved { from: digest("before"), digest: digest("please") })]),
            consumed: vec![handoff()],
            withdrawn: vec![handoff()],
            shown: vec![contoso()],
            done: vec![DoneBy { step: quantity("subscription/contoso/m365", 30).key, run: 1, ending: None }],
        };
        let settlement = |outcome| Record::Settlement { intent: 2, outcome, fields: fields() };
        vec![
            Record::Genesis { tenant: tenant(), state: "state".into(), begun_for: Some(BegunFor::Service) },
            Record::Open(Box::new(open())),
            Record::Planned {
                plan: digest("plan"),
                document: Some(digest("document")),
                passed: vec![passed()],
                reach: reach(),
                withdrawn: vec![digest("gone")],
            },
            Record::Renew,
            asked("please"),
            Record::Intent(Box::new(create("customer/contoso"))),
            Record::Intent(Box::new(quantity("subscription/contoso/m365", 30))),
            settlement(done(created(1, Some("cipher")))),
            settlement(done(Learned::Password { user: "admin".into(), sealed: None })),
            settlement(Settled::Pending { learned: ordered(Some(subscription(5))) }),
            settlement(Settled::NotStarted),
            settlement(Settled::Failed { code: 2072, text: "no".into() }),
            settlement(unknown()),
            Record::Adopted(Box::new(adopted)),
            Record::Counted {
                code: "TT0500".into(),
                cause: contoso(),
                amount: 2,
                acknowledgement: Some("march".parse().expect("a name")),
                until: Some("2026-12-20".parse().expect("a date")),
            },
            Record::Guarded(Box::new(Guarded {
                protected: std::collections::BTreeSet::from([contoso()]),
                recipients: vec!["age1x".into()],
                limits: [(Limit::BoughtSeats, Bound { max: Some(5), percent: None })].into(),
                freeze: [Freeze {
                    from: "2026-12-20".parse().expect("a date"),
                    to: "2026-12-27".parse().expect("a date"),
                    reason: why(),
                }]
                .into(),
            })),
            Record::Close {
                outcomes: BTreeMap::from([("done".into(), 3)]),
                refused: vec![Refused { code: Some("TT0504".into()), text: "too many".into() }],
            },
            Record::Takeover { from: 1, by: Some(by()), reason: why() },
        ]
    }

    /// One of each note, filled.
    fn every_note() -> Vec<Record> {
        let contoso = || address("customer/contoso");
        vec![
            Record::Acknowledged { handoff: handoff(), digest: digest("x"), by: by(), evidence: Some("mail".into()) },
            Record::Declined { handoff: handoff(), by: by(), reason: why() },
            Record::Reopened { handoff: handoff(), by: by(), reason: why() },
            Record::Remark {
                kind: Remarked::Opened,
                address: Some(contoso()),
                by: by(),
                place: Some("https://forge.example/jobs/17".into()),
                removed: None,
            },
            Record::Remark {
                kind: Remarked::Pruned,
                address: None,
                by: by(),
                place: None,
                removed: Some(Box::new(Removed {
                    before: at(0),
                    plans: vec![digest("plan")],
                    checkpoints: vec![500],
                    sealed: vec![2],
                })),
            },
            Record::Bound {
                address: contoso(),
                id: BoundId::Customer { tenant: customer(1) },
                by: by(),
                reason: why(),
            },
            Record::Renamed { from: contoso(), to: address("customer/litware"), by: by(), reason: why() },
            Record::Forgotten { address: contoso(), what: Forgotten::Credentials, by: by(), reason: why() },
            Record::Resolved { intent: 2, outcome: Settled::NotStarted, by: by(), reason: why() },
        ]
    }

    #[test]
    fn every_record_is_read_as_it_was_written() {
        for record in every_record().into_iter().chain(every_note()) {
            let number = u64::from(!matches!(record, Record::Genesis { .. }));
            let object = object(number, 1, vec![record]);
            let bytes = chain::encode(&object).expect("is written");
            assert_eq!(chain::decode(number, &bytes), Ok(object));
        }
    }

    /// The alternatives of a tagged type, by tag.
    fn alternatives<'s>(schema: &'s Value, tag: &str) -> BTreeMap<&'s str, &'s Value> {
        let all = schema["oneOf"].as_array().expect("alternatives");
        all.iter().map(|one| (one["properties"][tag]["const"].as_str().expect("a tag"), one)).collect()
    }

    #[test]
    fn the_schema_knows_every_record_and_every_field_written() {
        let schema = schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let records = alternatives(&schema["$defs"]["Record"], "type");
        let mut seen = std::collections::BTreeSet::new();
        for record in every_record().into_iter().chain(every_note()) {
            let written = serde_json::to_value(&record).expect("is written");
            let tag = written["type"].as_str().expect("a tag").to_owned();
            let known = records.get(tag.as_str()).unwrap_or_else(|| panic!("`{tag}` is missing"));
            let known = match known.get("$ref").and_then(Value::as_str) {
                Some(name) => &schema["$defs"][name.trim_start_matches("#/$defs/")],
                None => known,
            };
            for (field, _) in written.as_object().expect("fields").iter().filter(|(field, _)| *field != "type") {
                assert!(!known["properties"][field].is_null(), "`{tag}.{field}` is missing");
            }
            seen.insert(tag);
        }
        assert_eq!(records.len(), seen.len(), "every record is written in this test");
    }

    #[test]
    fn ids_have_the_form_in_which_they_are_written() {
        let text = schema().to_string();
        assert!(!text.contains("x-twotier"));
        assert!(text.contains("^[0-9a-f]{64}$") && text.contains(&GUID.replace('\\', "\\\\")));
    }
}
