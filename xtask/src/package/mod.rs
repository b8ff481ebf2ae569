//! The packages around generated code: manifest, README, changelog, crate root, and the spec as JSON.

pub mod changelog;
mod manifest;
mod readme;

use serde_json::{Map, Value};

use crate::{
    emit::{self, Code},
    files::{Files, MARK},
    judge,
    names::crate_name,
    package::changelog::Changelog,
    spec::{Result, Spec},
};

/// Name of the crate that lists all services.
pub const CATALOG: &str = "catalog";

/// Returns the files of the crate of a service, by path from the root of the workspace.
pub fn service(spec: &Spec, changelog: &Changelog) -> Result<Files> {
    let mut files = code(spec)?;
    files.extend(in_folder(
        &spec.service,
        [
            ("Cargo.toml", format!("# {MARK} from {}\n{}", spec.file, manifest::service(spec, changelog))),
            ("CHANGELOG.md", changelog.copy()),
        ],
    ));
    Ok(files)
}

/// Returns those of its files that follow from the spec alone.
pub fn code(spec: &Spec) -> Result<Files> {
    let code = emit::emit(spec)?;
    judge::judge(spec, &code).map_err(|reason| vec![spec.problem("", reason)])?;
    let Code { types, builder, client, service, dynamic } = code;
    let holds_any = types.contains("serde_json::Value");
    let notice = format!("{MARK} from {}", spec.file);
    let rust = |doc: &str, code: &str| {
        let doc: String = doc.lines().map(|line| format!("{}\n", format!("//! {line}").trim_end())).collect();
        format!("// {notice}\n{doc}\n{code}")
    };
    let models = ["Request and response models.".to_owned()].into_iter().chain(emit::model(spec));
    let models = models.collect::<Vec<_>>().join("\n\n");
    let files = [
        ("README.md", format!("<!-- {notice} -->\n\n{}", readme::service(spec))),
        ("openapi.json", contract(spec, &notice)),
        ("src/lib.rs", format!("// {notice}\n{}", root(holds_any))),
        ("src/types.rs", rust(&models, &types)),
        ("src/builder.rs", rust("Request builders.", &builder)),
        ("src/client.rs", rust("The client.", &client)),
        ("src/service.rs", rust("Static service and operation metadata.", &service)),
        ("src/dynamic.rs", rust("Calls by name, for programs that choose operations at run time.", &dynamic)),
    ];
    Ok(in_folder(&spec.service, files))
}

/// Returns the files of the crate that lists all services.
pub fn catalog(services: &[(Spec, Changelog)], changelog: &Changelog) -> Files {
    let notice = format!("{MARK} from specs/*/openapi.yaml");
    let elements: String = services
        .iter()
        .map(|(spec, _)| {
            let name = &spec.service;
            format!("    #[cfg(feature = {name:?})]\n    &{}::dynamic::SERVICE,\n", crate_name(name))
        })
        .collect();
    let root = format!(
        r#"// {notice}
#![doc = include_str!("../README.md")]

pub use huaweicloud_core::dynamic::Service;

static SERVICES: &[&Service] = &[
{elements}];

/// Returns the services whose features are enabled.
#[must_use]
pub fn services() -> &'static [&'static Service] {{
    SERVICES
}}

/// Returns the service of this id, such as `{first}`.
#[must_use]
pub fn service(id: &str) -> Option<&'static Service> {{
    SERVICES.iter().copied().find(|service| service.metadata.id == id)
}}
"#,
        first = services.first().map(|(spec, _)| spec.service.as_str()).unwrap_or_default(),
    );
    in_folder(
        CATALOG,
        [
            ("Cargo.toml", format!("# {notice}\n{}", manifest::catalog(services, changelog))),
            ("CHANGELOG.md", changelog.copy()),
            ("README.md", format!("<!-- {notice} -->\n\n{}", readme::catalog(services))),
            ("src/lib.rs", root),
        ],
    )
}

/// Folder of the crate of this name.
pub fn folder(name: &str) -> String {
    format!("crates/huaweicloud-{name}")
}

fn in_folder<const N: usize>(name: &str, files: [(&str, String); N]) -> Files {
    files.into_iter().map(|(path, contents)| (format!("{}/{path}", folder(name)), contents)).collect()
}

fn root(holds_any: bool) -> String {
    let any = if holds_any { "pub use huaweicloud_core::codegen::serde_json::Value;\n" } else { "" };
    format!(
        r#"#![doc = include_str!("../README.md")]

#[rustfmt::skip]
pub mod builder;
#[rustfmt::skip]
mod client;
#[cfg(feature = "dynamic")]
#[rustfmt::skip]
pub mod dynamic;
#[rustfmt::skip]
mod service;
#[rustfmt::skip]
pub mod types;

pub use client::Client;
{any}pub use huaweicloud_core::{{
    CallOptions, Config, ConfigBuilder, Credential, EpochMillis, Error, ErrorKind, Items, List, Method, PagePosition,
    Pages, RawRequest, Response, RetryPolicy, Secret, Violation, metadata,
}};
pub use service::SERVICE;
"#
    )
}

/// The spec as JSON, for people and programs that have only the crate.
fn contract(spec: &Spec, notice: &str) -> String {
    let mut document = Map::new();
    document.insert("x-generated".to_owned(), notice.into());
    document.extend(spec.value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    // Writing a value that was read cannot fail.
    serde_json::to_string_pretty(&Value::Object(document)).unwrap_or_default() + "\n"
}
