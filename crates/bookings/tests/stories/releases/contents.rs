//! What the use cases tell of a database, as text that is the same whatever the ids are and on both databases.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use bookings::accounts::StaffMember;
use bookings::agenda::{self, Scope};
use bookings::appointments::{self, AppointmentView, Filter};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars;
use bookings::services::{self, ChosenService};
use bookings::{Kind, Quince, StaffId, accounts, classes, connections, holidays, jobs, mails, profile};
use jiff::Timestamp;
use zones::Zone;

use crate::world::{PASSWORD, date};

type Written = Result<(), Box<dyn Error>>;

fn short(instant: Timestamp) -> String {
    instant.strftime("%m-%dT%H:%M").to_string()
}

/// All of it. In the end the background jobs do what is due, whose mails go to a folder.
pub async fn write(quince: &Quince, mails: &Path) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let team = team(quince).await?;
    let owner = team
        .iter()
        .find(|person| person.email == "maya@example.org")
        .ok_or("no owner")?
        .id;
    people(quince, &mut text).await?;
    remote(quince, owner, &mut text).await?;
    offers(quince, owner, &mut text).await?;
    booked(quince, owner, &mut text).await?;
    view(quince, owner, &mut text).await?;
    outbox(quince, owner, mails, &mut text).await?;
    Ok(text)
}

/// The team by its addresses: who joined at the same moment has no order otherwise.
async fn team(quince: &Quince) -> Result<Vec<StaffMember>, Box<dyn Error>> {
    let mut team = accounts::team(quince).await?;
    team.sort_by(|one, other| one.email.cmp(&other.email));
    Ok(team)
}

async fn people(quince: &Quince, text: &mut String) -> Written {
    let workspace = accounts::workspace(quince).await?;
    writeln!(text, "workspace {}, {}", workspace.name, workspace.zone.name())?;
    for holiday in holidays::list(quince).await? {
        writeln!(text, "holiday {} {}", holiday.date, holiday.name)?;
    }
    for person in team(quince).await? {
        let profile = profile::get(quince, person.id).await?;
        let weekly = serde_json::to_string(&profile.profile.hours)?;
        let overrides = serde_json::to_string(&profile.profile.overrides)?;
        let (name, email, role, zone) = (
            person.name,
            person.email,
            person.role,
            profile.profile.zone.name(),
        );
        writeln!(
            text,
            "person {name} <{email}> {role:?} {zone}, hours {weekly}, dates {overrides}"
        )?;
    }
    let signed_in = accounts::sign_in(quince, "maya@example.org", PASSWORD).await?;
    let team = team(quince).await?;
    let name = |staff: StaffId| {
        team.iter()
            .find(|person| person.id == staff)
            .map(|person| person.name.as_str())
    };
    writeln!(text, "signs in {:?}", name(signed_in.staff))?;
    let session = super::session_owner(quince.store(), quince.now()).await;
    writeln!(
        text,
        "session of {:?}",
        session.and_then(|owner| name(owner.staff))
    )?;
    Ok(())
}

async fn remote(quince: &Quince, owner: StaffId, text: &mut String) -> Written {
    for person in team(quince).await? {
        for found in connections::list(quince, person.id).await? {
            let (server, user, state) = (found.server, &found.username, found.state);
            writeln!(
                text,
                "connection {server:?} {user} {state:?} {:?} {:?}",
                found.policies.import_policy, found.policies.when_stale
            )?;
            for calendar in found.calendars {
                writeln!(text, "remote calendar {} of {user}", calendar.name)?;
            }
        }
    }
    let chosen = bookings::configuration::get(quince, owner).await?;
    writeln!(text, "primary calendar chosen: {}", chosen.primary.is_some())?;
    Ok(())
}

async fn offers(quince: &Quince, owner: StaffId, text: &mut String) -> Written {
    for room in services::resources(quince).await? {
        writeln!(
            text,
            "resource {} × {}",
            room.settings.name, room.settings.quantity
        )?;
    }
    for found in booking_calendars::list(quince, owner).await? {
        let (slug, name, kind) = (&found.settings.slug, &found.settings.name, found.settings.kind);
        let members: Vec<&str> = found.members.iter().map(|member| member.name.as_str()).collect();
        let questions: Vec<&str> = found
            .settings
            .questions
            .iter()
            .map(|question| question.label.as_str())
            .collect();
        writeln!(
            text,
            "calendar {slug} “{name}” {kind:?} {:?} at “{}”, {} minutes, members {members:?}, questions {questions:?}, \
             switches {} {} {} {}, problem {:?}",
            found.settings.distribution,
            found.settings.location,
            found.settings.rules.duration,
            found.settings.auto_confirm,
            found.settings.confirm_by_mail,
            found.settings.ask_puzzle,
            found.settings.active,
            found.problem
        )?;
        let mut chosen = Vec::new();
        if kind == Kind::Service {
            for service in services::menu(quince, owner, found.id).await?.services {
                let staff: Vec<&str> = service.hosts.iter().map(|(_, name)| name.as_str()).collect();
                let (name, duration, processing) = (
                    &service.settings.name,
                    service.settings.duration,
                    service.settings.processing,
                );
                writeln!(
                    text,
                    "service {name} {duration}+{processing} by {staff:?}, needs {}",
                    service.settings.resources.len()
                )?;
                chosen.push(ChosenService {
                    service: service.id,
                    host: None,
                });
            }
        }
        let utc = Zone::utc();
        let question = SlotQuery {
            services: &chosen,
            ..SlotQuery::new(slug, date("2026-11-24"), date("2026-12-04"), &utc)
        };
        let free = availability::free(quince, &question).await?;
        for (day, slots) in &free.days {
            let starts: Vec<String> = slots
                .iter()
                .map(|slot| slot.start.strftime("%H:%M").to_string())
                .collect();
            writeln!(text, "free {slug} {day}: {}", starts.join(" "))?;
        }
    }
    Ok(())
}

async fn all(quince: &Quince, owner: StaffId) -> Result<Vec<AppointmentView>, Box<dyn Error>> {
    let mut all = Vec::new();
    for upcoming in [false, true] {
        let filter = Filter {
            upcoming,
            host: None,
            to_confirm: false,
            colliding: false,
            search: String::new(),
            cursor: None,
            limit: 500,
        };
        all.extend(appointments::list(quince, owner, &filter).await?.appointments);
    }
    all.sort_by(|one, other| (one.start, &one.name).cmp(&(other.start, &other.name)));
    Ok(all)
}

async fn booked(quince: &Quince, owner: StaffId, text: &mut String) -> Written {
    let mut sessions = Vec::new();
    for found in all(quince, owner).await? {
        let services: Vec<String> = found
            .services
            .iter()
            .map(|part| format!("{} by {}", part.name, part.host_name))
            .collect();
        let answers: Vec<&str> = found.answers.iter().map(|answer| answer.text.as_str()).collect();
        let write = found.write.as_ref().map(|write| write.state);
        let cancellation = found
            .cancellation
            .map(|cancellation| (cancellation.by, cancellation.reason));
        writeln!(
            text,
            "appointment {}–{} {} {} <{}> {:?} with “{}”, guests {:?}, services {services:?}, answers {answers:?}, event {write:?}, \
             by staff {}, over {:?}, called off {cancellation:?}, to confirm {:?}",
            short(found.start),
            short(found.end),
            found.calendar_slug,
            found.name,
            found.email,
            found.status,
            found.host_name,
            found.guests,
            found.booked_by != bookings::Party::Client,
            found.overridden,
            found.confirm_until.map(short),
        )?;
        sessions.extend(found.session);
    }
    sessions.sort_unstable();
    sessions.dedup();
    let mut lines = Vec::new();
    for id in sessions {
        let session = classes::session(quince, owner, id).await?;
        let (start, taken, seats) = (short(session.start), session.taken, session.seats);
        let cancellation = session
            .cancellation
            .map(|cancellation| (cancellation.by, cancellation.reason));
        lines.push(format!(
            "session {start} {taken} of {seats}, called off {cancellation:?}"
        ));
        for (_, name, email, seats) in session.waiting {
            lines.push(format!("waits {start} {name} <{email}> for {seats}"));
        }
    }
    lines.sort();
    for line in lines {
        writeln!(text, "{line}")?;
    }
    for deleted in appointments::deleted_lately(quince, owner).await? {
        writeln!(
            text,
            "deleted {} {} {}",
            short(deleted.start),
            deleted.calendar_name,
            deleted.name
        )?;
    }
    Ok(())
}

async fn view(quince: &Quince, owner: StaffId, text: &mut String) -> Written {
    let agenda = agenda::view(quince, owner, date("2026-11-23"), 14, Scope::Everybody).await?;
    for day in agenda.days {
        let mut lines: Vec<String> = Vec::new();
        for event in day.external {
            let (start, end, title) = (short(event.start), short(event.end), event.title);
            lines.push(format!(
                "event {start}–{end} “{title}” in “{}”, blocks {}",
                event.calendar_name, event.blocks
            ));
        }
        for block in day.blocked {
            lines.push(format!(
                "blocked {}–{} {}",
                short(block.start),
                short(block.end),
                block.title
            ));
        }
        lines.sort();
        for line in lines {
            writeln!(text, "{line}")?;
        }
    }
    Ok(())
}

async fn outbox(quince: &Quince, owner: StaffId, folder: &Path, text: &mut String) -> Written {
    let mut lines = Vec::new();
    for mail in mails::given_up(quince, owner).await? {
        lines.push(format!("given up {} to {}", mail.title, mail.recipient));
    }
    jobs::run_due(quince).await?;
    for file in std::fs::read_dir(folder.join("mails"))? {
        let mail = std::fs::read_to_string(file?.path())?;
        let header = |name: &str| {
            mail.lines()
                .find(|line| line.starts_with(name))
                .unwrap_or_default()
                .to_owned()
        };
        lines.push(format!("mail {} {}", header("To:"), header("Subject:")));
    }
    lines.sort();
    for line in lines {
        writeln!(text, "{line}")?;
    }
    Ok(())
}
