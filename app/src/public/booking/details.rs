//! The form with the client's details, for a chosen time.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::questions::{AnswerText, QuestionFields, QuestionView, answers_of};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::public::hold::{ChallengeText, Hold, ProofText, TimeToHold};
use crate::public::slot_picker::{DayTimes, FreeTime, PickerQuery};
use crate::ui::{Button, Field, FormNotice, Icon, LongText, Look, Notice, Picture, Tone};

/// The sentence for people without script, where the form has a puzzle.
const WITHOUT_SCRIPT: &str = "To keep out bots, this form can only be sent ten seconds after it was opened.";
/// The form's id.
const FORM: &str = "details-form";

/// Books, or joins the waiting list. On success the browser is redirected to the confirmation.
#[server(BookForm, prefix = "/api/fn", endpoint = "book")]
pub async fn book_form(
    /// The booking calendar's slug.
    slug: String,
    /// The chosen start (RFC 3339).
    start: String,
    /// The client's zone.
    zone: String,
    /// The client's name.
    name: String,
    /// The client's email address.
    email: String,
    /// The client's phone number; may be empty.
    phone: String,
    /// The client's notes; may be empty.
    notes: String,
    /// Idempotency key.
    key: String,
    /// The names of the client's guests in a class, one per line.
    #[server(default)]
    guests: String,
    /// Answers to the booking calendar's questions.
    #[server(default)]
    answers: Vec<AnswerText>,
    /// `true` to join the waiting list of a full session.
    #[server(default)]
    waits: String,
    /// The member that the client wants, by default anybody.
    #[server(default)]
    host: String,
    /// The services that the client wants: `SERVICE:STAFF,SERVICE`.
    #[server(default)]
    visit: String,
    /// The puzzle of the form, if there is one.
    #[server(default)]
    challenge: String,
    /// The puzzle's solution; empty without script.
    #[server(default)]
    solution: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("book")
        .keep("name", &name)
        .keep("email", &email)
        .keep("phone", &phone)
        .keep("notes", &notes)
        .keep("guests", &guests)
        .keep("answers", &serde_json::to_string(&answers).unwrap_or_default());
    let request = super::book::BookRequest {
        slug,
        start,
        zone,
        name,
        email,
        phone,
        notes,
        guests,
        answers,
        waits: waits == "true",
        host,
        visit,
        proof: ProofText {
            challenge: challenge.clone(),
            solution,
        },
        key,
    };
    let result = super::book::book(request).await;
    if let Err(AppError::FormOutdated(_)) = result {
        return form.go(result).await;
    }
    // The form is sent again with the same puzzle, so that its age counts without script.
    form.keep("challenge", &challenge).go(result).await
}

/// What the form needs to know.
#[derive(Debug, Clone)]
pub struct DetailsSpec {
    /// The booking calendar's slug.
    pub slug: String,
    /// The chosen day.
    pub day: DayTimes,
    /// The chosen time.
    pub time: FreeTime,
    /// The zone in which it is shown.
    pub zone: String,
    /// "Europe/Berlin (UTC+1)".
    pub zone_label: String,
    /// The booking calendar's questions.
    pub questions: Vec<QuestionView>,
    /// Whether clients may bring guests.
    pub takes_guests: bool,
    /// Whether clients confirm by mail before the booking counts.
    pub confirm_by_mail: bool,
    /// The puzzle of the form, if the booking calendar asks for one.
    pub challenge: Option<ChallengeText>,
    /// Sent with the form, so that posting it twice books once.
    pub idempotency_key: String,
}

/// The form, with a summary of the chosen time and a link back to the times. What was typed is kept in the browser's tab until it is
/// accepted, so choosing another time loses nothing.
#[component]
pub fn DetailsForm(base: String, spec: DetailsSpec, query: PickerQuery, flash: FormFlash) -> impl IntoView {
    let problem = flash.problem();
    let typed = |field: &str| flash.value(field);
    let DetailsSpec { slug, day, time, .. } = spec;
    let back = query.on_day(&day.date).href(&base);
    let (host, visit) = (query.host.unwrap_or_default(), query.visit.unwrap_or_default());
    let to_hold = TimeToHold {
        slug: slug.clone(),
        start: time.start.clone(),
        zone: spec.zone.clone(),
        host: host.clone(),
        visit: visit.clone(),
    };
    let draft = format!("book {slug}");
    let is_full = time.full;
    let has_puzzle = spec.challenge.is_some();
    view! {
        <section class="details" id="details" tabindex="-1" aria-labelledby="details-title">
            <a class="back" href=back><Icon picture=Picture::ChevronLeft/>"Back to the times"</a>
            <h2 id="details-title">"Your details"</h2>
            <div class="chosen">
                <Icon picture=Picture::Calendar/>
                <div>
                    <p class="chosen-time">{day.title}</p>
                    <p>{format!("{} – {}", time.label, time.until)}</p>
                    {(!time.seats.is_empty()).then(|| view! { <p>{time.seats}</p> })}
                    <p class="soft small">{spec.zone_label}</p>
                    <Hold time=to_hold challenge=spec.challenge is_free=!is_full form=FORM.to_owned()/>
                </div>
            </div>
            {is_full.then(|| view! {
                <Notice tone=Tone::Info>
                    "This session is full. Join the waiting list: seats that become free are then yours at once, and we email you."
                </Notice>
            })}
            <FormNotice problem/>
            <form id=FORM method="post" action=BookForm::PATH data-draft=draft>
                <input type="hidden" name="slug" value=slug/>
                <input type="hidden" name="start" value=time.start/>
                <input type="hidden" name="zone" value=spec.zone/>
                <input type="hidden" name="host" value=host/>
                <input type="hidden" name="visit" value=visit/>
                <input type="hidden" name="key" value=spec.idempotency_key/>
                {has_puzzle.then(|| view! { <p class="field-help without-script">{WITHOUT_SCRIPT}</p> })}
                <Field label="Name" name="name" value=typed("name") problem required=true autocomplete="name" maxlength=120/>
                <Field
                    label="Email"
                    name="email"
                    kind="email"
                    value=typed("email")
                    problem
                    required=true
                    autocomplete="email"
                    maxlength=254
                    help=if spec.confirm_by_mail && !is_full {
                        "We will send a link to this address. Open it and confirm within 15 minutes to complete the booking."
                    } else {
                        "We will send the confirmation to this address."
                    }
                />
                <Field label="Phone" name="phone" kind="tel" value=typed("phone") problem autocomplete="tel" maxlength=40/>
                {spec.takes_guests.then(|| view! {
                    <LongText
                        label="Who is coming with you"
                        name="guests"
                        value=typed("guests")
                        problem
                        rows=2
                        help="One name per line. Each person takes a seat."
                    />
                })}
                <QuestionFields questions=spec.questions answers=answers_of(&flash)/>
                <LongText label="Anything we should know" name="notes" value=typed("notes") problem rows=3/>
                {is_full.then(|| view! { <input type="hidden" name="waits" value="true"/> })}
                <div class="form-end">
                    <Button look=Look::Primary>{if is_full { "Join the waiting list" } else { "Book this time" }}</Button>
                </div>
            </form>
        </section>
    }
}
