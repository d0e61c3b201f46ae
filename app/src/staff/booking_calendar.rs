//! Creating and editing a booking calendar. Each setting has its unit, its default and a sentence of help.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::kept::KeptForm;
use crate::settings::hours::{HoursFields, HoursText};
use crate::ui::{
    Button, ButtonLink, Card, Check, Choice, Field, FormNotice, LongText, Look, Notice, Options, PageHeader,
    Tone, ZoneOption, ZonePicker, load, load_page, problem_of,
};

/// A booking calendar as its form shows and sends it. Numbers are texts, so that what was typed is kept as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarText {
    name: String,
    slug: String,
    description: String,
    location: String,
    color: String,
    kind: String,
    distribution: String,
    members: Vec<String>,
    priorities: Vec<PriorityText>,
    duration: String,
    interval: String,
    pre_buffer: String,
    post_buffer: String,
    notice: String,
    notice_unit: String,
    range: String,
    range_unit: String,
    per_slot: String,
    per_day: String,
    cancel_cutoff: String,
    reschedule_cutoff: String,
    zone: String,
    own_hours: String,
    hours: HoursText,
    auto_confirm: String,
    active: String,
}

/// How much a member is preferred.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PriorityText {
    member: String,
    priority: String,
    weight: String,
}

/// What the editor shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EditorView {
    id: String,
    form: CalendarText,
    team: Vec<(String, String)>,
    zones: Vec<ZoneOption>,
    kept: KeptForm,
    public_page: Option<String>,
    notes: Vec<String>,
}

/// Loads the editor; without an id, for a new booking calendar with the defaults.
#[server(prefix = "/api/fn", endpoint = "booking-calendar-page")]
pub async fn booking_calendar_page(id: String) -> Result<EditorView, AppError> {
    let me = super::access::me().await?;
    form::view(me, &id).await.map_err(crate::context::with_status)
}

/// Creates or changes a booking calendar.
#[server(prefix = "/api/fn", endpoint = "save-booking-calendar")]
pub async fn save_booking_calendar(id: String, calendar: CalendarText) -> Result<(), AppError> {
    let typed = serde_json::to_string(&calendar).unwrap_or_default();
    let form = crate::context::Submitted::new("booking-calendar")
        .keep("calendar", &typed)
        .keep("id", &id);
    form.go(form::save(&id, calendar).await).await
}

/// Removes a booking calendar that has no coming appointments.
#[server(prefix = "/api/fn", endpoint = "delete-booking-calendar")]
pub async fn delete_booking_calendar(id: String) -> Result<(), AppError> {
    let form = crate::context::Submitted::new("delete-booking-calendar");
    form.go(form::delete(&id).await).await
}

/// `/booking-calendars/new`.
#[component]
pub fn NewBookingCalendarPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| booking_calendar_page(String::new()));
    view! {
        <PageHeader title="New booking calendar"/>
        {load(page, |editor| view! { <Editor editor/> }.into_any())}
    }
}

/// `/booking-calendars/{id}`.
#[component]
pub fn BookingCalendarPage() -> impl IntoView {
    let params = use_params_map();
    let page = Resource::new(
        move || params.with(|params| params.get("id").unwrap_or_default()),
        booking_calendar_page,
    );
    load_page(page, |editor| {
        let title = editor.form.name.clone();
        let public_page = editor.public_page.clone();
        let id = editor.id.clone();
        let notes = editor.notes.clone();
        let why_not = format!("/booking-calendars/{id}/why-not");
        view! {
            <PageHeader title>
                <div class="button-row">
                    <ButtonLink href=why_not>"Why not?"</ButtonLink>
                    {public_page.map(|href| view! { <ButtonLink href>"Open its page"</ButtonLink> })}
                </div>
            </PageHeader>
            {notes.into_iter().map(|note| view! { <Notice tone=Tone::Warn>{note}</Notice> }).collect_view()}
            <Editor editor/>
            <DeleteCard id/>
        }
        .into_any()
    })
}

#[component]
fn Editor(editor: EditorView) -> impl IntoView {
    let action = ServerAction::<SaveBookingCalendar>::new();
    let problem = problem_of(action, &editor.kept);
    let EditorView {
        id,
        form,
        team,
        zones,
        ..
    } = editor;
    let name = |field: &str| format!("calendar[{field}]");
    let units = || {
        [
            ("hours", "hours"),
            ("days", "days"),
            ("weeks", "weeks"),
            ("months", "months"),
        ]
        .map(pair)
        .to_vec()
    };
    let problem_of_field = problem;
    view! {
        <FormNotice problem/>
        <ActionForm action=action attr:class="editor">
            <input type="hidden" name="id" value=id.clone()/>
            <Card title="What is booked">
                <Field label="Name" name=name("name") value=form.name required=true help="Clients read it, for example Intro call." problem=problem_of_field/>
                <Field label="Address" name=name("slug") value=form.slug help="The end of its page's address: lower-case letters, digits and hyphens. Empty: made from the name." problem/>
                <LongText label="Description" name=name("description") value=form.description help="What the client should know before booking." problem/>
                <Field label="Location" name=name("location") value=form.location help="An address, a phone number or a meeting link. It is in the mail and in the event." problem/>
                <Field label="Color" name=name("color") kind="color" value=form.color help="How it looks in the calendar view." problem/>
            </Card>
            <Card title="Who it is with">
                <Options legend="Kind" name=name("kind") options=kinds() value=form.kind problem/>
                <MemberFields team members=form.members priorities=form.priorities/>
                <Options legend="How appointments are shared out (Round Robin)" name=name("distribution") options=distributions() value=form.distribution problem/>
            </Card>
            <Card title="How long">
                <div class="field-row">
                    <Field label="Duration, minutes" name=name("duration") kind="number" min="5" max="1440" value=form.duration required=true help="Usually 30." problem/>
                    <Field label="Start times every, minutes" name=name("interval") kind="number" min="5" max="1440" value=form.interval required=true help="Usually 30: 9:00, 9:30, 10:00 …" problem/>
                </div>
                <div class="field-row">
                    <Field label="Free before, minutes" name=name("pre_buffer") kind="number" min="0" max="1440" value=form.pre_buffer required=true help="Time to prepare. Usually 0." problem/>
                    <Field label="Free after, minutes" name=name("post_buffer") kind="number" min="0" max="1440" value=form.post_buffer required=true help="Time to recover. Usually 0." problem/>
                </div>
            </Card>
            <Card title="When">
                <div class="field-row">
                    <Field label="At the latest before it starts" name=name("notice") kind="number" min="0" value=form.notice required=true help="Usually 2 hours." problem/>
                    <Choice label="Unit" name=name("notice_unit") options=units() value=form.notice_unit/>
                </div>
                <div class="field-row">
                    <Field label="At the earliest, ahead" name=name("range") kind="number" min="1" value=form.range required=true help="Usually 60 days." problem/>
                    <Choice label="Unit" name=name("range_unit") options=units().split_off(1) value=form.range_unit/>
                </div>
                <ZonePicker name=name("zone") options=zones value=form.zone help="The zone of its days and of its own hours." problem/>
                <Check label="This booking calendar has hours of its own" name=name("own_hours") checked=form.own_hours == "true" help="A time must then lie in these and in the member's hours. Otherwise the members' hours decide alone."/>
                <details class="more" open=form.own_hours == "true">
                    <summary>"Hours of its own"</summary>
                    <HoursFields name="calendar[hours]" hours=form.hours/>
                </details>
            </Card>
            <Card title="Limits">
                <div class="field-row">
                    <Field label="Appointments at one time, per member" name=name("per_slot") kind="number" min="1" max="100" value=form.per_slot required=true help="Usually 1." problem/>
                    <Field label="Appointments a day" name=name("per_day") kind="number" min="1" value=form.per_day help="Empty: as many as fit." problem/>
                </div>
                <div class="field-row">
                    <Field label="Clients may cancel until, hours before" name=name("cancel_cutoff") kind="number" min="0" value=form.cancel_cutoff required=true help="0: until it starts." problem/>
                    <Field label="Clients may reschedule until, hours before" name=name("reschedule_cutoff") kind="number" min="0" value=form.reschedule_cutoff required=true help="0: until it starts." problem/>
                </div>
                <Check label="Confirm at once" name=name("auto_confirm") checked=form.auto_confirm == "true" help="Otherwise an appointment waits for your confirmation; its time is taken meanwhile."/>
                <Check label="Clients can book it" name=name("active") checked=form.active == "true" help="Otherwise its page says that it cannot be booked at present."/>
            </Card>
            <div class="button-row">
                <Button look=Look::Primary busy=action.pending()>{if id.is_empty() { "Create booking calendar" } else { "Save" }}</Button>
                <ButtonLink href="/booking-calendars">"Cancel"</ButtonLink>
            </div>
        </ActionForm>
    }
}

fn pair((value, label): (&str, &str)) -> (String, String) {
    (value.to_owned(), label.to_owned())
}

fn triple((value, label, help): (&str, &str, &str)) -> (String, String, String) {
    (value.to_owned(), label.to_owned(), help.to_owned())
}

fn kinds() -> Vec<(String, String, String)> {
    [
        ("personal", "Personal", "With one member."),
        (
            "round-robin",
            "Round Robin",
            "With one of several members, whoever is free.",
        ),
    ]
    .map(triple)
    .to_vec()
}

fn distributions() -> Vec<(String, String, String)> {
    [
        (
            "availability",
            "Optimise for availability",
            "Every free member's times are on offer; who was booked longest ago is next.",
        ),
        (
            "equal",
            "Equal distribution",
            "Members get the same number of appointments each month, by their weight.",
        ),
    ]
    .map(triple)
    .to_vec()
}

#[component]
fn MemberFields(
    team: Vec<(String, String)>,
    members: Vec<String>,
    priorities: Vec<PriorityText>,
) -> impl IntoView {
    let rows = team
        .into_iter()
        .enumerate()
        .map(|(row, (id, name))| {
            let chosen = members.contains(&id);
            let found = priorities.iter().find(|entry| entry.member == id).cloned().unwrap_or_default();
            let priority = if found.priority.is_empty() { "medium".to_owned() } else { found.priority };
            let weight = if found.weight.is_empty() { "1".to_owned() } else { found.weight };
            let field = format!("calendar[priorities][{row}]");
            view! {
                <div class="member">
                    <Check label=name.clone() name="calendar[members][]" id=format!("member-{id}") value=id.clone() checked=chosen/>
                    <input type="hidden" name=format!("{field}[member]") value=id.clone()/>
                    <Choice label="Priority" name=format!("{field}[priority]") id=format!("priority-{id}") options=[("high", "High"), ("medium", "Medium"), ("low", "Low")].map(pair).to_vec() value=priority/>
                    <Field label="Weight" name=format!("{field}[weight]") id=format!("weight-{id}") kind="number" min="1" max="100" value=weight required=true/>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="options">
            <legend>"Members"</legend>
            <p class="field-help">"A personal booking calendar has one. Priority and weight matter with several."</p>
            {rows}
        </fieldset>
    }
}

#[component]
fn DeleteCard(id: String) -> impl IntoView {
    let action = ServerAction::<DeleteBookingCalendar>::new();
    let problem = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <details class="more">
            <summary>"Delete this booking calendar"</summary>
            <Card>
                <p>"Its page disappears. It can be deleted when no appointments are to come; past ones are removed with it."</p>
                <FormNotice problem/>
                <ActionForm action=action>
                    <input type="hidden" name="id" value=id/>
                    <Button look=Look::Danger busy=action.pending()>"Delete for good"</Button>
                </ActionForm>
            </Card>
        </details>
    }
}

#[cfg(feature = "ssr")]
mod form {
    use bookings::accounts::Me;
    use bookings::calendars::{Calendar, CalendarForm, Member};
    use scheduling::{CalendarId, DateRange, Rules, Span, Unit};

    use super::{CalendarText, EditorView, PriorityText};
    use crate::context::{internal, kept, quince};
    use crate::error::{AppError, FieldProblem};
    use crate::settings::hours::{from_rules, to_rules};

    pub async fn view(me: Me, id: &str) -> Result<EditorView, AppError> {
        let quince = quince()?;
        let kept = kept("booking-calendar").await;
        let team = bookings::accounts::team(&quince).await?;
        let stored = match id {
            "" => None,
            id => Some(
                bookings::calendars::get(&quince, me.id, id.parse().map_err(|_| AppError::NotFound)?).await?,
            ),
        };
        let public_page = stored
            .as_ref()
            .filter(|calendar| calendar.active)
            .map(|calendar| format!("/book/{}", calendar.slug));
        let typed = kept
            .values
            .get("calendar")
            .filter(|_| kept.value("id") == id)
            .and_then(|text| serde_json::from_str(text).ok());
        let form = typed.unwrap_or_else(|| stored.as_ref().map_or_else(|| fresh(&me), of_calendar));
        Ok(EditorView {
            id: id.to_owned(),
            form,
            team: team
                .into_iter()
                .map(|person| (person.id.to_string(), person.name))
                .collect(),
            zones: crate::ui::zone::zone_options(quince.now()),
            kept,
            public_page,
            notes: stored.map(|calendar| calendar.notes).unwrap_or_default(),
        })
    }

    fn fresh(me: &Me) -> CalendarText {
        let rules = Rules {
            zone: me.zone.clone(),
            ..Rules::default()
        };
        CalendarText {
            kind: "personal".to_owned(),
            distribution: "availability".to_owned(),
            color: "#b8860b".to_owned(),
            members: vec![me.id.to_string()],
            auto_confirm: "true".to_owned(),
            active: "true".to_owned(),
            ..of_rules(&rules)
        }
    }

    fn of_calendar(calendar: &Calendar) -> CalendarText {
        let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        CalendarText {
            name: calendar.name.clone(),
            slug: calendar.slug.clone(),
            description: calendar.description.clone(),
            location: calendar.location.clone(),
            color: calendar.color.clone(),
            kind: word(serde_json::json!(calendar.kind)),
            distribution: word(serde_json::json!(calendar.distribution)),
            members: calendar
                .members
                .iter()
                .map(|member| member.staff.to_string())
                .collect(),
            priorities: calendar
                .members
                .iter()
                .map(|member| PriorityText {
                    member: member.staff.to_string(),
                    priority: word(serde_json::json!(member.priority)),
                    weight: member.weight.to_string(),
                })
                .collect(),
            auto_confirm: calendar.auto_confirm.to_string(),
            active: calendar.active.to_string(),
            ..of_rules(&calendar.rules)
        }
    }

    fn of_rules(rules: &Rules) -> CalendarText {
        let (range, range_unit) = match &rules.range {
            DateRange::Rolling(span) => (span.amount.to_string(), unit_word(span.unit).to_owned()),
            _ => (String::new(), "days".to_owned()),
        };
        CalendarText {
            duration: rules.duration.to_string(),
            interval: rules.interval.to_string(),
            pre_buffer: rules.pre_buffer.to_string(),
            post_buffer: rules.post_buffer.to_string(),
            notice: rules.notice.amount.to_string(),
            notice_unit: unit_word(rules.notice.unit).to_owned(),
            range,
            range_unit,
            per_slot: rules.per_slot.to_string(),
            per_day: rules.per_day.map(|count| count.to_string()).unwrap_or_default(),
            cancel_cutoff: rules.cancel_cutoff.amount.to_string(),
            reschedule_cutoff: rules.reschedule_cutoff.amount.to_string(),
            zone: rules.zone.name().to_owned(),
            own_hours: rules.hours.is_some().to_string(),
            hours: from_rules(&rules.hours.clone().unwrap_or_default(), &rules.overrides),
            ..CalendarText::default()
        }
    }

    fn unit_word(unit: Unit) -> &'static str {
        match unit {
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Weeks => "weeks",
            Unit::Months => "months",
        }
    }

    pub async fn save(id: &str, text: CalendarText) -> Result<String, AppError> {
        let staff = crate::staff::access::signed_in().await?;
        let quince = quince()?;
        let active = text.active == "true";
        let form = understood(text)?;
        let id = if id.is_empty() {
            bookings::calendars::create(&quince, staff, form).await?
        } else {
            let id = calendar_id(id)?;
            bookings::calendars::update(&quince, staff, id, form).await?;
            id
        };
        bookings::calendars::set_active(&quince, staff, id, active).await?;
        Ok("/booking-calendars".to_owned())
    }

    pub async fn delete(id: &str) -> Result<String, AppError> {
        let staff = crate::staff::access::signed_in().await?;
        bookings::calendars::delete(&quince()?, staff, calendar_id(id)?).await?;
        Ok("/booking-calendars".to_owned())
    }

    fn calendar_id(id: &str) -> Result<CalendarId, AppError> {
        id.parse().map_err(|_| AppError::NotFound)
    }

    /// Reads the texts; every one that cannot be understood is told.
    fn understood(text: CalendarText) -> Result<CalendarForm, AppError> {
        let mut reader = Reader::default();
        let zone = zones::Zone::named(&text.zone).unwrap_or_else(|error| {
            reader.problem("zone", error.to_string());
            zones::Zone::utc()
        });
        let (hours, overrides) = if text.own_hours == "true" {
            match to_rules(&text.hours) {
                Ok((weekly, overrides)) => (Some(weekly), overrides),
                Err(AppError::Fields(problems)) => {
                    reader.problems.extend(problems);
                    (None, Vec::new())
                }
                Err(error) => return Err(error),
            }
        } else {
            (None, Vec::new())
        };
        let rules = Rules {
            zone,
            duration: reader.number("duration", &text.duration),
            interval: reader.number("interval", &text.interval),
            pre_buffer: reader.number("pre_buffer", &text.pre_buffer),
            post_buffer: reader.number("post_buffer", &text.post_buffer),
            notice: Span {
                amount: reader.number("notice", &text.notice),
                unit: reader.unit("notice_unit", &text.notice_unit),
            },
            range: DateRange::Rolling(Span {
                amount: reader.number("range", &text.range),
                unit: reader.unit("range_unit", &text.range_unit),
            }),
            per_slot: reader.number("per_slot", &text.per_slot),
            per_day: if text.per_day.trim().is_empty() {
                None
            } else {
                Some(reader.number("per_day", &text.per_day))
            },
            hours,
            overrides,
            cancel_cutoff: Span {
                amount: reader.number("cancel_cutoff", &text.cancel_cutoff),
                unit: Unit::Hours,
            },
            reschedule_cutoff: Span {
                amount: reader.number("reschedule_cutoff", &text.reschedule_cutoff),
                unit: Unit::Hours,
            },
            ..Rules::default()
        };
        let members = text
            .members
            .iter()
            .filter_map(|id| {
                let entry = text
                    .priorities
                    .iter()
                    .find(|entry| entry.member == *id)
                    .cloned()
                    .unwrap_or_default();
                let staff = id.parse().ok()?;
                let priority = reader.word("priority", &entry.priority, "Choose a priority.")?;
                Some(Member {
                    staff,
                    priority,
                    weight: reader.number("weight", &entry.weight),
                })
            })
            .collect();
        let kind = reader.word("kind", &text.kind, "Choose a kind.");
        let distribution = reader.word(
            "distribution",
            &text.distribution,
            "Choose how appointments are shared out.",
        );
        match (kind, distribution, reader.problems.is_empty()) {
            (Some(kind), Some(distribution), true) => Ok(CalendarForm {
                name: text.name,
                slug: text.slug,
                description: text.description,
                location: text.location,
                color: text.color,
                kind,
                distribution,
                members,
                rules,
                auto_confirm: text.auto_confirm == "true",
            }),
            (_, _, false) => Err(AppError::Fields(reader.problems)),
            _ => Err(internal(&"a kind or distribution was neither read nor refused")),
        }
    }

    #[derive(Default)]
    struct Reader {
        problems: Vec<FieldProblem>,
    }

    impl Reader {
        fn problem(&mut self, field: &str, sentence: impl Into<String>) {
            self.problems.push(FieldProblem {
                field: format!("calendar[{field}]"),
                sentence: sentence.into(),
            });
        }

        fn number(&mut self, field: &str, text: &str) -> u32 {
            text.trim().parse().unwrap_or_else(|_| {
                self.problem(field, "Enter a whole number, for example 30.");
                0
            })
        }

        fn unit(&mut self, field: &str, text: &str) -> Unit {
            match text {
                "hours" => Unit::Hours,
                "days" => Unit::Days,
                "weeks" => Unit::Weeks,
                "months" => Unit::Months,
                _ => {
                    self.problem(field, "Choose hours, days, weeks or months.");
                    Unit::Days
                }
            }
        }

        fn word<T: serde::de::DeserializeOwned>(
            &mut self,
            field: &str,
            text: &str,
            sentence: &str,
        ) -> Option<T> {
            let found = serde_json::from_value(serde_json::Value::String(text.to_owned())).ok();
            if found.is_none() {
                self.problem(field, sentence);
            }
            found
        }
    }
}
