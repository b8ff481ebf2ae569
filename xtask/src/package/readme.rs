//! READMEs of generated crates, which are their crate documentation too.

use super::changelog::Changelog;
use crate::{emit, names, spec::Spec};

/// The README of the crate of a service.
pub fn service(spec: &Spec) -> String {
    let name = names::crate_name(&spec.service);
    let region = spec.document.servers.first().map(|server| server.region.as_str()).unwrap_or_default();
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
    let rows: String = operations
        .iter()
        .map(|operation| {
            format!("| `{}` | `{} {}` | {} |\n", operation.id, operation.method, operation.path, operation.summary)
        })
        .collect();
    let regions: String = spec
        .document
        .servers
        .iter()
        .map(|server| format!("| `{}` | {} |\n", server.region, server.url.trim_start_matches("https://")))
        .collect();
    format!(
        "# huaweicloud-{service}\n\n\
         A client for {title}. {description}\n\n\
         Unofficial, not affiliated with Huawei. Part of a workspace of clients for the operation histories of Huawei \
         Cloud; `huaweicloud-auth` finds credentials, and `huaweicloud-sandbox` is a mock server to test against.\n\n\
         ```rust,no_run\n{example}\n```\n\n\
         ## Operations\n\n| method | request | description |\n|---|---|---|\n{rows}\n\
         Operations that return pages have `items()` and `pages()`, streams that fetch on demand. A call that breaks a \
         documented rule is not sent, and its error names every rule; responses are read tolerantly.\n\n\
         ## Regions\n\n| region | host |\n|---|---|\n{regions}\n\
         ## Features\n\n\
         - `rustls` (default) or `native-tls`: the TLS library. With neither, pass an HTTP client that has one.\n\
         - `dynamic`: calls by name, descriptions of parameters, and the text of the spec, in a module of that name.\n\n\
         ## Licence\n\nMIT or Apache-2.0, at your option. Changes are listed in CHANGELOG.md.\n",
        service = spec.service,
        title = spec.title(),
        description = spec.document.info.description,
    )
}

/// The README of the catalog.
pub fn catalog(services: &[(Spec, Changelog)]) -> String {
    let rows: String = services
        .iter()
        .map(|(spec, _)| format!("| `{0}` | `huaweicloud-{0}` | {1} |\n", spec.service, spec.title()))
        .collect();
    format!(
        "# huaweicloud-catalog\n\n\
         The list of all generated clients for Huawei Cloud services, for programs that choose services and operations \
         at run time: command lines, collectors, mock servers. Programs that call known operations use the crate of \
         the service instead.\n\n\
         ```\n\
         for service in huaweicloud_catalog::services() {{\n    \
         for operation in service.operations {{\n        \
         println!(\"{{}} {{}}: {{}}\", service.metadata.id, operation.operation.id, operation.summary);\n    }}\n}}\n\
         assert!(huaweicloud_catalog::service(\"{first}\").is_some());\n```\n\n\
         ## Services\n\n| feature | crate | service |\n|---|---|---|\n{rows}\n\
         All features are enabled by default; with `default-features = false` only the enabled services are compiled.\n\n\
         ## Licence\n\nMIT or Apache-2.0, at your option. Changes are listed in CHANGELOG.md.\n",
        first = services.first().map(|(spec, _)| spec.service.as_str()).unwrap_or_default(),
    )
}
