//! The `quince` program: the server, the practice iCloud, and the operator's commands.

mod api;
mod backup;
mod busy;
mod cli;
mod commands;
mod demo;
mod doctor;
mod failure;
mod key_commands;
mod keys;
mod logging;
mod pages;
mod router;
mod sandbox_command;
mod serve;
mod settings;
mod slots;
mod state;
mod web;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};

/// The system's allocator returns memory to the system between two requests and asks for it again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // Files created here (database, key, mails) are for the user who runs Quince only.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // reqwest and lettre are built without a TLS provider, so that there is exactly one.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        eprintln!("quince: another TLS provider is already installed");
        return ExitCode::FAILURE;
    }
    let result = match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => commands::serve().await,
        Command::Demo(options) => demo::run(options).await,
        Command::Sandbox(options) => sandbox_command::run(options).await,
        Command::CreateOwner {
            workspace,
            name,
            email,
            timezone,
        } => commands::create_owner(workspace, name, email, timezone).await,
        Command::ResetPassword { email } => commands::reset_password(&email).await,
        Command::MailTest { address } => commands::mail_test(&address).await,
        Command::Backup { dir } => backup::backup(&dir).await,
        Command::Verify { dir } => backup::verify(&dir).await,
        Command::Restore { dir, replace } => backup::restore(&dir, replace).await,
        Command::RotateKey => key_commands::rotate(),
        Command::Reseal => key_commands::reseal().await,
        Command::Doctor => doctor::run().await,
        Command::Busy(options) => busy::run(&options),
        Command::Slots(options) => slots::run(&options).await,
        Command::Settings => commands::print_settings(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed.
            let _ = writeln!(std::io::stderr(), "quince: {error}");
            ExitCode::FAILURE
        }
    }
}
