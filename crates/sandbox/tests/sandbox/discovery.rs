//! From the entry address to the calendars.

use sandbox::{Redirect, RedirectTarget};

use crate::harness::{inner, propfind, world};

#[tokio::test]
async fn the_root_names_the_principal_by_a_path() {
    let world = world().await;
    let reply = world.propfind("/", "0", "<d:current-user-principal/>").await;
    let href = inner(&inner(&reply.body, "current-user-principal").unwrap(), "href").unwrap();
    assert!(href.starts_with('/') && href.ends_with("/principal/"), "{href}");
    assert_eq!(reply.header("content-type"), Some("text/xml; charset=UTF-8"));
}

#[tokio::test]
async fn the_principal_names_the_home_on_the_other_host_with_its_port_or_by_a_path() {
    let world = world().await;
    let principal = principal(&world).await;
    let home = |body: &str| inner(&inner(body, "calendar-home-set").unwrap(), "href").unwrap();
    let reply = world.propfind(&principal, "0", "<c:calendar-home-set/>").await;
    assert!(
        home(&reply.body).starts_with(&world.sandbox.partition_url()),
        "{}",
        reply.body
    );
    assert_ne!(world.sandbox.partition_url(), world.sandbox.entry_url());
    world.switch(|switches| switches.absolute_home = false);
    let reply = world.propfind(&principal, "0", "<c:calendar-home-set/>").await;
    assert!(home(&reply.body).starts_with('/'), "{}", reply.body);
}

#[tokio::test]
async fn the_principals_row_bears_another_name_than_was_asked_for_unless_switched_off() {
    let world = world().await;
    let principal = principal(&world).await;
    let reply = world.propfind(&principal, "0", "<d:displayname/>").await;
    assert_eq!(reply.hrefs(), ["/principal/"]);
    world.switch(|switches| switches.mismatched_hrefs = false);
    let reply = world.propfind(&principal, "0", "<d:displayname/>").await;
    assert_eq!(reply.hrefs(), [principal]);
}

#[tokio::test]
async fn the_principal_says_every_address_of_the_person() {
    let world = world().await;
    world.control.add_alias(world.account(), "maya@work.example");
    let reply = world
        .propfind(&principal(&world).await, "0", "<c:calendar-user-address-set/>")
        .await;
    for address in [
        "mailto:maya@icloud.example",
        "mailto:maya@work.example",
        "/principal/",
        "urn:uuid:",
    ] {
        assert!(reply.body.contains(address), "{address} in {}", reply.body);
    }
}

#[tokio::test]
async fn both_hosts_serve_every_path() {
    let world = world().await;
    let login = world.control.default_account();
    let response = world
        .client
        .request("PROPFIND".parse().unwrap(), world.entry(&world.path("Home")))
        .basic_auth(login.apple_id, Some(login.app_password))
        .header("User-Agent", "test")
        .header("Depth", "0")
        .body(propfind("<d:displayname/>"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 207);
}

#[tokio::test]
async fn the_entry_host_redirects_as_it_is_told() {
    let world = world().await;
    let statuses = [301, 302, 307, 308];
    let targets = [
        (RedirectTarget::Partition, world.partition("/")),
        (
            RedirectTarget::Origin("https://icloud.com.evil.example".into()),
            "https://icloud.com.evil.example/".into(),
        ),
        (RedirectTarget::Itself, world.entry("/")),
    ];
    for (status, (to, location)) in statuses
        .into_iter()
        .flat_map(|one| targets.iter().map(move |two| (one, two)))
    {
        world.switch(|switches| {
            switches.redirect = Some(Redirect {
                status,
                to: to.clone(),
            });
        });
        let reply = world
            .bare("PROPFIND", "/", &[("User-Agent", "test"), ("Depth", "0")], "")
            .await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (status, Some(location.as_str()))
        );
    }
    world.switch(|switches| switches.redirect = None);
    let reply = world
        .bare("PROPFIND", "/", &[("User-Agent", "test"), ("Depth", "0")], "")
        .await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn a_partition_that_is_gone_answers_404_while_the_entry_still_answers() {
    let world = world().await;
    world.switch(|switches| switches.partition_gone = true);
    assert_eq!(
        world
            .propfind(&world.path("Home"), "0", "<d:displayname/>")
            .await
            .status,
        404
    );
    assert_eq!(
        world
            .bare("PROPFIND", "/", &[("User-Agent", "test")], "")
            .await
            .status,
        401
    );
    world.switch(|switches| switches.partition_gone = false);
    assert_eq!(
        world
            .propfind(&world.path("Home"), "0", "<d:displayname/>")
            .await
            .status,
        207
    );
}

#[tokio::test]
async fn a_request_for_all_properties_fails_unless_switched_off() {
    let world = world().await;
    let all = "<d:propfind xmlns:d=\"DAV:\"><d:allprop/></d:propfind>";
    for body in [all, ""] {
        assert_eq!(
            world
                .send("PROPFIND", &world.path("Home"), &[("Depth", "0")], body)
                .await
                .status,
            400
        );
    }
    world.switch(|switches| switches.allprop_fails = false);
    for body in [all, ""] {
        let reply = world
            .send("PROPFIND", &world.path("Home"), &[("Depth", "0")], body)
            .await;
        assert!(
            reply
                .body
                .contains("<displayname xmlns='DAV:'>Home</displayname>"),
            "{}",
            reply.body
        );
    }
}

pub async fn principal(world: &crate::harness::World) -> String {
    let reply = world.propfind("/", "0", "<d:current-user-principal/>").await;
    inner(&inner(&reply.body, "current-user-principal").unwrap(), "href").unwrap()
}
