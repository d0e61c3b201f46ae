//! `/manage/:token/reschedule`: the slot picker of the booking page; the chosen time is confirmed by a form.

use leptos::form::ActionForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AppointmentView, use_token};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::public::slot_picker::{
    HostForm, MonthOffer, PickerQuery, SlotPicker, ZoneForm, detect_zone, focus_on_choice, keep_focus,
    use_picker_query,
};
use crate::ui::{
    Button, ButtonLink, FormNotice, Icon, Look, Notice, PageTitle, Picture, Tone, load_page, problem_of,
};

/// The reschedule page for one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Loads one month of times that an appointment can be moved to.
#[server(prefix = "/api/fn", endpoint = "reschedule-page", input = leptos::server_fn::codec::GetUrl)]
pub async fn reschedule_page(
    /// The token of the link.
    token: String,
    /// The month to show (`2026-11`), by default the first with free times.
    #[server(default)]
    month: Option<String>,
    /// The visitor's zone, by default the client's.
    #[server(default)]
    zone: Option<String>,
    /// The present host to show only their times, by default everybody's.
    #[server(default)]
    host: Option<String>,
) -> Result<RescheduleView, AppError> {
    let (month, zone, host) = (month.as_deref(), zone.as_deref(), host.as_deref());
    let view = super::load::reschedule(&token, month, zone, host).await;
    view.map_err(crate::context::with_status)
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
    let token = use_token();
    let base = move || format!("/manage/{}/reschedule", token.get_untracked());
    let query = use_picker_query();
    let wanted = Memo::new(move |_| {
        let (month, zone, host) =
            query.with(|query| (query.month_to_load(), query.zone.clone(), query.host.clone()));
        (token.get(), month, zone, host)
    });
    let page = Resource::new(
        move || wanted.get(),
        |(token, month, zone, host)| reschedule_page(token, month, zone, host),
    );
    let action = ServerAction::<MoveForm>::new();
    detect_zone(base, query);
    focus_on_choice(query);
    Effect::new(move |_| {
        if matches!(&*action.value().read(), Some(Err(AppError::SlotTaken(_)))) {
            page.refetch();
        }
    });
    load_page(page, move |view| {
        keep_focus();
        let host = view.host.clone();
        let query = Memo::new(move |_| PickerQuery {
            host: host.clone(),
            ..query.get()
        });
        view! { <Reschedule base=base() view query action/> }.into_any()
    })
}

#[component]
fn Reschedule(
    base: String,
    view: RescheduleView,
    query: Memo<PickerQuery>,
    action: ServerAction<MoveForm>,
) -> impl IntoView {
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
    let is_chosen = Memo::new({
        let offer = offer.clone();
        move |_| offer.chosen_time(&query.read()).is_some()
    });
    let why_not = {
        let offer = offer.clone();
        move || offer.why_not(&query.read())
    };
    let (zone, zone_base) = (offer.zone.clone(), base.clone());
    let now = [appointment.day.as_str(), &appointment.time].join(", ");
    let now = if choice.is_empty() {
        now
    } else {
        format!("{now}, with {}", appointment.host)
    };
    let host_base = base.clone();
    let token = appointment.token.clone();
    let step = move || {
        if is_chosen.get() {
            view! { <Confirm base=base.clone() token=token.clone() offer=offer.clone() query action flash=flash.clone()/> }.into_any()
        } else {
            view! { <SlotPicker base=base.clone() offer=offer.clone() query/> }.into_any()
        }
    };
    view! {
        <PageTitle text="Reschedule"/>
        {move || why_not().map(|why_not| view! {
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
                {(!choice.is_empty()).then(|| view! { <HostForm base=host_base hosts=choice query/> })}
                <ZoneForm base=zone_base zone query/>
            </section>
            {step}
        </div>
    }
    .into_any()
}

#[component]
fn Confirm(
    base: String,
    token: String,
    offer: MonthOffer,
    query: Memo<PickerQuery>,
    action: ServerAction<MoveForm>,
    flash: FormFlash,
) -> impl IntoView {
    let problem = problem_of(action, &flash);
    let asked = query.get_untracked();
    let (title, range, with, back) =
        offer
            .chosen_time(&asked)
            .map_or_else(Default::default, |(day, time)| {
                (
                    day.title.clone(),
                    format!("{} – {}", time.label, time.until),
                    time.with.clone(),
                    asked.on_day(&day.date).href(&base),
                )
            });
    view! {
        <section class="details" id="details" tabindex="-1">
            <a class="back" href=back><Icon picture=Picture::ChevronLeft/>"Back to the times"</a>
            <h2>"Move your appointment to this time?"</h2>
            <div class="chosen">
                <Icon picture=Picture::Calendar/>
                <div>
                    <p class="chosen-time">{title}</p>
                    <p>{range}</p>
                    {(!with.is_empty()).then(|| view! { <p>{with}</p> })}
                    <p class="soft small">{offer.zone_label}</p>
                </div>
            </div>
            <FormNotice problem/>
            <ActionForm action=action>
                <input type="hidden" name="token" value=token/>
                <input type="hidden" name="start" value=asked.start/>
                <div class="form-end"><Button look=Look::Primary busy=action.pending()>"Move appointment"</Button></div>
            </ActionForm>
        </section>
    }
}
