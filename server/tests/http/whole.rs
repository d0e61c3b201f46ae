//! Every form is saved whole or not at all: sent with one part that is wrong, after parts that are right and new, it changes nothing.
//! What writes without a row here fails.

mod desk;
mod things;

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::json;
use testdb::Postgres;

use crate::access::{FUNCTIONS, May, Things, api_routes_that_write, call, filled, post};
use crate::support::{Browser, Quince, http};
use desk::{Desk, Rows, differences};
use things::at;

/// The last part of a form.
enum Last {
    /// One that is refused, and one in its place with which the form is accepted.
    Part(&'static str, &'static str),
    /// One that is refused, and why the form is not accepted here.
    Refused(&'static str, &'static str),
    /// Why nothing of the form is ever refused.
    Nothing(&'static str),
}
use Last::{Nothing, Part, Refused};

const PASSWORD: &str = "correct horse battery";
/// An id that nothing has.
const NIL: &str = "018f0000-0000-7000-8000-000000000001";
const NOBODY: &str = "id=018f0000-0000-7000-8000-000000000001";

/// Every server function that writes: what is right of its form and differs from what is stored, and its last part. A word in braces
/// stands for something of Jonas's, or of the workspace. They are accepted in this order, so what ends things comes last.
const FORMS: &[(&str, &str, Last)] = &[
    (
        "add-staff",
        "name=Nina&email=nina@quince.example&role=staff&zone=Europe/Berlin",
        Part("password=short", "password=correct+horse+battery"),
    ),
    (
        "book",
        "slug=intro&start={day}T15:30:00Z&zone=UTC&name=Ada&email=ada@client.example&phone=%2B49+30+1234&notes=Hello&key=whole-form-1\
         &answers[0][label]=What+for?",
        Part("answers[0][text]=", "answers[0][text]=A+talk"),
    ),
    (
        "book-for-client",
        "booking[calendar]={calendar}&booking[date]={day}&booking[time]=10:00&booking[name]=Ada&booking[email]=ada@client.example\
         &booking[key]=whole-form-2",
        Part("booking[guests]=Bea", "booking[guests]="),
    ),
    (
        "hold-time",
        "slug=alone&start={day}T16:30:00Z&zone=UTC&visit=",
        Part("host=nonsense", "host="),
    ),
    (
        "confirm-booking",
        "token={unconfirmed}",
        Part("mailed=wrong", "mailed={mailed}"),
    ),
    (
        "edit-appointment",
        "id={appointment}&name=Ada+Lovelace&email=lovelace@client.example&phone=&notes=Tea",
        Part("guests=Bea", "guests="),
    ),
    (
        "set-status",
        "id={pending}",
        Part("status=showed", "status=confirmed"),
    ),
    ("decline", "id={declined}", Part("reason={long}", "reason=Ill")),
    (
        "move-appointment",
        "token={token}",
        Part("start={day}T03:00:00Z", "start={day}T14:00:00Z"),
    ),
    (
        "staff-reschedule",
        "id={appointment}&date={day}&seen=1",
        Part("time=25:00", "time=15:00"),
    ),
    ("write-again", "", Part(NOBODY, "id={appointment}")),
    (
        "reassign",
        "id={given_away}&from={jonas}",
        Part("to={jonas}", "to={maya}"),
    ),
    ("delete-appointment", "seen=1", Part(NOBODY, "id={declined}")),
    (
        "settle-removal",
        "id={declined}&how=removed",
        Nothing("it is a button, and of what was not given up it changes nothing"),
    ),
    (
        "staff-cancel",
        "id={appointment}&seen=2",
        Part("reason={long}", "reason=Ill"),
    ),
    (
        "cancel-appointment",
        "token={token}",
        Part("reason={long}", "reason=Ill"),
    ),
    (
        "leave-waiting-list",
        "",
        Part("token=nonsense", "token={waiting}"),
    ),
    (
        "take-out-guest",
        "guest=Bea",
        Part("token=nonsense", "token={seat}"),
    ),
    (
        "cancel-session",
        "id={session}",
        Part("reason={long}", "reason=Ill"),
    ),
    (
        "save-blocked-time",
        "id={block}&block[staff]={jonas}&block[title]=Mine&block[from_date]={day}&block[from_time]=12:00&block[to_date]={day}",
        Part("block[to_time]=11:00", "block[to_time]=13:00"),
    ),
    ("remove-blocked-time", "seen=1", Part(NOBODY, "id={block}")),
    (
        "choose-calendars",
        "primary={work}&connection={connection}&policy=as-first-imported&when_stale=stop-offering&conflicts[0]={home}",
        Part("conflicts[1]=018f0000-0000-7000-8000-000000000001", ""),
    ),
    (
        "save-primary",
        "",
        Part("primary=018f0000-0000-7000-8000-000000000001", "primary={home}"),
    ),
    (
        "save-conflicts",
        "conflicts[0]={home}",
        Part(
            "conflicts[1]=018f0000-0000-7000-8000-000000000001",
            "conflicts[1]={work}",
        ),
    ),
    (
        "save-policies",
        "connection={connection}&policy=keep-up&when_stale=ignore-calendar",
        Part(
            "all_day[0]=018f0000-0000-7000-8000-000000000001",
            "all_day[0]={home}",
        ),
    ),
    (
        "connect-icloud",
        "apple_id=second@icloud.example",
        Part(
            "app_password=wrong-wrong-wrong-wrong",
            "app_password={second_password}",
        ),
    ),
    (
        "connect-server",
        "address={server}&username=third@icloud.example",
        Part("password=wrong", "password={third_password}"),
    ),
    (
        "reconnect",
        "id={connection}",
        Part("app_password=wrong-wrong-wrong-wrong", "app_password={password}"),
    ),
    ("check-now", "", Part(NOBODY, "id={connection}")),
    (
        "save-resources",
        "resources[0][id]={room}&resources[0][name]=Room&resources[0][quantity]=3&resources[1][id]=&resources[1][name]=Chair\
         &seen=1",
        Part("resources[1][quantity]=0", "resources[1][quantity]=2"),
    ),
    (
        "save-service",
        "calendar={menu}&service[id]={service}&service[name]=Wash&service[duration]=45&service[processing]=5&service[staff][0]={jonas}\
         &service[needs][0][resource]={room}&seen=2",
        Part("service[needs][0][quantity]=99", "service[needs][0][quantity]=1"),
    ),
    (
        "shift-service",
        "calendar={menu}&id={service}",
        Part("to=nonsense", "to=down"),
    ),
    (
        "remove-service",
        "calendar={menu}&seen=4",
        Part(NOBODY, "id={service}"),
    ),
    (
        "save-booking-calendar",
        "id={calendar}&calendar[name]=Other&calendar[kind]=personal&calendar[color]=%23b8860b&calendar[distribution]=availability\
         &calendar[duration]=45&calendar[interval]=45&calendar[pre_buffer]=5&calendar[post_buffer]=5&calendar[notice]=3\
         &calendar[notice_unit]=hours&calendar[range]=50&calendar[range_unit]=days&calendar[per_slot]=1&calendar[cancel_cutoff]=1\
         &calendar[cancel_unit]=hours&calendar[reschedule_cutoff]=1&calendar[reschedule_unit]=hours&calendar[zone]=Europe/Berlin\
         &calendar[active]=true&calendar[members][0]={jonas}&calendar[priorities][0][member]={jonas}\
         &calendar[priorities][0][priority]=high&calendar[priorities][0][weight]=2",
        // It is another one's.
        Part("calendar[slug]=menu", "calendar[slug]=other"),
    ),
    ("delete-booking-calendar", "", Part("id={class}", "id={empty}")),
    (
        "save-workspace",
        "name=Atelier&zone=Europe/Berlin&holidays[0][date]=2027-05-01&holidays[0][name]=May",
        Part(
            "holidays[1][date]=2027-05-01&holidays[1][name]=May+again",
            "holidays[1][date]=2027-05-02&holidays[1][name]=More",
        ),
    ),
    ("send-mail-again", "", Part(NOBODY, "id={mail}")),
    (
        "try-mails-now",
        "",
        Nothing("it has no fields; whoever may not do it is refused"),
    ),
    (
        "undo-strangers",
        "tell=true",
        Part("whose=nonsense", "whose=ada@client.example"),
    ),
    (
        "disconnect",
        "id={connection}",
        Part("events=nonsense", "events=keep"),
    ),
    (
        "save-profile",
        "name=Jonas+O.&zone=Europe/London&hours[days][1][0][from]=08:00&hours[days][1][0][to]=16:00",
        Part(
            "{many_spans}",
            "hours[days][0][0][from]=08:00&hours[days][0][0][to]=16:00",
        ),
    ),
    (
        "sign-in",
        "email=jonas@quince.example&to=",
        Refused("password=wrong", "it writes nothing but its session"),
    ),
    (
        "sign-out",
        "",
        Nothing("it ends the session, of which there is always one or none"),
    ),
    (
        "create-owner",
        "workspace=Other&name=Eve&email=eve@quince.example&password=correct+horse+battery",
        Refused(
            "zone=Mars/Olympus",
            "it is once, on an empty database, where it is tried by itself",
        ),
    ),
    (
        "change-password",
        "current=correct+horse+battery",
        Part("new_password=short", "new_password=staple+correct+horse"),
    ),
];

/// Entries that cannot be read, beside all that is accepted: none is left out without a word.
const UNREADABLE: &[(&str, &str)] = &[
    ("save-booking-calendar", "calendar[members][1]=nonsense"),
    ("save-service", "service[staff][1]=nonsense"),
    (
        "save-service",
        "service[needs][1][resource]=nonsense&service[needs][1][quantity]=1",
    ),
    (
        "save-resources",
        "resources[2][id]=nonsense&resources[2][name]=Sofa&resources[2][quantity]=1",
    ),
];

/// Server functions that only read.
const READS: &[&str] = &[
    "appointment-page",
    "appointments-page",
    "blocked-time-page",
    "book-for-client-page",
    "booking-calendar-page",
    "booking-calendars-page",
    "booking-challenge",
    "calendar-configuration-page",
    "calendar-page",
    "calendar-warnings",
    "choose-services",
    "connect-server-page",
    "deleted-appointments-page",
    "disconnect-page",
    "event-page",
    "free-month",
    "integrations-page",
    "mails-page",
    "menu-page",
    "profile-page",
    "resources-page",
    "session-page",
    "setup-page",
    "sign-in-page",
    "strangers-page",
    "team-page",
    "to-confirm",
    "who",
    "why-not-page",
    "wizard-page",
    "workspace-settings",
];

/// What a refused form changes for good reason, and the page that is shown then: the session keeps what was typed until it is shown
/// again.
const KEPT_FOR_THE_PAGE: &[&str] = &["sessions"];

#[test]
fn whatever_writes_has_a_row() {
    let rows = FORMS.iter().map(|(name, ..)| *name).chain(READS.iter().copied());
    let rows: Vec<&str> = rows.collect();
    let different: BTreeSet<&str> = rows.iter().copied().collect();
    assert_eq!(rows.len(), different.len(), "each is there once");
    // That table has a row for whatever the source has.
    assert_eq!(different, FUNCTIONS.iter().map(|(name, ..)| *name).collect());
    for (name, _, last) in FORMS {
        if let Refused(_, why) | Nothing(why) = last {
            assert!(!why.is_empty(), "{name}");
        }
    }
    assert_eq!(
        api_routes_that_write(),
        BTreeSet::from(["/calendars/{slug}/appointments".to_owned()]),
        "the API is tried by hand below"
    );
}

#[tokio::test]
async fn every_form_is_saved_whole_or_not_at_all_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("quince.db").display());
    try_all(Desk::open(url, folder).await).await;
}

#[tokio::test]
async fn every_form_is_saved_whole_or_not_at_all_on_postgres() {
    let postgres = Postgres::start().await;
    try_all(Desk::open(postgres.url(), tempfile::tempdir().unwrap()).await).await;
}

async fn try_all(desk: Desk) {
    desk.set_up_whole().await;
    let things = desk.things().await;
    let quince = desk.serve();
    let people = People::sign_in(&quince).await;
    desk.is_quiet().await;
    let mut wrong = Vec::new();
    for (name, fields, last) in FORMS {
        desk.refuse(&quince, &people, &things, (name, fields, last), &mut wrong)
            .await;
    }
    for (name, entry) in UNREADABLE {
        let found = FORMS.iter().find(|(known, ..)| known == name);
        let Some((_, fields, Part(_, good))) = found else {
            panic!("{name} has no form that is accepted");
        };
        let fields = filled(&format!("{fields}&{good}&{entry}"), &things);
        desk.refuse_rightful(&quince, &people, name, &fields, &mut wrong)
            .await;
    }
    for name in READS {
        let (_, may, fields) = FUNCTIONS.iter().find(|(known, ..)| known == name).unwrap();
        let before = desk.rows().await;
        call(
            &quince,
            Some(people.rightful(*may)),
            name,
            &filled(fields, &things),
        )
        .await;
        desk.check(
            &format!("{name}, which only reads"),
            &before,
            KEPT_FOR_THE_PAGE,
            &mut wrong,
        )
        .await;
    }
    desk.try_the_api(&quince, &mut wrong).await;
    for (name, fields, last) in FORMS {
        let Part(_, good) = last else { continue };
        let fields = filled(&format!("{fields}&{good}"), &things);
        let before = desk.rows().await;
        let (status, said) = call(&quince, Some(people.rightful(may(name))), name, &fields).await;
        if !status.is_success() {
            wrong.push(format!("{name} was not accepted: {status} {said}"));
        } else if differences(&before, &desk.rows().await, KEPT_FOR_THE_PAGE).is_empty() {
            wrong.push(format!("{name} was accepted and changed nothing"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn may(name: &str) -> May {
    FUNCTIONS.iter().find(|(known, ..)| *known == name).unwrap().1
}

/// Maya owns the workspace, Jonas is whose things are asked for, and Priya is a colleague.
struct People {
    maya: Browser,
    jonas: Browser,
    priya: Browser,
}

impl People {
    async fn sign_in(quince: &Quince) -> Self {
        let [mut maya, mut jonas, mut priya] = [(); 3].map(|()| Browser::new(quince));
        for (browser, name) in [(&mut maya, "maya"), (&mut jonas, "jonas"), (&mut priya, "priya")] {
            browser.sign_in(&format!("{name}@quince.example"), PASSWORD).await;
            // A visit is remembered once an hour.
            browser.page("/settings/profile").await;
        }
        // A visitor is known from their first hold on.
        let fields = "slug=alone&start=2100-01-04T09:00:00Z&zone=UTC&visit=&host=";
        call(quince, Some(&jonas), "hold-time", fields).await;
        Self { maya, jonas, priya }
    }

    fn rightful(&self, may: May) -> &Browser {
        if may == May::Admin {
            &self.maya
        } else {
            &self.jonas
        }
    }
}

impl Desk {
    /// The first form of all, refused and accepted.
    async fn set_up_whole(&self) {
        let quince = self.serve();
        let fields = "workspace=Studio&name=Maya&email=maya@quince.example&password=correct+horse+battery";
        self.is_quiet().await;
        let before = self.rows().await;
        let refused = format!("{fields}&zone=Mars/Olympus");
        let (status, said) = call(&quince, None, "create-owner", &refused).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert_eq!(
            differences(&before, &self.rows().await, KEPT_FOR_THE_PAGE),
            [""; 0]
        );
        let (status, said) = call(&quince, None, "create-owner", &format!("{fields}&zone=UTC")).await;
        assert!(status.is_success(), "{said}");
        quince.stop();
    }

    /// Sends a form that is refused: by nobody, by a colleague, and by whom it is for.
    async fn refuse(
        &self,
        quince: &Quince,
        people: &People,
        things: &Things,
        (name, fields, last): (&str, &str, &Last),
        wrong: &mut Vec<String>,
    ) {
        let may = may(name);
        let (bad, good) = match last {
            Part(bad, good) => (Some(*bad), Some(*good)),
            Refused(bad, _) => (Some(*bad), None),
            Nothing(_) => (None, None),
        };
        let whole = |last: &str| filled(&format!("{fields}&{last}"), things);
        let before = self.rows().await;
        // The very form that is accepted of others.
        let right = whole(good.unwrap_or_default());
        let mut others = Vec::new();
        if may != May::Everybody {
            others.push(("nobody", None));
        }
        if matches!(may, May::Owner | May::Admin) {
            others.push(("a colleague", Some(&people.priya)));
        }
        for (who, browser) in others {
            let (status, said) = call(quince, browser, name, &right).await;
            let refused = [
                StatusCode::UNAUTHORIZED,
                StatusCode::FORBIDDEN,
                StatusCode::NOT_FOUND,
            ];
            if !refused.contains(&status) {
                wrong.push(format!("{name} by {who}: {status} {said}"));
            }
            self.check(&format!("{name} by {who}"), &before, KEPT_FOR_THE_PAGE, wrong)
                .await;
        }
        if let Some(bad) = bad {
            self.refuse_rightful(quince, people, name, &whole(bad), wrong)
                .await;
        }
    }

    /// Sends a form that is refused for what is in it, with script and without.
    async fn refuse_rightful(
        &self,
        quince: &Quince,
        people: &People,
        name: &str,
        fields: &str,
        wrong: &mut Vec<String>,
    ) {
        let browser = Some(people.rightful(may(name)));
        let before = self.rows().await;
        let (status, said) = call(quince, browser, name, fields).await;
        let is_refused = matches!(status.as_u16(), 404 | 409 | 422) && !said.contains("incomplete");
        if !is_refused {
            wrong.push(format!("{name} was not refused: {status} {said}"));
        }
        self.check(&format!("{name}, refused"), &before, KEPT_FOR_THE_PAGE, wrong)
            .await;
        let (status, _) = post(quince, browser, "text/html", name, fields).await;
        if status != StatusCode::FOUND {
            wrong.push(format!("{name} without script: {status}"));
        }
        let what = format!("{name}, refused without script");
        self.check(&what, &before, KEPT_FOR_THE_PAGE, wrong).await;
    }

    /// The only request of the API that writes, refused and accepted.
    async fn try_the_api(&self, quince: &Quince, wrong: &mut Vec<String>) {
        let book = async |answers: serde_json::Value| {
            let body = json!({
                "start": at("16:00").to_string(), "timezone": "UTC", "name": "Ada Byron", "email": "ada@client.example",
                "phone": "+49 30 1234", "notes": "Hello", "answers": answers,
            });
            let request = http()
                .post(quince.at("api/v1/calendars/intro/appointments"))
                .header("idempotency-key", "a key of many letters");
            request.body(body.to_string()).send().await.unwrap().status()
        };
        let before = self.rows().await;
        let status = book(json!({})).await;
        if status != StatusCode::UNPROCESSABLE_ENTITY {
            wrong.push(format!("the API did not refuse: {status}"));
        }
        self.check("the API", &before, &[], wrong).await;
        let status = book(json!({"What for?": "A talk"})).await;
        if status != StatusCode::CREATED {
            wrong.push(format!("the API did not book: {status}"));
        }
    }

    async fn check(&self, what: &str, before: &Rows, except: &[&str], wrong: &mut Vec<String>) {
        let found = differences(before, &self.rows().await, except);
        if !found.is_empty() {
            wrong.push(format!("{what} changed\n{}", found.join("\n")));
        }
    }
}
