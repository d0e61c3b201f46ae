//! My Profile: name, time zone, weekly hours, date overrides, password.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use bookings::versions::Versioned;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use super::hours::{HoursFields, HoursText};
use super::tabs::SettingsHeader;
use super::{StayingNotice, StayingRow};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, Card, Field, FormNotice, SaveButtons, ZoneOption, ZonePicker, load};

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
    let profile = bookings::profile::get(&quince, staff).await?;
    let flash = crate::context::flash("profile").await;
    let typed = flash
        .values
        .get("hours")
        .and_then(|text| serde_json::from_str(text).ok());
    let staying = bookings::holidays::appointments_on_days_off(&quince, staff).await?;
    Ok(ProfileView {
        staying: super::staying(staying, &profile.zone),
        zones: crate::ui::zone::zone_options(quince.now()),
        hours: typed.unwrap_or_else(|| super::hours::from_rules(&profile.weekly, &profile.overrides)),
        zone: profile.zone.name().to_owned(),
        version: flash.value_or("seen", &version),
        name: profile.name,
        email: profile.email,
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

async fn save(seen: &str, name: String, zone: String, hours: &HoursText) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let (weekly, overrides) = super::hours::to_rules("hours", hours)?;
    let form = bookings::profile::ProfileForm {
        name,
        zone,
        weekly,
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
    view! {
        <SettingsHeader title="My Profile" lead="Your name, time zone and working hours."/>
        {load(profile_page(), |profile| view! { <ProfileForms profile/> }.into_any())}
    }
}

#[component]
fn ProfileForms(profile: ProfileView) -> impl IntoView {
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
    let problem = flash.problem();
    let done = flash.done();
    let password_problem = flash_of_password.problem();
    let password_done = flash_of_password.done();
    view! {
        <Card title="You">
            <FormNotice problem done/>
            <StayingNotice title="These appointments fall on your days off and are kept" rows=staying/>
            <form method="post" action=SaveProfile::PATH>
                <Field label="Name" name="name" value=flash.value_or("name", &name) required=true autocomplete="name" help="Clients see it on your booking pages." problem/>
                <p class="field-help">"You sign in as " <strong>{email}</strong> "."</p>
                <ZonePicker options=zones value=flash.value_or("zone", &zone) help="Your hours are in this zone." problem/>
                <HoursFields name="hours" hours problem/>
                <SaveButtons version problem/>
            </form>
        </Card>
        <Card title="Password">
            <FormNotice problem=password_problem done=password_done/>
            <form method="post" action=ChangePassword::PATH>
                <Field label="Current password" name="current" kind="password" required=true autocomplete="current-password" problem=password_problem/>
                <Field label="New password" name="new_password" kind="password" required=true autocomplete="new-password" help="At least 10 characters, a few unrelated words for example." problem=password_problem/>
                <Button>"Change password"</Button>
            </form>
        </Card>
    }
}
