//! `quince slots`: the free times of a booking calendar, or of every start the reasons why not.

use std::collections::BTreeSet;

use bookings::Quince;
use bookings::services::{self, Chosen, MenuError, ServiceView};
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
    /// A service of the visit that is asked for, by its name; repeat it for several. For Service calendars.
    #[arg(long = "service", value_name = "NAME")]
    pub services: Vec<String>,
    /// Print every start, offered or not, with the reasons against it.
    #[arg(long)]
    pub explain: bool,
}

/// Runs `quince slots`: one line of JSON per start.
pub async fn run(options: &Slots) -> Result<(), Failure> {
    let quince = use_cases().await?;
    let services = chosen(&quince, options).await?;
    let starts = bookings::slots::why_for_operator(
        &quince,
        &options.calendar,
        &services,
        options.from,
        options.to,
        &options.timezone,
    )
    .await?;
    let shown = |start: &&Start| options.explain || start.is_offered;
    print(starts.iter().filter(shown).map(|start| line(start, options)))
}

/// The services of these names.
async fn chosen(quince: &Quince, options: &Slots) -> Result<Vec<Chosen>, Failure> {
    let menu = match services::public_menu(quince, &options.calendar).await {
        Ok(menu) => menu,
        // Not of this kind; the question itself says so if there is no such calendar at all.
        Err(MenuError::NotFound) if options.services.is_empty() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    if options.services.is_empty() && !menu.is_empty() {
        return Err(Failure::NoService(names(&menu)));
    }
    let named = |name: &String| {
        let service = menu
            .iter()
            .find(|service| service.name.eq_ignore_ascii_case(name.trim()));
        service
            .map(|service| Chosen {
                service: service.id,
                host: None,
            })
            .ok_or_else(|| Failure::UnknownService(name.clone(), names(&menu)))
    };
    options.services.iter().map(named).collect()
}

fn names(menu: &[ServiceView]) -> String {
    let names: Vec<&str> = menu.iter().map(|service| service.name.as_str()).collect();
    names.join(", ")
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
