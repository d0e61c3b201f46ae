//! Ports for servers that are processes of their own.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

/// A port that is this test's alone until it ends.
pub struct Port {
    pub number: u16,
    _reserved: File,
}

impl Port {
    /// Below the ports that the system hands out, and locked, since tests run in many processes at once.
    pub fn reserve() -> Self {
        const PORTS: std::ops::Range<u16> = 21_000..29_000;
        let folder = std::env::temp_dir().join("quince-test-ports");
        std::fs::create_dir_all(&folder).unwrap();
        let skipped = usize::try_from(std::process::id()).unwrap() % PORTS.len();
        for number in PORTS.cycle().skip(skipped).take(PORTS.len()) {
            let file = File::create(folder.join(number.to_string())).unwrap();
            if file.try_lock().is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() {
                return Self {
                    number,
                    _reserved: file,
                };
            }
        }
        panic!("no port is free");
    }

    /// Waits until the server takes connections. Says whether it does, and has not ended or taken too long.
    pub async fn is_served_by(&self, child: &mut Child) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.number));
        let deadline = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            if child.try_wait().unwrap().is_some() || Instant::now() > deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    }
}
