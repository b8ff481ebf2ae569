//! The user's files.

use std::{fs, io, path::Path};

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
