//! Credentials from the profile file of the official SDKs.

use std::{io, path::Path, sync::Arc};

use configparser::ini::Ini;
use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind};
use zeroize::Zeroizing;

use super::{
    agency::{Agency, AgencyOwner},
    federation::Federation,
    process::Process,
};
use crate::{Context, CredentialSource, LoadedCredentials, Lookup, file::read_text};

/// A source that reads the profile file: `~/.huaweicloud/credentials`, or the path in
/// `HUAWEICLOUD_SDK_CREDENTIALS_FILE`.
///
/// Without a name of a profile it reads the sections of the official SDKs: credentials are those of `[basic]`, or of
/// `[global]` if `[basic]` has none. The project id is read from `[basic]`, and the domain id from `[global]` unless
/// `[global]` has different keys.
///
/// The profile `ann`, chosen by [`Loader::profile`](crate::Loader::profile) or `HUAWEICLOUD_PROFILE`, is the section
/// `[ann]`, which has all of it and which the official SDKs ignore.
///
/// A section has `idp_id` and `id_token_file`, or else `ak` and `sk`, or else `credential_process`; and it may have an
/// `agency_name` with `agency_domain_name` or `agency_domain_id`, which is then assumed with these credentials.
#[derive(Clone, Copy, Debug, Default)]
pub struct Profile;

/// What a profile says.
#[derive(Debug)]
struct Entry {
    credentials: Given,
    agency: Option<(String, AgencyOwner)>,
    project_id: Option<String>,
    domain_id: Option<String>,
    iam_endpoint: Option<String>,
}

/// The credentials of a profile, or how to get them.
#[derive(Debug)]
enum Given {
    Keys(Box<Credential>),
    Federation { idp_id: String, id_token_file: String },
    Process(String),
}

impl Profile {
    async fn find(context: &Context) -> Result<Lookup, Error> {
        let Some(file) = context.environment().file("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "credentials") else {
            return Ok(Lookup::NotFound("there is no home directory to look in".to_owned()));
        };
        let name = context.profile();
        let shown = file.display();
        let wrong = |reason: String| Error::new(ErrorKind::Credentials, format!("{shown} {reason}"));
        let text = match read_text(&file) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match name {
                    Some(name) => {
                        Err(wrong(format!("does not exist, so there is no profile {name:?}; create the file")))
                    }
                    None => Ok(Lookup::NotFound(format!("{shown} does not exist"))),
                };
            }
            Err(error) => return Err(wrong(format!("cannot be read: {error}")).with_source(error)),
        };
        warn_if_open_to_others(&file, context);
        let Some(entry) = parse(&text, name.as_deref()).map_err(wrong)? else {
            return Ok(Lookup::NotFound(format!("{shown} has no keys in [basic] or [global]")));
        };
        let found = entry.load(context).await;
        found.map_err(|error| Error::new(ErrorKind::Credentials, format!("{shown}: {error}")).with_source(error))
    }
}

impl Entry {
    async fn load(self, context: &Context) -> Result<Lookup, Error> {
        let context = &context.with_iam_endpoint(self.iam_endpoint.clone());
        let source: Arc<dyn CredentialSource> = match self.credentials {
            Given::Keys(credential) => Arc::new(Fixed(*credential)),
            Given::Federation { idp_id, id_token_file } => {
                Arc::new(Federation::new(idp_id, id_token_file).named("id_token_file"))
            }
            Given::Process(command) => Arc::new(Process::new(command).named("the profile")),
        };
        let source = match self.agency {
            Some((name, owner)) => Arc::new(Agency::new(source, name, owner)),
            None => source,
        };
        let mut loaded = match source.load(context).await? {
            Lookup::Found(loaded) => loaded,
            reason => return Ok(reason),
        };
        loaded.project_id = self.project_id.or(loaded.project_id);
        loaded.domain_id = self.domain_id.or(loaded.domain_id);
        loaded.iam_endpoint = self.iam_endpoint;
        Ok(Lookup::Found(loaded))
    }
}

/// The keys of a profile, as what an agency is assumed with.
#[derive(Debug)]
struct Fixed(Credential);

impl CredentialSource for Fixed {
    fn name(&self) -> &str {
        "profile"
    }

    fn load<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        let loaded = LoadedCredentials::new(self.0.clone());
        Box::pin(std::future::ready(Ok(Lookup::found(loaded))))
    }
}

impl CredentialSource for Profile {
    fn name(&self) -> &str {
        "profile"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(Self::find(context))
    }
}

/// Parses the text of a profile file; returns `None` if there is no profile without a name. Error messages continue a
/// sentence that starts with the file name.
fn parse(text: &str, name: Option<&str>) -> Result<Option<Entry>, String> {
    // A section with this name is not that of another case.
    let mut file = Ini::new_cs();
    // Keys may contain characters that start an inline comment.
    file.set_inline_comment_symbols(Some(&[]));
    // The parser's own message could contain a line with a secret.
    file.read(text.to_owned()).map_err(|_| "is not an INI file: a line has no key before its `=`".to_owned())?;
    let sections = file.get_map_ref();
    let value = |section: &str, key: &str| {
        let section = sections.get(section)?;
        let value = section.iter().find(|(known, _)| known.eq_ignore_ascii_case(key))?.1.as_deref()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    if let Some(name) = name {
        if !sections.contains_key(name) {
            let mut known: Vec<String> = sections.keys().map(|name| format!("[{name}]")).collect();
            known.sort();
            let known = if known.is_empty() { "no section".to_owned() } else { known.join(", ") };
            return Err(format!("has no profile [{name}]; it has {known}: choose one of them, or add it"));
        }
        let get = |key: &str| value(name, key);
        let credentials = given(name, &get)?;
        let credentials = credentials.ok_or_else(|| {
            format!("has neither ak and sk in [{name}], nor idp_id and id_token_file, nor credential_process; add one of them")
        })?;
        return Ok(Some(Entry {
            credentials,
            agency: agency(name, &get)?,
            project_id: get("project_id"),
            domain_id: get("domain_id"),
            iam_endpoint: get("iam_endpoint"),
        }));
    }
    for section in ["basic", "global"] {
        let get = |key: &str| value(section, key);
        let Some(credentials) = given(section, &get)? else { continue };
        // Different keys in [global] belong to another account, and so does its domain.
        let same = |key: &str| value("global", key).is_none_or(|other| value("basic", key) == Some(other));
        let same_account = section == "global" || ["ak", "idp_id", "credential_process"].into_iter().all(same);
        return Ok(Some(Entry {
            credentials,
            agency: agency(section, &get)?,
            project_id: value("basic", "project_id"),
            domain_id: value("global", "domain_id").filter(|_| same_account),
            iam_endpoint: get("iam_endpoint"),
        }));
    }
    Ok(None)
}

/// Returns the credentials of a section, if it has any.
fn given(section: &str, get: &dyn Fn(&str) -> Option<String>) -> Result<Option<Given>, String> {
    let half = |set: &str, missing: &str| Err(format!("has an {set} in [{section}] but no {missing}"));
    let (idp_id, id_token_file) = (get("idp_id"), get("id_token_file"));
    if let (Some(idp_id), Some(id_token_file)) = (&idp_id, &id_token_file) {
        return Ok(Some(Given::Federation { idp_id: idp_id.clone(), id_token_file: id_token_file.clone() }));
    }
    let credential = match (get("ak"), get("sk")) {
        (Some(access_key), Some(secret_key)) => match get("security_token") {
            Some(token) => Credential::temporary(access_key, secret_key, token),
            None => Credential::keys(access_key, secret_key),
        },
        (Some(_), None) => return half("ak", "sk"),
        (None, Some(_)) => return half("sk", "ak"),
        (None, None) if get("security_token").is_some() => {
            return Err(format!("has a security_token in [{section}] but no ak and sk"));
        }
        (None, None) => {
            return match (get("credential_process"), idp_id, id_token_file) {
                (Some(command), ..) => Ok(Some(Given::Process(command))),
                (None, Some(_), None) => half("idp_id", "id_token_file"),
                (None, None, Some(_)) => half("id_token_file", "idp_id"),
                _ => Ok(None),
            };
        }
    };
    credential.check().map_err(|error| format!("[{section}]: {}", error.message()))?;
    Ok(Some(Given::Keys(Box::new(credential))))
}

/// Returns the agency of a section, if it has one.
fn agency(section: &str, get: &dyn Fn(&str) -> Option<String>) -> Result<Option<(String, AgencyOwner)>, String> {
    let owner = get("agency_domain_id").map(AgencyOwner::DomainId);
    match (get("agency_name"), owner.or_else(|| get("agency_domain_name").map(AgencyOwner::DomainName))) {
        (Some(name), Some(owner)) => Ok(Some((name, owner))),
        (Some(_), None) => {
            Err(format!("has an agency_name in [{section}] but neither agency_domain_name nor agency_domain_id"))
        }
        (None, Some(_)) => Err(format!("has the account of an agency in [{section}] but no agency_name")),
        (None, None) => Ok(None),
    }
}

#[cfg(unix)]
fn warn_if_open_to_others(file: &Path, context: &Context) {
    use std::os::unix::fs::PermissionsExt as _;
    if std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        context.notice(format!("others can read {}, a file with keys; run chmod 600 on it", file.display()));
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_file: &Path, _context: &Context) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        named(text, None)
    }

    fn named(text: &str, name: Option<&str>) -> String {
        match parse(text, name) {
            Ok(Some(entry)) => {
                let ids = (entry.project_id.as_deref(), entry.domain_id.as_deref());
                let credential = match &entry.credentials {
                    Given::Keys(credential) => credential,
                    Given::Federation { idp_id, id_token_file } => return format!("{idp_id} {id_token_file} {ids:?}"),
                    Given::Process(command) => return format!("{command} {ids:?}"),
                };
                let (access_key, secret_key) = (credential.access_key().unwrap(), credential.secret_key().unwrap());
                let token = credential.security_token().map(huaweicloud_core::Secret::expose);
                format!("{access_key} {} {token:?} {ids:?}", secret_key.expose())
            }
            Ok(None) => "nothing".to_owned(),
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
        assert_eq!(found(""), "nothing");
        assert_eq!(found("[ann]\nak=A\nsk=s\n"), "nothing", "a profile with a name must be chosen");
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

    #[test]
    fn an_identity_provider_comes_before_keys_and_keys_before_a_process() {
        let all = "[basic]\nidp_id=i\nid_token_file=/f\nak=A\nsk=s\ncredential_process=p 1\n";
        assert_eq!(found(all), "i /f (None, None)");
        assert_eq!(found(&all.replace("idp_id=i\n", "")), "A s None (None, None)", "half of a pair is no pair");
        assert_eq!(found(&all.replace("idp_id=i\n", "").replace("ak=A\nsk=s\n", "")), "p 1 (None, None)");
        assert_eq!(found("[basic]\nidp_id=i\n"), "has an idp_id in [basic] but no id_token_file");
        assert_eq!(found("[global]\nid_token_file=/f\n"), "has an id_token_file in [global] but no idp_id");
    }

    #[test]
    fn a_profile_with_a_name_is_one_section() {
        let file = "[basic]\nak=A\nsk=s\n[ann]\nak=B\nsk=t\nproject_id=p\ndomain_id=d\n[empty]\n";
        assert_eq!(named(file, Some("ann")), "B t None (Some(\"p\"), Some(\"d\"))");
        assert_eq!(
            named(file, Some("Ann")),
            "has no profile [Ann]; it has [ann], [basic], [empty]: choose one of them, or add it"
        );
        assert!(named(file, Some("empty")).starts_with("has neither ak and sk in [empty]"));
        assert_eq!(named("", Some("ann")), "has no profile [ann]; it has no section: choose one of them, or add it");
        let agency = "[ann]\nak=B\nsk=t\nagency_name=ops\n";
        assert!(named(agency, Some("ann")).ends_with("but neither agency_domain_name nor agency_domain_id"));
        let entry = parse(&format!("{agency}agency_domain_id=d\n"), Some("ann")).unwrap().unwrap();
        assert_eq!(entry.agency, Some(("ops".to_owned(), AgencyOwner::DomainId("d".to_owned()))));
    }
}
