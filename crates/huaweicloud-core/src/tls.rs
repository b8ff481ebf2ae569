//! TLS with the library that the features of this crate select.

#[cfg(feature = "rustls")]
use std::sync::Arc;

use crate::error::{Error, ErrorKind};

/// Installs a process-wide cryptography provider if there is none. A caller's client builder may rely on one; without
/// it, the HTTP library panics.
pub(crate) fn provide_cryptography() {
    #[cfg(feature = "rustls")]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Fails only if another thread has installed one in the meantime.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Configures rustls with ring and the root certificates of the operating system. These are not loaded for unencrypted
/// connections.
#[cfg(feature = "rustls")]
pub(crate) fn tls(builder: reqwest::ClientBuilder, encrypted: bool) -> Result<reqwest::ClientBuilder, Error> {
    use rustls::{ClientConfig, RootCertStore, crypto::ring};
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let failed = |error: rustls::Error| {
        Error::new(ErrorKind::Config, "TLS cannot be set up; are the CA certificates of the system installed?")
            .with_source(error)
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let config = if encrypted {
        config.with_platform_verifier().map_err(failed)?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

#[cfg(all(not(feature = "rustls"), feature = "native-tls"))]
pub(crate) fn tls(builder: reqwest::ClientBuilder, _encrypted: bool) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder)
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
pub(crate) fn tls(builder: reqwest::ClientBuilder, encrypted: bool) -> Result<reqwest::ClientBuilder, Error> {
    if encrypted {
        return Err(Error::new(
            ErrorKind::Config,
            "this build has no TLS: enable the feature rustls or native-tls, or pass an HTTP client that has it",
        ));
    }
    Ok(builder)
}
