//! `quince slots`: the free times of a booking calendar, or of every start the reasons why not.

use std::collections::BTreeSet;

use bookings::slots::Start;
use jiff::civil::Date;
use serde_json::{Value, json};
use zones::Zone;

use crate::busy::zone;
use crate::commands::{Failure, print, use_cases};

/// Options of `quince slots`.
#[derive(Debug, clap::Args)]
pub struct Slots {
    /// The end of the booking calendar's address, such as intro-call.
    pub calendar: String,
    /// The first day.
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    pub to: Date,
    /// Zone of the days, such as Europe/Berlin.
    #[arg(long, value_name = "ZONE", value_parser = zone, default_value = "UTC")]
    pub timezone: Zone,
    /// Print every start, offered or not, with the reasons against it.
    #[arg(long)]
    pub explain: bool,
}

/// Runs `quince slots`: one line of JSON per start.
pub async fn run(options: &Slots) -> Result<(), Failure> {
    let quince = use_cases().await?;
    let starts = bookings::slots::why_for_operator(
        &quince,
        &options.calendar,
        options.from,
        options.to,
        &options.timezone,
    )
    .await?;
    let shown = |start: &&Start| options.explain || start.is_offered;
    print(starts.iter().filter(shown).map(|start| line(start, options)))
}

fn line(start: &Start, options: &Slots) -> Value {
    let local = |instant: jiff::Timestamp| {
        let zoned = instant.to_zoned(options.timezone.rules().clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let mut line = json!({"start": local(start.start), "end": local(start.end), "hosts": start.hosts});
    if options.explain {
        let reasons: BTreeSet<_> = start
            .reasons
            .iter()
            .map(|why| (why.reason.code(), &why.host))
            .collect();
        let reasons = reasons
            .into_iter()
            .map(|(code, host)| json!({"reason": code, "host": host}));
        line["reasons"] = reasons.collect();
    }
    line
}
