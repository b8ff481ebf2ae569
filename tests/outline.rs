//! The public face of each generated crate, as a reviewer reads it first: operations, types, fields.

use std::fmt::Write as _;

use huaweicloud_core::Service;
use serde_json::Value;

fn outline(service: &Service) -> String {
    let spec: Value = serde_json::from_str(service.spec).unwrap();
    let mut out = format!("{} ({:?} scope)\n", service.title, service.scope);
    for endpoint in service.endpoints {
        writeln!(out, "  {} {}", endpoint.region, endpoint.url).unwrap();
    }
    for entry in service.operations {
        let operation = entry.operation;
        writeln!(out, "\n{}: {} {}", operation.id, operation.method, operation.path).unwrap();
        for parameter in operation.parameters {
            let optional = if parameter.required { "" } else { "?" };
            writeln!(out, "  .{}{optional} {:?} {:?}", parameter.setter, parameter.location, parameter.kind).unwrap();
        }
        if operation.body {
            writeln!(out, "  .body Json").unwrap();
        }
    }
    writeln!(out, "\n{}", types_of(service)).unwrap();
    assert!(spec["paths"].is_object());
    out
}

/// The public items of the generated types, read from their source.
fn types_of(service: &Service) -> String {
    let file = format!("{}/../crates/huaweicloud-{}/src/types.rs", env!("CARGO_MANIFEST_DIR"), service.id);
    let source = std::fs::read_to_string(file).unwrap();
    let mut out = String::new();
    let mut in_enum = false;
    for line in source.lines() {
        let text = line.trim();
        if let Some(item) = text.strip_prefix("pub struct ") {
            writeln!(out, "struct {}", item.trim_end_matches(" {")).unwrap();
        } else if line.starts_with("    pub ") && text.contains(':') && !text.starts_with("pub use ") {
            writeln!(out, "  {}", text.trim_start_matches("pub ").trim_end_matches(',')).unwrap();
        }
    }
    for line in source.lines() {
        let text = line.trim();
        if let Some(item) = text.strip_prefix("pub enum ") {
            writeln!(out, "enum {}", item.trim_end_matches(" {")).unwrap();
            in_enum = true;
        } else if in_enum && text == "}" {
            in_enum = false;
        } else if in_enum && !text.starts_with("///") {
            writeln!(out, "  {}", text.trim_end_matches(',')).unwrap();
        }
    }
    out
}

#[test]
fn the_public_face_changes_only_on_purpose() {
    for service in huaweicloud_sandbox::services() {
        insta::assert_snapshot!(service.id, outline(service));
    }
}
