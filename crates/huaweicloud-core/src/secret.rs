//! Text that must never be seen: redacted in `Debug`, wiped from memory on drop.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text, such as a secret key or a token.
///
/// `Debug` shows nothing of it and the memory is wiped on drop. There is no `Display`.
///
/// ```
/// let secret = huaweicloud_core::Secret::from("do not tell");
/// assert_eq!(format!("{secret:?}"), "Secret(redacted)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
