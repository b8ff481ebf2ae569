//! Temporary keys from the ID token of an identity provider, through IAM.

use std::path::PathBuf;

use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind};
use huaweicloud_iam::types::{
    CreateTemporaryAccessKeyRequest, CreateTokenWithIdTokenRequest, IdToken, IdTokenAuth, IdentityToken,
    TemporaryAccessKeyAuth, TemporaryAccessKeyIdentity,
};

use crate::{Context, CredentialSource, Lookup, file::read_token, keys};

/// How long the keys are valid, as in the official SDKs, in seconds.
const DURATION: i64 = 6 * 60 * 60;

/// A source that exchanges the ID token of an identity provider for temporary keys, through IAM.
///
/// The file is read again for each set of keys.
///
/// ```
/// use huaweicloud_auth::Federation;
///
/// let federation = Federation::new("my-provider", "/var/run/secrets/token");
/// ```
#[derive(Clone, Debug)]
pub struct Federation {
    idp_id: String,
    file: PathBuf,
    /// Where the name of the file comes from.
    setting: String,
}

impl Federation {
    /// Creates a source for an identity provider, by its id, and the file with the ID token.
    #[must_use]
    pub fn new(idp_id: impl Into<String>, id_token_file: impl Into<PathBuf>) -> Self {
        Self { idp_id: idp_id.into(), file: id_token_file.into(), setting: "the program".to_owned() }
    }

    /// Sets where the name of the file comes from, for messages.
    pub(super) fn named(mut self, setting: impl Into<String>) -> Self {
        self.setting = setting.into();
        self
    }

    async fn exchange(&self, context: &Context) -> Result<Lookup, Error> {
        let id_token = read_token(&self.file, &self.setting)?;
        let Self { idp_id, file, .. } = self;
        let failed = |what: &str, error: Error| {
            let message = format!(
                "IAM {what} for the identity provider {idp_id:?} and the ID token in {}: {error}",
                file.display()
            );
            Error::new(ErrorKind::Credentials, message).with_source(error)
        };
        let config = context.config_builder().build()?;
        let response = huaweicloud_iam::Client::new(&config)?
            .create_token_with_id_token()
            .x_idp_id(idp_id)
            .body(CreateTokenWithIdTokenRequest::new().auth(IdTokenAuth::new().id_token(IdToken::new().id(id_token))))
            .send()
            .await
            .map_err(|error| failed("gave no token", error))?;
        let missing = |what: &str| Error::new(ErrorKind::Credentials, format!("IAM responded without {what}"));
        let token = response.x_subject_token.clone().ok_or_else(|| missing("a token"))?;
        // The token is sent in the header, too, which the documents prefer.
        let config = config.to_builder().credentials(Credential::token(token.clone())).build()?;
        let token = IdentityToken::new().id(token).duration_seconds(DURATION);
        let identity = TemporaryAccessKeyIdentity::new().methods(["token"]).token(token);
        let response = huaweicloud_iam::Client::new(&config)?
            .create_temporary_access_key()
            .body(CreateTemporaryAccessKeyRequest::new().auth(TemporaryAccessKeyAuth::new().identity(identity)))
            .send()
            .await
            .map_err(|error| failed("gave no keys", error))?;
        keys::of_iam(response.credential.as_ref()).map(Lookup::found)
    }
}

impl CredentialSource for Federation {
    fn name(&self) -> &str {
        "federation"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(self.exchange(context))
    }
}
