//! A mail server on this machine that does as a story tells it. Its certificate is of its own making, as those of local servers are.

use std::sync::{Arc, Mutex, MutexGuard};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How the server behaves from the next command on.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// What it answers to what begins so, instead of yes: `("AUTH", "535 No")`. The greeting is `greeting`, the mail itself `.`.
    pub answers: Vec<(&'static str, &'static str)>,
    /// It says nothing to what begins so, for ever; the mail itself it has taken by then.
    pub hangs_at: Option<&'static str>,
    /// It drops the line instead of answering to what begins so; the mail itself it does not take then.
    pub drops_at: Option<&'static str>,
    pub offers_starttls: bool,
}

/// Something that was said to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub line: String,
    pub encrypted: bool,
}

#[derive(Debug, Default)]
struct State {
    behaviour: Behaviour,
    heard: Vec<Heard>,
    taken: Vec<String>,
}

type Shared = Arc<Mutex<State>>;

/// A running server; it ends when dropped.
pub struct MailServer {
    pub port: u16,
    state: Shared,
    running: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl MailServer {
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Shared::default();
        lock(&state).behaviour = behaviour;
        let shared = Arc::clone(&state);
        let running = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(Arc::clone(&shared), stream));
            }
        });
        Self { port, state, running }
    }

    /// With a login, as `localhost`, or by another name of this machine.
    pub fn url(&self, host: &str) -> String {
        format!("smtp://quince:hunter22@{host}:{}", self.port)
    }

    pub fn behave(&self, behaviour: Behaviour) {
        lock(&self.state).behaviour = behaviour;
    }

    /// All that was said to it.
    pub fn heard(&self) -> Vec<Heard> {
        lock(&self.state).heard.clone()
    }

    /// How often something that begins so was said to it.
    pub fn count(&self, start: &str) -> usize {
        let heard = self.heard();
        heard.iter().filter(|heard| heard.line.starts_with(start)).count()
    }

    /// The mails that it took since they were last asked for by this. What was heard is forgotten, too.
    pub fn take(&self) -> Vec<String> {
        let mut state = lock(&self.state);
        state.heard.clear();
        std::mem::take(&mut state.taken)
    }

    /// The mails that it took.
    pub fn taken(&self) -> Vec<String> {
        lock(&self.state).taken.clone()
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Serves a connection until one side ends it.
async fn serve(state: Shared, stream: tokio::net::TcpStream) {
    // Its short answers would wait for the client's system to confirm the ones before.
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    if talk(&state, &mut stream, false).await == Some(End::StartTls) {
        let Ok(stream) = acceptor().accept(stream.into_inner()).await else {
            return;
        };
        talk(&state, &mut BufReader::new(stream), true).await;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    StartTls,
    Quit,
}

/// Nothing when the client has gone.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    state: &Shared,
    stream: &mut BufReader<S>,
    encrypted: bool,
) -> Option<End> {
    if !encrypted {
        answer(state, stream, "greeting", "220 mail.example ESMTP").await?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        lock(state).heard.push(Heard {
            line: line.clone(),
            encrypted,
        });
        let starttls = lock(state).behaviour.offers_starttls && !encrypted;
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => {
                let offers = if starttls { "250-STARTTLS\r\n" } else { "" };
                let hello = format!("250-mail.example\r\n{offers}250 AUTH PLAIN LOGIN");
                answer(state, stream, &line, &hello).await?;
            }
            "STARTTLS" if starttls => {
                answer(state, stream, &line, "220 Go ahead").await?;
                return Some(End::StartTls);
            }
            "AUTH" => answer(state, stream, &line, "235 Welcome").await?,
            "DATA" => {
                answer(state, stream, &line, "354 Go ahead").await?;
                if !lock(state)
                    .behaviour
                    .answers
                    .iter()
                    .any(|(start, _)| *start == "DATA")
                {
                    let mail = mail(stream).await?;
                    let behaviour = lock(state).behaviour.clone();
                    let takes = !behaviour.answers.iter().any(|(start, _)| *start == ".")
                        && behaviour.drops_at != Some(".");
                    if takes {
                        lock(state).taken.push(mail);
                    }
                    answer(state, stream, ".", "250 Taken").await?;
                }
            }
            "QUIT" => {
                answer(state, stream, &line, "221 Bye").await?;
                return Some(End::Quit);
            }
            _ => answer(state, stream, &line, "250 Yes").await?,
        }
    }
}

/// A mail up to the line with the dot.
async fn mail<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(mail.replace("=\r\n", ""));
        }
        mail.push_str(&line);
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    state: &Shared,
    stream: &mut BufReader<S>,
    to: &str,
    usually: &str,
) -> Option<()> {
    let behaviour = lock(state).behaviour.clone();
    if behaviour.hangs_at.is_some_and(|start| to.starts_with(start)) {
        std::future::pending::<()>().await;
    }
    if behaviour.drops_at.is_some_and(|start| to.starts_with(start)) {
        return None;
    }
    let matching = behaviour.answers.iter().find(|(start, _)| to.starts_with(start));
    let answer = matching.map_or(usually, |(_, answer)| answer);
    stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
