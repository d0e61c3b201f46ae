//! What is booked: the calendar, its people, how long, where.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::public::choose::{Ask, HostForm, ZoneForm};
use crate::ui::{Icon, Picture};

/// A booking calendar as clients see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The last part of its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The people who may hold the appointment.
    pub hosts: Vec<String>,
    /// Those whom a client may choose, by id and name; empty where there is no choice.
    pub choice: Vec<(String, String)>,
    /// What was chosen from the menu: "Cut, 45 minutes, with Jonas".
    pub services: Vec<String>,
    /// "30 minutes"; empty while nothing is chosen from a menu.
    pub duration: String,
    /// Where it takes place; may be empty.
    pub location: String,
    /// What it is about; may be empty.
    pub description: String,
}

/// The first column of the booking page, with the zone at its end.
#[component]
pub fn AboutCard(about: About, base: String, zone: String, ask: Memo<Ask>) -> impl IntoView {
    let hosts = about.hosts.join(", ");
    view! {
        <section class="about">
            <h1>{about.name}</h1>
            {(!hosts.is_empty()).then(|| view! { <p class="about-hosts">{format!("with {hosts}")}</p> })}
            {(!about.services.is_empty()).then(|| view! {
                <ul class="about-services">
                    {about.services.clone().into_iter().map(|service| view! { <li>{service}</li> }).collect_view()}
                </ul>
                <p><a href=base.clone()>"Choose other services"</a></p>
            })}
            <ul class="facts">
                {(!about.duration.is_empty()).then(|| view! { <li><Icon picture=Picture::Clock/><span>{about.duration.clone()}</span></li> })}
                {(!about.location.is_empty())
                    .then(|| view! { <li><Icon picture=Picture::Pin/><span>{about.location.clone()}</span></li> })}
            </ul>
            {(!about.description.is_empty()).then(|| view! { <p class="about-text">{about.description.clone()}</p> })}
            {(!about.choice.is_empty()).then(|| view! { <HostForm base=base.clone() hosts=about.choice.clone() ask/> })}
            <ZoneForm base zone ask/>
        </section>
    }
}
