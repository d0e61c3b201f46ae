//! The practice workspace: a team of three with hours, booking calendars and a few appointments.
//!
//! Everything goes through the use cases that the pages call, so the demo cannot show what the product cannot
//! do. Two of the team are connected to the practice iCloud already; the owner is left to the person who
//! tries the three steps.

use std::fmt::Display;

use bookings::accounts::{NewOwner, NewStaff};
use bookings::appointments::Booking;
use bookings::calendars::{CalendarForm, Member};
use bookings::connections::Login;
use bookings::slots::Question;
use bookings::{Distribution, Kind, Priority, Quince, Role, Rules, StaffId};
use jiff::ToSpan;
use zones::Zone;

use super::practice::Practice;
use crate::commands::Failure;

/// Signs in as the owner.
pub const OWNER_EMAIL: &str = "maya@quince.example";
/// The owner's password.
pub const OWNER_PASSWORD: &str = "golden quince orchard";
/// The team's zone.
pub const ZONE: &str = "America/New_York";

/// A member of the team who is connected already.
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub apple_id: &'static str,
    pub app_password: &'static str,
}

pub const SECOND: Person = Person {
    name: "Jonas Okafor",
    email: "jonas@quince.example",
    apple_id: "jonas@icloud.example",
    app_password: "oaks-pear-plum-figs",
};

pub const THIRD: Person = Person {
    name: "Priya Raman",
    email: "priya@quince.example",
    apple_id: "priya@icloud.example",
    app_password: "mint-sage-dill-bays",
};

fn failed(error: impl Display) -> Failure {
    Failure::Seed(error.to_string())
}

/// Fills an empty workspace.
pub async fn fill(quince: &Quince, practice: &Practice) -> Result<(), Failure> {
    let owner = NewOwner {
        workspace: "Harbor Street Studio".to_owned(),
        name: practice.login().me_name,
        email: OWNER_EMAIL.to_owned(),
        password: OWNER_PASSWORD.to_owned(),
        zone: ZONE.to_owned(),
    };
    let maya = bookings::accounts::create_owner(quince, owner)
        .await
        .map_err(failed)?;
    let jonas = join(quince, maya, &SECOND).await?;
    let priya = join(quince, maya, &THIRD).await?;

    let intro = calendar(
        "Intro call",
        "A first conversation: what you need, and whether we are a good fit.",
        "Phone: we call you",
        Kind::Personal,
        &[maya],
    );
    let consultation = CalendarForm {
        rules: Rules {
            duration: 45,
            interval: 30,
            post_buffer: 15,
            ..rules()
        },
        ..calendar(
            "Consultation",
            "Three quarters of an hour with one of us, whoever is free first.",
            "14 Harbor Street, second floor",
            Kind::RoundRobin,
            &[maya, jonas, priya],
        )
    };
    let follow_up = CalendarForm {
        rules: Rules {
            duration: 20,
            interval: 20,
            ..rules()
        },
        ..calendar(
            "Follow-up with Jonas",
            "For clients who have been here before.",
            "Video call",
            Kind::Personal,
            &[jonas],
        )
    };
    for form in [intro, consultation, follow_up] {
        bookings::calendars::create(quince, maya, form)
            .await
            .map_err(failed)?;
    }
    bookings::jobs::run_due(quince).await.map_err(failed)?;
    appointments(quince).await?;
    bookings::jobs::run_due(quince).await.map_err(failed)?;
    Ok(())
}

/// Adds a member of the team and connects their practice iCloud, as they would themselves.
async fn join(quince: &Quince, owner: StaffId, person: &Person) -> Result<StaffId, Failure> {
    let new = NewStaff {
        name: person.name.to_owned(),
        email: person.email.to_owned(),
        password: OWNER_PASSWORD.to_owned(),
        zone: ZONE.to_owned(),
        role: Role::Staff,
    };
    let staff = bookings::accounts::add_staff(quince, owner, new)
        .await
        .map_err(failed)?;
    let login = Login {
        apple_id: person.apple_id.to_owned(),
        app_password: person.app_password.to_owned(),
    };
    bookings::connections::connect(quince, staff, login)
        .await
        .map_err(failed)?;
    let configuration = bookings::configuration::get(quince, staff)
        .await
        .map_err(failed)?;
    let calendars = || {
        configuration
            .connections
            .iter()
            .flat_map(|connection| &connection.calendars)
    };
    let named = |name: &str| {
        calendars()
            .find(|calendar| calendar.name == name)
            .map(|calendar| calendar.id)
    };
    let work = named("Work").ok_or_else(|| failed("the practice iCloud has no calendar “Work”"))?;
    bookings::configuration::save_primary(quince, staff, Some(work))
        .await
        .map_err(failed)?;
    let conflicts = [named("Home"), named("Family")].into_iter().flatten().collect();
    bookings::configuration::save_conflicts(quince, staff, conflicts)
        .await
        .map_err(failed)?;
    Ok(staff)
}

fn rules() -> Rules {
    Rules {
        zone: Zone::named(ZONE).unwrap_or_else(|_| Zone::utc()),
        ..Rules::default()
    }
}

fn calendar(name: &str, description: &str, location: &str, kind: Kind, members: &[StaffId]) -> CalendarForm {
    CalendarForm {
        description: description.to_owned(),
        location: location.to_owned(),
        kind,
        distribution: Distribution::Availability,
        rules: rules(),
        members: members
            .iter()
            .map(|staff| Member {
                staff: *staff,
                priority: Priority::Medium,
                weight: 1,
            })
            .collect(),
        ..CalendarForm::new(name)
    }
}

/// A few clients book what is free in the coming days.
async fn appointments(quince: &Quince) -> Result<(), Failure> {
    const CLIENTS: [(&str, &str, &str, &str); 6] = [
        (
            "consultation",
            "Amara Diallo",
            "amara@client.example",
            "I would like to talk about the spring campaign.",
        ),
        ("consultation", "Tomás Herrera", "tomas@client.example", ""),
        (
            "follow-up-with-jonas",
            "Ingrid Halvorsen",
            "ingrid@client.example",
            "Second visit",
        ),
        ("consultation", "Wei Chen", "wei@client.example", ""),
        (
            "intro-call",
            "Noor Haddad",
            "noor@client.example",
            "A friend recommended you.",
        ),
        ("follow-up-with-jonas", "Luca Moretti", "luca@client.example", ""),
    ];
    let zone = Zone::named(ZONE).map_err(failed)?;
    let today = zone.date(quince.now());
    for (index, (slug, name, email, notes)) in CLIENTS.into_iter().enumerate() {
        let days = i32::try_from(index).unwrap_or(0);
        let (from, to) = (
            today.saturating_add((1 + days).days()),
            today.saturating_add((8 + days).days()),
        );
        let free = bookings::slots::free(quince, &Question::new(slug, from, to, &zone))
            .await
            .map_err(failed)?;
        // Not always the first time of the day, so that the week looks like a week.
        let Some(slot) = free
            .days
            .values()
            .find_map(|slots| slots.get(index * 2).or(slots.first()))
        else {
            continue;
        };
        let booking = Booking {
            slug: slug.to_owned(),
            start: slot.start,
            zone: zone.clone(),
            name: name.to_owned(),
            email: email.to_owned(),
            phone: String::new(),
            notes: notes.to_owned(),
            guests: Vec::new(),
            answers: Vec::new(),
            services: Vec::new(),
            host: None,
            holder: None,
            idempotency_key: format!("demo-{index}"),
        };
        bookings::appointments::book(quince, booking)
            .await
            .map_err(failed)?;
    }
    Ok(())
}
