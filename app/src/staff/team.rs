//! The team, and adding a staff member.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{
    Badge, Button, Card, Choice, Field, FormNotice, Look, PageHeader, Tone, ZoneOption, ZonePicker, load,
};

/// A staff member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    name: String,
    email: String,
    role: String,
    zone: String,
    /// Problems with their calendars, for admins.
    calendars: Vec<String>,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TeamView {
    people: Vec<Person>,
    may_add: bool,
    zones: Vec<ZoneOption>,
    my_zone: String,
    flash: FormFlash,
}

/// Loads the team.
#[server(prefix = "/api/fn", endpoint = "team-page")]
pub async fn team_page() -> Result<TeamView, AppError> {
    let me = super::access::me().await?;
    let quince = crate::context::quince()?;
    let team = bookings::accounts::team(&quince).await?;
    let mut ailing = bookings::connections::out_of_date(&quince, me.id).await?;
    Ok(TeamView {
        people: team
            .into_iter()
            .map(|member| {
                let calendars = ailing.remove(&member.id).unwrap_or_default();
                person(member, calendars)
            })
            .collect(),
        may_add: matches!(me.role, bookings::Role::Owner | bookings::Role::Admin),
        zones: crate::ui::zone::zone_options(quince.now()),
        my_zone: me.zone.name().to_owned(),
        flash: crate::context::flash("add-staff").await,
    })
}

fn person(member: bookings::accounts::Me, calendars: Vec<String>) -> Person {
    Person {
        role: member.role.as_str().to_owned(),
        zone: member.zone.to_string().replace('_', " "),
        name: member.name,
        email: member.email,
        calendars,
    }
}

/// Adds a staff member, who signs in with the first password and then changes it.
#[server(prefix = "/api/fn", endpoint = "add-staff")]
pub async fn add_staff(
    name: String,
    email: String,
    role: String,
    zone: String,
    password: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("add-staff")
        .keep("name", &name)
        .keep("email", &email)
        .keep("role", &role)
        .keep("zone", &zone);
    let done = format!("{name} can sign in now. Tell them the first password; they change it in My Profile.");
    form.stay(add(name, email, &role, zone, password).await, &done)
        .await
}

async fn add(
    name: String,
    email: String,
    role: &str,
    zone: String,
    password: String,
) -> Result<(), AppError> {
    let staff = super::access::signed_in().await?;
    let role = match role {
        "admin" => bookings::Role::Admin,
        "staff" => bookings::Role::Staff,
        _ => return Err(AppError::field("role", "Choose a role.")),
    };
    let new = bookings::accounts::NewStaff {
        name,
        email,
        password,
        zone,
        role,
    };
    bookings::accounts::add_staff(&crate::context::quince()?, staff, new).await?;
    Ok(())
}

/// `/team`.
#[component]
pub fn TeamPage() -> impl IntoView {
    view! {
        <PageHeader title="Team" lead="Everybody who can sign in and be booked."/>
        {load(team_page(), |team| view! { <TeamShown team/> }.into_any())}
    }
}

#[component]
fn TeamShown(team: TeamView) -> impl IntoView {
    let problem = team.flash.problem();
    let done = team.flash.done();
    let people = team
        .people
        .into_iter()
        .map(|person| view! {
            <li class="row">
                <div class="row-main">
                    <p class="row-title">{person.name}</p>
                    <p class="row-detail">{format!("{} · {} · {}", person.role, person.email, person.zone)}</p>
                    {person.calendars.into_iter().map(|sentence| view! { <p class="row-detail"><Badge tone=Tone::Warn>"Needs attention"</Badge>" "{sentence}</p> }).collect_view()}
                </div>
            </li>
        })
        .collect_view();
    let roles = [
        ("staff", "Staff"),
        ("admin", "Admin: also sets up booking calendars and the team"),
    ];
    let roles = roles
        .map(|(value, label)| (value.to_owned(), label.to_owned()))
        .to_vec();
    let flash = team.flash;
    view! {
        <ul class="rows">{people}</ul>
        {team.may_add.then(|| view! {
            <Card title="Add a staff member">
                <FormNotice problem done/>
                <form method="post" action=AddStaff::PATH>
                    <Field label="Name" name="name" value=flash.value("name") required=true problem/>
                    <Field label="Email address" name="email" kind="email" value=flash.value("email") required=true problem/>
                    <Choice label="Role" name="role" options=roles value=flash.value_or("role", "staff")/>
                    <ZonePicker options=team.zones value=flash.value_or("zone", &team.my_zone) problem/>
                    <Field label="First password" name="password" kind="password" required=true autocomplete="new-password" help="At least 10 characters, a few unrelated words for example. They change it in My Profile." problem/>
                    <Button look=Look::Primary>"Add to the team"</Button>
                </form>
            </Card>
        })}
    }
}
