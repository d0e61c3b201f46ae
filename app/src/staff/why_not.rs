//! Why not? Every start of a day of a booking calendar: who can be booked then, or what is in the way.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

use super::visit::{self, VisitLists, VisitService};
use crate::error::AppError;
use crate::ui::{Badge, Button, ButtonLink, EmptyState, Field, Icon, PageHeader, Picture, Tone, load_page};

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WhyNotView {
    calendar: String,
    editor: String,
    day: String,
    date: String,
    zone: String,
    previous: String,
    next: String,
    /// What a visit can be made of; nothing in other kinds than Service.
    menu: Vec<VisitService>,
    /// A visit is to be put together first.
    to_choose: bool,
    starts: Vec<StartRow>,
}

/// One start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRow {
    time: String,
    is_offered: bool,
    /// The names of those who can be booked.
    hosts: String,
    reasons: Vec<ReasonRow>,
}

/// One reason against a start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonRow {
    code: String,
    words: String,
    /// What is in the way, with its page, if the viewer may know.
    about: Option<(String, String)>,
}

/// Loads a date, today's when it is empty; in a Service calendar for a visit of these services.
#[server(prefix = "/api/fn", endpoint = "why-not-page")]
pub async fn why_not_page(id: String, date: String, visit: String) -> Result<WhyNotView, AppError> {
    let me = super::access::me().await?;
    view::load(&me, &id, &date, &visit)
        .await
        .map_err(crate::context::with_status)
}

#[cfg(feature = "ssr")]
mod view {
    use bookings::accounts::Me;
    use bookings::slots::{About, Start, Why};
    use jiff::ToSpan;
    use jiff::civil::Date;

    use super::super::format::{long_date, span};
    use super::super::visit::menu;
    use super::{ReasonRow, StartRow, WhyNotView};
    use crate::context::quince;
    use crate::error::AppError;

    pub async fn load(me: &Me, id: &str, date: &str, visit: &str) -> Result<WhyNotView, AppError> {
        let quince = quince()?;
        let date: Date = if date.is_empty() {
            me.zone.date(quince.now())
        } else {
            date.parse().map_err(|_| AppError::NotFound)?
        };
        let calendar = id.parse().map_err(|_| AppError::NotFound)?;
        let name = bookings::calendars::get(&quince, me.id, calendar).await?.name;
        let (menu, chosen) = menu::load(&quince, me, calendar, visit).await?;
        let to_choose = !menu.is_empty() && chosen.is_empty();
        let starts = if to_choose {
            Vec::new()
        } else {
            let why = bookings::slots::why(&quince, me.id, calendar, &chosen, date, &me.zone).await?;
            why.starts
        };
        let editor = format!("/booking-calendars/{id}");
        let asked = menu::query(&menu::text(&chosen));
        let page = |date: Date| format!("{editor}/why-not?date={date}{asked}");
        Ok(WhyNotView {
            calendar: name,
            day: long_date(date),
            date: date.to_string(),
            zone: me.zone.name().to_owned(),
            previous: page(date.saturating_sub(1.day())),
            next: page(date.saturating_add(1.day())),
            menu,
            to_choose,
            starts: starts.into_iter().map(|start| row(start, me)).collect(),
            editor,
        })
    }

    fn row(start: Start, me: &Me) -> StartRow {
        StartRow {
            time: span(start.start, start.end, &me.zone),
            is_offered: start.is_offered,
            hosts: start.hosts.join(", "),
            reasons: start.reasons.into_iter().map(reason).collect(),
        }
    }

    fn reason(why: Why) -> ReasonRow {
        let about = why.about.map(|about| match about {
            About::Appointment(id) => ("the appointment".to_owned(), format!("/appointments/{id}")),
            About::Event { id, start, title } => {
                let title = if title.is_empty() {
                    "the event".to_owned()
                } else {
                    title
                };
                (title, super::super::event::href(id, start))
            }
        });
        ReasonRow {
            code: why.reason.code().to_owned(),
            words: match why.host {
                Some(host) => format!("{host}: {}", why.sentence),
                None => why.sentence.to_owned(),
            },
            about,
        }
    }
}

/// `/booking-calendars/{id}/why-not?date=&visit=`.
#[component]
pub fn WhyNotPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.with(|params| params.get("id").unwrap_or_default());
        query.with(|query| (id, query.get("date").unwrap_or_default(), visit::asked(query)))
    });
    let page = Resource::new(
        move || asked.get(),
        |(id, date, visit)| why_not_page(id, date, visit),
    );
    load_page(page, |view| view! { <WhyNotShown view/> }.into_any())
}

#[component]
fn WhyNotShown(view: WhyNotView) -> impl IntoView {
    let empty = view.starts.is_empty();
    let (alone, is_visit) = (view.menu.is_empty(), !view.menu.is_empty());
    let action = format!("{}/why-not", view.editor);
    view! {
        <PageHeader title="Why not?" lead=format!("{}, {}. Times in {}.", view.calendar, view.day, view.zone.replace('_', " "))>
            <div class="button-row calendar-steps">
                <a class="month-step" href=view.previous aria-label="The day before"><Icon picture=Picture::ChevronLeft/></a>
                <a class="month-step" href=view.next aria-label="The day after"><Icon picture=Picture::ChevronRight/></a>
            </div>
        </PageHeader>
        {is_visit.then(|| view! { <p>"A visit is explained as a whole: the first of its services that cannot take place is what is in the way."</p> })}
        <form class:inline-form=alone class:day-form=is_visit method="get" action=action>
            <VisitLists menu=view.menu/>
            <Field label="Day" name="date" kind="date" value=view.date required=true/>
            {if alone {
                view! { <Button>"Show"</Button> }.into_any()
            } else {
                view! { <div class="form-end"><Button>"Show"</Button></div> }.into_any()
            }}
        </form>
        {if view.to_choose {
            view! {
                <EmptyState title="Choose what the visit is made of">
                    <p>"Its times depend on the services, and on who does them."</p>
                </EmptyState>
            }
            .into_any()
        } else if empty {
            view! {
                <EmptyState title="Nobody works on this day">
                    <p>"No time of this day lies within anybody's hours."</p>
                </EmptyState>
            }
            .into_any()
        } else {
            view! { <ul class="rows">{view.starts.into_iter().map(|start| view! { <StartShown start/> }).collect_view()}</ul> }.into_any()
        }}
        <p><ButtonLink href=view.editor>"Back to the booking calendar"</ButtonLink></p>
    }
}

#[component]
fn StartShown(start: StartRow) -> impl IntoView {
    let offered = start.is_offered;
    let (tone, words) = if offered {
        (Tone::Good, "Offered")
    } else {
        (Tone::Warn, "Not offered")
    };
    let reasons = start
        .reasons
        .into_iter()
        .map(|reason| {
            view! {
                <p class="row-detail">
                    <code>{reason.code}</code>" "{reason.words}
                    {reason.about.map(|(what, href)| view! { ": " <a href=href>{what}</a> })}
                </p>
            }
        })
        .collect_view();
    view! {
        <li class="row">
            <div class="row-main">
                <span class="row-title">{start.time}</span>
                {offered.then(|| view! { <p class="row-detail">{start.hosts}</p> })}
                {reasons}
            </div>
            <Badge tone>{words}</Badge>
        </li>
    }
}
