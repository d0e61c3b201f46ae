//! t
#[test]
fn t() {
    let z = zones::Zone::named("America/Havana").unwrap();
    println!("{}", zones::version());
    let t: jiff::Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    for c in z.rules().following(t).take(8) { println!("{} {}", c.timestamp(), c.offset()); }
    println!("{:?} {:?}", z.instants("2026-11-01T00:30".parse().unwrap()), z.instants("2026-11-01T01:00".parse().unwrap()));
    for h in 3..8 { println!("{}", z.local(format!("2026-11-01T0{h}:00:00Z").parse().unwrap())); }
}
