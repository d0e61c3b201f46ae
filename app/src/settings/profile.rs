//! My Profile: name, time zone, weekly hours, date overrides, password.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

#[cfg(feature = "ssr")]
use bookings::versions::Versioned;
use leptos::form::ActionForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::hours::{HoursFields, HoursText};
use super::tabs::SettingsHeader;
use super::{StayingNotice, StayingRow};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{
    Button, Card, Field, FormNotice, SaveButtons, ZoneOption, ZonePicker, accepted, load, problem_of,
    rebuild_on,
};

/// What My Profile shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfileView {
    name: String,
    email: String,
    zone: String,
    zones: Vec<ZoneOption>,
    hours: HoursText,
    /// The version on which the form is based.
    version: String,
    /// The person's future appointments on days off.
    staying: Vec<StayingRow>,
    flash: FormFlash,
    flash_of_password: FormFlash,
}

/// Loads My Profile.
#[server(prefix = "/api/fn", endpoint = "profile-page")]
pub async fn profile_page() -> Result<ProfileView, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let quince = crate::context::quince()?;
    let version = crate::context::version(Versioned::profile(staff)).await?;
    let bookings::profile::ProfileView { profile, email, .. } =
        bookings::profile::get(&quince, staff).await?;
    let flash = crate::context::flash("profile").await;
    let typed = flash
        .values
        .get("hours")
        .and_then(|text| serde_json::from_str(text).ok());
    let staying = bookings::holidays::appointments_on_days_off(&quince, staff).await?;
    Ok(ProfileView {
        staying: super::staying(staying, &profile.zone),
        zones: crate::ui::zone::zone_options(quince.now()),
        hours: typed.unwrap_or_else(|| super::hours::from_rules(&profile.hours, &profile.overrides)),
        zone: profile.zone.name().to_owned(),
        version: flash.value_or("seen", &version),
        name: profile.name,
        email,
        flash,
        flash_of_password: crate::context::flash("password").await,
    })
}

/// Saves name, zone and hours.
#[server(prefix = "/api/fn", endpoint = "save-profile")]
pub async fn save_profile(
    name: String,
    zone: String,
    hours: HoursText,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let typed = serde_json::to_string(&hours).unwrap_or_default();
    let form = crate::context::FormPost::new("profile")
        .keep("name", &name)
        .keep("zone", &zone)
        .keep("hours", &typed)
        .keep("seen", &seen);
    form.stay(save(&seen, name, zone, &hours).await, "Saved.").await
}

#[cfg(feature = "ssr")]
async fn save(seen: &str, name: String, zone: String, hours: &HoursText) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let (hours, overrides) = super::hours::to_rules("hours", hours)?;
    let form = bookings::profile::ProfileForm {
        name,
        zone,
        hours,
        overrides,
    };
    Ok(bookings::profile::save(&crate::context::quince()?, by, &form).await?)
}

/// Changes the password, and ends the person's other sessions.
#[server(prefix = "/api/fn", endpoint = "change-password")]
pub async fn change_password(current: String, new_password: String) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("password");
    form.stay(
        change(&current, &new_password).await,
        "Your password is changed. Other devices are signed out.",
    )
    .await
}

#[cfg(feature = "ssr")]
async fn change(current: &str, new: &str) -> Result<(), AppError> {
    crate::limit::limited(crate::limit::Attempt::SignIn)?;
    let staff = crate::staff::access::signed_in().await?;
    let signed_in =
        bookings::accounts::change_password(&crate::context::quince()?, staff, current, new).await?;
    crate::staff::access::start_session(signed_in).await
}

/// `/settings/profile`.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let save = ServerAction::<SaveProfile>::new();
    let saved = accepted(save);
    let page = Resource::new(move || saved.get(), |_| profile_page());
    view! {
        <SettingsHeader title="My Profile" lead="Your name, time zone and working hours."/>
        {load(page, move |profile| {
            rebuild_on(saved.get_untracked(), move || view! { <ProfileForms profile=profile.clone() save/> }).into_any()
        })}
    }
}

#[component]
fn ProfileForms(profile: ProfileView, save: ServerAction<SaveProfile>) -> impl IntoView {
    let change = ServerAction::<ChangePassword>::new();
    let ProfileView {
        name,
        email,
        zone,
        zones,
        hours,
        version,
        staying,
        flash,
        flash_of_password,
    } = profile;
    let problem = problem_of(save, &flash);
    let done = done_of(save, &flash);
    let password_problem = problem_of(change, &flash_of_password);
    let password_done = done_of(change, &flash_of_password);
    view! {
        <Card title="You">
            <FormNotice problem done/>
            <StayingNotice title="These appointments fall on your days off and are kept" rows=staying/>
            <ActionForm action=save>
                <Field label="Name" name="name" value=flash.value_or("name", &name) required=true autocomplete="name" help="Clients see it on your booking pages." problem/>
                <p class="field-help">"You sign in as " <strong>{email}</strong> "."</p>
                <ZonePicker options=zones value=flash.value_or("zone", &zone) help="Your hours are in this zone." problem/>
                <HoursFields name="hours" hours problem/>
                <SaveButtons version problem busy=save.pending()/>
            </ActionForm>
        </Card>
        <Card title="Password">
            <FormNotice problem=password_problem done=password_done/>
            <ActionForm action=change>
                <Field label="Current password" name="current" kind="password" required=true autocomplete="current-password" problem=password_problem/>
                <Field label="New password" name="new_password" kind="password" required=true autocomplete="new-password" help="At least 10 characters, a few unrelated words for example." problem=password_problem/>
                <Button busy=change.pending()>"Change password"</Button>
            </ActionForm>
        </Card>
    }
}

/// What a form that stays on its page has done: from the action with script, else from the flash message.
pub fn done_of<S>(action: ServerAction<S>, flash: &FormFlash) -> Signal<Option<String>>
where
    S: leptos::server_fn::ServerFn<Error = AppError, Output = String> + Clone + Send + Sync + 'static,
{
    let remembered = flash.done.clone();
    Signal::derive(move || match &*action.value().read() {
        Some(Ok(done)) => Some(done.clone()),
        Some(Err(_)) => None,
        None => remembered.clone(),
    })
}
