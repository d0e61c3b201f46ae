//! A server's answer to resources and versions. Whatever the answer is: reading it does not panic, paths keep their
//! meaning on the way back to the server, and half an answer is an error, never a shorter list.

#![no_main]

use caldav::canonical_href;
use caldav::fuzzing::multistatus;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|body: &[u8]| {
    let calendar = Url::parse("https://p1.example:8443/7/calendars/home/").expect("an address");
    let Ok(listed) = multistatus(&calendar, body) else {
        return;
    };
    for resource in &listed {
        assert!(resource.href.starts_with('/'), "no path: {}", resource.href);
        let mut url = calendar.clone();
        url.set_path(&resource.href);
        assert_eq!(
            url.origin(),
            calendar.origin(),
            "another server: {}",
            resource.href
        );
        assert_eq!(
            canonical_href(&calendar, url.as_str()).as_ref(),
            Some(&resource.href),
            "a path that changes on its way"
        );
        if let Some(etag) = &resource.etag {
            assert!(
                etag.starts_with('"') || etag.starts_with("W/"),
                "no version: {etag}"
            );
        }
    }
    // Where it is cut follows from the body itself, so that a finding can be repeated.
    let sum = body.iter().fold(7, |sum: usize, b| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*b))
    });
    let half = &body[..sum % body.len().max(1)];
    if let Ok(fewer) = multistatus(&calendar, half) {
        assert_eq!(fewer, listed, "half an answer was taken for a whole one");
    }
});
