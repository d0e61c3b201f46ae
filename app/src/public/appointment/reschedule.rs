//! `/manage/:token/reschedule`: the slot picker of the booking page; the chosen time is confirmed by a form.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::{AppointmentView, load, token};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::public::slot_picker::{
    FreeTime, HostForm, MonthOffer, PickerQuery, SlotPicker, ZoneForm, picker_query, why_not,
};
use crate::ui::{Button, ButtonLink, FormNotice, Icon, Look, Notice, PageTitle, Picture, Tone, load_page};

/// The reschedule page for one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RescheduleView {
    /// The appointment before the move.
    pub appointment: AppointmentView,
    /// The month's free times, including the appointment's own.
    pub offer: MonthOffer,
    /// Whether the booking calendar is switched off, so that there are no times.
    pub is_closed: bool,
    /// The present host, by id and name, if others could be the host, too.
    pub choice: Vec<(String, String)>,
    /// The present host, if only their times are shown.
    pub host: Option<String>,
    /// Flash message of the form.
    pub flash: FormFlash,
}

/// Moves the appointment of a link.
#[server(MoveForm, prefix = "/api/fn", endpoint = "move-appointment")]
pub async fn move_form(
    /// The token of the link.
    token: String,
    /// The new start (RFC 3339).
    start: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("move");
    form.go(super::load::move_to(&token, &start).await).await
}

/// The reschedule page.
#[component]
pub fn ReschedulePage() -> impl IntoView {
    let (token, query) = (token(), picker_query());
    let base = format!("/manage/{token}/reschedule");
    let asked = query.clone();
    load_page(
        async move { load::reschedule(&token, &asked).await },
        move |view| {
            let query = PickerQuery {
                host: view.host.clone(),
                ..query
            };
            view! { <Reschedule base view query/> }.into_any()
        },
    )
}

#[component]
fn Reschedule(base: String, view: RescheduleView, query: PickerQuery) -> impl IntoView {
    let RescheduleView {
        appointment,
        offer,
        is_closed,
        choice,
        flash,
        ..
    } = view;
    let manage = format!("/manage/{}", appointment.token);
    let closed = || {
        "No other times are available right now. Your appointment is unchanged; please check again later."
            .to_owned()
    };
    if let Some(sentence) = appointment.not_movable.or_else(|| is_closed.then(closed)) {
        return view! {
            <PageTitle text="Reschedule"/>
            <article class="appointment">
                <h1>"Reschedule"</h1>
                <p class="lead">{sentence}</p>
                <div class="actions"><ButtonLink href=manage>"Back to the appointment"</ButtonLink></div>
            </article>
        }
        .into_any();
    }
    let why_not = why_not(&offer, &query);
    let zone = offer.zone.clone();
    let now = [appointment.day.as_str(), &appointment.time].join(", ");
    let now = if choice.is_empty() {
        now
    } else {
        format!("{now}, with {}", appointment.host)
    };
    let step = match offer.chosen_time(&query) {
        Some((day, time)) => {
            let back = query.on_day(&day.date).href(&base);
            let (day, time, zone) = (day.title.clone(), time.clone(), offer.zone_label.clone());
            view! { <Confirm token=appointment.token back day time zone flash/> }.into_any()
        }
        None => view! { <SlotPicker base=base.clone() offer=offer.clone() query=query.clone()/> }.into_any(),
    };
    view! {
        <PageTitle text="Reschedule"/>
        {why_not.map(|why_not| view! {
            <Notice tone=Tone::Bad title=why_not.title>
                <p>{why_not.cause} " Choose another time. Your appointment stays as it is until you confirm."</p>
            </Notice>
        })}
        <div class="booking">
            <section class="about">
                <h1>"Reschedule"</h1>
                <p class="about-hosts">{appointment.calendar}</p>
                <ul class="facts">
                    <li><Icon picture=Picture::Calendar/><span>"Now: " {now}</span></li>
                </ul>
                <p><a href=manage>"Keep my appointment"</a></p>
                {(!choice.is_empty()).then(|| view! { <HostForm base=base.clone() hosts=choice query=query.clone()/> })}
                <ZoneForm base zone query/>
            </section>
            {step}
        </div>
    }
    .into_any()
}

#[component]
fn Confirm(
    token: String,
    back: String,
    day: String,
    time: FreeTime,
    zone: String,
    flash: FormFlash,
) -> impl IntoView {
    let problem = flash.problem();
    view! {
        <section class="details" id="details" tabindex="-1">
            <a class="back" href=back><Icon picture=Picture::ChevronLeft/>"Back to the times"</a>
            <h2>"Move your appointment to this time?"</h2>
            <div class="chosen">
                <Icon picture=Picture::Calendar/>
                <div>
                    <p class="chosen-time">{day}</p>
                    <p>{format!("{} – {}", time.label, time.until)}</p>
                    {(!time.with.is_empty()).then(|| view! { <p>{time.with}</p> })}
                    <p class="soft small">{zone}</p>
                </div>
            </div>
            <FormNotice problem/>
            <form method="post" action=MoveForm::PATH>
                <input type="hidden" name="token" value=token/>
                <input type="hidden" name="start" value=time.start/>
                <div class="form-end"><Button look=Look::Primary>"Move appointment"</Button></div>
            </form>
        </section>
    }
}
