//! The left column of the booking page: what is booked, with whom, how long and where.

use leptos::prelude::*;

use crate::public::slot_picker::{HostForm, PickerQuery, ZoneForm};
use crate::ui::{Icon, Picture};

/// A booking calendar, as clients see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The names of its members.
    pub hosts: Vec<String>,
    /// Members that the client may choose from, by id and name; empty if there is no choice.
    pub choice: Vec<(String, String)>,
    /// The chosen services: "Cut, 45 minutes, with Jonas".
    pub services: Vec<String>,
    /// "30 minutes"; empty while no service is chosen.
    pub duration: String,
    /// The location; may be empty.
    pub location: String,
    /// The description; may be empty.
    pub description: String,
}

/// The card, which ends with the choice of zone.
#[component]
pub fn AboutCard(about: About, base: String, zone: String, query: PickerQuery) -> impl IntoView {
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
            {(!about.choice.is_empty()).then(|| view! { <HostForm base=base.clone() hosts=about.choice.clone() query=query.clone()/> })}
            <ZoneForm base zone query/>
        </section>
    }
}
