//! Environment variables: those of the process, or others.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// The environment variables of the process, or a custom set of variables.
#[derive(Clone)]
pub struct Environment(Option<Arc<BTreeMap<String, String>>>);

impl Default for Environment {
    /// Returns the environment of the process.
    fn default() -> Self {
        Self(None)
    }
}

impl Environment {
    /// Creates an environment from these variables instead of those of the process.
    #[must_use]
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self(Some(Arc::new(variables)))
    }

    /// Returns the value of a variable, or `None` if it is unset or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        match &self.0 {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        }
        .filter(|value| !value.is_empty())
    }

    /// Returns the path of a file in `~/.huaweicloud`, or the path that a variable sets instead.
    pub(crate) fn file(&self, variable: &str, name: &str) -> Option<std::path::PathBuf> {
        if let Some(file) = self.get(variable) {
            return Some(file.into());
        }
        let home = match &self.0 {
            Some(_) => self.get("HOME").map(Into::into),
            None => std::env::home_dir(),
        };
        Some(home?.join(".huaweicloud").join(name))
    }
}

/// Shows the names only, because the values contain secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(variables) => f.debug_tuple("Environment").field(&variables.keys()).finish(),
            None => f.write_str("Environment(of the process)"),
        }
    }
}

/// The variables that hold the caller's project id and domain id.
pub(crate) const PROJECT_ID: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
pub(crate) const DOMAIN_ID: &str = "HUAWEICLOUD_SDK_DOMAIN_ID";
