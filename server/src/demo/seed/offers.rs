//! The demo's booking calendars, one of every kind.

use bookings::booking_calendars::{CalendarForm, CalendarSettings, MemberSettings};
use bookings::services::{ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{CalendarId, Kind, Quince, Rules, StaffId, WeeklyHours};
use zones::Zone;

use crate::demo::people::ZONE;
use crate::failure::Failure;

/// The members' ids.
pub struct Team {
    pub maya: StaffId,
    pub jonas: StaffId,
    pub priya: StaffId,
}

/// Makes the booking calendars, as the owner.
pub async fn make(quince: &Quince, team: &Team) -> Result<(), Failure> {
    let &Team { maya, jonas, priya } = team;
    let forms = [
        intro_call(maya),
        consultation(&[maya, jonas, priya]),
        follow_up(jonas),
        camera_basics(priya),
        kick_off(&[maya, jonas]),
        studio_tour(),
    ];
    for form in forms {
        create(quince, maya, form).await?;
    }
    let shoot = create(quince, maya, photo_shoot(&[jonas, priya])).await?;
    menu(quince, team, shoot).await
}

async fn create(quince: &Quince, owner: StaffId, form: CalendarForm) -> Result<CalendarId, Failure> {
    bookings::booking_calendars::create(quince, owner, form)
        .await
        .map_err(Failure::seed)
}

fn intro_call(host: StaffId) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            description: "A first conversation: what you need, and whether we are a good fit.".to_owned(),
            location: "Phone: we call you".to_owned(),
            ..settings("Intro call", Kind::Personal, rules(30, 30))
        },
        members(&[host]),
    )
}

fn consultation(team: &[StaffId]) -> CalendarForm {
    let rules = Rules {
        post_buffer: 15,
        ..rules(45, 30)
    };
    CalendarForm::new(
        CalendarSettings {
            description: "Three quarters of an hour with one of us, whoever is free first.".to_owned(),
            location: "14 Harbor Street, second floor".to_owned(),
            ..settings("Consultation", Kind::RoundRobin, rules)
        },
        members(team),
    )
}

fn follow_up(host: StaffId) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            description: "For clients who have been here before.".to_owned(),
            location: "Video call".to_owned(),
            ..settings("Follow-up with Jonas", Kind::Personal, rules(20, 20))
        },
        members(&[host]),
    )
}

/// A class on Wednesdays and Fridays from 14:00 to 16:00.
fn camera_basics(owner: StaffId) -> CalendarForm {
    let rules = Rules {
        seats: 6,
        hours: Some(open(&[2, 4], 14, 16)),
        ..rules(120, 120)
    };
    CalendarForm::new(
        CalendarSettings {
            description: "Aperture, shutter, light: two hours in a small group. Bring your own camera."
                .to_owned(),
            location: "14 Harbor Street, ground floor".to_owned(),
            color: "#b45309".to_owned(),
            ..settings("Camera basics", Kind::ClassBooking, rules)
        },
        members(&[owner]),
    )
}

fn kick_off(team: &[StaffId]) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            description: "The first hour of a project, with Maya and Jonas. We confirm within a day."
                .to_owned(),
            location: "14 Harbor Street, second floor".to_owned(),
            color: "#1d4ed8".to_owned(),
            auto_confirm: false,
            ..settings("Project kick-off", Kind::Collective, rules(60, 30))
        },
        members(team),
    )
}

/// A Simple calendar, Monday to Friday at noon: whoever is in the studio shows it.
fn studio_tour() -> CalendarForm {
    let rules = Rules {
        per_slot: 4,
        hours: Some(open(&[0, 1, 2, 3, 4], 12, 13)),
        ..rules(30, 30)
    };
    CalendarForm::new(
        CalendarSettings {
            description: "Have a look around. No need to prepare anything.".to_owned(),
            location: "14 Harbor Street, at the door".to_owned(),
            color: "#4d7c0f".to_owned(),
            ..settings("Studio tour", Kind::Simple, rules)
        },
        members(&[]),
    )
}

fn photo_shoot(team: &[StaffId]) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            description: "Put your own shoot together; several services make one visit.".to_owned(),
            location: "14 Harbor Street, ground floor".to_owned(),
            color: "#be185d".to_owned(),
            ..settings("Photo shoot", Kind::Service, rules(30, 30))
        },
        members(team),
    )
}

/// Adds the services of the photo shoot, with the room and lights that they need.
async fn menu(quince: &Quince, team: &Team, calendar: CalendarId) -> Result<(), Failure> {
    let &Team { maya, jonas, priya } = team;
    let resource = |name: &str, quantity| ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: name.to_owned(),
            quantity,
        },
    };
    let all = vec![resource("Studio", 1), resource("Studio light", 3)];
    bookings::services::save_resources(quince, maya, all)
        .await
        .map_err(Failure::seed)?;
    let known = bookings::services::resources(quince)
        .await
        .map_err(Failure::seed)?;
    let needs = |name: &str, quantity| {
        let found = known.iter().find(|resource| resource.settings.name == name);
        found.map(|resource| (resource.id, quantity))
    };
    let service = |group: &str, name: &str, description: &str, duration, staff: &[StaffId]| ServiceSettings {
        group: group.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        duration,
        processing: 0,
        staff: staff.to_vec(),
        resources: Vec::new(),
    };
    let services = [
        ServiceSettings {
            resources: [needs("Studio", 1), needs("Studio light", 1)]
                .into_iter()
                .flatten()
                .collect(),
            ..service(
                "In the studio",
                "Headshot",
                "One outfit, one background.",
                30,
                &[priya, jonas],
            )
        },
        ServiceSettings {
            processing: 15,
            resources: [needs("Studio", 1), needs("Studio light", 3)]
                .into_iter()
                .flatten()
                .collect(),
            ..service(
                "In the studio",
                "Family portrait",
                "Up to eight people. The last quarter of an hour is yours to change.",
                60,
                &[priya],
            )
        },
        service(
            "Afterwards",
            "Choosing pictures",
            "At the screen, with the photographer.",
            30,
            &[priya, jonas],
        ),
        service(
            "Afterwards",
            "Retouching lesson",
            "Learn to finish them yourself.",
            45,
            &[jonas],
        ),
    ];
    for service in services {
        bookings::services::save(quince, maya, calendar, None, service)
            .await
            .map_err(Failure::seed)?;
    }
    Ok(())
}

/// Rules for meetings of `duration` minutes on a grid of `interval` minutes.
fn rules(duration: u32, interval: u32) -> Rules {
    Rules {
        zone: Zone::named(ZONE).unwrap_or_else(|_| Zone::utc()),
        duration,
        interval,
        ..Rules::default()
    }
}

/// Hours on these weekdays (0 is Monday), from one full hour to another.
fn open(days: &[usize], from: u16, to: u16) -> WeeklyHours {
    let mut week = WeeklyHours::weekdays(from * 60, to * 60);
    for (day, windows) in week.0.iter_mut().enumerate() {
        if !days.contains(&day) {
            windows.clear();
        }
    }
    week
}

fn settings(name: &str, kind: Kind, rules: Rules) -> CalendarSettings {
    CalendarSettings {
        kind,
        rules,
        ..CalendarSettings::new(name)
    }
}

fn members(team: &[StaffId]) -> Vec<MemberSettings> {
    team.iter().copied().map(MemberSettings::new).collect()
}
