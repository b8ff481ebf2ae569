//! The package around the generated modules: manifest, README, crate root, and the spec in JSON.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::{
    emit::{self, Code},
    files::{Files, MARK},
    judge, names,
    spec::{self, Result, Spec, list, text},
};

/// The files of the crate of a service, by path from the root of the workspace.
pub fn package(spec: &Spec) -> Result<Files> {
    let code = emit::emit(spec)?;
    judge::judge(spec, &code).map_err(|reason| vec![spec.problem("", reason)])?;
    let Code { types, builder, client, service, dynamic } = code;
    let holds_any = types.contains("serde_json::Value");
    let notice = format!("{MARK} from {} (SHA-256 {})", spec.file, hash(&spec.text));
    let folder = format!("crates/huaweicloud-{}", spec.service);
    let rust = |doc: &str, code: &str| {
        let doc: String = doc.lines().map(|line| format!("{}\n", format!("//! {line}").trim_end())).collect();
        format!("// {notice}\n{doc}\n{code}")
    };
    let models = ["Request and response models.".to_owned()].into_iter().chain(emit::model(spec));
    let models = models.collect::<Vec<_>>().join("\n\n");
    let files = [
        ("Cargo.toml", format!("# {notice}\n{}", manifest(spec))),
        ("README.md", format!("<!-- {notice} -->\n\n{}", readme(spec))),
        ("openapi.json", contract(spec, &notice)),
        ("src/lib.rs", format!("// {notice}\n{}", root(holds_any))),
        ("src/types.rs", rust(&models, &types)),
        ("src/builder.rs", rust("Request builders.", &builder)),
        ("src/client.rs", rust("The client.", &client)),
        ("src/service.rs", rust("Static service and operation metadata.", &service)),
        ("src/dynamic.rs", rust("Calls by name, for programs that choose operations at run time.", &dynamic)),
    ];
    Ok(files.into_iter().map(|(path, contents)| (format!("{folder}/{path}"), contents)).collect())
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn manifest(spec: &Spec) -> String {
    let service = &spec.service;
    let title = spec.text_at("/info/title").escape_default();
    format!(
        r#"[package]
name = "huaweicloud-{service}"
description = "Client of {title}, generated from its documented contract"
readme = "README.md"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true

[features]
default = ["rustls"]
## TLS by rustls with ring and the certificates of the operating system
rustls = ["huaweicloud-core/rustls"]
## TLS by the library of the operating system
native-tls = ["huaweicloud-core/native-tls"]
## Calls by name, what parameters mean, and the text of the spec
dynamic = ["huaweicloud-core/dynamic"]

[dependencies]
huaweicloud-core.workspace = true

[dev-dependencies]
serde_json.workspace = true
tokio = {{ workspace = true, features = ["macros", "rt"] }}

[lints]
workspace = true
"#
    )
}

fn readme(spec: &Spec) -> String {
    let name = names::crate_name(&spec.service);
    let region = list(&spec.value, "servers").next().map(|server| text(server, "x-region")).unwrap_or_default();
    let setup: Vec<String> = [
        format!("use {name}::{{Client, Config, Credential}};"),
        String::new(),
        "# #[tokio::main(flavor = \"current_thread\")]".to_owned(),
        format!("# async fn main() -> Result<(), {name}::Error> {{"),
        "let config = Config::builder()".to_owned(),
        "    .credentials(Credential::keys(\"ACCESS-KEY\", \"SECRET-KEY\"))".to_owned(),
        format!("    .region({region:?})"),
        "    .build()?;".to_owned(),
        "let client = Client::new(&config)?;".to_owned(),
        String::new(),
    ]
    .into();
    let operations = spec.operations();
    let example = operations.first().map(|operation| emit::example(spec, operation, &setup)).unwrap_or_default();
    let mut rows = String::new();
    for operation in &operations {
        rows.push_str(&format!(
            "| `{}` | `{} {}` | {} | {} |\n",
            operation.id(),
            operation.method.to_uppercase(),
            operation.path,
            text(operation.value, "summary"),
            spec::source(operation.value)
        ));
    }
    let regions: Vec<String> = list(&spec.value, "servers")
        .map(|server| {
            format!("| `{}` | {} |", text(server, "x-region"), text(server, "url").trim_start_matches("https://"))
        })
        .collect();
    format!(
        "# huaweicloud-{service}\n\n{title}. {description}\n\nUnofficial; generated from the documented contract in \
         `{file}`. Do not edit this crate: change the spec and run `cargo xtask generate`.\n\n\
         ```rust,no_run\n{example}\n```\n\n\
         ## Operations\n\n| method | request | what it does | source |\n|---|---|---|---|\n{rows}\n\
         ## Regions\n\n| region | host |\n|---|---|\n{regions}\n\n\
         ## Features\n\n`rustls` (default) or `native-tls` choose the TLS library; with neither, pass an HTTP client that \
         has one. `dynamic` adds the module `dynamic`: calls by name, what parameters mean, and the text of the spec.\n",
        service = spec.service,
        title = spec.text_at("/info/title"),
        description = spec.text_at("/info/description"),
        file = spec.file,
        regions = regions.join("\n"),
    )
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
