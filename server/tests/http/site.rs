//! What every answer of the site keeps to: headers, sessions, where requests come from, health, stopping.

use crate::support::{Browser, Quince, http};
use reqwest::StatusCode;
use reqwest::header::{LOCATION, ORIGIN};

fn owner() -> Vec<(&'static str, &'static str)> {
    vec![
        ("workspace", "Test Studio"),
        ("name", "Ada Byron"),
        ("email", "ada@quince.example"),
        ("password", "correct horse battery"),
        ("zone", "Europe/Berlin"),
    ]
}

async fn with_owner(folder: &std::path::Path) -> (Quince, Browser) {
    let quince = Quince::serve(folder, &[]);
    let mut browser = Browser::new(&quince);
    assert_eq!(
        browser.submit("/setup", "create-owner", &owner()).await,
        "/connect-icloud"
    );
    (quince, browser)
}

#[tokio::test]
async fn an_empty_workspace_leads_to_its_set_up_and_a_set_up_one_to_the_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    let mut visitor = Browser::new(&quince);
    let first = visitor.get("/").await;
    assert_eq!(
        (first.status(), first.headers()[LOCATION].to_str().unwrap()),
        (StatusCode::FOUND, "/setup")
    );
    visitor.submit("/setup", "create-owner", &owner()).await;

    let mut stranger = Browser::new(&quince);
    assert_eq!(stranger.get("/setup").await.headers()[LOCATION], "/sign-in");
    let second = stranger.post("/setup", "create-owner", &owner()).await;
    assert!(second.headers()[LOCATION].to_str().unwrap().contains("/setup"));
    assert!(stranger.page("/").await.contains("Test Studio"));
}

#[tokio::test]
async fn pages_of_the_staff_ask_strangers_to_sign_in_and_lead_back() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = with_owner(folder.path()).await;
    let mut stranger = Browser::new(&quince);
    for path in [
        "/calendar",
        "/appointments",
        "/booking-calendars",
        "/booking-calendars/new",
        "/team",
        "/settings/profile",
        "/settings/integrations",
        "/settings/calendar-configuration",
        "/connect-icloud",
    ] {
        let response = stranger.get(path).await;
        assert_eq!(response.status(), StatusCode::FOUND, "{path}");
        let to = response.headers()[LOCATION].to_str().unwrap();
        assert!(to.starts_with("/sign-in"), "{path} leads to {to}");
    }
    let fields = [
        ("email", "ada@quince.example"),
        ("password", "correct horse battery"),
        ("to", "/team"),
    ];
    assert_eq!(
        stranger.submit("/sign-in?to=/team", "sign-in", &fields).await,
        "/team"
    );
    assert!(stranger.page("/team").await.contains("Ada Byron"));
}

#[tokio::test]
async fn a_wrong_password_keeps_the_address_and_says_the_same_for_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = with_owner(folder.path()).await;
    let mut said = Vec::new();
    for email in ["ada@quince.example", "nobody@quince.example"] {
        let mut browser = Browser::new(&quince);
        let fields = [("email", email), ("password", "wrong wrong wrong"), ("to", "")];
        let response = browser.post("/sign-in", "sign-in", &fields).await;
        assert!(
            response.headers()[LOCATION]
                .to_str()
                .unwrap()
                .starts_with("/sign-in")
        );
        let page = browser.page("/sign-in").await;
        assert!(page.contains(email), "the address is kept");
        assert!(!page.contains("wrong wrong wrong"), "the password is not");
        let start = page.find("role=\"alert\"").expect("a message");
        said.push(page[start..start + 400].replace(email, ""));
    }
    assert_eq!(said[0], said[1]);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, mut browser) = with_owner(folder.path()).await;
    let mut copied = Browser::new(&quince);
    copied.cookie.clone_from(&browser.cookie);
    assert_eq!(copied.get("/team").await.status(), StatusCode::OK);
    browser.submit("/calendar", "sign-out", &[]).await;
    assert_eq!(
        copied.get("/team").await.status(),
        StatusCode::FOUND,
        "a copied cookie is worth nothing"
    );
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, mut browser) = with_owner(folder.path()).await;
    let mut elsewhere = Browser::new(&quince);
    elsewhere
        .sign_in("ada@quince.example", "correct horse battery")
        .await;
    let fields = [
        ("current", "correct horse battery"),
        ("new_password", "another horse battery"),
    ];
    browser
        .submit("/settings/profile", "change-password", &fields)
        .await;
    assert_eq!(elsewhere.get("/team").await.status(), StatusCode::FOUND);
    assert_eq!(browser.get("/team").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_that_another_site_sends_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, browser) = with_owner(folder.path()).await;
    let cookie = browser.cookie.clone().unwrap();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let response = http()
            .post(quince.at("api/fn/sign-out"))
            .header("cookie", &cookie)
            .header(name, value)
            .header("content-type", "application/x-www-form-urlencoded")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let get = http()
        .get(quince.at("api/fn/sign-out"))
        .header("cookie", &cookie)
        .header(ORIGIN, "https://evil.example");
    assert!(!get.send().await.unwrap().status().is_success());
    let mut browser = browser;
    assert_eq!(
        browser.get("/team").await.status(),
        StatusCode::OK,
        "still signed in"
    );
}

#[tokio::test]
async fn every_page_carries_strict_headers_and_a_nonce_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = with_owner(folder.path()).await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let response = http().get(quince.at("sign-in")).send().await.unwrap();
        let headers = response.headers().clone();
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "same-origin");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(headers.contains_key("x-request-id"));
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        let page = response.text().await.unwrap();
        assert!(page.contains(&format!("nonce=\"{nonce}\"")));
        assert!(!page.contains(" style=\""), "no inline style");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn assets_have_names_that_change_with_their_content_and_may_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, mut browser) = with_owner(folder.path()).await;
    let page = browser.page("/settings/profile").await;
    let css = page
        .split('"')
        .find(|part| part.starts_with("/assets/quince-"))
        .unwrap()
        .to_owned();
    let response = http().get(quince.at(&css)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        http()
            .get(quince.at("assets/quince.css"))
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_address_that_is_no_page_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (_quince, mut browser) = with_owner(folder.path()).await;
    for path in [
        "/nothing",
        "/book/nothing",
        "/manage/nothing",
        "/appointments/nothing",
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(
            response.text().await.unwrap().contains("does not exist"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[("QUINCE_BASE_URL", "https://book.example.com/")]);
    let response = http()
        .post(quince.local("api/fn/create-owner"))
        .header("accept", "text/html")
        .header("origin", "https://book.example.com")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("workspace=A&name=A&email=a%40quince.example&password=correct+horse+battery&zone=UTC")
        .send()
        .await
        .unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-quince="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert_eq!(
        response.headers()["strict-transport-security"],
        "max-age=31536000; includeSubDomains"
    );
}

#[tokio::test]
async fn it_says_that_it_lives_is_ready_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    for path in ["livez", "readyz"] {
        let response = http().get(quince.at(path)).send().await.unwrap();
        assert_eq!(
            (response.status(), response.text().await.unwrap()),
            (StatusCode::OK, "ok".to_owned())
        );
    }
    quince.stop();
}

#[tokio::test]
async fn what_cannot_be_read_is_the_senders_matter() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = with_owner(folder.path()).await;
    let form = "application/x-www-form-urlencoded";
    let long = format!("email={}&password=x&to=", "a".repeat(400_000));
    let deep = format!("email{}=x&password=x&to=", "[a]".repeat(200));
    let parts = "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na\r\n--x--\r\n";
    for (kind, body) in [
        (form, long.as_str()),
        (form, deep.as_str()),
        (form, ""),
        ("multipart/form-data; boundary=x", parts),
        ("application/json", "[[[["),
        ("", "x"),
    ] {
        let request = http()
            .post(quince.at("api/fn/sign-in"))
            .header("content-type", kind);
        let answer = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{kind} {}",
            body.len()
        );
        let words = answer.text().await.unwrap();
        assert!(words.contains("send it again"), "{words}");
    }
    let request = http().post(quince.at("api/v1/calendars/intro/appointments"));
    let request = request.header("idempotency-key", "0123456789abcdef").body(long);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}
