//! What clients are asked, and where their answers are read.

use bookings::Error;
use bookings::appointments::{self, Booking, OnConflict};
use bookings::booking_calendars::{self, Answer, AnswerKind, CalendarForm, CalendarSettings, IntakeQuestion};

use crate::database::stories;
use crate::world::{World, adas_booking};

stories! {
    connected_on:
    answers_reach_the_host_the_client_and_the_event,
    a_required_question_must_be_answered_by_clients_and_not_by_staff,
    staff_can_answer_in_the_clients_place,
    questions_that_change_leave_old_answers_as_they_were,
}

async fn ask(world: &World, questions: &[(&str, AnswerKind, bool)]) {
    let (id, form) = world.form_of("intro").await;
    let questions = questions.iter().map(|(label, kind, required)| IntakeQuestion {
        label: (*label).to_owned(),
        kind: *kind,
        choices: Vec::new(),
        required: *required,
    });
    let form = CalendarForm {
        settings: CalendarSettings {
            questions: questions.collect(),
            ..form.settings
        },
        ..form
    };
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
}

fn booking(answers: &[(&str, &str)]) -> Booking {
    let answer = |(label, text): &(&str, &str)| Answer {
        label: (*label).to_owned(),
        text: (*text).to_owned(),
    };
    Booking {
        answers: answers.iter().map(answer).collect(),
        ..adas_booking("10:00")
    }
}

async fn answers_reach_the_host_the_client_and_the_event(world: World) {
    ask(
        &world,
        &[
            ("How do you come?", AnswerKind::Line, true),
            ("Parking?", AnswerKind::YesNo, false),
        ],
    )
    .await;
    let booked = appointments::book(
        &world.quince,
        booking(&[("How do you come?", "by bus"), ("Parking?", "")]),
    )
    .await
    .unwrap();
    let texts = |answers: &[Answer]| -> Vec<String> {
        let text = |answer: &Answer| format!("{} {}", answer.label, answer.text);
        answers.iter().map(text).collect()
    };
    let expected = ["How do you come? by bus", "Parking? no"];
    assert_eq!(texts(&world.appointment(&booked).await.answers), expected);
    let client = appointments::by_token(&world.quince, &booked.manage_token)
        .await
        .unwrap();
    assert_eq!(texts(&client.answers), expected);
    world.jobs().await;
    let event = world.events("Home")[0].ics.replace("\r\n ", "");
    assert!(event.contains("How do you come?: by bus"), "{event}");
    assert!(
        world
            .mails()
            .iter()
            .any(|mail| mail.contains("maya@") && mail.contains("by bus"))
    );
}

async fn a_required_question_must_be_answered_by_clients_and_not_by_staff(world: World) {
    ask(&world, &[("How do you come?", AnswerKind::Line, true)]).await;
    let refused = appointments::book(&world.quince, booking(&[])).await;
    let Err(Error::Fields(problems)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(problems[0].to_string(), "Please answer “How do you come?”.");
    appointments::book_as_staff(&world.quince, world.owner, booking(&[]), OnConflict::Refuse)
        .await
        .unwrap();
}

async fn staff_can_answer_in_the_clients_place(world: World) {
    ask(&world, &[("How do you come?", AnswerKind::Line, true)]).await;
    let booking = booking(&[("How do you come?", "by bus")]);
    let booked = appointments::book_as_staff(&world.quince, world.owner, booking, OnConflict::Refuse)
        .await
        .unwrap();
    assert_eq!(world.appointment(&booked).await.answers[0].text, "by bus");
}

async fn questions_that_change_leave_old_answers_as_they_were(world: World) {
    ask(&world, &[("How do you come?", AnswerKind::Line, false)]).await;
    let booked = appointments::book(&world.quince, booking(&[("How do you come?", "by bus")]))
        .await
        .unwrap();
    ask(&world, &[("What do you drink?", AnswerKind::Line, false)]).await;
    assert_eq!(
        world.appointment(&booked).await.answers[0].label,
        "How do you come?"
    );
}
