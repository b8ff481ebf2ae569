//! The user's files.

use std::{fs, io, path::Path};

use huaweicloud_core::{Error, ErrorKind, Secret};
use zeroize::Zeroizing;

/// Reads a text file. Opening a pipe would wait for its writer, perhaps forever, and a device may have no end, so only a
/// regular file is read.
pub(crate) fn read_text(file: &Path) -> io::Result<String> {
    if !fs::metadata(file)?.is_file() {
        let message = "it is no regular file but a folder, a pipe or a device; copy the content into a file";
        return Err(io::Error::other(message));
    }
    let text = String::from_utf8(fs::read(file)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8; save it as UTF-8"))?;
    // Editors of Windows write a byte order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads a token from a file; `setting` is where the name of the file comes from.
pub(crate) fn read_token(file: &Path, setting: &str) -> Result<Secret, Error> {
    let failed = |reason: &str| {
        let shown = file.display();
        let message = format!("no token in {shown}, the file that {setting} names: {reason}");
        Error::new(ErrorKind::Credentials, message)
    };
    let text = Zeroizing::new(read_text(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed("it does not exist; is its volume mounted?").with_source(error),
        _ => failed(&error.to_string()).with_source(error),
    })?);
    match text.trim() {
        "" => Err(failed("it is empty; has the token been written yet?")),
        token if token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(token.into()),
        _ => Err(failed("it holds more than a token: spaces, line breaks or other characters that no token has")),
    }
}
