//! Radicale and Xandikos, servers that people run, from the Python environment that `scripts/setup test` makes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bookings::connections::ServerLogin;
use tempfile::TempDir;

/// Leaves when its standard input closes, so that no server outlives the tests, however they end.
const LAUNCHER: &str = "
import os, runpy, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
";
const USER: &str = "mira";
const PASSWORD: &str = "a password";

/// A running server with one calendar.
pub struct Server {
    child: Child,
    _folder: TempDir,
    address: String,
    /// The calendar's path.
    calendar: &'static str,
}

impl Server {
    pub async fn radicale() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let calendar = folder.path().join("data/collection-root/mira/work");
        std::fs::create_dir_all(&calendar).unwrap();
        std::fs::write(
            calendar.join(".Radicale.props"),
            r#"{"tag": "VCALENDAR", "D:displayname": "Work", "C:supported-calendar-component-set": "VEVENT"}"#,
        )
        .unwrap();
        let port = free_port();
        std::fs::write(folder.path().join("users"), format!("{USER}:{PASSWORD}\n")).unwrap();
        let config = format!(
            "[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = users\n\
             htpasswd_encryption = plain\n[storage]\nfilesystem_folder = data\n[logging]\nlevel = error\n"
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        Self::start(folder, port, "/mira/work/", &["radicale", "--config", "config"]).await
    }

    pub async fn xandikos() -> Self {
        let port = free_port();
        let number = port.to_string();
        let arguments = [
            "xandikos",
            "serve",
            "-d",
            "data",
            "--defaults",
            "--state-dir",
            "state",
            "-l",
            "127.0.0.1",
            "-p",
            &number,
        ];
        Self::start(
            tempfile::tempdir().unwrap(),
            port,
            "/user/calendars/calendar/",
            &arguments,
        )
        .await
    }

    async fn start(folder: TempDir, port: u16, calendar: &'static str, arguments: &[&str]) -> Self {
        let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/venv");
        let venv = std::env::var_os("QUINCE_PYTHON_VENV").map_or_else(default, Into::into);
        let child = Command::new(venv.join("bin/python"))
            .args(["-c", LAUNCHER])
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("run scripts/setup, or name another environment in QUINCE_PYTHON_VENV: {error}")
        });
        let server = Self {
            child,
            _folder: folder,
            address: format!("http://127.0.0.1:{port}"),
            calendar,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        for _ in 0..600 {
            if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server did not start");
    }

    /// What a person types to connect it.
    pub fn login(&self) -> ServerLogin {
        ServerLogin {
            address: self.address.clone(),
            username: USER.into(),
            password: PASSWORD.into(),
        }
    }

    /// Puts an event into the calendar, as another program does.
    pub async fn put(&self, name: &str, ics: &str) {
        let answer = self
            .request(reqwest::Method::PUT, name)
            .body(ics.replace("\r\n", "\n").replace('\n', "\r\n"));
        let answer = answer
            .header("Content-Type", "text/calendar; charset=utf-8")
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{name}: {}", answer.status());
    }

    pub async fn delete(&self, name: &str) {
        let answer = self.request(reqwest::Method::DELETE, name).send().await.unwrap();
        assert!(answer.status().is_success(), "{name}: {}", answer.status());
    }

    fn request(&self, method: reqwest::Method, name: &str) -> reqwest::RequestBuilder {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}{}{name}", self.address, self.calendar);
        client.request(method, url).basic_auth(USER, Some(PASSWORD))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    free.local_addr().unwrap().port()
}
