//! Radicale and Xandikos as child processes, from the Python environment that `scripts/setup` makes.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use caldav::Credentials;
use tempfile::TempDir;
use url::Url;

use super::port::Port;
use super::{Practice, client};

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

struct Running {
    child: Child,
    _folder: TempDir,
    _port: Port,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python(module: &str) -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/venv");
    let venv = std::env::var_os("QUINCE_PYTHON_VENV").map_or_else(default, PathBuf::from);
    let python = venv.join("bin/python");
    let installed = python.exists() && {
        let check = Command::new(&python)
            .args(["-c", &format!("import {module}")])
            .output();
        check.is_ok_and(|output| output.status.success())
    };
    assert!(
        installed,
        "{module} is missing in {}: run scripts/setup, or name another environment in QUINCE_PYTHON_VENV",
        venv.display()
    );
    python
}

async fn start(module: &str, folder: TempDir, port: Port, arguments: &[&str]) -> Running {
    let mut child = Command::new(python(module))
        .args(["-c", LAUNCHER, module])
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = child.stderr.take().unwrap();
    // Drained all the time, or a full pipe would stop the server.
    let log = std::thread::spawn(move || {
        BufReader::new(stderr)
            .lines()
            .map_while(Result::ok)
            .collect::<Vec<_>>()
    });
    if !port.is_served_by(&mut child).await {
        let _ = child.kill();
        panic!("{module} did not start:\n{}", log.join().unwrap().join("\n"));
    }
    Running {
        child,
        _folder: folder,
        _port: port,
    }
}

/// Radicale with the user `mira` and one calendar, "Work".
pub async fn radicale() -> Practice {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("users"), "mira:pässwort\n").unwrap();
    let port = Port::reserve();
    let number = port.number;
    let config = format!(
        "[server]\nhosts = 127.0.0.1:{number}\n[encoding]\nrequest = utf-8\n[auth]\ntype = htpasswd\n\
         htpasswd_filename = users\nhtpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = data\n\
         [logging]\nlevel = warning\n"
    );
    std::fs::write(folder.path().join("config"), config).unwrap();
    let running = start("radicale", folder, port, &["--config", "config"]).await;
    let entry = Url::parse(&format!("http://127.0.0.1:{number}/")).unwrap();
    let login = Credentials::new("mira", "pässwort");
    make_calendar(&entry.join("mira/work/").unwrap(), &login).await;
    Practice {
        client: client(&entry),
        entry,
        login,
        _running: Box::new(running),
    }
}

/// Xandikos with its default calendar. Over plain http it knows no logins and takes any.
pub async fn xandikos() -> Practice {
    let folder = tempfile::tempdir().unwrap();
    let port = Port::reserve();
    let number = port.number;
    let port_text = number.to_string();
    let arguments = [
        "serve",
        "-d",
        "data",
        "--defaults",
        "--state-dir",
        "state",
        "-l",
        "127.0.0.1",
        "-p",
        &port_text,
    ];
    let running = start("xandikos", folder, port, &arguments).await;
    let entry = Url::parse(&format!("http://127.0.0.1:{number}/")).unwrap();
    Practice {
        client: client(&entry),
        entry,
        login: Credentials::new("mira", "any"),
        _running: Box::new(running),
    }
}

async fn make_calendar(url: &Url, login: &Credentials) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let body = "<?xml version='1.0'?><C:mkcalendar xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><D:set><D:prop>\
                <D:displayname>Work</D:displayname><C:supported-calendar-component-set><C:comp name='VEVENT'/>\
                </C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>";
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .request(http::Method::from_bytes(b"MKCALENDAR").unwrap(), url.clone())
        .basic_auth(&login.username, Some(login.password.expose()))
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201, "the practice calendar cannot be made");
}
