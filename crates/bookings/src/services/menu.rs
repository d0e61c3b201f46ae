//! The menu of a Service calendar, which the owner and admins edit.

use jiff::Timestamp;
use scheduling::{CalendarId, Kind, ResourceId, StaffId};
use store::locks::Lock;
use store::resources::Resource;
use store::services::{self, Service, ServiceSettings};
use store::{ReadTx, ServiceId, StoreError, WriteTx, booking_calendars, calendar_members, resources, staff};

use crate::accounts::is_admin;
use crate::error::{Error, Missing, Permission};
use crate::problem::{FieldProblem, ServiceProblem, TextName};
use crate::quince::Quince;
use crate::validate::{NAME_LIMIT, NOTES_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Editor, Field, Versioned};

/// Maximum number of services in a menu.
const SERVICES_LIMIT: usize = 200;
/// Longest service or processing time, in minutes.
const MAX_MINUTES: u32 = 24 * 60;

/// A service, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceView {
    /// Its id.
    pub id: ServiceId,
    /// Its settings.
    pub settings: ServiceSettings,
    /// Those of its staff who are members of the booking calendar, with their names, preferred first.
    pub hosts: Vec<(StaffId, String)>,
}

/// A menu, with what its editors can choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The booking calendar's name.
    pub calendar_name: String,
    /// Address of the booking calendar.
    pub slug: String,
    /// The services in the order in which clients see them, grouped by heading.
    pub services: Vec<ServiceView>,
    /// The members of the booking calendar.
    pub members: Vec<(StaffId, String)>,
    /// All rooms and equipment, with name and quantity.
    pub resources: Vec<(ResourceId, String, u32)>,
}

/// Returns the menu with what can be chosen for it, for the owner and admins.
pub async fn menu(quince: &Quince, by: StaffId, calendar: CalendarId) -> Result<Menu, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    let row = booking_calendars::find(&mut tx, calendar).await?;
    let row = row
        .filter(|row| row.settings.kind == Kind::Service)
        .ok_or(Error::NotFound(Missing::Menu))?;
    let members = members(&mut tx, calendar).await?;
    let resources = resources::list(&mut tx).await?;
    let services = grouped(services::list(&mut tx, calendar).await?);
    Ok(Menu {
        calendar_name: row.settings.name,
        slug: row.settings.slug,
        services: services
            .into_iter()
            .flatten()
            .map(|service| view(service, &members))
            .collect(),
        resources: resources
            .into_iter()
            .map(|resource| (resource.id, resource.settings.name, resource.settings.quantity))
            .collect(),
        members,
    })
}

/// Returns what clients can choose from: every service that at least one member can do.
pub async fn public_menu(quince: &Quince, slug: &str) -> Result<Vec<ServiceView>, Error> {
    let mut tx = quince.store().read().await?;
    let row = booking_calendars::find_by_slug(&mut tx, slug).await?;
    let row = row
        .filter(|row| row.is_open() && row.settings.kind == Kind::Service)
        .ok_or(Error::NotFound(Missing::Menu))?;
    Ok(offered(&mut tx, row.id).await?)
}

/// Returns every service of a menu that at least one member can do; empty in other kinds than Service.
pub(crate) async fn offered(tx: &mut ReadTx, calendar: CalendarId) -> Result<Vec<ServiceView>, StoreError> {
    let members = members(tx, calendar).await?;
    let services = services::list(tx, calendar).await?;
    let views = services.into_iter().map(|service| view(service, &members));
    Ok(views.filter(|service| !service.hosts.is_empty()).collect())
}

async fn members(tx: &mut ReadTx, calendar: CalendarId) -> Result<Vec<(StaffId, String)>, StoreError> {
    let members = calendar_members::with_staff(tx, &[calendar]).await?;
    Ok(members
        .into_iter()
        .map(|(_, person)| (person.id, person.profile.name))
        .collect())
}

fn view(service: Service, members: &[(StaffId, String)]) -> ServiceView {
    let named = |id: &StaffId| members.iter().find(|(member, _)| member == id).cloned();
    ServiceView {
        id: service.id,
        hosts: service.settings.staff.iter().filter_map(named).collect(),
        settings: service.settings,
    }
}

/// Adds a service to the end of the menu, or changes one. Booked visits stay as they are.
pub async fn save(
    quince: &Quince,
    by: impl Into<Editor>,
    calendar: CalendarId,
    id: Option<ServiceId>,
    settings: ServiceSettings,
) -> Result<(), Error> {
    let settings = checked(settings)?;
    let now = quince.now();
    let mut by = by.into();
    if id.is_none() {
        // Adding a service cannot overwrite a concurrent change.
        by.seen = None;
    }
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by.staff).await?;
    versions::lock(&mut tx, Versioned::menu(calendar)).await?;
    let row = booking_calendars::find(&mut tx, calendar).await?;
    row.filter(|row| row.settings.kind == Kind::Service)
        .ok_or(Error::NotFound(Missing::Menu))?;
    let members = members(&mut tx, calendar).await?;
    // So that the quantity of what it needs is not reduced meanwhile.
    tx.lock(settings.resources.iter().map(|(id, _)| Lock::Resource(*id)))
        .await?;
    let known = resources::list(&mut tx).await?;
    let mut problems = Validator::default();
    if settings
        .staff
        .iter()
        .any(|staff| !members.iter().any(|(member, _)| member == staff))
    {
        problems.problem("staff", ServiceProblem::NoMember);
    }
    for (resource, quantity) in &settings.resources {
        match known.iter().find(|known| known.id == *resource) {
            None => problems.problem("resources", ServiceProblem::ResourceGone),
            Some(known) if known.settings.quantity < *quantity => problems.problem(
                "resources",
                ServiceProblem::TooFewResources {
                    resource: known.settings.name.clone(),
                    quantity: known.settings.quantity,
                },
            ),
            Some(_) => {}
        }
    }
    let all = services::list(&mut tx, calendar).await?;
    if id.is_none() && all.len() >= SERVICES_LIMIT {
        problems.problem("name", ServiceProblem::TooMany { max: SERVICES_LIMIT });
    }
    problems.finish()?;
    let own = all.iter().find(|service| Some(service.id) == id);
    let mut differences = Differences::default();
    match own {
        Some(own) => differences.within(
            &quoted(&own.settings.name),
            of_service(&own.settings, &settings, &members, &known),
        ),
        None => differences.entries(
            Field::Service,
            &[],
            &[&settings],
            |_| (),
            |settings| quoted(&settings.name),
        ),
    }
    record(&mut tx, calendar, Author::from(by), &differences, now).await?;
    match id {
        Some(id) if own.is_some() => services::update(&mut tx, id, &settings).await?,
        Some(_) => return Err(Error::NotFound(Missing::Service)),
        None => {
            let last = all.iter().map(|service| service.position + 1).max();
            services::insert(&mut tx, calendar, last.unwrap_or(0), &settings, now).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Removes a service from the menu. Booked visits stay as they are.
pub async fn remove(
    quince: &Quince,
    by: impl Into<Editor>,
    calendar: CalendarId,
    id: ServiceId,
) -> Result<(), Error> {
    let by = by.into();
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by.staff).await?;
    versions::lock(&mut tx, Versioned::menu(calendar)).await?;
    let all = services::list(&mut tx, calendar).await?;
    let Some(removed) = all.iter().find(|service| service.id == id) else {
        return Err(Error::NotFound(Missing::Service));
    };
    let mut differences = Differences::default();
    differences.entries(
        Field::Service,
        &[removed],
        &[],
        |_| (),
        |service| quoted(&service.settings.name),
    );
    record(&mut tx, calendar, Author::from(by), &differences, quince.now()).await?;
    services::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// The direction in which a service moves on the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveDirection {
    /// Towards the top.
    Up,
    /// Towards the end.
    Down,
}

/// Moves a service by one place on the menu: within its heading, or at the edge of its heading together with the whole heading.
pub async fn move_service(
    quince: &Quince,
    by: StaffId,
    calendar: CalendarId,
    id: ServiceId,
    direction: MoveDirection,
) -> Result<(), Error> {
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    versions::lock(&mut tx, Versioned::menu(calendar)).await?;
    let mut groups = grouped(services::list(&mut tx, calendar).await?);
    let order = |groups: &[Vec<Service>]| -> Vec<ServiceId> {
        groups.iter().flatten().map(|service| service.id).collect()
    };
    let before = order(&groups);
    if !move_in_groups(&mut groups, id, direction) {
        return Err(Error::NotFound(Missing::Service));
    }
    let mut differences = Differences::default();
    differences.entries(
        Field::Service,
        &before,
        &order(&groups),
        |id| *id,
        ToString::to_string,
    );
    let author = Author::from(by);
    record(&mut tx, calendar, author, &differences, quince.now()).await?;
    for (position, service) in (0..).zip(groups.into_iter().flatten()) {
        if service.position != position {
            services::set_position(&mut tx, service.id, position).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Groups the services by heading, as clients see them: a heading stands where its first service does.
fn grouped(services: Vec<Service>) -> Vec<Vec<Service>> {
    let mut groups: Vec<Vec<Service>> = Vec::new();
    for service in services {
        let of_heading = |group: &&mut Vec<Service>| {
            group
                .first()
                .is_some_and(|first| first.settings.group == service.settings.group)
        };
        match groups.iter_mut().find(of_heading) {
            Some(group) => group.push(service),
            None => groups.push(vec![service]),
        }
    }
    groups
}

/// Moves a service by one place; at either end of the menu it stays. Returns whether it exists.
fn move_in_groups(groups: &mut [Vec<Service>], id: ServiceId, direction: MoveDirection) -> bool {
    let place = groups.iter().enumerate().find_map(|(heading, group)| {
        let within = group.iter().position(|service| service.id == id)?;
        Some((heading, within, group.len()))
    });
    let Some((heading, within, size)) = place else {
        return false;
    };
    match direction {
        MoveDirection::Up if within > 0 => groups[heading].swap(within, within - 1),
        MoveDirection::Up if heading > 0 => groups.swap(heading, heading - 1),
        MoveDirection::Down if within + 1 < size => groups[heading].swap(within, within + 1),
        MoveDirection::Down if heading + 1 < groups.len() => groups.swap(heading, heading + 1),
        MoveDirection::Up | MoveDirection::Down => {}
    }
    true
}

async fn check_admin(tx: &mut ReadTx, by: StaffId) -> Result<(), Error> {
    match staff::find(tx, by).await? {
        Some(me) if is_admin(me.account.role) => Ok(()),
        _ => Err(Error::NotAllowed(Permission::Administer)),
    }
}

async fn record(
    tx: &mut WriteTx,
    calendar: CalendarId,
    by: Author,
    differences: &Differences,
    now: Timestamp,
) -> Result<(), Error> {
    versions::save(tx, Versioned::menu(calendar), by, differences, now).await
}

fn quoted(name: &str) -> String {
    format!("“{name}”")
}

/// Returns the differences in a service. The pattern names every field, so that a new field cannot be left out.
fn of_service(
    old: &ServiceSettings,
    new: &ServiceSettings,
    members: &[(StaffId, String)],
    known: &[Resource],
) -> Differences {
    let ServiceSettings {
        group,
        name,
        description,
        duration,
        processing,
        staff,
        resources,
    } = new;
    let who = |ids: &Vec<StaffId>| -> String {
        let name = |id: &StaffId| members.iter().find(|(member, _)| member == id);
        let names: Vec<&str> = ids.iter().filter_map(|id| Some(name(id)?.1.as_str())).collect();
        names.join(", ")
    };
    let needs = |needs: &Vec<(ResourceId, u32)>| -> String {
        let need = |(id, quantity): &(ResourceId, u32)| {
            let resource = known.iter().find(|resource| resource.id == *id);
            let name = resource.map_or("something", |resource| resource.settings.name.as_str());
            format!("{quantity} × {name}")
        };
        needs.iter().map(need).collect::<Vec<_>>().join(", ")
    };
    let mut all = Differences::default();
    all.value(Field::Heading, &old.group, group);
    all.value(Field::Name, &old.name, name);
    all.text(Field::Description, &old.description, description);
    all.minutes(Field::Duration, old.duration, *duration);
    all.minutes(Field::Processing, old.processing, *processing);
    all.described(Field::Staff, &old.staff, staff, who);
    all.described(Field::Needs, &old.resources, resources, needs);
    all
}

fn checked(mut settings: ServiceSettings) -> Result<ServiceSettings, Vec<FieldProblem>> {
    let mut checked = Validator::default();
    settings.name = checked.required_line("name", TextName::Name, &settings.name, NAME_LIMIT);
    settings.group = checked.line("group", TextName::Heading, &settings.group, NAME_LIMIT);
    settings.description = checked.text(
        "description",
        TextName::Description,
        &settings.description,
        NOTES_LIMIT,
    );
    if !(1..=MAX_MINUTES).contains(&settings.duration) {
        checked.problem("duration", ServiceProblem::Duration);
    }
    if settings.processing > MAX_MINUTES {
        checked.problem("processing", ServiceProblem::Processing);
    }
    if settings.staff.is_empty() {
        checked.problem("staff", ServiceProblem::NoStaff);
    }
    let mut needs: Vec<(ResourceId, u32)> = Vec::new();
    for (resource, quantity) in settings
        .resources
        .into_iter()
        .filter(|(_, quantity)| *quantity > 0)
    {
        match needs.iter_mut().find(|(known, _)| *known == resource) {
            Some((_, sum)) => *sum = sum.saturating_add(quantity),
            None => needs.push((resource, quantity)),
        }
    }
    settings.resources = needs;
    checked.finish()?;
    Ok(settings)
}
