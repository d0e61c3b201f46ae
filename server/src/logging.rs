//! Logging: one line per event on standard error, as text or JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// The log filter cannot be parsed.
#[derive(Debug, thiserror::Error)]
#[error(
    "QUINCE_LOG cannot be used: write a level such as info or debug, or a filter such as caldav=trace,info"
)]
pub struct BadFilter;

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Readable text.
    Text,
    /// One JSON object per line, for log collectors.
    Json,
}

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
        .with_span_events(FmtSpan::NONE)
        // Reporting a failed write to a closed standard error would itself panic.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Whether the filter can be meant. The library takes an unknown word for the name of a module, so a misspelt level would silence
/// everything.
pub fn is_filter(filter: &str) -> bool {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_level = |part: &str| LEVELS.contains(&part.trim().to_ascii_lowercase().as_str());
    let is_known = |part: &str| match part.rsplit_once('=') {
        Some((_, level)) => is_level(level),
        None => is_level(part),
    };
    filter.split(',').all(is_known) && EnvFilter::try_new(filter).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_filter;

    #[test]
    fn a_misspelt_level_is_refused() {
        for good in ["info", "WARN", "caldav=trace,info", "off", "info,audit=off"] {
            assert!(is_filter(good), "{good}");
        }
        for bad in ["inof", "caldav", "caldav=inof,info", "", "info;debug"] {
            assert!(!is_filter(bad), "{bad}");
        }
    }
}
