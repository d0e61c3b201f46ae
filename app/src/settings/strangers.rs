//! Undoing everything that one network or mail address sent, for the owner and admins.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::tabs::SettingsHeader;
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, Card, Check, EmptyState, Field, FormNotice, Look, load_page};

/// What the page shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StrangersView {
    /// The network or address in question.
    whose: String,
    /// Why it is neither.
    problem: Option<AppError>,
    /// What would be undone, one sentence each.
    counts: Vec<String>,
    /// The first of the appointments: path of its page, name, and details.
    appointments: Vec<(String, String, String)>,
    /// A sentence about how many more there are.
    more: String,
    /// Who booked most: path of their undo page, who, and how much.
    busy: Vec<(String, String, String)>,
    flash: FormFlash,
}

/// Loads what a network or address sent.
#[server(prefix = "/api/fn", endpoint = "strangers-page")]
pub async fn strangers_page(whose: String) -> Result<StrangersView, AppError> {
    let me = crate::staff::access::me().await?;
    load(&me, whose).await.map_err(crate::context::with_status)
}

async fn load(me: &bookings::accounts::Me, whose: String) -> Result<StrangersView, AppError> {
    use bookings::undo;

    let quince = crate::context::quince()?;
    let busy = undo::busy(&quince, me.id).await?;
    let view = StrangersView {
        busy: busy
            .into_iter()
            .map(|busy| {
                let booked = counted(busy.appointments, "appointment", "appointments");
                (address_of(&busy.whose), busy.whose, booked)
            })
            .collect(),
        flash: crate::context::flash("undo").await,
        ..StrangersView::default()
    };
    let asked = whose.trim();
    if asked.is_empty() {
        return Ok(view);
    }
    let asked: undo::Whose = match asked.parse() {
        Ok(asked) => asked,
        Err(nobody) => {
            let problem = Some(AppError::field("whose", undo::NobodyNamed::to_string(&nobody)));
            return Ok(StrangersView {
                whose,
                problem,
                ..view
            });
        }
    };
    let found = undo::find(&quince, me.id, &asked).await?;
    let shown = found.first.len();
    let more = usize::try_from(found.appointments)
        .unwrap_or(usize::MAX)
        .saturating_sub(shown);
    Ok(StrangersView {
        whose: asked.to_string(),
        counts: sentences(&found),
        more: match more {
            0 => String::new(),
            more => format!("And {more} more."),
        },
        appointments: found
            .first
            .into_iter()
            .map(|booked| {
                let local = me.zone.local(booked.start);
                let (day, time) = (
                    crate::staff::format::long_date(local.date()),
                    crate::staff::format::clock(local.time()),
                );
                let rest = format!("{day}, {time}, {}", booked.calendar);
                (format!("/appointments/{}", booked.id), booked.name, rest)
            })
            .collect(),
        ..view
    })
}

/// The path of this page for a network or address.
pub fn address_of(whose: &str) -> String {
    format!(
        "/settings/strangers?whose={}",
        crate::staff::access::escape(whose)
    )
}

fn counted(number: u32, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

/// What was found, one sentence each.
fn sentences(found: &bookings::undo::Found) -> Vec<String> {
    let all = [
        (found.appointments, "appointment to come", "appointments to come"),
        (found.holds, "time that is held", "times that are held"),
        (
            found.waiting,
            "place on a waiting list",
            "places on waiting lists",
        ),
        (
            found.mails,
            "mail that waits to be sent",
            "mails that wait to be sent",
        ),
    ];
    let there = all.into_iter().filter(|(number, ..)| *number > 0);
    there
        .map(|(number, one, many)| counted(number, one, many))
        .collect()
}

/// Undoes it.
#[server(prefix = "/api/fn", endpoint = "undo-strangers")]
pub async fn undo_strangers(whose: String, #[server(default)] tell: String) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("undo").keep("tell", &tell);
    match undo(&whose, tell == "true").await {
        Ok(done) => form.stay(Ok::<(), AppError>(()), &done).await,
        Err(error) => form.stay(Err(error), "").await,
    }
}

async fn undo(whose: &str, tell: bool) -> Result<String, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let whose: bookings::undo::Whose = whose
        .parse()
        .map_err(|nobody: bookings::undo::NobodyNamed| AppError::Refused(nobody.to_string()))?;
    let done = bookings::undo::undo(&crate::context::quince()?, staff, &whose, tell).await?;
    Ok(if done.is_empty() {
        "There was nothing left to undo.".to_owned()
    } else {
        format!("Undone: {}.", sentences(&done).join(", "))
    })
}

/// `/settings/strangers`.
#[component]
pub fn StrangersPage() -> impl IntoView {
    let whose = use_query_map().with_untracked(|query| query.get("whose").unwrap_or_default());
    view! {
        <SettingsHeader title="Undo bookings" lead="Somebody filled your calendar with made-up bookings? Undo at once all that came from one network or with one mail address. What staff booked stays."/>
        {load_page(strangers_page(whose), |view| view! { <Shown view/> }.into_any())}
    }
}

#[component]
fn Shown(view: StrangersView) -> impl IntoView {
    let problem = view.flash.problem();
    let done = view.flash.done();
    let asked = view.problem.clone();
    let asked = Signal::derive(move || asked.clone());
    let is_asked = !view.whose.is_empty() && view.problem.is_none();
    let busy = view
        .busy
        .into_iter()
        .map(|(href, whose, counted)| {
            view! {
                <li class="row">
                    <div class="row-main">
                        <p class="row-title"><a href=href>{whose}</a></p>
                        <p class="row-detail">{counted}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let none = busy.is_empty();
    let (typed, whose) = (view.whose.clone(), view.whose);
    view! {
        <FormNotice problem done/>
        <Card title="Whose bookings">
            <form method="get" action="/settings/strangers">
                <Field
                    label="Mail address or network"
                    name="whose"
                    value=typed
                    problem=asked
                    required=true
                    maxlength=254
                    help="As the appointment or the log names it: ada@example.com, 203.0.113.7 or 2001:db8:0:1::/64."
                />
                <div class="form-end"><Button>"Show what there is"</Button></div>
            </form>
        </Card>
        {is_asked.then(|| view! {
            <ToUndo whose counts=view.counts appointments=view.appointments more=view.more/>
        })}
        <Card title="Who booked most in the last seven days">
            {if none {
                view! { <p class="soft">"Nobody has booked more than one future appointment."</p> }.into_any()
            } else {
                view! { <ul class="rows">{busy}</ul> }.into_any()
            }}
        </Card>
    }
}

#[component]
fn ToUndo(
    whose: String,
    counts: Vec<String>,
    appointments: Vec<(String, String, String)>,
    more: String,
) -> impl IntoView {
    if counts.is_empty() {
        return view! {
            <EmptyState title=format!("Nothing from {whose}")><p>"There is nothing to undo."</p></EmptyState>
        }
        .into_any();
    }
    let rows = appointments.into_iter();
    let rows = rows
        .map(|(href, name, rest)| view! { <li><a href=href>{name}</a>{format!(", {rest}")}</li> })
        .collect_view();
    view! {
        <Card title="What there is to undo">
            <p>{whose.clone()}</p>
            <ul>{counts.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            <details>
                <summary>"Which appointments"</summary>
                <ul>{rows}</ul>
                <p class="soft">{more}</p>
            </details>
            <form method="post" action=UndoStrangers::PATH>
                <input type="hidden" name="whose" value=whose/>
                <Check label="Tell the clients by mail" name="tell" checked=false help="Usually not ticked: the addresses may be made up, or belong to people who know nothing about it. Hosts see it in their calendars."/>
                <div class="form-end">
                    <Button look=Look::Danger>"Cancel and remove all of it"</Button>
                </div>
            </form>
        </Card>
    }
    .into_any()
}
