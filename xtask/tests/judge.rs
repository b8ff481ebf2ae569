//! Generated code is compared with the output of progenitor and typify: if either side differs, nothing is written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use xtask::{
    emit::{self, Code},
    judge::{self, Verdict},
    spec::{self, Spec},
};

fn golden() -> Spec {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    spec::load(&root, &[]).unwrap().remove(0)
}

#[test]
fn generated_code_agrees_for_every_service() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for spec in spec::load(&workspace, &[]).unwrap().into_iter().chain([golden()]) {
        let (expected, generated) =
            (judge::expected(&spec).unwrap(), judge::generated(&emit::emit(&spec).unwrap()).unwrap());
        assert_eq!(expected, generated);
        assert_eq!(expected.operations.len(), spec.operations().len());
        let objects = spec.schemas().filter(|(_, schema)| schema.properties.is_some()).count();
        assert_eq!(expected.models.len(), objects, "every model is judged");
    }
}

#[test]
fn detects_changed_reference_output() {
    let spec = golden();
    let generated = judge::generated(&emit::emit(&spec).unwrap()).unwrap();
    type Bend = fn(&mut Verdict);
    let bends: [(&str, Bend); 9] = [
        ("model Thing", |verdict| {
            let thing = verdict.models.get_mut("Thing").unwrap();
            let kind = thing.remove("weight").unwrap();
            thing.insert("mass".to_owned(), kind);
        }),
        ("model Thing", |verdict| {
            verdict.models.get_mut("Thing").unwrap().insert("weight".to_owned(), "weight: i64".to_owned());
        }),
        ("model Thing", |verdict| {
            verdict.models.get_mut("Thing").unwrap().insert("weight".to_owned(), "mass: f64".to_owned());
        }),
        ("model Thing", |verdict| drop(verdict.models.get_mut("Thing").unwrap().remove("weight"))),
        ("model Thing", |verdict| drop(verdict.models.remove("Thing"))),
        ("required members of Filter", |verdict| {
            verdict.required.get_mut("Filter").unwrap().remove("field");
        }),
        ("required members of Nested", |verdict| {
            verdict.required.insert("Nested".to_owned(), ["deep".to_owned()].into());
        }),
        ("operation look_up_thing", |verdict| {
            verdict.operations.get_mut("look_up_thing").unwrap().insert("limit".to_owned(), "String".to_owned());
        }),
        ("operation look_up_thing", |verdict| {
            verdict.operations.get_mut("look_up_thing").unwrap().insert("->".to_owned(), "Thing".to_owned());
        }),
    ];
    for (what, bend) in bends {
        let mut verdict = judge::expected(&spec).unwrap();
        bend(&mut verdict);
        let error = judge::compare(&verdict, &generated).unwrap_err();
        assert!(error.starts_with(&format!("progenitor and typify disagree on the {what}: ")), "{error}");
    }
}

#[test]
fn detects_changed_generated_code() {
    let spec = golden();
    let bent = |edit: &dyn Fn(&mut Code)| {
        let mut code = emit::emit(&spec).unwrap();
        edit(&mut code);
        judge::judge(&spec, &code)
    };
    assert_eq!(bent(&|_| {}), Ok(()));
    let replace = |text: &mut String, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
    };
    for (from, to) in [
        ("pub weight: Option<f64>", "pub mass: Option<f64>"),
        ("pub weight: Option<f64>", "pub weight: Option<i64>"),
        ("pub struct Thing ", "pub struct Thong "),
    ] {
        let error = bent(&|code| replace(&mut code.types, from, to)).unwrap_err();
        assert!(error.contains("disagree on the model"), "{from} → {to}: {error}");
    }
    let error = bent(&|code| replace(&mut code.service, "Member::required(\"field\"", "Member::optional(\"field\""))
        .unwrap_err();
    assert!(error.contains("disagree on the required members of Filter"), "{error}");
    for (from, to) in [
        ("pub fn limit(mut self, limit: i64)", "pub fn limits(mut self, limit: i64)"),
        ("pub fn limit(mut self, limit: i64)", "pub fn limit(mut self, limit: bool)"),
        ("Response<types::LookUpThingResponse>", "Response<types::Thing>"),
    ] {
        let error = bent(&|code| replace(&mut code.builder, from, to)).unwrap_err();
        assert!(error.contains("disagree on the operation look_up_thing"), "{from} → {to}: {error}");
    }
}
