//! "Why not?": every start of a booking calendar on a day, with its free hosts or the reasons against it.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

use super::visit::{self, VisitLists, VisitService};
use crate::error::AppError;
use crate::ui::{
    Badge, Button, ButtonLink, EmptyState, Field, Icon, Notice, PageHeader, Picture, Tone, load_page,
};

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
    /// The menu; empty for other kinds than Service.
    menu: Vec<VisitService>,
    /// Whether services have to be chosen first.
    to_choose: bool,
    /// Whether it explains what staff may book rather than clients.
    for_staff: bool,
    /// Why iCloud plays no part here, if so (D1).
    no_icloud: Option<String>,
    starts: Vec<StartRow>,
    /// Why the day has no starts.
    closed: Vec<ReasonRow>,
}

/// One start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRow {
    time: String,
    is_offered: bool,
    /// The names of the free hosts.
    hosts: String,
    reasons: Vec<ReasonRow>,
}

/// A reason against a start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonRow {
    code: String,
    sentence: String,
    /// The hosts it is about; empty if it is about the booking calendar.
    hosts: Vec<String>,
    /// What is in the way, with its page, if the viewer may know.
    about: Option<(String, String)>,
    /// The problem with an event that was not understood.
    problem: Option<String>,
}

/// Loads a date, by default today; in a Service calendar, for a visit with these services. Explains what clients may book, or what staff
/// may.
#[server(prefix = "/api/fn", endpoint = "why-not-page")]
pub async fn why_not_page(
    id: String,
    date: String,
    visit: String,
    #[server(default)] for_staff: bool,
) -> Result<WhyNotView, AppError> {
    let me = super::access::me().await?;
    view::load(&me, &id, &date, &visit, for_staff)
        .await
        .map_err(crate::context::with_status)
}

mod view {
    use bookings::accounts::Me;
    use bookings::availability::{self, About, Start, Why};
    use bookings::booking_calendars::NO_ICLOUD;
    use jiff::ToSpan;
    use jiff::civil::Date;

    use super::super::format::{long_date, span};
    use super::super::visit::menu;
    use super::{ReasonRow, StartRow, WhyNotView};
    use crate::context::quince;
    use crate::error::AppError;

    pub async fn load(
        me: &Me,
        id: &str,
        date: &str,
        visit: &str,
        for_staff: bool,
    ) -> Result<WhyNotView, AppError> {
        let quince = quince()?;
        let date: Date = if date.is_empty() {
            me.zone.date(quince.now())
        } else {
            date.parse().map_err(|_| AppError::NotFound)?
        };
        let calendar = id.parse().map_err(|_| AppError::NotFound)?;
        let found = bookings::booking_calendars::get(&quince, me.id, calendar).await?;
        let no_icloud = (!found.kind.uses_icloud()).then(|| NO_ICLOUD.to_owned());
        let (menu, chosen) = menu::load(&quince, me, calendar, visit).await?;
        let to_choose = !menu.is_empty() && chosen.is_empty();
        let (starts, closed) = if to_choose {
            (Vec::new(), Vec::new())
        } else {
            let why = if for_staff {
                availability::why_for_staff(&quince, me.id, calendar, &chosen, date, &me.zone).await?
            } else {
                availability::why(&quince, me.id, calendar, &chosen, date, &me.zone).await?
            };
            (why.starts, why.closed)
        };
        let closed = closed.into_iter().flat_map(|day| day.reasons).collect();
        let editor = format!("/booking-calendars/{id}");
        let asked = menu::query(&menu::text(&chosen));
        let staff = if for_staff { "&for=staff" } else { "" };
        let page = |date: Date| format!("{editor}/why-not?date={date}{asked}{staff}");
        Ok(WhyNotView {
            calendar: found.name,
            day: long_date(date),
            date: date.to_string(),
            zone: me.zone.to_string(),
            previous: page(date.saturating_sub(1.day())),
            next: page(date.saturating_add(1.day())),
            menu,
            to_choose,
            for_staff,
            no_icloud,
            starts: starts.into_iter().map(|start| row(start, me)).collect(),
            closed: reasons(closed),
            editor,
        })
    }

    fn row(start: Start, me: &Me) -> StartRow {
        StartRow {
            time: span(start.start, start.end, &me.zone),
            is_offered: start.is_offered,
            hosts: start.hosts.join(", "),
            reasons: reasons(start.reasons),
        }
    }

    /// Joins equal reasons of several hosts.
    fn reasons(all: Vec<Why>) -> Vec<ReasonRow> {
        let mut rows: Vec<ReasonRow> = Vec::new();
        for why in all {
            let host = why.host.clone();
            let row = reason(why);
            let same = rows.iter_mut().find(|known| {
                (&known.code, &known.sentence, &known.about) == (&row.code, &row.sentence, &row.about)
                    && known.hosts.is_empty() == host.is_none()
            });
            let Some(same) = same else {
                rows.push(row);
                continue;
            };
            if let Some(host) = host.filter(|host| !same.hosts.contains(host)) {
                same.hosts.push(host);
            }
        }
        rows
    }

    fn reason(why: Why) -> ReasonRow {
        let problem = match &why.about {
            Some(About::Event { problem, .. }) => problem.clone(),
            _ => None,
        };
        let about = why.about.map(|about| match about {
            About::Appointment(id) => ("the appointment".to_owned(), format!("/appointments/{id}")),
            About::Block { id, title } => (title, format!("/blocked-time/{id}")),
            About::Event { id, start, title, .. } => {
                let title = if title.is_empty() {
                    "the event".to_owned()
                } else {
                    title
                };
                (title, super::super::event::href(id, start))
            }
        });
        ReasonRow {
            code: why.reason.as_str().to_owned(),
            sentence: why.sentence,
            hosts: why.host.into_iter().collect(),
            about,
            problem,
        }
    }
}

/// `/booking-calendars/{id}/why-not?date=&visit=&for=`.
#[component]
pub fn WhyNotPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    let (date, visit, for_staff) = use_query_map().with_untracked(|query| {
        let for_staff = query.get("for").as_deref() == Some("staff");
        (
            query.get("date").unwrap_or_default(),
            visit::asked(query),
            for_staff,
        )
    });
    load_page(why_not_page(id, date, visit, for_staff), |view| {
        view! { <WhyNotShown view/> }.into_any()
    })
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
        {view.no_icloud.map(|sentence| view! { <Notice>{sentence}</Notice> })}
        {view.for_staff.then(|| view! { <p>"As staff may book it: notice, the dates that can be booked and looking busy apply to clients only."</p> })}
        {is_visit.then(|| view! { <p>"A visit is explained as a whole: the first of its services that cannot take place is what is in the way."</p> })}
        <form class:inline-form=alone class:day-form=is_visit method="get" action=action>
            {view.for_staff.then(|| view! { <input type="hidden" name="for" value="staff"/> })}
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
                <EmptyState title="Choose the services">
                    <p>"Its times depend on the services, and on who does them."</p>
                </EmptyState>
            }
            .into_any()
        } else if empty {
            view! {
                <EmptyState title="Nothing can start on this day">
                    <ul class="reasons">{view.closed.into_iter().map(|reason| view! { <ReasonShown reason/> }).collect_view()}</ul>
                </EmptyState>
            }
            .into_any()
        } else {
            view! { <ul class="rows">{view.starts.into_iter().map(|start| view! { <StartShown start/> }).collect_view()}</ul> }.into_any()
        }}
        <p><ButtonLink href=view.editor>"Back to the booking calendar"</ButtonLink></p>
    }
}

/// The code, the hosts and the reason, on one line where there is room.
#[component]
fn ReasonShown(reason: ReasonRow) -> impl IntoView {
    let hosts = reason.hosts.join(", ");
    view! {
        <li>
            <code>{reason.code}</code>" "
            {(!hosts.is_empty()).then(|| view! { <strong>{hosts}</strong>": " })}
            {reason.sentence}
            {reason.about.map(|(what, href)| view! { ": " <a href=href>{what}</a> })}
            {reason.problem.map(|problem| view! { ". "{problem} })}
        </li>
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
        .map(|reason| view! { <ReasonShown reason/> })
        .collect_view();
    view! {
        <li class="row">
            <div class="row-main">
                <span class="row-title">{start.time}</span>
                {(!start.hosts.is_empty()).then(|| view! { <p class="row-detail">{start.hosts}</p> })}
                <ul class="reasons">{reasons}</ul>
            </div>
            <Badge tone>{words}</Badge>
        </li>
    }
}
