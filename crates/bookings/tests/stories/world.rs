//! A workspace with a practice iCloud and a clock that stands still, and helpers for what people do.

use std::path::Path;
use std::sync::Arc;

use bookings::accounts::{self, OwnerForm, StaffForm};
use bookings::appointments::{self, AppointmentView, Booked, Booking};
use bookings::availability::SlotQuery;
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings, MemberSettings};
use bookings::clock::TestClock;
use bookings::configuration::{self, Policies};
use bookings::connections::{self, Login};
use bookings::profile::{self, ProfileForm};
use bookings::{
    CalendarId, ConnectionId, DateOverride, Error, ImportPolicy, Kind, MailSettings, PasswordWork, Quince,
    RemoteCalendarId, Retention, Role, Rules, Settings, StaffId, WeeklyHours, WhenStale, availability, jobs,
};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sandbox::{Control, NewCalendar, Options, Sandbox};
use tempfile::TempDir;
use zones::Zone;

use crate::database::Database;

/// A Monday morning.
pub const NOW: &str = "2026-11-23T08:00:00Z";
/// The day that most stories book.
pub const TUESDAY: &str = "2026-11-24";
pub const PASSWORD: &str = "correct horse battery";

/// A colleague with their own iCloud account.
pub struct Colleague {
    pub staff: StaffId,
    pub calendar: sandbox::CalendarId,
}

/// Why an appointment has its host, as staff read it.
pub fn reason_of(appointment: &AppointmentView) -> Option<String> {
    appointment.assignment_reason.as_ref().map(ToString::to_string)
}

/// A member with medium priority and weight 1.
pub fn member(staff: StaffId) -> MemberSettings {
    MemberSettings::new(staff)
}

pub struct World {
    pub quince: Quince,
    pub clock: Arc<TestClock>,
    _running: Sandbox,
    pub control: Control,
    pub owner: StaffId,
    pub folder: TempDir,
    pub database: Database,
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An instant on Tuesday, `HH:MM` in UTC.
pub fn tuesday(time: &str) -> Timestamp {
    at(&format!("{TUESDAY}T{time}:00Z"))
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Settings with this iCloud address, and a folder for mails.
pub fn settings(icloud: &str, folder: &Path) -> Settings {
    Settings {
        base_url: "https://book.example".parse().unwrap(),
        icloud_url: icloud.parse().unwrap(),
        allow_loopback: true,
        calendar_hosts: Vec::new(),
        mail: MailSettings::Folder {
            path: folder.join("mails"),
            from: "Quince <quince@book.example>".into(),
        },
        setup_code: None,
        practice: None,
        retention: Retention::default(),
        password_work: PasswordWork::LeastForTests,
    }
}

pub fn clock_at(now: &str) -> Arc<TestClock> {
    Arc::new(TestClock::at(at(now)))
}

/// Ada's booking request for a time on Tuesday.
pub fn adas_booking(time: &str) -> Booking {
    Booking {
        slug: "intro".into(),
        start: tuesday(time),
        zone: Zone::named("America/New_York").unwrap(),
        name: "Ada Byron".into(),
        email: "ada@example.com".into(),
        phone: "+1 555 0100".into(),
        notes: "Bring tea".into(),
        guests: Vec::new(),
        answers: Vec::new(),
        services: Vec::new(),
        host: None,
        holder: None,
        idempotency_key: format!("key-{time}"),
    }
}

impl World {
    /// Creates a workspace with an owner in UTC who works from nine to five, and a practice iCloud with the empty calendars Home and Work.
    pub async fn on(database: Database) -> Self {
        let sandbox = Sandbox::start(Options::default().now(at(NOW)).zone(Zone::utc()))
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let clock = clock_at(NOW);
        let settings = settings(&sandbox.entry_url(), folder.path());
        let quince = Quince::new(settings, database.store.clone(), clock.clone()).unwrap();
        let owner = OwnerForm {
            workspace: "Lopez & Co".into(),
            name: "Maya Lopez".into(),
            email: "maya@example.org".into(),
            password: PASSWORD.into(),
            zone: "UTC".into(),
            code: String::new(),
        };
        let owner = accounts::create_owner(&quince, owner).await.unwrap().staff;
        let control = sandbox.control();
        Self {
            quince,
            clock,
            control,
            _running: sandbox,
            owner,
            folder,
            database,
        }
    }

    /// Like [`World::on`], and connected, with Home as the primary calendar, Work checked for conflicts, and a Personal calendar `intro` of
    /// half an hour.
    pub async fn connected_on(database: Database) -> Self {
        let world = Self::on(database).await;
        world.connect().await;
        configuration::save_primary(&world.quince, world.owner, Some(world.remote("Home").await))
            .await
            .unwrap();
        configuration::save_conflicts(&world.quince, world.owner, vec![world.remote("Work").await])
            .await
            .unwrap();
        world.calendar("intro", &[world.owner]).await;
        world
    }

    /// Returns the form of a person's current profile.
    pub async fn profile_of(&self, staff: StaffId) -> ProfileForm {
        let found = profile::get(&self.quince, staff).await.unwrap().profile;
        ProfileForm {
            name: found.name,
            zone: found.zone.name().to_owned(),
            hours: found.hours,
            overrides: found.overrides,
        }
    }

    /// Sets a person's zone.
    pub async fn set_zone(&self, staff: StaffId, zone: &str) {
        let form = ProfileForm {
            zone: zone.into(),
            ..self.profile_of(staff).await
        };
        profile::save(&self.quince, staff, &form).await.unwrap();
    }

    /// Sets a person's weekly hours and date overrides.
    pub async fn set_hours(&self, staff: StaffId, weekly: WeeklyHours, overrides: Vec<DateOverride>) {
        let form = ProfileForm {
            hours: weekly,
            overrides,
            ..self.profile_of(staff).await
        };
        profile::save(&self.quince, staff, &form).await.unwrap();
    }

    pub async fn connect(&self) -> ConnectionId {
        let login = self.control.default_account();
        let login = Login {
            apple_id: login.apple_id,
            app_password: login.app_password,
        };
        connections::connect(&self.quince, self.owner, login)
            .await
            .unwrap()
    }

    pub async fn connection(&self) -> connections::ConnectionView {
        connections::list(&self.quince, self.owner)
            .await
            .unwrap()
            .pop()
            .unwrap()
    }

    /// Sets how later edits of a connection's events are treated.
    pub async fn import_policy(&self, id: ConnectionId, import_policy: ImportPolicy) {
        let all = connections::list(&self.quince, self.owner).await.unwrap();
        let when_stale = all.iter().find(|one| one.id == id).unwrap().policies.when_stale;
        let policies = Policies {
            import_policy,
            when_stale,
        };
        configuration::save_policies(&self.quince, self.owner, id, policies, None)
            .await
            .unwrap();
    }

    /// Sets what happens while a calendar of the owner's connection cannot be read.
    pub async fn when_stale(&self, when_stale: WhenStale) {
        let connection = self.connection().await;
        let policies = Policies {
            import_policy: connection.policies.import_policy,
            when_stale,
        };
        configuration::save_policies(&self.quince, self.owner, connection.id, policies, None)
            .await
            .unwrap();
    }

    /// Returns Quince's id of the remote calendar with this name.
    pub async fn remote(&self, name: &str) -> RemoteCalendarId {
        let connection = self.connection().await;
        connection
            .calendars
            .iter()
            .find(|calendar| calendar.name == name)
            .unwrap()
            .id
    }

    /// Returns the practice iCloud's id of the calendar with this name.
    pub fn icloud(&self, name: &str) -> sandbox::CalendarId {
        let account = self.control.accounts()[0];
        self.control.calendar_named(account, name).unwrap()
    }

    /// Creates a booking calendar: Personal for one member, Round Robin for several.
    pub async fn calendar(&self, slug: &str, members: &[StaffId]) -> CalendarId {
        let form = CalendarForm::new(
            CalendarSettings {
                slug: slug.into(),
                kind: if members.len() == 1 {
                    Kind::Personal
                } else {
                    Kind::RoundRobin
                },
                rules: Rules::default(),
                ..CalendarSettings::new("Intro call")
            },
            members.iter().copied().map(member).collect(),
        );
        self.make(form).await
    }

    /// Creates a Collective calendar.
    pub async fn collective(&self, slug: &str, members: &[StaffId]) -> CalendarId {
        self.make(CalendarForm::new(
            CalendarSettings {
                slug: slug.into(),
                kind: Kind::Collective,
                ..CalendarSettings::new("Panel")
            },
            members.iter().copied().map(member).collect(),
        ))
        .await
    }

    pub async fn make(&self, form: CalendarForm) -> CalendarId {
        booking_calendars::create(&self.quince, self.owner, form)
            .await
            .unwrap()
    }

    /// Returns a booking calendar with the form of its current settings.
    pub async fn form_of(&self, slug: &str) -> (CalendarId, CalendarForm) {
        let all = booking_calendars::list(&self.quince, self.owner).await.unwrap();
        let found = all
            .into_iter()
            .find(|calendar| calendar.settings.slug == slug)
            .unwrap();
        let members = found.members.iter().map(|member| member.settings);
        let form = CalendarForm::new(found.settings, members.collect());
        (found.id, form)
    }

    pub async fn set_members(&self, slug: &str, members: &[StaffId]) {
        let (id, form) = self.form_of(slug).await;
        let form = CalendarForm {
            members: members.iter().copied().map(member).collect(),
            ..form
        };
        booking_calendars::update(&self.quince, self.owner, id, form)
            .await
            .unwrap();
    }

    /// Creates a colleague who works from nine to five, and whose appointments are written to their own iCloud account.
    pub async fn connected_colleague(&self, name: &str) -> Colleague {
        let staff = self.colleague(name).await;
        self.set_hours(staff, WeeklyHours::weekdays(9 * 60, 17 * 60), Vec::new())
            .await;
        let apple_id = format!("{}@icloud.example", name.to_lowercase());
        let account = self.control.add_account(&apple_id, "quin-ceis-team-mate", name);
        let calendar = self.control.add_calendar(account, NewCalendar::named("Mine"));
        let login = Login {
            apple_id,
            app_password: "quin-ceis-team-mate".into(),
        };
        connections::connect(&self.quince, staff, login).await.unwrap();
        let connected = connections::list(&self.quince, staff).await.unwrap();
        configuration::save_primary(&self.quince, staff, Some(connected[0].calendars[0].id))
            .await
            .unwrap();
        Colleague { staff, calendar }
    }

    pub fn events_of(&self, colleague: &Colleague) -> Vec<sandbox::StoredEvent> {
        self.control.events(colleague.calendar)
    }

    pub async fn colleague(&self, name: &str) -> StaffId {
        let new = StaffForm {
            name: name.into(),
            email: format!("{}@example.org", name.to_lowercase()),
            password: PASSWORD.into(),
            zone: "UTC".into(),
            role: Role::Staff,
        };
        accounts::add_staff(&self.quince, self.owner, new).await.unwrap()
    }

    /// Adds an event of one hour to a calendar of the practice iCloud, as a phone does. Returns its path.
    pub fn event(&self, calendar: &str, start: &str) -> String {
        let start = tuesday(start);
        self.control.add_simple_event(
            self.icloud(calendar),
            "Dentist",
            start,
            start + SignedDuration::from_hours(1),
        )
    }

    pub fn events(&self, calendar: &str) -> Vec<sandbox::StoredEvent> {
        self.control.events(self.icloud(calendar))
    }

    /// Creates the handle of another process on the same database.
    pub async fn another_process(&self) -> Quince {
        let settings = self.quince.settings().clone();
        let store = self.database.open_again().await;
        Quince::new(settings, store, self.clock.clone()).unwrap()
    }

    /// Creates the handle of another process on the same database, which sends mails by a mail server.
    pub async fn posting_by(&self, url: &str) -> Quince {
        let settings = Settings {
            mail: MailSettings::Smtp {
                url: url.into(),
                from: "Quince <quince@book.example>".into(),
            },
            ..self.quince.settings().clone()
        };
        let quince = Quince::new(settings, self.database.open_again().await, self.clock.clone()).unwrap();
        // All bookings are Ada's, so her address would reach the limit.
        quince.disable_mail_limit();
        quince
    }

    /// Syncs every connection of the owner now.
    pub async fn sync(&self) {
        for connection in connections::list(&self.quince, self.owner).await.unwrap() {
            bookings::sync::connection(&self.quince, connection.id)
                .await
                .unwrap();
        }
    }

    /// Runs the background jobs that are due.
    pub async fn jobs(&self) -> jobs::WorkDone {
        jobs::run_due(&self.quince).await.unwrap()
    }

    /// Advances the clock, then runs the background jobs that are due.
    pub async fn later(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
        self.jobs().await;
    }

    /// Returns the free times of Tuesday, as `HH:MM` in UTC.
    pub async fn free(&self) -> Vec<String> {
        let tuesday = date(TUESDAY);
        let free = availability::free(
            &self.quince,
            &SlotQuery::new("intro", tuesday, tuesday, &Zone::utc()),
        )
        .await
        .unwrap();
        let of_day = free.days.get(&tuesday).cloned().unwrap_or_default();
        of_day
            .iter()
            .map(|slot| slot.start.strftime("%H:%M").to_string())
            .collect()
    }

    pub async fn is_free(&self, time: &str) -> bool {
        self.free().await.iter().any(|free| free == time)
    }

    pub async fn try_to_book(&self, time: &str) -> Result<Booked, Error> {
        appointments::book(&self.quince, adas_booking(time)).await
    }

    pub async fn book(&self, time: &str) -> Booked {
        self.try_to_book(time).await.unwrap()
    }

    pub async fn appointment(&self, booked: &Booked) -> AppointmentView {
        appointments::get(&self.quince, self.owner, booked.id)
            .await
            .unwrap()
    }

    /// Returns all mails so far, oldest first, with soft line breaks removed.
    pub fn mails(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.folder.path().join("mails")) else {
            return Vec::new();
        };
        let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        paths
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap().replace("=\r\n", ""))
            .collect()
    }

    /// Counts the requests with this method that the practice iCloud received.
    pub fn requests(&self, method: &str) -> usize {
        self.control
            .requests()
            .iter()
            .filter(|request| request.method == method)
            .count()
    }
}
