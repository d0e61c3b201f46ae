//! `quince slots`: the free times of a booking calendar, or for every start the reasons against it.

use bookings::availability::{ClosedDay, ExplainedReason, ExplainedStart};
use bookings::services::{self, ChosenService, ServiceView};
use bookings::{Error, Kind, Quince};
use jiff::civil::Date;
use serde_json::{Value, json};
use zones::Zone;

use crate::busy::zone;
use crate::commands::{print, use_cases};
use crate::failure::Failure;

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
    /// A service of the visit that is asked for, by its name, or by its name, a colon and the name of who should do it; repeat
    /// it for several. For Service calendars.
    #[arg(long = "service", value_name = "NAME[:PERSON]")]
    pub services: Vec<String>,
    /// Print every start, offered or not, with the reasons against it, and why days have none.
    #[arg(long)]
    pub explain: bool,
}

/// Runs `quince slots`: one line of JSON per start, and with `--explain` one per day without any.
pub async fn run(options: &Slots) -> Result<(), Failure> {
    let quince = use_cases().await?;
    let told = tell(&quince, options).await;
    quince.store().close().await;
    told
}

async fn tell(quince: &Quince, options: &Slots) -> Result<(), Failure> {
    let services = chosen(quince, options).await?;
    let why = bookings::availability::why_for_operator(
        quince,
        &options.calendar,
        &services,
        options.from,
        options.to,
        &options.timezone,
    )
    .await?;
    let is_simple = why.kind == Kind::Simple;
    let shown = |start: &&ExplainedStart| options.explain || start.is_offered;
    let starts = why.starts.iter().filter(shown);
    let mut lines: Vec<(Date, Value)> = starts
        .map(|start| {
            (
                options.timezone.date(start.start),
                line(start, options, is_simple),
            )
        })
        .collect();
    let closed = why.closed.iter().filter(|_| options.explain);
    lines.extend(closed.map(|day| (day.date, closed_line(day))));
    lines.sort_by_key(|(date, _)| *date);
    print(lines.into_iter().map(|(_, line)| line))
}

/// Resolves services by name, each with the person named after a colon.
async fn chosen(quince: &Quince, options: &Slots) -> Result<Vec<ChosenService>, Failure> {
    let menu = match services::public_menu(quince, &options.calendar).await {
        Ok(menu) => menu,
        // Another kind of calendar, or none of this slug, which the query itself reports.
        Err(Error::NotFound(_)) if options.services.is_empty() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    if options.services.is_empty() && !menu.is_empty() {
        return Err(Failure::NoService(names(&menu)));
    }
    options.services.iter().map(|name| named(name, &menu)).collect()
}

fn named(text: &str, menu: &[ServiceView]) -> Result<ChosenService, Failure> {
    let of_name = |name: &str| {
        menu.iter()
            .find(|service| service.settings.name.eq_ignore_ascii_case(name.trim()))
    };
    // The name of a service may contain a colon.
    if let Some(service) = of_name(text) {
        return Ok(ChosenService {
            service: service.id,
            host: None,
        });
    }
    let (name, person) = text.rsplit_once(':').unwrap_or((text, ""));
    let Some(service) = of_name(name).filter(|_| name != text) else {
        return Err(Failure::UnknownService(text.to_owned(), names(menu)));
    };
    let person = person.trim();
    let mut staff = service.hosts.iter();
    if let Some((host, _)) = staff.find(|(_, known)| known.eq_ignore_ascii_case(person)) {
        return Ok(ChosenService {
            service: service.id,
            host: Some(*host),
        });
    }
    let staff: Vec<&str> = service.hosts.iter().map(|(_, name)| name.as_str()).collect();
    Err(Failure::UnknownPerson(
        person.to_owned(),
        service.settings.name.clone(),
        staff.join(", "),
    ))
}

fn names(menu: &[ServiceView]) -> String {
    let names: Vec<&str> = menu
        .iter()
        .map(|service| service.settings.name.as_str())
        .collect();
    names.join(", ")
}

fn line(start: &ExplainedStart, options: &Slots, is_simple: bool) -> Value {
    let local = |instant: jiff::Timestamp| {
        let zoned = instant.to_zoned_datetime(options.timezone.rules().clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let mut line = json!({"start": local(start.start), "end": local(start.end)});
    // A Simple calendar has no host.
    if !is_simple {
        line["hosts"] = json!(start.hosts);
    }
    if options.explain {
        line["offered"] = json!(start.is_offered);
        line["reasons"] = reasons(&start.reasons);
    }
    line
}

fn closed_line(day: &ClosedDay) -> Value {
    json!({"date": day.date.to_string(), "offered": false, "reasons": reasons(&day.reasons)})
}

/// The distinct reasons.
fn reasons(all: &[ExplainedReason]) -> Value {
    let mut told: Vec<Value> = Vec::new();
    for why in all {
        let reason = json!({"reason": why.reason.as_str(), "sentence": why.sentence, "host": why.host});
        if !told.contains(&reason) {
            told.push(reason);
        }
    }
    told.into()
}
