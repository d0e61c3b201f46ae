//! Demo clients, who book free times of the coming days.

use bookings::Quince;
use bookings::Slot;
use bookings::appointments::Booking;
use bookings::availability::SlotQuery;
use bookings::services::ChosenService;
use jiff::ToSpan;
use jiff::civil::Date;
use zones::Zone;

use crate::demo::people::ZONE;
use crate::failure::Failure;

/// A demo client and what they book.
struct DemoBooking {
    slug: &'static str,
    name: &'static str,
    notes: &'static str,
    /// Names of services, in a Service calendar.
    services: &'static [&'static str],
    guests: &'static [&'static str],
    /// First day to book, counted from today.
    from: i32,
    /// Index among that day's free times, to spread appointments over the week.
    take: usize,
}

const fn demo_booking(
    slug: &'static str,
    name: &'static str,
    notes: &'static str,
    from: i32,
    take: usize,
) -> DemoBooking {
    DemoBooking {
        slug,
        name,
        notes,
        services: &[],
        guests: &[],
        from,
        take,
    }
}

const MAX_BOOKINGS: [DemoBooking; 12] = [
    demo_booking(
        "consultation",
        "Amara Diallo",
        "I would like to talk about the spring campaign.",
        1,
        0,
    ),
    demo_booking("consultation", "Tomás Herrera", "", 2, 2),
    demo_booking("follow-up-with-jonas", "Ingrid Halvorsen", "Second visit", 3, 4),
    demo_booking("consultation", "Wei Chen", "", 4, 6),
    demo_booking("intro-call", "Noor Haddad", "A friend recommended you.", 5, 8),
    demo_booking("follow-up-with-jonas", "Luca Moretti", "", 6, 10),
    demo_booking(
        "camera-basics",
        "Sofia Lindqvist",
        "I have never held a camera.",
        1,
        0,
    ),
    DemoBooking {
        guests: &["Mina Park"],
        ..demo_booking("camera-basics", "Joon Park", "", 1, 0)
    },
    demo_booking("camera-basics", "Aisha Bello", "", 1, 0),
    demo_booking(
        "project-kick-off",
        "Elif Yilmaz",
        "We open the new shop in May.",
        8,
        2,
    ),
    DemoBooking {
        services: &["Family portrait", "Choosing pictures"],
        ..demo_booking(
            "photo-shoot",
            "Hannah Fischer",
            "Four adults, a baby and a dog.",
            7,
            3,
        )
    },
    demo_booking("studio-tour", "Kwame Mensah", "", 2, 1),
];

/// Books for all of them, through the use case of the public booking page.
pub async fn book(quince: &Quince) -> Result<(), Failure> {
    let zone = Zone::named(ZONE).map_err(Failure::seed)?;
    let today = zone.date(quince.now());
    for demo_booking in MAX_BOOKINGS {
        let services = chosen(quince, &demo_booking).await?;
        let Some(slot) = free(quince, &demo_booking, &services, today, &zone).await? else {
            continue;
        };
        let booking = Booking {
            slug: demo_booking.slug.to_owned(),
            start: slot.start,
            zone: zone.clone(),
            name: demo_booking.name.to_owned(),
            email: email(demo_booking.name),
            phone: String::new(),
            notes: demo_booking.notes.to_owned(),
            guests: demo_booking
                .guests
                .iter()
                .map(|&guest| guest.to_owned())
                .collect(),
            answers: Vec::new(),
            services,
            host: None,
            holder: None,
            idempotency_key: format!("demo {}", demo_booking.name),
        };
        bookings::appointments::book(quince, booking)
            .await
            .map_err(Failure::seed)?;
    }
    Ok(())
}

/// Makes an address of the last name without diacritics: `Tomás Herrera` becomes `herrera@client.example`.
fn email(name: &str) -> String {
    let last = name.rsplit(' ').next().unwrap_or(name);
    format!("{}@client.example", last.to_lowercase())
}

async fn chosen(quince: &Quince, demo_booking: &DemoBooking) -> Result<Vec<ChosenService>, Failure> {
    if demo_booking.services.is_empty() {
        return Ok(Vec::new());
    }
    let menu = bookings::services::public_menu(quince, demo_booking.slug)
        .await
        .map_err(Failure::seed)?;
    let named = demo_booking.services.iter().map(|&name| {
        let service = menu.iter().find(|service| service.settings.name == name);
        let service = service.ok_or_else(|| Failure::seed(format!("no service is called “{name}”")))?;
        Ok(ChosenService {
            service: service.id,
            host: None,
        })
    });
    named.collect()
}

async fn free(
    quince: &Quince,
    demo_booking: &DemoBooking,
    services: &[ChosenService],
    today: Date,
    zone: &Zone,
) -> Result<Option<Slot>, Failure> {
    let from = today.saturating_add(demo_booking.from.days());
    let to = from.saturating_add(7.days());
    let question = SlotQuery {
        services,
        ..SlotQuery::new(demo_booking.slug, from, to, zone)
    };
    let mut free = bookings::availability::free(quince, &question)
        .await
        .map_err(Failure::seed)?;
    let day = free.days.values_mut().next();
    Ok(day.and_then(|slots| {
        let take = demo_booking.take.min(slots.len().checked_sub(1)?);
        Some(slots.swap_remove(take))
    }))
}
