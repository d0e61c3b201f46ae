//! The owner, the team, sessions, passwords.

use std::collections::HashMap;

use jiff::SignedDuration;
use scheduling::StaffId;
use store::staff::{self, Account, Profile};
use store::{Role, sessions, workspace};
use zones::Zone;

pub use store::workspace::WorkspaceSettings;

use crate::error::{Error, Missing, Permission, Refusal};
use crate::problem::{AccountProblem, PasswordProblem, TextName};
use crate::profile::default_hours;
use crate::quince::Quince;
use crate::unreadable;
use crate::validate::{NAME_LIMIT, Validator};

/// A staff member's session ends after this long without a visit.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A staff member's session ends after this long, even if it is used.
pub const SESSION_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// An anonymous visitor's session ends after this long without a change. It holds a submitted form, or a hold.
pub const ANONYMOUS_IDLE: SignedDuration = SignedDuration::from_hours(1);
/// Maximum number of sessions of anonymous visitors.
pub const ANONYMOUS_SESSIONS: u32 = 5_000;

/// The form of the first visit.
#[derive(Clone)]
pub struct OwnerForm {
    /// Name of the business, shown to clients.
    pub workspace: String,
    /// The owner's name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password to sign in with.
    pub password: String,
    /// IANA name of the zone of the business and the owner.
    pub zone: String,
    /// The set-up code, if one is required.
    pub code: String,
}

/// The form of a new staff member.
#[derive(Clone)]
pub struct StaffForm {
    /// Their name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// Their first password.
    pub password: String,
    /// IANA name of their zone.
    pub zone: String,
    /// Their role: admin or staff, since there is one owner.
    pub role: Role,
}

/// A staff member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// Their zone.
    pub zone: Zone,
    /// Why nobody can book them, if their stored hours or zone cannot be read.
    pub problem: Option<String>,
}

impl StaffMember {
    /// Whether they may change booking calendars and the team.
    pub fn is_admin(&self) -> bool {
        is_admin(self.role)
    }
}

/// Session key of the staff member's id.
pub const SESSION_STAFF: &str = "staff";
/// Session key of the session epoch.
const SESSION_EPOCH: &str = "epoch";

/// A staff member who has signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// The staff member.
    pub staff: StaffId,
    /// The session epoch. A new password starts a new epoch, which ends the sessions of older ones.
    epoch: i64,
}

impl SignedIn {
    /// Returns the session's entries for it, by key.
    pub fn entries(self) -> [(&'static str, serde_json::Value); 2] {
        [
            (SESSION_STAFF, self.staff.to_string().into()),
            (SESSION_EPOCH, self.epoch.into()),
        ]
    }
}

pub(crate) fn is_admin(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// Whether the workspace has no owner yet.
pub async fn needs_owner(quince: &Quince) -> Result<bool, Error> {
    let mut tx = quince.store().read().await?;
    Ok(staff::count(&mut tx).await? == 0)
}

/// Creates the workspace with its owner. Only the first call succeeds.
pub async fn create_owner(quince: &Quince, form: OwnerForm) -> Result<SignedIn, Error> {
    let mut checked = Validator::default();
    let name = checked.required_line("workspace", TextName::BusinessName, &form.workspace, NAME_LIMIT);
    let (email, profile) = check_person(&mut checked, &form.name, &form.email, &form.password, &form.zone);
    if let Some(code) = &quince.settings().setup_code
        && !is_same_code(code, &form.code)
    {
        checked.problem("code", AccountProblem::WrongSetupCode);
    }
    checked.finish()?;
    let account = Account {
        email,
        password_hash: quince.passwords().hash(&form.password).await?,
        role: Role::Owner,
    };
    let workspace = WorkspaceSettings {
        name,
        zone: profile.zone.clone(),
    };
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    if staff::count(&mut tx).await? > 0 {
        return Err(Refusal::OwnerExists.into());
    }
    workspace::save(&mut tx, &workspace, now).await?;
    let id = staff::insert(&mut tx, &account, &profile, now).await?;
    tx.commit().await?;
    Ok(SignedIn { staff: id, epoch: 0 })
}

/// Compares set-up codes in time that does not depend on the code's characters; case and hyphens are ignored.
fn is_same_code(code: &str, typed: &str) -> bool {
    let plain = |text: &str| -> Vec<u8> {
        let signs = text.chars().filter(char::is_ascii_alphanumeric);
        signs.map(|sign| sign.to_ascii_uppercase() as u8).collect()
    };
    let (code, typed) = (plain(code), plain(typed));
    let differing = code
        .iter()
        .zip(&typed)
        .fold(0, |differing, (a, b)| differing | (a ^ b));
    code.len() == typed.len() && differing == 0
}

/// Adds a staff member, for the owner and admins.
pub async fn add_staff(quince: &Quince, by: StaffId, form: StaffForm) -> Result<StaffId, Error> {
    let mut checked = Validator::default();
    let (email, profile) = check_person(&mut checked, &form.name, &form.email, &form.password, &form.zone);
    if form.role == Role::Owner {
        checked.problem("role", AccountProblem::SecondOwner);
    }
    checked.finish()?;
    if !me(quince, by).await?.is_admin() {
        return Err(Error::NotAllowed(Permission::Administer));
    }
    let account = Account {
        email,
        password_hash: quince.passwords().hash(&form.password).await?,
        role: form.role,
    };
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    if staff::find_by_email(&mut tx, &account.email).await?.is_some() {
        return Err(Error::field("email", AccountProblem::EmailTaken));
    }
    let id = staff::insert(&mut tx, &account, &profile, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Checks an address and password, and returns the staff member. It takes the same time for an unknown address.
pub async fn sign_in(quince: &Quince, email: &str, password: &str) -> Result<SignedIn, Error> {
    let known = {
        let mut tx = quince.store().read().await?;
        staff::find_by_email(&mut tx, &email.trim().to_lowercase()).await?
    };
    // No password is longer; hashing it would only take time.
    let password = if password.chars().count() > crate::validate::PASSWORD_LIMIT {
        ""
    } else {
        password
    };
    let known = known.map(|staff| {
        let who = SignedIn {
            staff: staff.id,
            epoch: staff.session_epoch,
        };
        (who, staff.account.password_hash)
    });
    let (who, hash) = known.unzip();
    match (quince.passwords().verify(password, hash).await?, who) {
        (true, Some(who)) => Ok(who),
        _ => Err(Refusal::WrongLogin.into()),
    }
}

/// Changes the person's own password and ends all of their sessions. Returns what a new session needs.
pub async fn change_password(quince: &Quince, id: StaffId, old: &str, new: &str) -> Result<SignedIn, Error> {
    let known = {
        let mut tx = quince.store().read().await?;
        staff::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound(Missing::StaffMember))?
    };
    let mut checked = Validator::default();
    checked.password("new_password", new, &[&known.account.email, &known.profile.name]);
    checked.finish()?;
    if !quince
        .passwords()
        .verify(old, Some(known.account.password_hash))
        .await?
    {
        return Err(Error::field("current", PasswordProblem::NotCurrent));
    }
    set_password(quince, id, new).await
}

/// Sets a staff member's password, for the operator's command, and ends all of their sessions.
pub async fn reset_password(quince: &Quince, email: &str, new: &str) -> Result<(), Error> {
    let known = {
        let mut tx = quince.store().read().await?;
        staff::find_by_email(&mut tx, &email.trim().to_lowercase())
            .await?
            .ok_or(Error::NotFound(Missing::Address))?
    };
    let mut checked = Validator::default();
    checked.password("password", new, &[&known.account.email, &known.profile.name]);
    checked.finish()?;
    set_password(quince, known.id, new).await?;
    Ok(())
}

async fn set_password(quince: &Quince, id: StaffId, new: &str) -> Result<SignedIn, Error> {
    let hash = quince.passwords().hash(new).await?;
    let mut tx = quince.store().write().await?;
    let epoch = staff::set_password(&mut tx, id, &hash).await?;
    tx.commit().await?;
    Ok(SignedIn { staff: id, epoch })
}

/// Returns a staff member.
pub async fn me(quince: &Quince, id: StaffId) -> Result<StaffMember, Error> {
    let mut tx = quince.store().read().await?;
    let row = staff::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::StaffMember))?;
    Ok(view(row))
}

/// Returns all staff members, in the order in which they joined.
pub async fn team(quince: &Quince) -> Result<Vec<StaffMember>, Error> {
    let mut tx = quince.store().read().await?;
    Ok(staff::list(&mut tx).await?.into_iter().map(view).collect())
}

/// Returns the name and zone of the business.
pub async fn workspace(quince: &Quince) -> Result<WorkspaceSettings, Error> {
    let mut tx = quince.store().read().await?;
    workspace::find(&mut tx)
        .await?
        .ok_or(Error::NotFound(Missing::Workspace))
}

/// Returns the owner of a session from its data, which [`SignedIn::entries`] wrote; `None` if nobody is signed in.
#[expect(clippy::implicit_hasher, reason = "the session library's own type")]
pub fn session_owner(data: &HashMap<String, serde_json::Value>) -> Option<sessions::Owner> {
    Some(sessions::Owner {
        staff: data.get(SESSION_STAFF)?.as_str()?.parse().ok()?,
        epoch: data.get(SESSION_EPOCH).and_then(serde_json::Value::as_i64),
    })
}

fn view(row: staff::Staff) -> StaffMember {
    StaffMember {
        problem: unreadable::own_hours(&row),
        id: row.id,
        name: row.profile.name,
        email: row.account.email,
        role: row.account.role,
        zone: row.profile.zone,
    }
}

/// Checks what every new staff member enters. Returns their address and their profile.
fn check_person(
    checked: &mut Validator,
    name: &str,
    email: &str,
    password: &str,
    zone: &str,
) -> (String, Profile) {
    let name = checked.required_line("name", TextName::YourName, name, NAME_LIMIT);
    let email = checked.email("email", email).to_lowercase();
    checked.password("password", password, &[&email, &name]);
    let profile = Profile {
        name,
        zone: checked.zone("zone", zone).unwrap_or_else(Zone::utc),
        hours: default_hours(),
        overrides: Vec::new(),
    };
    (email, profile)
}
