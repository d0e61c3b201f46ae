//! What the program says while it runs: one line per event on standard error, as text or JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::settings::LogFormat;

/// A log filter that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(
    "QUINCE_LOG cannot be used: write a level such as info or debug, or a filter such as caldav=trace,info"
)]
pub struct BadFilter;

/// Starts logging for the rest of the process.
///
/// # Errors
/// [`BadFilter`] when the filter cannot be understood.
pub fn start(filter: &str, format: LogFormat) -> Result<(), BadFilter> {
    let filter = EnvFilter::try_new(filter).map_err(|_| BadFilter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_span_events(FmtSpan::NONE);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}
