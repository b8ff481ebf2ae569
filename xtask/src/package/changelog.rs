//! Changelogs of generated crates: written by hand beside the spec, in the form of Keep a Changelog, and the one place
//! that says which version a crate has.

use std::{fs, path::Path};

use crate::{
    files::MARK,
    spec::{Problem, Result},
};

/// The changelog of a service that is new.
pub const FIRST: &str = "# Changelog\n\n## [0.1.0] - Unreleased\n\n### Added\n\n- The first operations.\n";

/// Returns the path of the changelog of a service from the root of the workspace.
pub fn path(service: &str) -> String {
    format!("specs/{service}/CHANGELOG.md")
}

/// A changelog with the version that it is about.
#[derive(Clone, Debug)]
pub struct Changelog {
    /// The newest version with a heading of its own.
    pub version: String,
    /// Whether that version has been published, as its heading says.
    pub released: bool,
    /// Path of the file from the root of the workspace.
    pub file: String,
    pub text: String,
}

impl Changelog {
    /// Reads a changelog.
    ///
    /// # Errors
    /// Returns a problem if the file is missing or has no heading `## [1.2.3]`.
    pub fn read(root: &Path, file: &str) -> Result<Self> {
        let text = fs::read_to_string(root.join(file)).map_err(|error| {
            let message = format!("cannot be read: {error}; begin it with `# Changelog` and `## [0.1.0] - Unreleased`");
            vec![Problem::new(file, "", message)]
        })?;
        Self::parse(file, text)
    }

    /// Reads the text of a changelog.
    ///
    /// # Errors
    /// Returns a problem if it has no heading `## [1.2.3]`.
    pub fn parse(file: &str, text: String) -> Result<Self> {
        let newest = text.lines().find_map(|line| Some((version(line)?, line)));
        let (version, line) = newest.ok_or_else(|| {
            let message = "has no heading `## [1.2.3]`, which says which version the generated crate has";
            vec![Problem::new(file, "", message)]
        })?;
        let released = !line.to_lowercase().contains("unreleased");
        Ok(Self { version: version.to_owned(), released, file: file.to_owned(), text })
    }

    /// Returns the file that goes into the crate.
    pub fn copy(&self) -> String {
        format!("<!-- {MARK} from {} -->\n\n{}", self.file, self.text)
    }
}

/// The version in a heading: three numbers, and what may follow a hyphen.
fn version(line: &str) -> Option<&str> {
    let (version, _) = line.strip_prefix("## [")?.split_once(']')?;
    let numbers: Vec<&str> = version.split('-').next()?.split('.').collect();
    (numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn only_a_numbered_heading_is_a_version() {
        assert_eq!(version("## [0.2.0] - 2026-11-26"), Some("0.2.0"));
        assert_eq!(version("## [1.0.0-rc.1]"), Some("1.0.0-rc.1"));
        for other in
            ["## [Unreleased]", "## 0.2.0", "# [0.2.0]", "## [0.2]", "## [0.x.1]", "[0.2.0]: https://example.com"]
        {
            assert_eq!(version(other), None, "{other}");
        }
    }
}
