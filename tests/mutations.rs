//! Lenient deserialization: every documented response still deserializes after any change that a service may make, so
//! that one unexpected member never costs a page.

use serde_json::{Value, json};

use crate::support::{examples, operations};

/// Returns every variant of a value with one change, each with a description of the change.
fn mutations(value: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut pointers = vec![String::new()];
    while let Some(pointer) = pointers.pop() {
        let at = value.pointer(&pointer).unwrap();
        let mut change = |what: &str, change: &dyn Fn(&mut Value)| {
            let mut changed = value.clone();
            change(changed.pointer_mut(&pointer).unwrap());
            found.push((format!("{what} {pointer}"), changed));
        };
        match at {
            Value::Object(members) => {
                change("an unknown member in", &|object| object["a member of tomorrow"] = json!({ "deep": [1, null] }));
                for key in members.keys() {
                    change(&format!("no {key} in"), &|object| {
                        object.as_object_mut().unwrap().remove(key);
                    });
                    pointers.push(format!("{pointer}/{key}"));
                }
            }
            Value::Array(items) => {
                change("null in", &|array| array.as_array_mut().unwrap().push(Value::Null));
                change("another type in", &|array| array.as_array_mut().unwrap().push(json!("a text")));
                (0..items.len()).for_each(|index| pointers.push(format!("{pointer}/{index}")));
            }
            _ => {}
        }
        if !pointer.is_empty() {
            let others = [
                json!(null),
                json!("a value of tomorrow"),
                json!(""),
                json!(7),
                json!(-1),
                json!(1.7e12),
                json!(u64::MAX),
                json!(true),
                json!([]),
                json!([[{}]]),
                json!({}),
                json!({ "a": [1] }),
            ];
            for other in others {
                change(&format!("{other} as"), &|member| *member = other.clone());
            }
        }
    }
    found
}

#[test]
fn mutated_documented_responses_decode() {
    let mut count = 0;
    for (service, entry, node) in operations() {
        for example in
            examples(service, entry, &node).into_iter().filter(|example| !example.is_request && example.is_model)
        {
            for (what, mutation) in mutations(&example.value) {
                let decoded = entry.decode_response(mutation.to_string().as_bytes());
                assert!(decoded.is_ok(), "{}: {what}: {}", example.name, decoded.unwrap_err());
                count += 1;
            }
        }
    }
    assert!(count > 2000, "only {count} mutations were tried");
}

#[test]
fn strings_accept_any_json_and_times_round_trip() {
    use huaweicloud_coc::types::CocTicketHistoryBaseInfo as Info;
    let given = json!({ "action": 7, "operator": { "a": 1 }, "start_time": "1744285427529", "stop_time": "yesterday" });
    let info: Info = serde_json::from_value(given).unwrap();
    assert_eq!(info.action.as_deref(), Some("7"));
    assert_eq!(info.operator.as_deref(), Some(r#"{"a":1}"#));
    assert_eq!(info.start_time.as_ref().unwrap().as_millis(), Some(1_744_285_427_529));
    assert_eq!(info.stop_time.as_ref().unwrap().as_millis(), None);
    let written = serde_json::to_value(&info).unwrap();
    assert_eq!((&written["start_time"], &written["stop_time"]), (&json!("1744285427529"), &json!("yesterday")));
    for text in ["0", "-5", "00", "007", "+7", "-0", "-07", " 7", "1744285427529 "] {
        let info: Info = serde_json::from_value(json!({ "start_time": text })).unwrap();
        let millis = info.start_time.as_ref().unwrap().as_millis();
        assert_eq!(millis.is_some(), matches!(text, "0" | "-5"), "{text:?}");
        assert_eq!(serde_json::to_value(&info).unwrap(), json!({ "start_time": text }), "written back as it came");
    }
}

#[test]
fn enums_preserve_unknown_values() {
    use huaweicloud_codeartsdeploy::types::{ListAppOperationsLogResult as Record, OperationType};
    let record: Record = serde_json::from_value(json!({ "operation_type": "rename" })).unwrap();
    assert_eq!(record.operation_type, Some(OperationType::Unknown("rename".to_owned())));
    assert_eq!(serde_json::to_value(&record).unwrap(), json!({ "operation_type": "rename" }));
}

#[test]
fn decodes_integer_codes_as_variants_or_unknown() {
    use huaweicloud_osm::types::{IncidentOperateLogV2 as Log, OperateType};
    for (given, read, written) in [
        (json!(2), Some(OperateType::Urge), json!({ "operate_type": 2 })),
        (json!("2"), Some(OperateType::Urge), json!({ "operate_type": 2 })),
        (json!(1), Some(OperateType::Unknown(1)), json!({ "operate_type": 1 })),
        (json!(70_000), Some(OperateType::Unknown(70_000)), json!({ "operate_type": 70_000 })),
        (json!("urge"), None, json!({})),
    ] {
        let entry: Log = serde_json::from_value(json!({ "operate_type": given })).unwrap();
        assert_eq!(entry.operate_type, read);
        assert_eq!(serde_json::to_value(&entry).unwrap(), written);
    }
    assert_eq!((OperateType::Urge.code(), OperateType::Urge.to_string()), (2, "2".to_owned()));
}

#[test]
fn decodes_string_encoded_response() {
    let entry = huaweicloud_projectman::dynamic::SERVICE.operation("list_records_v2").unwrap();
    let packed = json!(json!({ "status": "success", "result": "{\"journals_total\": 3}" }).to_string()).to_string();
    let model = entry.decode_response(packed.as_bytes()).unwrap();
    assert_eq!(model.to_json().to_value().unwrap(), json!({ "status": "success", "result": { "journals_total": 3 } }));
}

#[test]
fn last_duplicate_member_wins() {
    let entry = huaweicloud_projectman::dynamic::SERVICE.operation("list_records_v2").unwrap();
    let model = entry.decode_response(br#"{"result":{"journals_total":1,"record":[]},"result":{"journals_total":2}}"#);
    assert_eq!(model.unwrap().to_json().to_value().unwrap(), json!({ "result": { "journals_total": 2 } }));
}
