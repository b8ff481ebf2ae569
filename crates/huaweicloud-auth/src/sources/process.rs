//! Keys that a program prints.

use std::{io, process::Stdio, time::Duration};

use huaweicloud_core::{BoxFuture, Error, ErrorKind, Secret};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::Command,
};
use zeroize::Zeroizing;

use crate::{Context, CredentialSource, Lookup, keys};

const VARIABLE: &str = "HUAWEICLOUD_CREDENTIAL_PROCESS";

/// The most that is read of what a program prints, in bytes.
const LARGEST: u64 = 1 << 20;

/// The most characters of what a program says on its error output that are shown.
const SHOWN: usize = 200;

/// A source that runs a program, which prints keys as JSON.
///
/// The output is an object with `access`, `secret` and, of temporary keys, `securitytoken` and `expires_at`; the other
/// names of the official SDKs are accepted, too, and so is an object with a member `credential` or `credentials`. Keys
/// without a time do not expire. The program is run again when they are about to expire.
///
/// By default the command comes from `HUAWEICLOUD_CREDENTIAL_PROCESS`. It is split at spaces, except in single or double
/// quotes, and run without a shell; the first word is the program. The program gets no input.
///
/// ```
/// use huaweicloud_auth::Process;
///
/// let source = Process::new("vault-keys --role operations");
/// ```
#[derive(Clone, Debug)]
pub struct Process {
    /// It may hold a secret.
    command: Option<Secret>,
    timeout: Duration,
    /// Where the command comes from.
    setting: String,
}

impl Default for Process {
    fn default() -> Self {
        Self { command: None, timeout: Duration::from_secs(60), setting: VARIABLE.to_owned() }
    }
}

impl Process {
    /// Creates a source that runs this command.
    #[must_use]
    pub fn new(command: impl Into<Secret>) -> Self {
        Self { command: Some(command.into()), setting: "the program".to_owned(), ..Self::default() }
    }

    /// Sets the time that the program may take; defaults to 1 minute. After it, the program is ended.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets where the command comes from, for messages.
    pub(super) fn named(mut self, setting: impl Into<String>) -> Self {
        self.setting = setting.into();
        self
    }

    async fn run(&self, context: &Context) -> Result<Lookup, Error> {
        let Some(command) = self.command.clone().or_else(|| context.environment().get(VARIABLE).map(Secret::from))
        else {
            return Ok(Lookup::NotFound(format!("{VARIABLE} is not set")));
        };
        let setting = &self.setting;
        let wrong =
            |reason: &str| Error::new(ErrorKind::Credentials, format!("the credential process of {setting} {reason}"));
        let words = split(command.expose()).ok_or_else(|| wrong("has a quote that does not end; close it"))?;
        let Some((program, arguments)) = words.split_first() else { return Err(wrong("is empty; name a program")) };
        // The arguments may hold a secret.
        let wrong = |reason: String| {
            Error::new(ErrorKind::Credentials, format!("the credential process {program:?} of {setting} {reason}"))
        };
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => wrong("does not exist; give its path, or add its folder to PATH".to_owned()),
                _ => wrong(format!("cannot be started: {error}")),
            })?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let finished = async {
            // At the same time, because a program waits until what it says is read.
            let said = tokio::spawn(read(stderr));
            let (printed, said) = (read(stdout).await?, said.await.map_err(io::Error::other)??);
            Ok::<_, io::Error>((printed, said, child.wait().await?))
        };
        let Some(finished) = context.clock().within(self.timeout, finished).await else {
            let limit = self.timeout;
            return Err(wrong(format!("did not end within {limit:?} and was ended; does it wait for an input?")));
        };
        let (printed, said, status) =
            finished.map_err(|error| wrong(format!("cannot be read: {error}")).with_source(error))?;
        if !status.success() {
            return Err(wrong(format!("failed with {status}{}", shown(&said))));
        }
        if printed.trim_ascii().is_empty() {
            return Err(wrong(format!("printed nothing{}", shown(&said))));
        }
        let loaded = keys::any(&printed).map_err(|reason| {
            wrong(format!("{reason}; it must print JSON such as {{\"access\":…,\"secret\":…}} on its standard output"))
        })?;
        Ok(Lookup::found(loaded))
    }
}

/// Reads what a program prints, up to a limit.
async fn read(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 << 10));
    if let Some(pipe) = pipe {
        pipe.take(LARGEST).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// Returns the last line that a program said on its error output, as the end of a sentence.
fn shown(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line: String = line.trim().chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    if line.is_empty() { String::new() } else { format!("; it said {line:?}") }
}

/// Splits a command into words, or returns `None` if a quote does not end.
fn split(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    for character in command.chars() {
        match quote {
            Some(end) if character == end => quote = None,
            Some(_) => word.get_or_insert_default().push(character),
            None if character == '"' || character == '\'' => {
                word.get_or_insert_default();
                quote = Some(character);
            }
            None if character.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

impl CredentialSource for Process {
    fn name(&self) -> &str {
        "process"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(self.run(context))
    }
}

#[cfg(test)]
mod tests {
    use super::{shown, split};

    #[test]
    fn a_command_is_split_at_spaces_outside_of_quotes() {
        let words = |command: &str| split(command).map(|words| words.join("|"));
        assert_eq!(words("  keys --role  a ").as_deref(), Some("keys|--role|a"));
        assert_eq!(
            words(r#""C:\Program Files\keys" 'a "b"' x"y z""#).as_deref(),
            Some(r#"C:\Program Files\keys|a "b"|xy z"#)
        );
        assert_eq!(words("keys ''").as_deref(), Some("keys|"));
        assert_eq!(words("keys 'a"), None);
        assert_eq!(words(" ").as_deref(), Some(""));
    }

    #[test]
    fn the_last_line_of_an_error_is_shown() {
        assert_eq!(shown(b"first\n\x1b[1mlog in first\n\n"), "; it said \"[1mlog in first\"");
        assert_eq!(shown(b" \n"), "");
        assert!(shown(&[b'x'; 1000]).len() < 220);
    }
}
