//! Saved plans: written, read, and refused when they were touched.

use super::*;
use crate::plan::example::{arbitrary_outlook, arbitrary_steps, file, outlook, steps};
use proptest::prelude::*;

fn saved() -> serde_json::Value {
    serde_json::from_str(&file(steps(), &outlook()).write()).unwrap()
}

#[test]
fn the_example_reads_back_as_it_was() {
    let before = file(steps(), &outlook());
    let after = PlanFile::read(&before.write()).unwrap();
    assert_eq!(after, before);
    assert_eq!(after.write(), before.write());
}

#[test]
fn an_unknown_field_is_ignored_and_an_unknown_format_is_not() {
    let mut value = saved();
    value["invented"] = 1.into();
    value["steps"][0]["invented"] = 1.into();
    assert!(PlanFile::read(&value.to_string()).is_ok());
    value["formatVersion"] = 2.into();
    let error = PlanFile::read(&value.to_string()).unwrap_err();
    assert!(error.to_string().contains("format 2"), "{error}");
}

#[test]
fn an_edited_plan_is_refused() {
    let edits: [(&str, serde_json::Value); 6] = [
        ("/steps/5/action/operation/quantity", 3000.into()),
        ("/steps/0/action/to", "mallory@evil.example".into()),
        ("/steps/7/conditions/0/expect/value", "4833333".into()),
        ("/steps/7/needs", serde_json::json!([])),
        ("/steps/1/action/until", "never".into()),
        ("/tenant", "22222222-2222-4222-8222-222222222222".into()),
    ];
    for (pointer, new) in edits {
        let mut value = saved();
        *value.pointer_mut(pointer).unwrap() = new;
        let error = PlanFile::read(&value.to_string()).unwrap_err();
        assert!(error.to_string().contains("edited by hand"), "{pointer}: {error}");
    }
    let mut value = saved();
    value["steps"].as_array_mut().unwrap().swap(0, 1);
    assert!(matches!(PlanFile::read(&value.to_string()), Err(ReadError::Order(_))));
    value["steps"].as_array_mut().unwrap().clear();
    assert!(matches!(PlanFile::read(&value.to_string()), Err(ReadError::Edited)));
}

#[test]
fn nobody_writes_into_a_plan_what_a_run_would_record() {
    for code in ["TT0356", "TT0410"] {
        let mut value = saved();
        let told =
            serde_json::json!({"code": code, "severity": "warning", "message": "`customer/contoso` means another one"});
        value["outlook"]["findings"].as_array_mut().unwrap().push(told);
        assert!(matches!(PlanFile::read(&value.to_string()), Err(ReadError::Edited)), "{code}");
    }
}

#[test]
fn what_is_no_plan_is_said_to_be_none() {
    assert!(matches!(PlanFile::read("kind: Customer"), Err(ReadError::NotJson(_))));
    for text in ["[]", "{}", "{\"formatVersion\": 1, \"findings\": []}", "{\"formatVersion\": -1, \"planId\": 1}"] {
        assert!(matches!(PlanFile::read(text), Err(ReadError::NotAPlan)), "{text}");
    }
    let mut value = saved();
    value["steps"][4]["action"]["operation"]["subscription"] = "customer/contoso".into();
    assert!(matches!(PlanFile::read(&value.to_string()), Err(ReadError::Part(_))));
}

#[test]
fn the_schema_names_every_field_of_the_document() {
    let schema = schema();
    let properties = schema.get("properties").and_then(serde_json::Value::as_object).unwrap();
    for field in saved().as_object().unwrap().keys() {
        assert!(properties.contains_key(field), "{field}");
    }
}

proptest! {
    #[test]
    fn every_plan_reads_back_as_it_was(steps in arbitrary_steps(), outlook in arbitrary_outlook()) {
        let before = file(steps, &outlook);
        let after = PlanFile::read(&before.write()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(after, before);
    }
}
