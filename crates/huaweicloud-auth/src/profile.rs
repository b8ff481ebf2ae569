//! Credentials from the profile file of the official SDKs.

use std::{io, path::Path};

use configparser::ini::Ini;
use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind};

use crate::{CredentialSource, Environment, LoadedCredentials, Lookup, file::read_text};

/// A source that reads the profile file: `~/.huaweicloud/credentials`, or the path in
/// `HUAWEICLOUD_SDK_CREDENTIALS_FILE`.
///
/// The keys are read from section `[basic]`, or from `[global]` if `[basic]` has none. The project id is read from
/// `[basic]`, and the domain id from `[global]` unless `[global]` has different keys.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    environment: Environment,
}

impl Profile {
    /// Creates a source that locates the file through these variables.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment }
    }
}

impl CredentialSource for Profile {
    fn name(&self) -> &str {
        "profile"
    }

    fn load(&self) -> BoxFuture<'_, Result<Lookup, Error>> {
        Box::pin(std::future::ready(match self.environment.file("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "credentials") {
            Some(file) => read(&file),
            None => Ok(Lookup::NotFound("there is no home directory to look in".to_owned())),
        }))
    }
}

fn read(file: &Path) -> Result<Lookup, Error> {
    let shown = file.display();
    let wrong = |reason: String| Error::new(ErrorKind::Credentials, format!("{shown} {reason}"));
    let text = match read_text(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Lookup::NotFound(format!("{shown} does not exist")));
        }
        Err(error) => return Err(wrong(format!("cannot be read: {error}")).with_source(error)),
    };
    warn_if_open_to_others(file);
    parse(&text).map_err(wrong)
}

/// Parses the text of a profile file. Error messages continue a sentence that starts with the file name.
fn parse(text: &str) -> Result<Lookup, String> {
    let mut file = Ini::new();
    // Keys may contain characters that start an inline comment.
    file.set_inline_comment_symbols(Some(&[]));
    // The parser's own message could contain a line with a secret.
    file.read(text.to_owned()).map_err(|_| "is not an INI file: a line has no key before its `=`".to_owned())?;
    let value = |section: &str, key: &str| {
        file.get(section, key).map(|value| value.trim().to_owned()).filter(|v| !v.is_empty())
    };
    for section in ["basic", "global"] {
        let credential = match (value(section, "ak"), value(section, "sk")) {
            (Some(access_key), Some(secret_key)) => match value(section, "security_token") {
                Some(token) => Credential::temporary(access_key, secret_key, token),
                None => Credential::keys(access_key, secret_key),
            },
            (Some(_), None) => return Err(format!("has an ak in [{section}] but no sk")),
            (None, Some(_)) => return Err(format!("has an sk in [{section}] but no ak")),
            (None, None) if value(section, "security_token").is_some() => {
                return Err(format!("has a security_token in [{section}] but no ak and sk"));
            }
            (None, None) => continue,
        };
        credential.check().map_err(|error| format!("[{section}]: {}", error.message()))?;
        let mut loaded = LoadedCredentials::new(credential);
        loaded.project_id = value("basic", "project_id");
        // A different key pair in [global] belongs to another account, and so does its domain.
        let same_account =
            section == "global" || value("global", "ak").is_none_or(|ak| value("basic", "ak") == Some(ak));
        loaded.domain_id = value("global", "domain_id").filter(|_| same_account);
        return Ok(Lookup::found(loaded));
    }
    Ok(Lookup::NotFound("the file has no keys in [basic] or [global]".to_owned()))
}

#[cfg(unix)]
fn warn_if_open_to_others(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(file = %file.display(), "others can read this file with keys; run chmod 600 on it");
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_file: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        match parse(text) {
            Ok(Lookup::Found(loaded)) => {
                let credential = &loaded.credential;
                let (access_key, secret_key) = (credential.access_key().unwrap(), credential.secret_key().unwrap());
                let token = credential.security_token().map(huaweicloud_core::Secret::expose);
                let ids = (loaded.project_id.as_deref(), loaded.domain_id.as_deref());
                format!("{access_key} {} {token:?} {ids:?}", secret_key.expose())
            }
            Ok(Lookup::NotFound(reason)) => reason,
            Err(reason) => reason,
        }
    }

    #[test]
    fn the_file_of_the_sdks_is_understood() {
        assert_eq!(found("[basic]\nak = A\nsk=s'k\\n\"\nproject_id = p\n"), "A s'k\\n\" None (Some(\"p\"), None)");
        let both = "[basic]\nak=A\nsk=s\n[global]\nak=B\nsk=t\ndomain_id=d\n";
        assert_eq!(found(both), "A s None (None, None)", "the domain is of the other keys");
        assert_eq!(found(&both.replace("ak=B", "ak=A")), "A s None (None, Some(\"d\"))");
        assert_eq!(found("; note\n[global]\nAK: B\nsk: t\nsecurity_token: x\n"), "B t Some(\"x\") (None, None)");
        assert_eq!(found(""), "the file has no keys in [basic] or [global]");
        assert_eq!(found("[basic]\nak = A\n"), "has an ak in [basic] but no sk");
        assert_eq!(
            found("[basic]\nak = A\nsk = a b\n").split(';').next(),
            Some("[basic]: the secret key holds a space, a line break or another character that no key has")
        );
        assert_eq!(found("[basic]\n= secret\n"), "is not an INI file: a line has no key before its `=`");
        assert_eq!(
            found("[basic]\nak = A # not a comment\nsk=s;x"),
            "[basic]: the access key holds a space, a line break or another character that no key has; was it copied whole?"
        );
    }
}
