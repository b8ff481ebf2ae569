//! Checks that the imports between the modules of a crate have no cycles, direct or indirect.
//!
//! A module is a file. A `pub use` re-exports another module and is resolved to that module.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{Item, UseTree, visit::Visit};

/// A module by its path from the crate's root, such as `transport::client`.
type Name = Vec<String>;

#[derive(Default)]
struct Crate {
    /// The imports of each module: paths from the root, and paths whose first segment may be an item.
    imports: BTreeMap<Name, BTreeSet<Name>>,
    /// The paths of re-exports, by module and name.
    faces: BTreeMap<(Name, String), Name>,
}

/// Collects the paths in a file.
struct Paths<'c> {
    module: &'c Name,
    found: BTreeSet<Name>,
    faces: Vec<(String, Name)>,
}

impl Paths<'_> {
    /// Returns the path from the root of the crate. A path out of the crate looks like a child that the module does not
    /// have.
    fn absolute(&self, path: &[String]) -> Option<Name> {
        let mut at: Name = match path.first()?.as_str() {
            "crate" | "$crate" => Vec::new(),
            "self" => self.module.clone(),
            "super" => self.module[..self.module.len().checked_sub(1)?].to_vec(),
            child => [self.module.clone(), vec![child.to_owned()]].concat(),
        };
        for step in &path[1..] {
            match step.as_str() {
                "super" => _ = at.pop(),
                step => at.push(step.to_owned()),
            }
        }
        Some(at)
    }

    fn tree(&mut self, tree: &UseTree, before: &[String], is_face: bool) {
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &[before, &[path.ident.to_string()]].concat(), is_face),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before, is_face)),
            UseTree::Glob(_) => {
                let Some(path) = self.absolute(before) else { return };
                self.found.insert(path);
            }
            UseTree::Name(name) => self.leaf(before, &name.ident.to_string(), &name.ident.to_string(), is_face),
            UseTree::Rename(name) => self.leaf(before, &name.ident.to_string(), &name.rename.to_string(), is_face),
        }
    }

    fn leaf(&mut self, before: &[String], name: &str, shown: &str, is_face: bool) {
        let path = if name == "self" { before.to_vec() } else { [before, &[name.to_owned()]].concat() };
        let Some(path) = self.absolute(&path) else { return };
        if is_face {
            self.faces.push((shown.to_owned(), path));
        } else {
            self.found.insert(path);
        }
    }
}

impl<'a> Visit<'a> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        let is_face = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&item.tree, &[], is_face);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // A name alone is a variable or was imported.
        if names.len() > 1 {
            self.found.extend(self.absolute(&names));
        }
        syn::visit::visit_path(self, path);
    }

    // `pub(crate)` is not an import.
    fn visit_vis_restricted(&mut self, _: &'a syn::VisRestricted) {}

    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !is_test {
            syn::visit::visit_item_mod(self, module);
        }
    }
}

impl Crate {
    fn read(folder: &Path) -> Self {
        let mut found = Self::default();
        for root in ["lib.rs", "main.rs"] {
            if folder.join(root).exists() {
                found.module(&folder.join(root), folder, Vec::new());
            }
        }
        found
    }

    fn module(&mut self, file: &Path, folder: &Path, name: Name) {
        let source = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
        let mut paths = Paths { module: &name, found: BTreeSet::new(), faces: Vec::new() };
        paths.visit_file(&source);
        let Paths { found, faces, .. } = paths;
        self.imports.entry(name.clone()).or_default().extend(found);
        self.faces.extend(faces.into_iter().map(|(shown, path)| ((name.clone(), shown), path)));
        for item in source.items {
            let Item::Mod(item) = item else { continue };
            if item.content.is_some() {
                continue;
            }
            let child = item.ident.to_string();
            let below = folder.join(&child);
            let file =
                [folder.join(format!("{child}.rs")), below.join("mod.rs")].into_iter().find(|file| file.exists());
            self.module(&file.unwrap(), &below, [name.clone(), vec![child]].concat());
        }
    }

    /// Returns the module that a path resolves to, through all re-exports.
    fn resolve(&self, path: &[String]) -> Name {
        let mut at = Name::new();
        for (index, step) in path.iter().enumerate() {
            let next = [at.clone(), vec![step.clone()]].concat();
            if self.imports.contains_key(&next) {
                at = next;
                continue;
            }
            // A re-exported crate looks like a child that re-exports itself.
            if let Some(target) =
                self.faces.get(&(at.clone(), step.clone())).filter(|target| !target.starts_with(&next))
            {
                return self.resolve(&[target.clone(), path[index + 1..].to_vec()].concat());
            }
            // An item, possibly behind a glob re-export: it counts as one of the nearest module that has a file.
            return at;
        }
        at
    }

    /// Returns the modules that each module imports.
    fn edges(&self) -> BTreeMap<Name, BTreeSet<Name>> {
        self.imports
            .iter()
            .map(|(module, paths)| {
                let targets = paths.iter().map(|path| self.resolve(path)).filter(|target| target != module);
                (module.clone(), targets.collect())
            })
            .collect()
    }
}

/// Returns an import cycle, if there is one.
fn cycle(edges: &BTreeMap<Name, BTreeSet<Name>>) -> Option<Vec<String>> {
    fn visit(
        at: &Name,
        edges: &BTreeMap<Name, BTreeSet<Name>>,
        way: &mut Vec<Name>,
        done: &mut BTreeSet<Name>,
    ) -> Option<Vec<String>> {
        if let Some(begin) = way.iter().position(|module| module == at) {
            let around = way[begin..].iter().chain([at]);
            return Some(around.map(|module| format!("crate::{}", module.join("::"))).collect());
        }
        if done.contains(at) {
            return None;
        }
        way.push(at.clone());
        for next in edges.get(at).into_iter().flatten() {
            if let Some(found) = visit(next, edges, way, done) {
                return Some(found);
            }
        }
        way.pop();
        done.insert(at.clone());
        None
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|module| visit(module, edges, &mut Vec::new(), &mut done))
}

#[test]
fn modules_have_no_import_cycles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root.join("crates")).unwrap().flatten().map(|entry| entry.path().join("src")).collect();
    folders.push(root.join("xtask/src"));
    let mut checked = 0;
    let mut cycles = Vec::new();
    for folder in folders {
        let found = Crate::read(&folder);
        let edges = found.edges();
        checked += edges.values().map(BTreeSet::len).sum::<usize>();
        cycles.extend(cycle(&edges).map(|cycle| format!("{}: {}", folder.display(), cycle.join(" → "))));
    }
    assert!(cycles.is_empty(), "{cycles:#?}");
    assert!(checked > 150, "{checked} imports");
}

#[test]
fn finds_cycles_through_reexports() {
    let folder = tempfile::TempDir::new().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    write("lib.rs", "mod a;\nmod b;\nmod c;\npub use b::B;\n");
    write("a.rs", "use crate::B;\npub struct A(B);\n");
    write("b.rs", "pub struct B;\n");
    write("c.rs", "pub fn c() { crate::a::A; }\n");
    assert_eq!(cycle(&Crate::read(folder.path()).edges()), None);
    write("b.rs", "pub struct B;\nfn b() { super::c::c() }\n");
    let found = cycle(&Crate::read(folder.path()).edges()).unwrap();
    assert_eq!(found, ["crate::a", "crate::b", "crate::c", "crate::a"]);
}
