//! Running progenitor.

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use schemars::schema::{InstanceType, SchemaObject};
use syn::Item;

use crate::project::Batch;

/// What progenitor made and the seam builds on; its client is not.
pub struct Modules {
    pub types: Vec<Item>,
    pub builder: Vec<Item>,
}

/// Runs progenitor on a part of a service.
pub fn run(batch: Batch) -> Result<Modules, String> {
    let document: openapiv3::OpenAPI = serde_json::from_value(batch.document).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap".to_owned());
    for marker in &batch.markers {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(marker.clone()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, marker, std::iter::empty());
    }
    let tokens = Generator::new(&settings).generate_tokens(&document).map_err(|error| error.to_string())?;
    let file: syn::File = syn::parse2(tokens).map_err(|error| error.to_string())?;
    let mut modules: Vec<(String, Vec<Item>)> = file.items.into_iter().filter_map(module).collect();
    let mut take = |name: &str| {
        let found = modules.iter_mut().find(|(found, _)| found == name);
        found.map(|(_, items)| std::mem::take(items)).ok_or_else(|| format!("the generator made no module {name}"))
    };
    Ok(Modules { types: take("types")?, builder: take("builder")? })
}

/// Name and items of a module.
pub fn module(item: Item) -> Option<(String, Vec<Item>)> {
    match item {
        Item::Mod(module) => Some((module.ident.to_string(), module.content?.1)),
        _ => None,
    }
}
