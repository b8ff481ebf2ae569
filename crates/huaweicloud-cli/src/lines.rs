//! What comes from a stream goes to stdout when it comes.

use std::{io, process::ExitCode, time::Duration};

use futures_core::Stream;
use futures_util::StreamExt as _;

use crate::{
    failure::{self, Failure},
    output::{self, Lines},
};

/// How often output is flushed, progress is shown, and a key is noticed.
const TICK: Duration = Duration::from_millis(100);

/// Where the items of a stream go.
pub trait Sink<S, T> {
    fn item(&mut self, item: T) -> io::Result<()>;
    /// Names a failure, after the items before it.
    fn failed(&mut self, failure: &Failure) -> io::Result<()>;
    /// Is called now and then, so that nothing waits for long.
    fn tick(&mut self, stream: &S) -> io::Result<()>;
}

/// Passes everything to a sink, until the stream ends, the user interrupts, or the sink fails. Returns the exit code, or
/// `None` if everything came.
pub async fn drain<S, T, F>(stream: &mut S, sink: &mut impl Sink<S, T>) -> io::Result<Option<u8>>
where
    S: Stream<Item = Result<T, F>> + Unpin,
    F: Into<Failure>,
{
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    let mut ticks = tokio::time::interval(TICK);
    let mut code = None;
    loop {
        tokio::select! {
            next = stream.next() => match next {
                Some(Ok(item)) => sink.item(item)?,
                Some(Err(failure)) => {
                    let failure = failure.into();
                    code = code.max(failure.code());
                    sink.failed(&failure)?;
                }
                None => return Ok(code),
            },
            _ = ticks.tick() => sink.tick(stream)?,
            _ = &mut interrupted => return Ok(Some(failure::INTERRUPTED)),
        }
    }
}

/// Returns what was printed, or `None` if whoever reads has seen enough, such as `head`.
pub fn unless_closed<T>(printed: io::Result<T>) -> Result<Option<T>, Failure> {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(error) => Err(Failure::unreachable(format!("stdout: {error}"))),
        Ok(printed) => Ok(Some(printed)),
    }
}

impl<S> Sink<S, String> for Lines {
    fn item(&mut self, line: String) -> io::Result<()> {
        self.print(line)
    }

    fn failed(&mut self, failure: &Failure) -> io::Result<()> {
        let flushed = self.flush();
        failure.report();
        flushed
    }

    fn tick(&mut self, _: &S) -> io::Result<()> {
        self.flush()
    }
}

/// Prints each line when it comes, and names each failure on stderr, after the lines before it. Returns the exit code.
pub async fn print(mut lines: impl Stream<Item = Result<String, Failure>> + Unpin) -> Result<ExitCode, Failure> {
    let mut out = Lines::stdout();
    let drained = drain(&mut lines, &mut out).await.and_then(|code| out.flush().map(|()| code));
    let Some(code) = unless_closed(drained)? else { return Ok(ExitCode::SUCCESS) };
    if code == Some(failure::INTERRUPTED) {
        output::message("hwc: interrupted");
    }
    Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
}
