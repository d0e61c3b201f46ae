//! The owner, the team, signing in, passwords.

mod error;
mod password;

use std::collections::HashMap;

use jiff::SignedDuration;
use scheduling::StaffId;
use store::{Role, staff, workspace};
use zones::Zone;

pub use error::AccountError;

use crate::input::{Checked, NAME_LIMIT};
use crate::profile::default_hours;
use crate::quince::Quince;
use crate::unreadable;

/// So long without a visit signs a person out.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The form of the first visit.
#[derive(Clone)]
pub struct NewOwner {
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
}

/// The form of a new staff member.
#[derive(Clone)]
pub struct NewStaff {
    /// Their name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// Their first password.
    pub password: String,
    /// IANA name of their zone.
    pub zone: String,
    /// What they may do. There is one owner, so this is admin or staff.
    pub role: Role,
}

/// A staff member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Their zone.
    pub zone: Zone,
    /// Why nobody can book them, when what is stored of their hours cannot be read.
    pub problem: Option<String>,
}

impl Me {
    /// Whether they may change booking calendars and the team.
    pub fn is_admin(&self) -> bool {
        is_admin(self.role)
    }
}

/// The business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its name, shown to clients.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
}

pub(crate) fn is_admin(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// Whether nobody has set up this workspace yet.
pub async fn needs_owner(quince: &Quince) -> Result<bool, AccountError> {
    let mut tx = quince.store().read().await?;
    Ok(staff::count(&mut tx).await? == 0)
}

/// Sets up the workspace with its owner. Only the first call succeeds.
pub async fn create_owner(quince: &Quince, new: NewOwner) -> Result<StaffId, AccountError> {
    let mut checked = Checked::default();
    let name_of_business = checked.required_line(
        "workspace",
        "the name of your business",
        &new.workspace,
        NAME_LIMIT,
    );
    let (person, zone) = check_person(&mut checked, &new.name, &new.email, &new.password, &new.zone);
    checked.finish()?;
    let zone = zone.unwrap_or_else(Zone::utc);
    let hash = password::hash(&new.password).await?;
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    if staff::count(&mut tx).await? > 0 {
        return Err(AccountError::OwnerExists);
    }
    workspace::save(&mut tx, &name_of_business, &zone, now).await?;
    let id = staff::insert(&mut tx, &person.row(Role::Owner, &zone, hash), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Adds somebody to the team.
pub async fn add_staff(quince: &Quince, by: StaffId, new: NewStaff) -> Result<StaffId, AccountError> {
    let mut checked = Checked::default();
    let (person, zone) = check_person(&mut checked, &new.name, &new.email, &new.password, &new.zone);
    if new.role == Role::Owner {
        checked.problem("role", "There is one owner already. Choose admin or staff.");
    }
    checked.finish()?;
    let zone = zone.unwrap_or_else(Zone::utc);
    if !me(quince, by).await?.is_admin() {
        return Err(AccountError::NotAllowed);
    }
    let hash = password::hash(&new.password).await?;
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    if staff::find_by_email(&mut tx, &person.email).await?.is_some() {
        let mut checked = Checked::default();
        checked.problem(
            "email",
            "Somebody in the team has this email address already. Use another one.",
        );
        checked.finish()?;
    }
    let id = staff::insert(&mut tx, &person.row(new.role, &zone, hash), now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Who signs in with this address and password. It takes as long for an address that nobody has.
pub async fn sign_in(quince: &Quince, email: &str, password: &str) -> Result<StaffId, AccountError> {
    let known = {
        let mut tx = quince.store().read().await?;
        staff::find_by_email(&mut tx, &email.trim().to_lowercase()).await?
    };
    // Nobody has a longer one; hashing it would only take time.
    let password = if password.chars().count() > crate::input::PASSWORD_LIMIT {
        ""
    } else {
        password
    };
    let (id, hash) = known.map(|staff| (staff.id, staff.password_hash)).unzip();
    match (password::verify(password, hash).await?, id) {
        (true, Some(id)) => Ok(id),
        _ => Err(AccountError::WrongLogin),
    }
}

/// Changes one's own password and ends all sessions of that person.
pub async fn change_password(quince: &Quince, id: StaffId, old: &str, new: &str) -> Result<(), AccountError> {
    let mut checked = Checked::default();
    checked.password("new_password", new);
    checked.finish()?;
    let known = {
        let mut tx = quince.store().read().await?;
        staff::find(&mut tx, id).await?.ok_or(AccountError::NotFound)?
    };
    if !password::verify(old, Some(known.password_hash)).await? {
        return Err(AccountError::WrongPassword);
    }
    set_password(quince, id, new).await
}

/// Gives somebody a new password, for the operator's command, and ends all sessions of that person.
pub async fn reset_password(quince: &Quince, email: &str, new: &str) -> Result<(), AccountError> {
    let mut checked = Checked::default();
    checked.password("password", new);
    checked.finish()?;
    let known = {
        let mut tx = quince.store().read().await?;
        staff::find_by_email(&mut tx, &email.trim().to_lowercase())
            .await?
            .ok_or(AccountError::NotFound)?
    };
    set_password(quince, known.id, new).await
}

async fn set_password(quince: &Quince, id: StaffId, new: &str) -> Result<(), AccountError> {
    let hash = password::hash(new).await?;
    let mut tx = quince.store().write().await?;
    staff::set_password(&mut tx, id, &hash).await?;
    Ok(tx.commit().await?)
}

/// A staff member.
pub async fn me(quince: &Quince, id: StaffId) -> Result<Me, AccountError> {
    let mut tx = quince.store().read().await?;
    let row = staff::find(&mut tx, id).await?.ok_or(AccountError::NotFound)?;
    Ok(view(row))
}

/// Everybody, in the order in which they joined.
pub async fn team(quince: &Quince) -> Result<Vec<Me>, AccountError> {
    let mut tx = quince.store().read().await?;
    Ok(staff::list(&mut tx).await?.into_iter().map(view).collect())
}

/// The business.
pub async fn workspace(quince: &Quince) -> Result<Workspace, AccountError> {
    let mut tx = quince.store().read().await?;
    let row = workspace::find(&mut tx).await?.ok_or(AccountError::NotFound)?;
    Ok(Workspace {
        name: row.name,
        zone: row.zone,
    })
}

/// Whose session this is, by its data: the id under `staff`.
#[expect(clippy::implicit_hasher, reason = "the session library's own type")]
pub fn session_staff(data: &HashMap<String, serde_json::Value>) -> Option<StaffId> {
    data.get("staff")?.as_str()?.parse().ok()
}

fn view(row: staff::Staff) -> Me {
    Me {
        problem: unreadable::own_hours(&row),
        id: row.id,
        name: row.name,
        email: row.email,
        role: row.role,
        zone: row.zone,
    }
}

struct Person {
    name: String,
    email: String,
}

fn check_person(
    checked: &mut Checked,
    name: &str,
    email: &str,
    password: &str,
    zone: &str,
) -> (Person, Option<Zone>) {
    let name = checked.required_line("name", "your name", name, NAME_LIMIT);
    let email = checked.email("email", email).to_lowercase();
    checked.password("password", password);
    let zone = checked.zone("zone", zone);
    (Person { name, email }, zone)
}

impl Person {
    fn row(&self, role: Role, zone: &Zone, password_hash: String) -> staff::NewStaff {
        staff::NewStaff {
            email: self.email.clone(),
            name: self.name.clone(),
            password_hash,
            role,
            zone: zone.clone(),
            hours: default_hours(),
        }
    }
}
