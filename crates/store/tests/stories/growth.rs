//! What is asked often costs the same after years of bookings as in the first week: a history that grows tenfold must not show in
//! the number of steps that the database takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use jiff::SignedDuration;
use scheduling::{CalendarId, StaffId, TimeOwner};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::appointment_list::{self, Filter};
use store::busy_time::{self, BusyQuery};
use store::collisions::{self, FreeWords};
use store::connections::{Discovered, NewConnection};
use store::due::{self, ClaimTimes, CleanupLimits};
use store::external_events::{FirstImport, NewEvent, NewInstance};
use store::holds::VisitorId;
use store::remote_calendars::ListedCalendar;
use store::strangers::{self, OriginKey, Sender};
use store::{
    Backend, ImportPolicy, ReadTx, RemoteCalendarId, Server, WriteTx, appointments, class_sessions,
    connections, event_writes, external_events, holds, idempotency_keys, messages, pruning, remote_calendars,
    sessions,
};

use crate::database::{
    Database, appointment, booking_calendar, claim, in_minutes, now, person, place, release, stories,
};

stories! {
    no_question_reads_more_of_a_longer_history,
    an_event_of_years_has_no_others_read,
}

/// Appointments to come: as many as a small team has, however long the history is.
const TO_COME: u32 = 400;

/// What takes no time.
const FREE: FreeWords = FreeWords {
    always: ["transparent", "cancelled", "declined"],
    all_day: "all-day",
};

/// Whose rows there are.
struct People {
    hosts: Vec<StaffId>,
    calendar: CalendarId,
    classes: CalendarId,
    connection: store::ConnectionId,
    remote: RemoteCalendarId,
}

async fn people(tx: &mut WriteTx) -> People {
    let mut hosts = Vec::new();
    for name in ["ada", "bob", "cyd", "dan"] {
        hosts.push(person(tx, name).await);
    }
    let calendar = booking_calendar(tx, "intro").await;
    let classes = booking_calendar(tx, "class").await;
    let new = NewConnection {
        staff_id: hosts[0],
        server: Server::Icloud,
        entry_url: "https://caldav.icloud.com/".to_owned(),
        username: "ada@icloud.example".to_owned(),
        discovered: Discovered {
            principal_url: "https://caldav.icloud.com/1/principal/".to_owned(),
            home_urls: vec!["https://p42-caldav.icloud.com/1/calendars/".to_owned()],
            addresses: Vec::new(),
        },
        import_policy: ImportPolicy::KeepUp,
    };
    let connection = connections::insert(tx, &new, now()).await.unwrap();
    let listed = ListedCalendar {
        url: "https://p42-caldav.icloud.com/1/calendars/home/".to_owned(),
        name: "Home".to_owned(),
        color: None,
        zone: None,
        writable: true,
        readable: true,
    };
    let remote = remote_calendars::upsert(tx, connection, &listed, now())
        .await
        .unwrap();
    remote_calendars::set_conflicts(tx, hosts[0], &[remote])
        .await
        .unwrap();
    People {
        hosts,
        calendar,
        classes,
        connection,
        remote,
    }
}

async fn run(tx: &mut ReadTx, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match tx.backend() {
        Backend::Sqlite(tx) => sqlx::query(sql).execute(&mut **tx).await.map(drop).unwrap(),
        Backend::Postgres(tx) => sqlx::query(sql).execute(&mut **tx).await.map(drop).unwrap(),
    }
}

/// Fills in appointments that were, one an hour up to now, and [`TO_COME`] from then on, with all that belongs to each.
#[expect(clippy::too_many_lines, reason = "a statement for each table")]
async fn fill(tx: &mut ReadTx, people: &People, past: u32) {
    let is_sqlite = matches!(tx.backend(), Backend::Sqlite(_));
    let id = |uuid: uuid::Uuid| {
        if is_sqlite {
            format!("unhex('{}')", uuid.simple())
        } else {
            format!("'{uuid}'::UUID")
        }
    };
    let of = |kind: u8| {
        if is_sqlite {
            format!("unhex(printf('{kind:02}%030x', n))")
        } else {
            format!("('{kind:02}' || LPAD(TO_HEX(n), 30, '0'))::UUID")
        }
    };
    let hash = if is_sqlite {
        "unhex(printf('%064x', n))".to_owned()
    } else {
        "DECODE(LPAD(TO_HEX(n), 64, '0'), 'hex')".to_owned()
    };
    let host = format!(
        "CASE n % 4 WHEN 0 THEN {} WHEN 1 THEN {} WHEN 2 THEN {} ELSE {} END",
        id(people.hosts[0].0),
        id(people.hosts[1].0),
        id(people.hosts[2].0),
        id(people.hosts[3].0)
    );
    let last = past + TO_COME - 1;
    let now_ms = now().as_millisecond();
    let start = format!("({now_ms} + (n - {past}) * 3600000)");
    let end = format!("({start} + 1800000)");
    let booked =
        format!("({start} - 604800000 - CASE WHEN n >= {past} THEN (n - {past}) * 3600000 ELSE 0 END)");
    // Networks are forgotten after a month.
    let network = format!("CASE WHEN n >= {past} - 500 THEN '203.0.113.' || (n % 200) ELSE NULL END");
    let (appointment, write, calendar) = (of(1), of(2), id(people.calendar.0));
    let (remote, connection) = (id(people.remote.0), id(people.connection.0));
    let every = |n: u32| {
        format!(
            "WITH RECURSIVE rows (n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + {n} FROM rows WHERE n + {n} <= {last})"
        )
    };
    let all = every(1);
    let text = "BEGIN:VCALENDAR ".repeat(40);
    let statements = [
        format!(
            "INSERT INTO appointments (id, calendar_id, host_id, name, email, phone, notes, client_zone, status, starts_at, ends_at,
                pre_buffer, post_buffer, manage_token_hash, sequence, created_at, updated_at, client_network, address_key)
             {all} SELECT {appointment}, {calendar}, {host}, 'Client ' || n, 'client' || n || '@example.com', NULL, NULL, 'UTC',
                CASE WHEN n % 50 = 7 THEN 'new' WHEN n % 20 = 3 THEN 'cancelled' ELSE 'confirmed' END, {start}, {end}, 0, 0,
                {hash}, 0, {booked}, {booked}, {network}, 'client' || n || '@example.com' FROM rows"
        ),
        format!(
            "INSERT INTO appointment_parts (appointment_id, position, host_id, starts_at, ends_at)
             {all} SELECT {appointment}, 0, {host}, {start}, {end} FROM rows"
        ),
        format!(
            "INSERT INTO occupancy (id, owner_kind, owner_id, calendar_id, meeting_start, from_at, to_at, capacity)
             {all} SELECT {}, 'staff', {host}, {calendar}, {start}, {start}, {end}, 1 FROM rows",
            of(3)
        ),
        format!(
            "INSERT INTO occupancy_seats (occupancy_id, seat, appointment_id) {all} SELECT {}, 1, {appointment} FROM rows",
            of(3)
        ),
        format!(
            "INSERT INTO event_writes (id, appointment_id, host_id, connection_id, remote_calendar_id, uid, href, etag, written_ics,
                state, action, live, sequence, attempts, next_attempt_at, planned_at, created_at, updated_at)
             {all} SELECT {write}, {appointment}, {host}, {connection}, {remote}, 'uid-' || n, '/1/home/uid-' || n || '.ics', 'e1',
                '{text}', 'written', 'put', TRUE, 1, 1, {booked}, {booked}, {booked}, {booked} FROM rows"
        ),
        format!(
            "INSERT INTO messages (id, appointment_id, kind, recipient, detail, state, attempts, next_attempt_at, planned_at,
                created_at, recipient_key, sent_at)
             {all} SELECT {}, {appointment}, 'client-booked', 'client' || n || '@example.com', '{{}}', 'sent', 1, {booked}, {booked},
                {booked}, 'client' || n || '@example.com', {booked} FROM rows",
            of(4)
        ),
        format!(
            "INSERT INTO messages (id, appointment_id, kind, recipient, detail, state, attempts, next_attempt_at, planned_at,
                created_at, recipient_key)
             {all} SELECT {}, {appointment}, 'client-reminder', 'client' || n || '@example.com', '{{}}',
                CASE WHEN n > {past} + 24 THEN 'waiting' ELSE 'sent' END, 0, {start} - 86400000, {booked}, {booked},
                'client' || n || '@example.com' FROM rows",
            of(5)
        ),
        // Keys are swept after a month.
        format!(
            "INSERT INTO idempotency_keys (key, body_hash, appointment_id, created_at)
             {all} SELECT 'key-' || n, {hash}, {appointment}, {booked} FROM rows WHERE n >= {past} - 500"
        ),
        format!(
            "INSERT INTO external_events (id, remote_calendar_id, href, etag, uid, ics)
             {all} SELECT {}, {remote}, '/1/home/' || n || '.ics', 'e1', 'theirs-' || n, 'BEGIN:VCALENDAR' FROM rows",
            of(6)
        ),
        format!(
            "INSERT INTO external_instances (event_id, remote_calendar_id, starts_at, ends_at, uid, summary, blocks)
             {all} SELECT {}, {remote}, {start}, {end}, 'theirs-' || n, 'Lunch', 'busy' FROM rows",
            of(6)
        ),
        format!(
            "INSERT INTO class_sessions (id, calendar_id, host_id, starts_at, ends_at, sequence, created_at, updated_at)
             {all} SELECT {}, {}, {host}, {start}, {end}, 0, {booked}, {booked} FROM rows",
            of(7),
            id(people.classes.0)
        ),
        format!(
            "INSERT INTO blocked_time (id, owner_kind, owner_id, starts_at, ends_at, title)
             {all} SELECT {}, 'staff', {host}, {start}, {end}, 'Errand' FROM rows",
            of(8)
        ),
    ];
    if !is_sqlite {
        // Foreign keys and triggers would take minutes to agree.
        run(tx, "SET LOCAL session_replication_role = replica").await;
    }
    for statement in &statements {
        run(tx, statement).await;
    }
}

/// The steps that the database takes: of SQLite instructions, of Postgres rows that it looks at.
#[derive(Default, Clone)]
struct Steps(Arc<AtomicU64>);

impl Steps {
    async fn begin(&self, tx: &mut ReadTx) {
        match tx.backend() {
            Backend::Sqlite(tx) => {
                self.0.store(0, Ordering::Relaxed);
                let steps = self.clone();
                let mut handle = tx.lock_handle().await.unwrap();
                handle.set_progress_handler(1, move || {
                    steps.0.fetch_add(1, Ordering::Relaxed);
                    true
                });
            }
            Backend::Postgres(_) => self.0.store(looked_at(tx).await, Ordering::Relaxed),
        }
    }

    async fn end(&self, tx: &mut ReadTx) -> u64 {
        match tx.backend() {
            Backend::Sqlite(tx) => {
                tx.lock_handle().await.unwrap().remove_progress_handler();
                self.0.load(Ordering::Relaxed)
            }
            Backend::Postgres(_) => looked_at(tx).await - self.0.load(Ordering::Relaxed),
        }
    }
}

async fn looked_at(tx: &mut ReadTx) -> u64 {
    let Backend::Postgres(tx) = tx.backend() else {
        return 0;
    };
    let rows: i64 = sqlx::query_scalar(
        "SELECT COALESCE(SUM(pg_stat_get_xact_tuples_returned(oid)), 0)::BIGINT FROM pg_class
         WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace",
    )
    .fetch_one(&mut **tx)
    .await
    .unwrap();
    u64::try_from(rows).unwrap()
}

const QUESTIONS: &[&str] = &[
    "appointments to come",
    "appointments to confirm",
    "appointments that were",
    "appointments that an event collides with",
    "one host's appointments that an event collides with",
    "which of these an event collides with",
    "one host's appointments to come",
    "one host's appointments that were",
    "how many to confirm",
    "how many of one host to confirm",
    "the calendar view's appointments",
    "the calendar view's appointments of nobody",
    "the calendar view's events",
    "what a host has to come",
    "how much a host has to come",
    "what a booking calendar has to come",
    "sessions of a week",
    "a host's sessions to come",
    "busy time",
    "a time taken and released",
    "when members were last booked",
    "starts of a week",
    "an appointment by its link",
    "an answered request",
    "what is due",
    "due syncs",
    "due writes",
    "due mails",
    "mails that were given up",
    "mails that were tried in vain",
    "how many mails an address got",
    "what a stranger booked",
    "who booked much",
    "what can be undone",
    "mails taken back",
    "hosts with expired holds",
    "what a disconnection would remove",
    "events of ended connections",
    "odd events",
    "sessions swept",
    "networks forgotten",
    "keys forgotten",
    "an appointment removed",
    "whose events these are",
    "events at these paths",
    "writes that are not settled",
    "sent mails pruned",
    "event texts pruned",
    "appointments pruned",
    "sessions pruned",
];

#[expect(clippy::too_many_lines, reason = "one line or two for each question")]
async fn ask(tx: &mut WriteTx, people: &People, question: &str) {
    let host = people.hosts[1];
    let soon = now() + SignedDuration::from_hours(24 * 7);
    let at = ClaimTimes::from(now());
    let sender = Sender {
        network: "203.0.113.9".to_owned(),
        address: "client9@example.com".to_owned(),
    };
    let list = |upcoming: bool, host: Option<StaffId>, new: bool| Filter {
        upcoming,
        now: now(),
        host,
        to_confirm: new,
        colliding: None,
        search: String::new(),
        cursor: None,
        limit: 51,
    };
    let before = |days: i64| now() - SignedDuration::from_hours(24 * days);
    let long_ago = before(30);
    match question {
        "appointments to come" => {
            let _ = appointment_list::list(tx, &list(true, None, false))
                .await
                .unwrap();
        }
        "appointments to confirm" => {
            let _ = appointment_list::list(tx, &list(true, None, true)).await.unwrap();
        }
        "appointments that were" => {
            let _ = appointment_list::list(tx, &list(false, None, false))
                .await
                .unwrap();
        }
        "appointments that an event collides with" => {
            let colliding = Filter {
                colliding: Some(FREE),
                ..list(true, None, false)
            };
            assert_eq!(appointment_list::list(tx, &colliding).await.unwrap().len(), 51);
        }
        "one host's appointments that an event collides with" => {
            for (host, found) in [(people.hosts[0], 51), (host, 0)] {
                let colliding = Filter {
                    colliding: Some(FREE),
                    ..list(true, Some(host), false)
                };
                let listed = appointment_list::list(tx, &colliding).await.unwrap();
                assert_eq!(listed.len(), found);
            }
        }
        "which of these an event collides with" => {
            let listed = appointment_list::list(tx, &list(true, None, false))
                .await
                .unwrap();
            let ids: Vec<_> = listed.iter().map(|listed| listed.appointment.id).collect();
            let found = collisions::of(tx, &ids, FREE, now()).await.unwrap();
            assert!(!found.is_empty() && found.iter().all(|(_, host)| *host == people.hosts[0]));
        }
        "one host's appointments to come" => {
            let _ = appointment_list::list(tx, &list(true, Some(host), false))
                .await
                .unwrap();
        }
        "one host's appointments that were" => {
            let _ = appointment_list::list(tx, &list(false, Some(host), false))
                .await
                .unwrap();
        }
        "how many to confirm" => {
            let _ = appointments::count_to_confirm(tx, None, now()).await.unwrap();
        }
        "how many of one host to confirm" => {
            let _ = appointments::count_to_confirm(tx, Some(host), now())
                .await
                .unwrap();
        }
        "the calendar view's appointments" => {
            let _ = appointments::between(tx, &people.hosts, now(), soon)
                .await
                .unwrap();
        }
        "the calendar view's appointments of nobody" => {
            let _ = appointments::hostless_between(tx, now(), soon).await.unwrap();
        }
        "the calendar view's events" => {
            let _ = external_events::between(tx, &[people.remote], now(), soon)
                .await
                .unwrap();
        }
        "what a host has to come" => {
            let _ = appointments::future_of_host(tx, host, now()).await.unwrap();
        }
        "how much a host has to come" => {
            let _ = appointments::future_count(tx, host, now()).await.unwrap();
        }
        "what a booking calendar has to come" => {
            let _ = appointments::future_of_calendar(tx, people.calendar, now())
                .await
                .unwrap();
        }
        "sessions of a week" => {
            let _ = class_sessions::between(tx, people.classes, now(), soon)
                .await
                .unwrap();
        }
        "a host's sessions to come" => {
            let _ = class_sessions::future_of_host(tx, host, now()).await.unwrap();
        }
        "busy time" => {
            let owners: Vec<TimeOwner> = people.hosts.iter().copied().map(TimeOwner::Staff).collect();
            let question = BusyQuery {
                owners: &owners,
                people: &owners,
                from: now(),
                to: soon,
                now: now(),
                holder: None,
                takes_time: |_, _| true,
            };
            let _ = busy_time::between(tx, &question).await.unwrap();
        }
        "a time taken and released" => {
            let free = place(host, people.calendar, 10, 1);
            let id = appointment(tx, &free).await;
            claim(tx, &[free], id, 1, now()).await.unwrap();
            release(tx, id).await.unwrap();
        }
        "when members were last booked" => {
            let _ = appointments::last_booked(tx, people.calendar, &people.hosts)
                .await
                .unwrap();
        }
        "starts of a week" => {
            let _ = appointments::starts_between(tx, people.calendar, now(), soon)
                .await
                .unwrap();
        }
        "an appointment by its link" => {
            let mut hash = [0; 32];
            hash[31] = 9;
            assert!(
                appointments::find_by_token_hash(tx, &hash)
                    .await
                    .unwrap()
                    .is_some()
            );
        }
        "an answered request" => {
            let _ = idempotency_keys::find(tx, "key-9").await.unwrap();
        }
        "what is due" => {
            let kept = CleanupLimits {
                keys_since: before(365),
                sessions_since: before(30),
                anonymous_since: before(1),
                holds_until: soon,
                unconfirmed_until: soon,
                pruned_since: before(1),
                puzzles_since: before(1),
            };
            let _ = due::now(tx, at, kept).await.unwrap();
        }
        "due syncs" => {
            let _ = connections::claim_due(tx, at, soon, 10).await.unwrap();
        }
        "due writes" => {
            let _ = event_writes::claim_due(tx, at, soon, 10).await.unwrap();
        }
        "due mails" => {
            let _ = messages::claim_due(tx, at, soon, 10).await.unwrap();
        }
        "mails that were given up" => {
            let _ = messages::given_up(tx, 50).await.unwrap();
        }
        "mails that were tried in vain" => {
            let _ = messages::retry_summary(tx).await.unwrap();
            messages::make_due(tx, now()).await.unwrap();
            let id = appointment(tx, &place(host, people.calendar, 10, 1)).await;
            let _ = messages::given_up_about(tx, id).await.unwrap();
        }
        "how many mails an address got" => {
            let _ = messages::sent_to(tx, &sender.address, before(1), now(), at)
                .await
                .unwrap();
        }
        "what a stranger booked" => {
            let _ = strangers::bookings(tx, &sender, before(1), now(), 20)
                .await
                .unwrap();
            let _ = strangers::other_holders(tx, &sender.network, VisitorId([7; 32]), now())
                .await
                .unwrap();
            let _ = strangers::waiting(tx, &sender, now()).await.unwrap();
        }
        "who booked much" => {
            let _ = strangers::busy(tx, before(7), now(), 10).await.unwrap();
        }
        "what can be undone" => {
            let key = OriginKey::Address(sender.address);
            let _ = strangers::undoable(tx, &key, now()).await.unwrap();
            let key = OriginKey::Network(sender.network);
            let _ = strangers::undoable(tx, &key, now()).await.unwrap();
        }
        "mails taken back" => {
            let key = OriginKey::Network(sender.network);
            let _ = strangers::delete_waiting_mails(tx, &key, now()).await.unwrap();
        }
        "hosts with expired holds" => {
            let _ = holds::owners_with_expired(tx, now(), 10).await.unwrap();
        }
        "what a disconnection would remove" => {
            let _ = event_writes::count_to_come(tx, people.connection, now())
                .await
                .unwrap();
        }
        "events of ended connections" => {
            let _ = external_events::left_over(tx).await.unwrap();
        }
        "odd events" => {
            let _ = external_events::with_problems(tx, people.remote, now(), 10)
                .await
                .unwrap();
            let _ = external_events::problems(tx, people.remote).await.unwrap();
        }
        "sessions swept" => {
            let _ = sessions::delete_expired(tx, before(30), before(1)).await.unwrap();
        }
        "networks forgotten" => strangers::forget_networks(tx, before(60)).await.unwrap(),
        "keys forgotten" => {
            let _ = idempotency_keys::delete_before(tx, before(365)).await.unwrap();
        }
        "an appointment removed" => {
            run(tx, "DELETE FROM appointments WHERE manage_token_hash IN (SELECT manage_token_hash FROM appointments
                ORDER BY manage_token_hash LIMIT 1)").await;
        }
        "whose events these are" => {
            let uids = ["uid-9", "uid-10", "theirs-9"];
            assert_eq!(
                event_writes::own_uids(tx, people.hosts[1], &uids)
                    .await
                    .unwrap()
                    .len(),
                1
            );
            assert_eq!(
                event_writes::by_uids(tx, people.remote, &uids)
                    .await
                    .unwrap()
                    .len(),
                2
            );
        }
        "events at these paths" => {
            let hrefs = ["/1/home/uid-9.ics", "/1/home/9.ics"];
            assert_eq!(
                event_writes::by_hrefs(tx, people.remote, &hrefs)
                    .await
                    .unwrap()
                    .len(),
                1
            );
            assert_eq!(
                external_events::keys_at(tx, people.remote, &hrefs)
                    .await
                    .unwrap()
                    .len(),
                1
            );
        }
        "writes that are not settled" => {
            assert_eq!(event_writes::unsettled_of(tx, people.remote).await.unwrap(), []);
        }
        "sent mails pruned" => assert_eq!(pruning::sent_mails(tx, long_ago, 5).await.unwrap(), 5),
        "event texts pruned" => assert_eq!(pruning::event_texts(tx, long_ago, 5).await.unwrap(), 5),
        "appointments pruned" => assert_eq!(pruning::appointments(tx, long_ago, 5).await.unwrap(), 5),
        "sessions pruned" => assert_eq!(pruning::class_sessions(tx, long_ago, 5).await.unwrap(), 5),
        other => panic!("nobody asks {other}"),
    }
}

/// The steps and the milliseconds of each question.
async fn measure(database: &Database, past: u32) -> Vec<(u64, u128)> {
    let mut tx = database.store.write().await.unwrap();
    let people = people(&mut tx).await;
    fill(&mut tx, &people, past).await;
    tx.commit().await.unwrap();
    if database.is_postgres() {
        // As it does by itself in time. SQLite gets no statistics: nobody gathers them in earnest either.
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query("VACUUM ANALYZE")
            .execute(&mut connection)
            .await
            .unwrap();
    }
    let mut figures = Vec::new();
    for question in QUESTIONS {
        let mut taken = Vec::new();
        let mut steps = 0;
        for _ in 0..3 {
            let mut tx = database.store.write().await.unwrap();
            let counted = Steps::default();
            counted.begin(&mut tx).await;
            let start = Instant::now();
            ask(&mut tx, &people, question).await;
            taken.push(start.elapsed().as_micros());
            steps = counted.end(&mut tx).await;
        }
        figures.push((steps, taken.into_iter().min().unwrap()));
    }
    figures
}

async fn no_question_reads_more_of_a_longer_history(short: Database) {
    let long = short.another().await;
    let few = measure(&short, 1_000).await;
    let many = measure(&long, 10_000).await;
    let mut grown = Vec::new();
    for ((question, (few, _)), (many, _)) in QUESTIONS.iter().zip(&few).zip(&many) {
        // What is to come may be looked through in another order when it is less than what was.
        if *many > few + few / 2 + u64::from(2 * TO_COME) {
            grown.push(format!("{question}: {few} → {many}"));
        }
    }
    assert!(grown.is_empty(), "more steps after a longer history: {grown:#?}");
}

/// `cargo nextest run -p store growth --run-ignored only --no-capture` prints how long each question takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "figures, not a test"]
async fn figures() {
    for (name, short) in [
        ("SQLite", Database::sqlite().await),
        ("Postgres", Database::postgres().await),
    ] {
        let long = short.another().await;
        let few = measure(&short, 1_000).await;
        let many = measure(&long, 100_000).await;
        println!("{name}: steps and µs after 1,000 and after 100,000 appointments");
        for ((question, few), many) in QUESTIONS.iter().zip(&few).zip(&many) {
            println!(
                "{question:45} {:>8} {:>9}   {:>8} {:>9}",
                few.0, many.0, few.1, many.1
            );
        }
    }
}

async fn an_event_of_years_has_no_others_read(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let people = people(&mut tx).await;
    fill(&mut tx, &people, 1_000).await;
    // So that all that may lie over an appointment is looked at.
    run(&mut tx, "UPDATE external_instances SET blocks = 'transparent'").await;
    tx.commit().await.unwrap();
    let colliding = Filter {
        upcoming: true,
        now: now(),
        host: Some(people.hosts[0]),
        to_confirm: false,
        colliding: Some(FREE),
        search: String::new(),
        cursor: None,
        limit: 51,
    };
    let steps = async || {
        if database.is_postgres() {
            let mut connection = PgConnection::connect(&database.url).await.unwrap();
            sqlx::query("VACUUM ANALYZE")
                .execute(&mut connection)
                .await
                .unwrap();
        }
        let mut tx = database.store.write().await.unwrap();
        let counted = Steps::default();
        counted.begin(&mut tx).await;
        assert_eq!(
            appointment_list::list(&mut tx, &colliding).await.unwrap().len(),
            0
        );
        counted.end(&mut tx).await
    };
    let before = steps().await;
    let mut tx = database.store.write().await.unwrap();
    let year = 365 * 24 * 60;
    let event = NewEvent {
        href: "/1/home/years.ics".to_owned(),
        etag: Some("e1".to_owned()),
        uid: "years".to_owned(),
        ics: "BEGIN:VCALENDAR".to_owned(),
        problem: None,
        instances: vec![NewInstance {
            starts_at: in_minutes(-year),
            ends_at: in_minutes(3 * year),
            all_day: None,
            uid: "years".to_owned(),
            summary: "The lease".to_owned(),
            location: None,
            blocks: FREE.always[0].to_owned(),
        }],
    };
    external_events::upsert(&mut tx, people.remote, &[event], FirstImport::Replaced, now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let after = steps().await;
    assert!(after < 2 * before + u64::from(TO_COME), "{before} → {after}");
}
