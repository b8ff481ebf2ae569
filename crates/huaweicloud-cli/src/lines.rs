//! Lines on stdout that appear when they come.

use std::{io, process::ExitCode, time::Duration};

use futures_core::Stream;
use futures_util::StreamExt as _;

use crate::{
    failure::{self, Failure},
    output::{self, Lines},
};

/// How often output is flushed, and a key is noticed.
const TICK: Duration = Duration::from_millis(100);

/// Prints each line when it comes, and names each failure on stderr, after the lines before it. Returns the exit code.
pub async fn print(mut lines: impl Stream<Item = Result<String, Failure>> + Unpin) -> Result<ExitCode, Failure> {
    let mut out = Lines::stdout();
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    let mut ticks = tokio::time::interval(TICK);
    let mut code = None;
    loop {
        let mut is_last = false;
        let printed = tokio::select! {
            next = lines.next() => match next {
                Some(Ok(line)) => out.print(line),
                Some(Err(failure)) => {
                    let flushed = out.flush();
                    code = code.max(failure.code());
                    failure.report();
                    flushed
                }
                None => {
                    is_last = true;
                    out.flush()
                }
            },
            _ = ticks.tick() => out.flush(),
            _ = &mut interrupted => {
                is_last = true;
                code = Some(failure::INTERRUPTED);
                let flushed = out.flush();
                output::message("hwc: interrupted");
                flushed
            }
        };
        match printed {
            // Whoever reads has seen enough, such as `head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            printed => printed?,
        }
        if is_last {
            return Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from));
        }
    }
}
