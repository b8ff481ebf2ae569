//! Rules of request and response bodies, and of `x-in-band-status`.

use super::linter::Linter;
use crate::spec::{JSON, MediaType, Members, Operation, extensions::InBandStatus, step};

pub fn check(linter: &mut Linter<'_>, operation: &Operation) {
    if let Some(body) = &operation.request_body {
        let pointer = step(&operation.pointer, "requestBody");
        if !body.required {
            let message = "must be true: a body is always sent, `{}` when nothing is set";
            linter.problem(&step(&pointer, "required"), message);
        }
    }
    let responses = step(&operation.pointer, "responses");
    for (status, response) in operation.responses.iter() {
        let pointer = step(&responses, status);
        if status.parse::<u16>().is_err() {
            linter.problem(&pointer, "must be a status of three digits");
        }
        if let Some(in_band) = &response.in_band_status {
            in_band_status(linter, &step(&pointer, "x-in-band-status"), in_band);
        }
    }
    // An operation may respond without a body, unless it is a list.
    let without = operation.success().filter(|(_, response)| response.content.iter().next().is_none());
    let without = without.filter(|_| operation.pagination.is_none());
    let without = without.map(|(status, _)| step(&step(&responses, status), "content"));
    for (pointer, found) in operation.contents() {
        if Some(&pointer) != without.as_ref() {
            content(linter, &pointer, found);
        }
    }
    let success = operation.responses.iter().filter(|(status, _)| status.starts_with('2')).count();
    if success != 1 {
        linter.problem(&responses, format!("must have exactly one success status, has {success}"));
    }
}

fn content(linter: &mut Linter<'_>, pointer: &str, content: &Members<MediaType>) {
    let (Some(media), 1) = (content.get(JSON), content.iter().count()) else {
        linter.problem(pointer, "must hold application/json and nothing else");
        return;
    };
    let pointer = step(pointer, JSON);
    if media.schema.reference().is_none() {
        linter.problem(&step(&pointer, "schema"), "must refer to a named schema");
    }
    if media.examples.iter().next().is_none() {
        linter.problem(&step(&pointer, "examples"), "must hold a documented example");
    }
}

fn in_band_status(linter: &mut Linter<'_>, pointer: &str, in_band: &InBandStatus) {
    let InBandStatus { code, message, status, .. } = in_band;
    for (key, value) in [("code", Some(code)), ("message", Some(message)), ("status", status.as_ref())] {
        let is_member = |value: &String| value.strip_prefix('/').is_some_and(|name| !name.contains('/'));
        if value.is_some_and(|value| !is_member(value)) {
            linter.problem(&step(pointer, key), "must be a pointer to a member of the body, such as /error_code");
        }
    }
}
