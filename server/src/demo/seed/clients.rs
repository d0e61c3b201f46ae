//! Clients book what is free in the coming days.

use bookings::Quince;
use bookings::appointments::Booking;
use bookings::availability::{OfferedSlot, SlotQuery};
use bookings::services::Chosen;
use jiff::ToSpan;
use jiff::civil::Date;
use zones::Zone;

use crate::demo::people::ZONE;
use crate::failure::Failure;

/// A client with what they want.
struct Wish {
    slug: &'static str,
    name: &'static str,
    notes: &'static str,
    /// The names of services, in a Service calendar.
    services: &'static [&'static str],
    guests: &'static [&'static str],
    /// The first day on which they have time, counted from today.
    from: i32,
    /// Which of that day's times they take, so that the week looks like a week.
    take: usize,
}

const fn wish(slug: &'static str, name: &'static str, notes: &'static str, from: i32, take: usize) -> Wish {
    Wish {
        slug,
        name,
        notes,
        services: &[],
        guests: &[],
        from,
        take,
    }
}

const WISHES: [Wish; 12] = [
    wish(
        "consultation",
        "Amara Diallo",
        "I would like to talk about the spring campaign.",
        1,
        0,
    ),
    wish("consultation", "Tomás Herrera", "", 2, 2),
    wish("follow-up-with-jonas", "Ingrid Halvorsen", "Second visit", 3, 4),
    wish("consultation", "Wei Chen", "", 4, 6),
    wish("intro-call", "Noor Haddad", "A friend recommended you.", 5, 8),
    wish("follow-up-with-jonas", "Luca Moretti", "", 6, 10),
    wish(
        "camera-basics",
        "Sofia Lindqvist",
        "I have never held a camera.",
        1,
        0,
    ),
    Wish {
        guests: &["Mina Park"],
        ..wish("camera-basics", "Joon Park", "", 1, 0)
    },
    wish("camera-basics", "Aisha Bello", "", 1, 0),
    wish(
        "project-kick-off",
        "Elif Yilmaz",
        "We open the new shop in May.",
        8,
        2,
    ),
    Wish {
        services: &["Family portrait", "Choosing pictures"],
        ..wish(
            "photo-shoot",
            "Hannah Fischer",
            "Four adults, a baby and a dog.",
            7,
            3,
        )
    },
    wish("studio-tour", "Kwame Mensah", "", 2, 1),
];

/// Books what they want, each as their own booking page would.
pub async fn book(quince: &Quince) -> Result<(), Failure> {
    let zone = Zone::named(ZONE).map_err(Failure::seed)?;
    let today = zone.date(quince.now());
    for wish in WISHES {
        let services = chosen(quince, &wish).await?;
        let Some(slot) = free(quince, &wish, &services, today, &zone).await? else {
            continue;
        };
        let booking = Booking {
            slug: wish.slug.to_owned(),
            start: slot.start,
            zone: zone.clone(),
            name: wish.name.to_owned(),
            email: email(wish.name),
            phone: String::new(),
            notes: wish.notes.to_owned(),
            guests: wish.guests.iter().map(|&guest| guest.to_owned()).collect(),
            answers: Vec::new(),
            services,
            host: None,
            holder: None,
            idempotency_key: format!("demo {}", wish.name),
        };
        bookings::appointments::book(quince, booking)
            .await
            .map_err(Failure::seed)?;
    }
    Ok(())
}

/// `Tomás Herrera` → `herrera@client.example`: the last name has plain letters alone.
fn email(name: &str) -> String {
    let last = name.rsplit(' ').next().unwrap_or(name);
    format!("{}@client.example", last.to_lowercase())
}

async fn chosen(quince: &Quince, wish: &Wish) -> Result<Vec<Chosen>, Failure> {
    if wish.services.is_empty() {
        return Ok(Vec::new());
    }
    let menu = bookings::services::public_menu(quince, wish.slug)
        .await
        .map_err(Failure::seed)?;
    let named = wish.services.iter().map(|&name| {
        let service = menu.iter().find(|service| service.name == name);
        let service = service.ok_or_else(|| Failure::seed(format!("no service is called “{name}”")))?;
        Ok(Chosen {
            service: service.id,
            host: None,
        })
    });
    named.collect()
}

async fn free(
    quince: &Quince,
    wish: &Wish,
    services: &[Chosen],
    today: Date,
    zone: &Zone,
) -> Result<Option<OfferedSlot>, Failure> {
    let from = today.saturating_add(wish.from.days());
    let to = from.saturating_add(7.days());
    let question = SlotQuery {
        services,
        ..SlotQuery::new(wish.slug, from, to, zone)
    };
    let mut free = bookings::availability::free(quince, &question)
        .await
        .map_err(Failure::seed)?;
    let day = free.days.values_mut().next();
    Ok(day.and_then(|slots| {
        let take = wish.take.min(slots.len().checked_sub(1)?);
        Some(slots.swap_remove(take))
    }))
}
