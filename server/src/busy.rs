//! `quince busy`: what a calendar file blocks, and why. It parses as the server does, so it explains what the server blocks.

use std::io::{self, Read, Write as _};
use std::path::PathBuf;
use std::str::FromStr;

use ical::{Horizon, Instance, Owner};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use zones::Zone;

use crate::commands::print;
use crate::failure::Failure;

/// Options of `quince busy`.
#[derive(Debug, clap::Args)]
pub struct Busy {
    /// An iCalendar file; `-` reads standard input.
    pub file: PathBuf,
    /// First moment asked about: a date (its start in the zone) or an instant such as 2026-11-24T09:00:00Z.
    #[arg(long, value_name = "DATE|INSTANT")]
    pub from: Moment,
    /// First moment no longer asked about: a date (its start in the zone) or an instant.
    #[arg(long, value_name = "DATE|INSTANT")]
    pub to: Moment,
    /// Zone of whole days and of times without a zone, such as Europe/Berlin.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub timezone: Zone,
    /// An e-mail address of the calendar's owner, whose declined invitations do not block. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub me: Vec<String>,
    /// Also print what does not block, with its reason.
    #[arg(long)]
    pub all: bool,
}

/// A date or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The start of this date.
    Date(Date),
    /// This instant.
    Instant(Timestamp),
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Dates are tried first, since an instant begins with one.
        if let Ok(date) = text.parse()
            && text.len() == "2026-11-24".len()
        {
            return Ok(Self::Date(date));
        }
        text.parse()
            .map(Self::Instant)
            .map_err(|_| "write a date such as 2026-11-24, or an instant such as 2026-11-24T09:00:00Z")
    }
}

impl Moment {
    fn in_zone(self, zone: &Zone) -> Timestamp {
        match self {
            Self::Date(date) => zone.start_of_day(date),
            Self::Instant(instant) => instant,
        }
    }
}

/// Parses a zone of the command line.
pub fn zone(name: &str) -> Result<Zone, String> {
    Zone::named(name).map_err(|_| {
        "there is no such time zone; write one such as Europe/Berlin or America/New_York".to_owned()
    })
}

/// Prints one line of JSON per instance on standard output, and problems on standard error.
pub fn run(options: &Busy) -> Result<(), Failure> {
    let horizon = Horizon {
        from: options.from.in_zone(&options.timezone),
        to: options.to.in_zone(&options.timezone),
    };
    if horizon.from >= horizon.to {
        return Err(Failure::Span);
    }
    let text = text(options).map_err(|cause| Failure::CalendarFile {
        path: options.file.clone(),
        cause,
    })?;
    let owner = Owner {
        zone: &options.timezone,
        addresses: &options.me,
    };
    let reading = ical::read_bytes(&text, &owner, &horizon);
    for problem in &reading.problems {
        // Standard error may be closed.
        let _ = writeln!(io::stderr(), "quince: {problem}");
    }
    let shown = |instance: &&Instance| options.all || instance.blocks.takes_time(true);
    print(reading.instances.iter().filter(shown).map(line))
}

fn text(options: &Busy) -> io::Result<Vec<u8>> {
    if options.file.as_os_str() == "-" {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text)?;
        return Ok(text);
    }
    std::fs::read(&options.file)
}

fn line(instance: &Instance) -> serde_json::Value {
    json!({
        "start": instance.start.to_string(),
        "end": instance.end.to_string(),
        "uid": &*instance.uid,
        "summary": &*instance.summary,
        "reason": instance.blocks.word(),
    })
}
