//! Radicale, a server that people run, with the same events: from the Python environment that `scripts/setup test` makes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use url::Url;

use crate::EVENTS;
use crate::server::event;

pub const USER: &str = "mira";
pub const PASSWORD: &str = "a password";

/// The running server.
pub struct Radicale {
    child: Child,
    _folder: TempDir,
    pub address: Url,
}

impl Radicale {
    /// Starts it with a calendar "Work"; nothing where it is not installed.
    pub fn start() -> Option<Self> {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/venv/bin/python");
        if !python.exists() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let calendar = folder.path().join("data/collection-root/mira/work");
        std::fs::create_dir_all(&calendar).unwrap();
        std::fs::write(
            calendar.join(".Radicale.props"),
            r#"{"tag": "VCALENDAR", "D:displayname": "Work", "C:supported-calendar-component-set": "VEVENT"}"#,
        )
        .unwrap();
        for number in 0..EVENTS {
            std::fs::write(calendar.join(format!("event-{number:05}.ics")), event(number)).unwrap();
        }
        let port = {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            free.local_addr().unwrap().port()
        };
        std::fs::write(folder.path().join("users"), format!("{USER}:{PASSWORD}\n")).unwrap();
        let config = format!(
            "[server]\nhosts = 127.0.0.1:{port}\ntimeout = 600\n[auth]\ntype = htpasswd\nhtpasswd_filename = users\n\
             htpasswd_encryption = plain\n[storage]\nfilesystem_folder = data\n[logging]\nlevel = error\n"
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        let child = Command::new(python)
            .args(["-m", "radicale", "--config", "config"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let radicale = Self {
            child,
            _folder: folder,
            address: Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap(),
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        for _ in 0..600 {
            if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
                return Some(radicale);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("Radicale did not start");
    }

    /// Its calendar.
    pub fn calendar(&self) -> Url {
        self.address.join("mira/work/").unwrap()
    }
}

impl Drop for Radicale {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
