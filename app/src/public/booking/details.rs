//! The details of the person who books, for a chosen time.

use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::error::AppError;
use crate::kept::KeptForm;
use crate::public::choose::{Ask, MonthOffer};
use crate::ui::field::Problem;
use crate::ui::{Button, Field, FormNotice, Icon, LongText, Look, Picture};

/// Books. On success the browser goes to the confirmation.
#[server(BookForm, prefix = "/api/fn", endpoint = "book")]
pub async fn book_form(
    /// The booking calendar's address.
    slug: String,
    /// The chosen instant, RFC 3339.
    start: String,
    /// The client's zone.
    zone: String,
    /// The client's name.
    name: String,
    /// The client's email address.
    email: String,
    /// The client's phone number; may be empty.
    phone: String,
    /// What the client wrote; may be empty.
    notes: String,
    /// The same key books once.
    key: String,
) -> Result<(), AppError> {
    let form = crate::context::Submitted::new("book")
        .keep("name", &name)
        .keep("email", &email)
        .keep("phone", &phone)
        .keep("notes", &notes);
    let wish = crate::public::offer::Wish {
        slug,
        start,
        zone,
        name,
        email,
        phone,
        notes,
        key,
    };
    form.go(crate::public::offer::book(wish).await).await
}

/// What was typed. It lives as long as the page, so choosing another time loses nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed {
    name: RwSignal<String>,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    notes: RwSignal<String>,
}

impl Typed {
    /// Takes over what the server kept of a form that was sent without script.
    pub fn take(self, kept: &KeptForm) {
        for (field, signal) in [
            ("name", self.name),
            ("email", self.email),
            ("phone", self.phone),
            ("notes", self.notes),
        ] {
            let is_empty = signal.get_untracked().is_empty();
            if let Some(value) = kept.values.get(field).filter(|_| is_empty) {
                signal.set(value.clone());
            }
        }
    }
}

/// The form, with a summary of what is booked and the way back to the times.
#[component]
pub fn DetailsForm(
    base: String,
    slug: String,
    offer: MonthOffer,
    ask: Memo<Ask>,
    typed: Typed,
    action: ServerAction<BookForm>,
    problem: Problem,
    idempotency_key: String,
) -> impl IntoView {
    let asked = ask.get_untracked();
    let (day, time) = offer
        .chosen_time(&asked)
        .map(|(day, time)| (day.clone(), time.clone()))
        .unzip();
    let title = day.as_ref().map(|day| day.title.clone()).unwrap_or_default();
    let range = time
        .as_ref()
        .map(|time| format!("{} – {}", time.label, time.until))
        .unwrap_or_default();
    let back = day.map_or_else(|| asked.href(&base), |day| asked.on_day(&day.date).href(&base));
    let zone = offer.zone.clone();
    view! {
        <section class="details" id="details" tabindex="-1" aria-labelledby="details-title">
            <a class="back" href=back><Icon picture=Picture::ChevronLeft/>"Back to the times"</a>
            <h2 id="details-title">"Your details"</h2>
            <div class="chosen">
                <Icon picture=Picture::Calendar/>
                <div>
                    <p class="chosen-time">{title}</p>
                    <p>{range}</p>
                    <p class="soft small">{offer.zone_words}</p>
                </div>
            </div>
            <FormNotice problem/>
            <ActionForm action=action>
                <input type="hidden" name="slug" value=slug/>
                <input type="hidden" name="start" value=asked.start/>
                <input type="hidden" name="zone" value=zone/>
                <input type="hidden" name="key" value=idempotency_key/>
                <Field label="Name" name="name" bind=typed.name problem required=true autocomplete="name" maxlength=120/>
                <Field
                    label="Email"
                    name="email"
                    kind="email"
                    bind=typed.email
                    problem
                    required=true
                    autocomplete="email"
                    maxlength=254
                    help="The confirmation goes to this address."
                />
                <Field label="Phone" name="phone" kind="tel" bind=typed.phone problem autocomplete="tel" maxlength=40/>
                <LongText label="Anything we should know" name="notes" bind=typed.notes problem rows=3/>
                <div class="form-end"><Button look=Look::Primary busy=action.pending()>"Book this time"</Button></div>
            </ActionForm>
        </section>
    }
}
