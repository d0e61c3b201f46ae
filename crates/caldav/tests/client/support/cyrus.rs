//! Cyrus as child processes, where it is installed as Debian's package `cyrus-caldav` does.

use std::fs::{File, create_dir, write};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use caldav::Credentials;
use tempfile::TempDir;
use url::Url;

use super::port::Port;
use super::{Practice, client};

const PROGRAMS: &str = "/usr/lib/cyrus/bin";
const PASSWORD: &str = "pässwort";
/// Stops the server when its standard input closes, so that it does not outlive the tests, however they end.
const LAUNCHER: &str = r#""$0" "$@" & server=$!; cat >/dev/null; kill $server; wait $server"#;

struct Running {
    child: Child,
    folder: TempDir,
    port: Port,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Who runs the server and owns its files: Cyrus refuses to run as root, so then it is the user of its package.
#[derive(Clone)]
struct Owner {
    name: String,
    ids: Option<(u32, u32)>,
}

impl Owner {
    fn of(folder: &Path) -> Self {
        let id = |arguments: &[&str]| {
            let answer = Command::new("id").args(arguments).output().unwrap();
            String::from_utf8(answer.stdout).unwrap().trim().to_owned()
        };
        if std::fs::metadata(folder).unwrap().uid() != 0 {
            return Self {
                name: id(&["-un"]),
                ids: None,
            };
        }
        let number = |what| id(&[what, "cyrus"]).parse().expect("the user cyrus exists");
        Self {
            name: "cyrus".to_owned(),
            ids: Some((number("-u"), number("-g"))),
        }
    }

    fn owns(&self, path: &Path) {
        if let Some((user, group)) = self.ids {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Cyrus with the user `mira` and her first calendar; nothing where it is not installed.
pub async fn cyrus() -> Option<Practice> {
    if !Path::new(PROGRAMS).join("httpd").exists() {
        println!(
            "SKIPPED: Cyrus is not installed (scripts/setup test installs it on Debian and its relatives)"
        );
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let port = Port::reserve();
    let entry = Url::parse(&format!("http://127.0.0.1:{}/", port.number)).unwrap();
    let owner = Owner::of(folder.path());
    owner.owns(folder.path());
    for name in ["config", "config/db", "config/socket", "mail", "lock", "proc"] {
        create_dir(folder.path().join(name)).unwrap();
        owner.owns(&folder.path().join(name));
    }
    configure(folder.path(), port.number, &owner);
    keep_password(folder.path(), &owner);
    let log = File::create(folder.path().join("log")).unwrap();
    let child = owner
        .command("sh")
        .args(["-c", LAUNCHER, &format!("{PROGRAMS}/master"), "-D", "-C"])
        .arg(folder.path().join("imapd.conf"))
        .arg("-M")
        .arg(folder.path().join("cyrus.conf"))
        .arg("-p")
        .arg(folder.path().join("pid"))
        // On its way out it ends its whole group.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut running = Running { child, folder, port };
    let log = running.folder.path().join("log");
    assert!(
        running.port.is_served_by(&mut running.child).await,
        "Cyrus did not start: {}",
        std::fs::read_to_string(log).unwrap()
    );
    make_mailbox(&mail_socket(&running.folder.path().join("config/socket/lmtp")).await);
    Some(Practice {
        client: client(&entry),
        entry,
        login: Credentials::new("mira", PASSWORD),
        _running: Box::new(running),
    })
}

fn configure(folder: &Path, port: u16, owner: &Owner) {
    let (at, user) = (folder.display(), &owner.name);
    write(
        folder.join("imapd.conf"),
        format!(
            "configdirectory: {at}/config\ndefaultpartition: default\npartition-default: {at}/mail\nproc_path: {at}/proc\n\
             mboxname_lockpath: {at}/lock\nservername: localhost\ncyrus_user: {user}\nhttpmodules: caldav\n\
             allowplaintext: yes\nsasl_mech_list: PLAIN\nsasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\n\
             sasl_sasldb_path: {at}/passwords\nlmtpsocket: {at}/config/socket/lmtp\nautocreate_quota: 0\n\
             autocreate_post: yes\n"
        ),
    )
    .unwrap();
    write(
        folder.join("cyrus.conf"),
        format!(
            "START {{\n  recover cmd=\"{PROGRAMS}/ctl_cyrusdb -C {at}/imapd.conf -r\"\n}}\nSERVICES {{\n  \
             http cmd=\"{PROGRAMS}/httpd -C {at}/imapd.conf\" listen=\"127.0.0.1:{port}\" prefork=1\n  \
             lmtp cmd=\"{PROGRAMS}/lmtpd -C {at}/imapd.conf -a\" listen=\"{at}/config/socket/lmtp\" prefork=0\n}}\n"
        ),
    )
    .unwrap();
}

fn keep_password(folder: &Path, owner: &Owner) {
    let mut saslpasswd = owner
        .command("/usr/sbin/saslpasswd2")
        .args(["-c", "-p", "-u", "localhost", "-f"])
        .arg(folder.join("passwords"))
        .arg("mira")
        .stdin(Stdio::piped())
        .spawn()
        .expect("saslpasswd2 of the package sasl2-bin");
    let mut input = saslpasswd.stdin.take().unwrap();
    input.write_all(PASSWORD.as_bytes()).unwrap();
    drop(input);
    assert!(saslpasswd.wait().unwrap().success());
}

/// The service for mails is opened after the one for calendars, and its file is there before it listens.
async fn mail_socket(path: &Path) -> UnixStream {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return stream,
            Err(error) => assert!(Instant::now() < deadline, "Cyrus takes no mail: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Calendars lie beside a mailbox, and a mailbox is made when the first mail arrives (RFC 2033).
fn make_mailbox(mut stream: &UnixStream) {
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut replies = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut reply = || {
        let last = |line: &String| line.as_bytes().get(3) != Some(&b'-');
        replies.by_ref().map(Result::unwrap).find(last).unwrap()
    };
    assert!(reply().starts_with("220"));
    let mail = "Subject: Welcome\r\nFrom: mira@localhost\r\nMessage-ID: <1@localhost>\r\n\
                Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nWelcome\r\n.";
    for (line, expected) in [
        ("LHLO localhost", "250"),
        ("MAIL FROM:<>", "250"),
        ("RCPT TO:<mira>", "250"),
        ("DATA", "354"),
        (mail, "250"),
        ("QUIT", "221"),
    ] {
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        let reply = reply();
        assert!(reply.starts_with(expected), "{line}: {reply}");
    }
}
