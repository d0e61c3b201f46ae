//! The form with the client's details, for a chosen time.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::hold::HoldStatus;
use super::puzzle::{ChallengeText, Puzzle};
use super::questions::{AnswerText, Answers, QuestionFields, QuestionView};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::public::slot_picker::{MonthOffer, PickerQuery};
use crate::ui::field::Problem;
use crate::ui::{Button, Field, FormNotice, Icon, LongText, Look, Notice, Picture, Tone};

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
        proof: crate::public::booking::ProofText {
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

/// The fields as typed. They live as long as the page, so choosing another time loses nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct DetailsDraft {
    name: RwSignal<String>,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    notes: RwSignal<String>,
    guests: RwSignal<String>,
    answers: Answers,
}

impl DetailsDraft {
    /// Restores fields from a flash message, unless something was typed since.
    pub fn restore(self, flash: &FormFlash) {
        for (field, signal) in [
            ("name", self.name),
            ("email", self.email),
            ("phone", self.phone),
            ("notes", self.notes),
            ("guests", self.guests),
        ] {
            let is_empty = signal.get_untracked().is_empty();
            if let Some(value) = flash.values.get(field).filter(|_| is_empty) {
                signal.set(value.clone());
            }
        }
        self.answers.restore(&flash.value("answers"));
    }
}

/// What the form needs to know besides the chosen time.
#[derive(Debug, Clone)]
pub struct DetailsSpec {
    /// The booking calendar's slug.
    pub slug: String,
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

/// The form, with a summary of the chosen time and a link back to the times.
#[component]
pub fn DetailsForm(
    base: String,
    spec: DetailsSpec,
    offer: MonthOffer,
    query: Memo<PickerQuery>,
    draft: DetailsDraft,
    hold: HoldStatus,
    action: ServerAction<BookForm>,
    problem: Problem,
) -> impl IntoView {
    let chosen = query.get_untracked();
    let (day, time) = offer
        .chosen_time(&chosen)
        .map(|(day, time)| (day.clone(), time.clone()))
        .unzip();
    let title = day.as_ref().map(|day| day.title.clone()).unwrap_or_default();
    let range = time
        .as_ref()
        .map(|time| format!("{} – {}", time.label, time.until))
        .unwrap_or_default();
    let seats = time.as_ref().map(|time| time.seats.clone()).unwrap_or_default();
    let is_full = time.is_some_and(|time| time.full);
    let back = day.map_or_else(|| chosen.href(&base), |day| chosen.on_day(&day.date).href(&base));
    let zone = offer.zone.clone();
    let puzzle = Puzzle::new(spec.challenge);
    let slug = spec.slug.clone();
    // Runs when the form appears, and again when its puzzle has expired.
    Effect::new(move |before: Option<()>| {
        let is_outdated = matches!(&*action.value().read(), Some(Err(AppError::FormOutdated(_))));
        if before.is_none() || is_outdated {
            puzzle.solve(slug.clone());
        }
    });
    if !is_full {
        let (slug, zone, chosen) = (spec.slug.clone(), zone.clone(), chosen.clone());
        Effect::new(move |_| {
            if let Some(proof) = puzzle.proof() {
                hold.request(slug.clone(), zone.clone(), chosen.clone(), proof);
            }
        });
    }
    let is_busy = Signal::derive(move || action.pending().get() || puzzle.is_busy.get());
    view! {
        <section class="details" id="details" tabindex="-1" aria-labelledby="details-title">
            <a class="back" href=back><Icon picture=Picture::ChevronLeft/>"Back to the times"</a>
            <h2 id="details-title">"Your details"</h2>
            <div class="chosen">
                <Icon picture=Picture::Calendar/>
                <div>
                    <p class="chosen-time">{title}</p>
                    <p>{range}</p>
                    {(!seats.is_empty()).then(|| view! { <p>{seats}</p> })}
                    <p class="soft small">{offer.zone_label}</p>
                    <p class="held small" role="status">
                        {move || hold.until.get().map(|until| format!("Held for you until {until}"))}
                    </p>
                </div>
            </div>
            {is_full.then(|| view! {
                <Notice tone=Tone::Info>
                    "This session is full. Join the waiting list: seats that become free are then yours at once, and we email you."
                </Notice>
            })}
            <FormNotice problem/>
            <ActionForm action=action>
                <input type="hidden" name="slug" value=spec.slug/>
                <input type="hidden" name="start" value=chosen.start/>
                <input type="hidden" name="zone" value=zone/>
                {chosen.host.map(|host| view! { <input type="hidden" name="host" value=host/> })}
                {chosen.visit.map(|visit| view! { <input type="hidden" name="visit" value=visit/> })}
                <input type="hidden" name="key" value=spec.idempotency_key/>
                {puzzle.fields()}
                <Field label="Name" name="name" bind=draft.name problem required=true autocomplete="name" maxlength=120/>
                <Field
                    label="Email"
                    name="email"
                    kind="email"
                    bind=draft.email
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
                <Field label="Phone" name="phone" kind="tel" bind=draft.phone problem autocomplete="tel" maxlength=40/>
                {spec.takes_guests.then(|| view! {
                    <LongText
                        label="Who is coming with you"
                        name="guests"
                        bind=draft.guests
                        problem
                        rows=2
                        help="One name per line. Each person takes a seat."
                    />
                })}
                <QuestionFields questions=spec.questions answers=draft.answers/>
                <LongText label="Anything we should know" name="notes" bind=draft.notes problem rows=3/>
                {is_full.then(|| view! { <input type="hidden" name="waits" value="true"/> })}
                <div class="form-end">
                    <Button look=Look::Primary busy=is_busy>
                        {if is_full { "Join the waiting list" } else { "Book this time" }}
                    </Button>
                </div>
            </ActionForm>
        </section>
    }
}
