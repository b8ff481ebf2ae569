//! Credentials from environment variables.

use std::{collections::BTreeMap, fmt, sync::Arc};

use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind};

use crate::{CredentialSource, LoadedCredentials, Lookup};

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

impl CredentialSource for Environment {
    fn name(&self) -> &str {
        "environment"
    }

    fn load(&self) -> BoxFuture<'_, Result<Lookup, Error>> {
        Box::pin(std::future::ready(load(self)))
    }
}

fn load(environment: &Environment) -> Result<Lookup, Error> {
    const AK: &str = "HUAWEICLOUD_SDK_AK";
    const SK: &str = "HUAWEICLOUD_SDK_SK";
    const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
    const TOKEN: &str = "HUAWEICLOUD_SDK_AUTH_TOKEN";
    let half = |set: &str, missing: &str| {
        Error::new(ErrorKind::Credentials, format!("{set} is set but {missing} is not; set both or neither"))
    };
    let credential = match (environment.get(AK), environment.get(SK), environment.get(TOKEN)) {
        (Some(access_key), Some(secret_key), _) => match environment.get(SECURITY_TOKEN) {
            Some(token) => Credential::temporary(access_key, secret_key, token),
            None => Credential::keys(access_key, secret_key),
        },
        (Some(_), None, _) => return Err(half(AK, SK)),
        (None, Some(_), _) => return Err(half(SK, AK)),
        (None, None, _) if environment.get(SECURITY_TOKEN).is_some() => return Err(half(SECURITY_TOKEN, AK)),
        (None, None, Some(token)) => Credential::token(token),
        (None, None, None) => return Ok(Lookup::NotFound(format!("{AK} and {SK} are not set"))),
    };
    credential.check()?;
    let mut loaded = LoadedCredentials::new(credential);
    loaded.project_id = environment.get(PROJECT_ID);
    loaded.domain_id = environment.get(DOMAIN_ID);
    Ok(Lookup::found(loaded))
}
