//! Manifests of generated crates.

use super::changelog::Changelog;
use crate::spec::Spec;

/// The version of a crate that is never published.
const UNPUBLISHED: &str = "0.0.0";

/// The manifest of the crate of a service.
pub fn service(spec: &Spec, changelog: &Changelog) -> String {
    let service = &spec.service;
    let title = spec.title().escape_default();
    let keyword = spec.document.service.name.to_lowercase();
    format!(
        r#"{package}keywords = ["huaweicloud", "{keyword}", "audit", "history", "sdk"]

[package.metadata.docs.rs]
all-features = true

[features]
default = ["rustls"]
## TLS by rustls with ring and the certificates of the operating system
rustls = ["huaweicloud-core/rustls"]
## TLS by the library of the operating system
native-tls = ["huaweicloud-core/native-tls"]
## Calls by name, descriptions of parameters, and the text of the spec
dynamic = ["huaweicloud-core/dynamic"]

[dependencies]
huaweicloud-core.workspace = true

[dev-dependencies]
serde_json.workspace = true
tokio = {{ workspace = true, features = ["macros", "rt"] }}

[lints]
workspace = true
"#,
        package = package(service, &format!("Client for {title}, generated from the documented API"), changelog),
    )
}

/// The manifest of the catalog, with a feature for each service.
pub fn catalog(services: &[(Spec, Changelog)], changelog: &Changelog) -> String {
    let default: Vec<String> = services.iter().map(|(spec, _)| format!("{:?}", spec.service)).collect();
    let features: String = services
        .iter()
        .map(|(spec, _)| {
            let name = &spec.service;
            format!("## {}\n{name} = [\"dep:huaweicloud-{name}\"]\n", spec.title())
        })
        .collect();
    let dependencies: String = services
        .iter()
        .map(|(spec, Changelog { version, .. })| {
            let name = &spec.service;
            format!(
                "huaweicloud-{name} = {{ path = \"../huaweicloud-{name}\", version = {version:?}, \
                 default-features = false, features = [\"dynamic\"], optional = true }}\n"
            )
        })
        .collect();
    format!(
        r#"{package}keywords = ["huaweicloud", "catalog", "audit", "history", "sdk"]

[package.metadata.docs.rs]
all-features = true

[features]
default = [{default}]
{features}
[dependencies]
huaweicloud-core = {{ workspace = true, features = ["dynamic"] }}
{dependencies}
[lints]
workspace = true
"#,
        package = package(
            "catalog",
            "The list of all generated Huawei Cloud clients, for programs that choose at run time",
            changelog
        ),
        default = default.join(", "),
    )
}

fn package(name: &str, description: &str, changelog: &Changelog) -> String {
    // So that the crate that tests the generator is never published by mistake.
    let publish = if changelog.version == UNPUBLISHED { "publish = false\n" } else { "" };
    format!(
        r#"[package]
name = "huaweicloud-{name}"
description = "{description}"
version = "{version}"
readme = "README.md"
documentation = "https://docs.rs/huaweicloud-{name}"
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
categories = ["api-bindings"]
{publish}"#,
        version = changelog.version
    )
}
