//! Booking calendars that slow programs down: strangers solve a puzzle, or send a form that was open for some seconds, and neither
//! counts twice.

use bookings::appointments::{
    self, Booked, Booking, HoldRequest, OnConflict, book_as_stranger, hold_as_stranger, holder,
};
use bookings::booking_calendars::{AnswerKind, CalendarForm, CalendarSettings, IntakeQuestion};
use bookings::classes;
use bookings::strangers::{
    CHALLENGE_LIFETIME, DELAY, DIFFICULTY_BITS, NotProven, Proof, Stranger, challenge,
};
use bookings::{Error, Kind, Quince, Refusal, Rules};
use jiff::SignedDuration;
use store::spent_puzzles;
use tokio::task::JoinSet;

use crate::database::stories;
use crate::world::{World, adas_booking, member, tuesday};

stories! {
    connected_on:
    a_solved_puzzle_books_once,
    without_a_solution_the_form_counts_after_ten_seconds,
    what_proves_nothing_is_refused,
    twenty_at_once_book_once,
    the_same_request_sent_twenty_times_at_once_is_answered_each_time,
    a_refused_booking_spends_nothing,
    a_repeated_request_gets_its_answer_long_after,
    staff_and_other_calendars_solve_nothing,
    a_place_on_a_waiting_list_takes_a_puzzle,
    a_hold_takes_a_solved_puzzle_and_leaves_it_to_the_booking,
    a_form_that_is_shown_again_goes_on_with_its_challenge,
    spent_puzzles_are_swept_away,
}

async fn switch_on(world: &World, change: impl Fn(CalendarForm) -> CalendarForm) {
    let (id, form) = world.form_of("intro").await;
    let form = change(form);
    let form = CalendarForm {
        settings: CalendarSettings {
            ask_puzzle: true,
            ..form.settings
        },
        ..form
    };
    bookings::booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
}

async fn switched_on(world: &World) {
    switch_on(world, |form| form).await;
}

/// As a form without script sends it.
fn unsolved(quince: &Quince, slug: &str) -> Proof {
    Proof {
        challenge: challenge(quince, slug, "").unwrap().text,
        solution: String::new(),
    }
}

/// As a form with script sends it.
fn solved(quince: &Quince, slug: &str) -> Proof {
    let challenge = challenge(quince, slug, "").unwrap();
    assert_eq!(challenge.bits, DIFFICULTY_BITS);
    let mut search = puzzle::Search::new(&challenge.text, challenge.bits);
    Proof {
        solution: search.go_on(u32::MAX).unwrap(),
        challenge: challenge.text,
    }
}

fn with(proof: &Proof) -> Stranger {
    Stranger {
        network: "203.0.113.7".into(),
        is_limited: true,
        proof: proof.clone(),
    }
}

async fn book(world: &World, proof: &Proof, time: &str) -> Result<Booked, Error> {
    book_as_stranger(&world.quince, &with(proof), adas_booking(time)).await
}

fn why(result: Result<Booked, Error>) -> NotProven {
    match result {
        Err(Error::Refused(Refusal::NotProven(why))) => why,
        other => panic!("{other:?}"),
    }
}

async fn a_solved_puzzle_books_once(world: World) {
    switched_on(&world).await;
    let proof = solved(&world.quince, "intro");
    book(&world, &proof, "10:00").await.unwrap();
    assert_eq!(why(book(&world, &proof, "11:00").await), NotProven::Outdated);
    // The same challenge counts no more by its age, either.
    world.clock.advance(DELAY);
    let aged = Proof {
        solution: String::new(),
        ..proof
    };
    assert_eq!(why(book(&world, &aged, "11:00").await), NotProven::Outdated);
    assert!(world.is_free("11:00").await);
    book(&world, &solved(&world.quince, "intro"), "11:00")
        .await
        .unwrap();
}

async fn without_a_solution_the_form_counts_after_ten_seconds(world: World) {
    switched_on(&world).await;
    let proof = unsolved(&world.quince, "intro");
    world.clock.advance(SignedDuration::from_millis(3_500));
    let early = why(book(&world, &proof, "10:00").await);
    assert_eq!(
        early.to_string(),
        "This was sent sooner than a person types, as programs do. Wait 7 seconds, then send it again. What you typed is kept."
    );
    world.clock.advance(SignedDuration::from_millis(6_499));
    let early = why(book(&world, &proof, "10:00").await);
    assert!(early.to_string().contains("Wait 1 second,"), "{early}");
    world.clock.advance(SignedDuration::from_millis(1));
    book(&world, &proof, "10:00").await.unwrap();
    assert_eq!(why(book(&world, &proof, "11:00").await), NotProven::Outdated);
}

async fn what_proves_nothing_is_refused(world: World) {
    switched_on(&world).await;
    world.calendar("other", &[world.owner]).await;
    let good = solved(&world.quince, "intro");
    let of_other = solved(&world.quince, "other");
    let parts: Vec<&str> = good.challenge.split('.').collect();
    let made_up = [
        String::new(),
        "x".to_owned(),
        "..".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[2], parts[1]),
        // Older than it is, by a second; and with another's signature.
        format!(
            "{}.{}.{}",
            parts[0].parse::<i64>().unwrap() - 1_000,
            parts[1],
            parts[2]
        ),
        format!(
            "{}.{}.{}",
            parts[0],
            parts[1],
            of_other.challenge.rsplit_once('.').unwrap().1
        ),
        format!(" {}", good.challenge),
        "9".repeat(100_000),
    ];
    for (n, challenge) in made_up.into_iter().enumerate() {
        // A solution of what is forged best.
        let mut search = puzzle::Search::new(&challenge, if n == 6 { DIFFICULTY_BITS } else { 0 });
        let proof = Proof {
            solution: search.go_on(u32::MAX).unwrap(),
            challenge,
        };
        assert_eq!(
            why(book(&world, &proof, "10:00").await),
            NotProven::Outdated,
            "{:.100}",
            proof.challenge
        );
    }
    assert_eq!(why(book(&world, &of_other, "10:00").await), NotProven::Outdated);
    for solution in ["1", "-1", "", "one"] {
        let wrong = Proof {
            solution: solution.to_owned(),
            ..good.clone()
        };
        let early = why(book(&world, &wrong, "10:00").await);
        assert_eq!(early, NotProven::TooEarly { wait: DELAY }, "{solution}");
    }
    world
        .clock
        .advance(CHALLENGE_LIFETIME + SignedDuration::from_millis(1));
    assert_eq!(why(book(&world, &good, "10:00").await), NotProven::Outdated);
    // What a clock made that is far ahead counts neither before nor after it is solved.
    world.clock.advance(SignedDuration::from_hours(1));
    let ahead = solved(&world.quince, "intro");
    world.clock.advance(-SignedDuration::from_mins(6));
    assert_eq!(why(book(&world, &ahead, "10:00").await), NotProven::Outdated);
    // The clocks of two processes differ a little.
    world.clock.advance(SignedDuration::from_mins(2));
    book(&world, &ahead, "10:00").await.unwrap();
}

async fn twenty_at_once_book_once(world: World) {
    switched_on(&world).await;
    let other = world.another_process().await;
    let proof = solved(&world.quince, "intro");
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let quince = if n % 2 == 0 {
            world.quince.clone()
        } else {
            other.clone()
        };
        let stranger = Stranger {
            network: format!("203.0.113.{n}"),
            ..with(&proof)
        };
        let booking = Booking {
            // Times that take nothing from each other, on two days.
            start: tuesday("09:00")
                + SignedDuration::from_mins(30) * (n % 16)
                + SignedDuration::from_hours(24) * (n / 16),
            email: format!("{n}@example.com"),
            idempotency_key: format!("wish {n}"),
            ..adas_booking("09:00")
        };
        tasks.spawn(async move { book_as_stranger(&quince, &stranger, booking).await });
    }
    let results = tasks.join_all().await;
    let booked = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(booked, 1, "{results:?}");
    let spent = |result: &Result<Booked, Error>| {
        matches!(
            result,
            Err(Error::Refused(Refusal::NotProven(NotProven::Outdated)))
        )
    };
    let spent = results.iter().filter(|result| spent(result)).count();
    assert_eq!(spent, 19, "{results:?}");
}

async fn the_same_request_sent_twenty_times_at_once_is_answered_each_time(world: World) {
    switched_on(&world).await;
    let proof = solved(&world.quince, "intro");
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (quince, stranger) = (world.quince.clone(), with(&proof));
        tasks.spawn(async move { book_as_stranger(&quince, &stranger, adas_booking("10:00")).await });
    }
    let results = tasks.join_all().await;
    let first = results[0].as_ref().unwrap().id;
    for result in &results {
        assert_eq!(result.as_ref().unwrap().id, first);
    }
}

async fn a_refused_booking_spends_nothing(world: World) {
    let question = IntakeQuestion {
        label: "How do you come?".into(),
        kind: AnswerKind::Line,
        choices: Vec::new(),
        required: true,
    };
    switch_on(&world, |form| CalendarForm {
        settings: CalendarSettings {
            questions: vec![question.clone()],
            ..form.settings
        },
        ..form
    })
    .await;
    let proof = solved(&world.quince, "intro");
    let unanswered = book(&world, &proof, "10:00").await;
    assert!(matches!(unanswered, Err(Error::Fields(_))), "{unanswered:?}");
    switch_on(&world, |form| CalendarForm {
        settings: CalendarSettings {
            questions: Vec::new(),
            ..form.settings
        },
        ..form
    })
    .await;
    world.book("10:00").await;
    let bob = |time: &str| Booking {
        email: "bob@example.com".into(),
        idempotency_key: format!("Bob's {time}"),
        ..adas_booking(time)
    };
    for (time, is_taken) in [("10:00", true), ("10:07", false), ("03:00", false)] {
        let refused = book_as_stranger(&world.quince, &with(&proof), bob(time)).await;
        let is_right = match &refused {
            Err(Error::SlotTaken { .. }) => is_taken,
            Err(Error::Refused(_)) => !is_taken,
            _ => false,
        };
        assert!(is_right, "{time}: {refused:?}");
    }
    book_as_stranger(&world.quince, &with(&proof), bob("11:00"))
        .await
        .unwrap();
}

async fn a_repeated_request_gets_its_answer_long_after(world: World) {
    switched_on(&world).await;
    let proof = solved(&world.quince, "intro");
    let first = book(&world, &proof, "10:00").await.unwrap();
    world.clock.advance(CHALLENGE_LIFETIME * 2);
    for proof in [&proof, &Proof::default(), &solved(&world.quince, "intro")] {
        let again = book(&world, proof, "10:00").await.unwrap();
        assert_eq!(again.id, first.id);
    }
    let other = Booking {
        name: "Bob".into(),
        ..adas_booking("10:00")
    };
    let reused = book_as_stranger(&world.quince, &with(&proof), other).await;
    assert!(
        matches!(reused, Err(Error::Refused(Refusal::KeyReused))),
        "{reused:?}"
    );
}

async fn staff_and_other_calendars_solve_nothing(world: World) {
    book(&world, &Proof::default(), "10:00").await.unwrap();
    switched_on(&world).await;
    let booking = adas_booking("11:00");
    appointments::book_as_staff(&world.quince, world.owner, booking, OnConflict::Refuse)
        .await
        .unwrap();
    assert_eq!(
        why(book(&world, &Proof::default(), "12:00").await),
        NotProven::Outdated
    );
}

async fn a_place_on_a_waiting_list_takes_a_puzzle(world: World) {
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            ask_puzzle: true,
            rules: Rules {
                seats: 1,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    world.make(form).await;
    let seat = |email: &str, time: &str| Booking {
        slug: "yoga".into(),
        email: email.into(),
        idempotency_key: format!("{email} at {time}"),
        ..adas_booking(time)
    };
    for time in ["10:00", "11:00"] {
        appointments::book(&world.quince, seat("first@example.com", time))
            .await
            .unwrap();
    }
    let wait = async |proof: &Proof, email: &str, time: &str| {
        classes::join_waiting_list_as_stranger(&world.quince, &with(proof), &seat(email, time)).await
    };
    let early = wait(&unsolved(&world.quince, "yoga"), "ada@example.com", "10:00").await;
    let is_early = |result: &Result<String, Error>| {
        matches!(
            result,
            Err(Error::Refused(Refusal::NotProven(NotProven::TooEarly { .. })))
        )
    };
    assert!(is_early(&early), "{early:?}");
    let proof = solved(&world.quince, "yoga");
    let not_full = wait(&proof, "ada@example.com", "12:00").await;
    assert!(
        matches!(not_full, Err(Error::Refused(Refusal::SeatsFree))),
        "{not_full:?}"
    );
    wait(&proof, "ada@example.com", "10:00").await.unwrap();
    // Sent twice it says what it said.
    let again = wait(&proof, "ada@example.com", "10:00").await;
    assert!(
        matches!(again, Err(Error::Refused(Refusal::AlreadyWaiting))),
        "{again:?}"
    );
    let spent = wait(&proof, "ada@example.com", "11:00").await;
    assert!(
        matches!(
            spent,
            Err(Error::Refused(Refusal::NotProven(NotProven::Outdated)))
        ),
        "{spent:?}"
    );
    let aged = unsolved(&world.quince, "yoga");
    world.clock.advance(DELAY);
    wait(&aged, "ada@example.com", "11:00").await.unwrap();
}

async fn a_hold_takes_a_solved_puzzle_and_leaves_it_to_the_booking(world: World) {
    switched_on(&world).await;
    let hold = async |proof: &Proof, visitor: &str, time: &str| {
        let request = HoldRequest {
            slug: "intro".into(),
            start: tuesday(time),
            host: None,
            services: Vec::new(),
        };
        hold_as_stranger(&world.quince, &with(proof), holder(visitor), &request).await
    };
    let aged = unsolved(&world.quince, "intro");
    world.clock.advance(DELAY);
    let proof = solved(&world.quince, "intro");
    for none in [&Proof::default(), &aged] {
        let refused = hold(none, "the secret of one visitor", "10:00").await;
        assert!(
            matches!(refused, Err(Error::Refused(Refusal::NotProven(_)))),
            "{refused:?}"
        );
    }
    hold(&proof, "the secret of one visitor", "10:00").await.unwrap();
    assert!(!world.is_free("10:00").await);
    let again = hold(&proof, "the secret of another visitor", "11:00").await;
    assert!(
        matches!(again, Err(Error::Refused(Refusal::NotProven(_)))),
        "{again:?}"
    );
    let booking = Booking {
        holder: Some(holder("the secret of one visitor")),
        ..adas_booking("10:00")
    };
    book_as_stranger(&world.quince, &with(&proof), booking)
        .await
        .unwrap();
}

async fn a_form_that_is_shown_again_goes_on_with_its_challenge(world: World) {
    let text = |slug: &str, before: &str| challenge(&world.quince, slug, before).unwrap().text;
    let first = text("intro", "");
    assert_ne!(text("intro", ""), first);
    world.clock.advance(CHALLENGE_LIFETIME / 2);
    assert_eq!(text("intro", &first), first);
    for before in ["", "x", &"x".repeat(100_000)] {
        assert_ne!(text("intro", before), *before);
    }
    assert_ne!(text("other", &first), first, "it is another calendar's");
    world.clock.advance(SignedDuration::from_millis(1));
    assert_ne!(text("intro", &first), first, "it would soon be outdated");
}

async fn spent_puzzles_are_swept_away(world: World) {
    let expires = tuesday("09:00");
    let spend = async || {
        let mut tx = world.quince.store().write().await.unwrap();
        let is_first = spent_puzzles::spend(&mut tx, &[7; 32], expires).await.unwrap();
        tx.commit().await.unwrap();
        is_first
    };
    assert!(spend().await && !spend().await);
    world.clock.set(expires);
    world.jobs().await;
    assert!(!spend().await, "another process's clock may be behind");
    world.clock.advance(SignedDuration::from_hours(2));
    world.jobs().await;
    assert!(spend().await);
}
