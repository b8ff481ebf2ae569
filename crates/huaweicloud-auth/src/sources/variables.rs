//! Credentials from environment variables.

use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind};

use super::federation::Federation;
use crate::{
    Context, CredentialSource, LoadedCredentials, Lookup,
    context::PROFILE,
    environment::{DOMAIN_ID, PROJECT_ID},
};

const AK: &str = "HUAWEICLOUD_SDK_AK";
const SK: &str = "HUAWEICLOUD_SDK_SK";
const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
const TOKEN: &str = "HUAWEICLOUD_SDK_AUTH_TOKEN";
const IDP_ID: &str = "HUAWEICLOUD_SDK_IDP_ID";
const ID_TOKEN_FILE: &str = "HUAWEICLOUD_SDK_ID_TOKEN_FILE";

/// A source that reads the variables of the official SDKs: an identity provider with the file of its ID token, or else a
/// key pair, or else an IAM token, which the official SDKs do not offer.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvironmentVariables;

impl EnvironmentVariables {
    async fn find(context: &Context) -> Result<Lookup, Error> {
        let get = |name: &str| context.environment().get(name);
        if let (Some(idp_id), Some(file)) = (get(IDP_ID), get(ID_TOKEN_FILE)) {
            let found = Federation::new(idp_id, file).named(ID_TOKEN_FILE).load(context).await?;
            return Ok(match found {
                Lookup::Found(loaded) => Lookup::found(loaded.with_ids(get(PROJECT_ID), get(DOMAIN_ID))),
                reason => reason,
            });
        }
        let credential = match (get(AK), get(SK), get(TOKEN)) {
            (Some(access_key), Some(secret_key), _) => match get(SECURITY_TOKEN) {
                Some(token) => Credential::temporary(access_key, secret_key, token),
                None => Credential::keys(access_key, secret_key),
            },
            (Some(_), None, _) => return Err(half(AK, SK)),
            (None, Some(_), _) => return Err(half(SK, AK)),
            (None, None, _) if get(SECURITY_TOKEN).is_some() => return Err(half(SECURITY_TOKEN, AK)),
            (None, None, Some(token)) => Credential::token(token),
            (None, None, None) => {
                return match (get(IDP_ID), get(ID_TOKEN_FILE)) {
                    (Some(_), None) => Err(half(IDP_ID, ID_TOKEN_FILE)),
                    (None, Some(_)) => Err(half(ID_TOKEN_FILE, IDP_ID)),
                    _ => Ok(Lookup::NotFound(format!("{AK} and {SK} are not set{}", foreign_names(context)))),
                };
            }
        };
        credential.check()?;
        Ok(Lookup::found(LoadedCredentials::new(credential).with_ids(get(PROJECT_ID), get(DOMAIN_ID))))
    }
}

fn half(set: &str, missing: &str) -> Error {
    Error::new(ErrorKind::Credentials, format!("{set} is set but {missing} is not; set both or neither"))
}

/// Returns a hint about variables of other tools, which are not read.
fn foreign_names(context: &Context) -> String {
    const FOREIGN: [&str; 2] = ["HW_ACCESS_KEY", "HUAWEI_CLOUD_ACCESS_KEY_ID"];
    let set = FOREIGN.into_iter().find(|name| context.environment().get(name).is_some());
    set.map(|name| format!(" ({name}, which is set, is a name of another tool)")).unwrap_or_default()
}

impl CredentialSource for EnvironmentVariables {
    fn name(&self) -> &str {
        "environment"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(async {
            let found = Self::find(context).await?;
            if let (Lookup::Found(_), Some(profile)) = (&found, context.environment().get(PROFILE)) {
                let notice =
                    format!("the environment has credentials, which come before the profile {profile:?} of {PROFILE}");
                context.notice(notice);
            }
            Ok(found)
        })
    }
}
