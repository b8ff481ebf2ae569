//! Every documented example decodes, means what the snapshot says, and is written back as it came.

use serde_json::Value;

use crate::support::{examples, operations};

/// A value without its null members, which may vanish on the way.
pub fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(key, member)| (key.clone(), without_nulls(member)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_documented_example_decodes_and_is_written_back() {
    let mut count = 0;
    for (service, entry, node) in operations() {
        for example in examples(service, entry, &node).into_iter().filter(|example| example.is_model) {
            let body = example.value.to_string();
            let bytes = body.as_bytes();
            let model = if example.is_request { entry.decode_request(bytes) } else { entry.decode_response(bytes) };
            let model = model.unwrap_or_else(|error| panic!("{}: {error}", example.name));
            assert_eq!(model.to_json().to_value().unwrap(), without_nulls(&example.value), "{}", example.name);
            insta::assert_snapshot!(example.name.as_str(), format!("{model:#?}"));
            count += 1;
        }
    }
    assert!(count >= 7, "five documented responses and two requests, found {count}");
}

#[test]
fn the_ten_records_of_the_work_item_arrive_whole() {
    let spec: Value = serde_json::from_str(huaweicloud_projectman::SERVICE.spec).unwrap();
    let example = &spec["paths"]["/v2/issues/get-record"]["get"]["responses"]["200"]["content"]["application/json"]["examples"]
        ["documented"]["value"];
    let answer: huaweicloud_projectman::types::ListRecordsV2Response = serde_json::from_value(example.clone()).unwrap();
    let result = answer.result.unwrap();
    assert_eq!(result.record.len(), 10);
    assert_eq!(result.journals_total, Some(14), "more than on the page is normal");
    let html = result.record[3].details[0].new_value.as_deref().unwrap();
    assert!(html.starts_with("<p style=\"padding-top: 5.0px;\">") && html.ends_with("<do something> </p>"), "{html}");
    assert_eq!(result.record[0].created_on.as_ref().unwrap().as_millis(), Some(1_752_829_690_000));
}
