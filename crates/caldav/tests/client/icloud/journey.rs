//! What is sent during a whole journey, and what is not.

use caldav::Readable;
use sandbox::Options;

use crate::support::events::Event;
use crate::support::icloud::Icloud;

#[tokio::test]
async fn a_whole_journey_sends_nothing_it_should_not() {
    let icloud = Icloud::start_with(Options::practice()).await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let account = client.discover(&icloud.practice.entry, login).await.unwrap();
    let calendars = client.calendars(&account.homes, login).await.unwrap();
    let now = icloud.control.now();
    for calendar in calendars
        .iter()
        .filter(|calendar| calendar.readable == Readable::Events)
    {
        let url = &calendar.url;
        client
            .read_range(url, login, now, now + jiff::SignedDuration::from_hours(60 * 24))
            .await
            .unwrap();
        let changes = client.sync(url, login, None).await.unwrap();
        let hrefs: Vec<_> = changes.changed.into_iter().map(|listed| listed.href).collect();
        assert_eq!(
            client.read(url, login, &hrefs).await.unwrap().resources.len(),
            hrefs.len(),
            "{}",
            calendar.name
        );
    }
    let work = &calendars.iter().find(|calendar| calendar.writable).unwrap().url;
    let event = Event::at("20310304T100000Z");
    let written = client
        .create(work, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let etag = written.etag.unwrap();
    let updated = client
        .update(work, login, &written.href, &etag, &event.called("New").ics())
        .await
        .unwrap();
    client
        .delete(work, login, &written.href, updated.etag.as_deref())
        .await
        .unwrap();

    let requests = icloud.control.requests();
    assert!(requests.len() > 10);
    for request in &requests {
        assert!(
            request
                .header("user-agent")
                .is_some_and(|name| name.starts_with("Quince/")),
            "{request:?}"
        );
        assert!(
            request
                .header("authorization")
                .is_some_and(|value| value.starts_with("Basic ")),
            "{request:?}"
        );
        for absent in [
            "prop-filter",
            "allprop",
            "expand",
            "free-busy",
            "ATTENDEE",
            "ORGANIZER",
            "METHOD:",
        ] {
            assert!(!request.body.contains(absent), "{absent} in {request:?}");
        }
        let status = request.status.unwrap_or_default();
        assert!((200..300).contains(&status), "{request:?}");
        match request.method.as_str() {
            "PUT" => assert!(
                request
                    .header("if-match")
                    .or(request.header("if-none-match"))
                    .is_some()
            ),
            "DELETE" => assert!(request.header("depth").is_none() && !request.path.ends_with('/')),
            _ => {}
        }
    }
    assert_eq!(icloud.control.invitations(), []);
}
