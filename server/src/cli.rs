//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use jiff::Timestamp;

/// Self-hosted booking for people whose calendar is iCloud.
#[derive(Debug, Parser)]
#[command(name = "quince", version, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; without it, `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server with the settings of the environment (the default).
    Serve,
    /// Run a practice workspace beside a practice iCloud: nothing to set up, nothing leaves this machine.
    Demo(Demo),
    /// Run the practice iCloud alone.
    Sandbox(crate::sandbox_command::Sandbox),
    /// Create the workspace's owner, if there is none yet. The password is read from standard input.
    CreateOwner {
        /// The name of the business, which clients see.
        #[arg(long)]
        workspace: String,
        /// The owner's name.
        #[arg(long)]
        name: String,
        /// The owner's e-mail address, used to sign in.
        #[arg(long)]
        email: String,
        /// The owner's time zone, such as Europe/Berlin.
        #[arg(long, default_value = "UTC")]
        timezone: String,
    },
    /// Set a new password for somebody who lost theirs. It is read from standard input.
    ResetPassword {
        /// The person's e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Send a mail to an address with the settings of the environment, and say what became of it.
    MailTest {
        /// Whom to send it to, such as you@example.com.
        address: String,
    },
    /// Make a backup in a new folder, while Quince runs or not: the database and the secret key.
    Backup {
        /// The folder, which must not exist, such as /backups/2026-12-01.
        dir: PathBuf,
    },
    /// Say whether a backup is whole, and what it holds. Exit code 1 if it is not.
    Verify {
        /// The backup's folder.
        dir: PathBuf,
    },
    /// Put a backup back, once it is found to be whole. Quince must be stopped.
    Restore {
        /// The backup's folder.
        dir: PathBuf,
        /// Take the place of the database that is there, which is kept beside it under a dated name.
        #[arg(long)]
        replace: bool,
    },
    /// Put a new secret key into its file, and keep the one before beside it until `quince reseal` says that it can go.
    RotateKey,
    /// Seal every stored secret with the current key, while Quince runs or not, and say whether the previous ones can go.
    Reseal,
    /// Say what a calendar file blocks within a span of time, and why: one line of JSON per event instance.
    Busy(crate::busy::Busy),
    /// Print the free times of a booking calendar, or of every start the reasons why not: one line of JSON each.
    Slots(crate::slots::Slots),
    /// Look for what is wrong: settings, folder, database, key, mail server, iCloud, clocks, addresses. Changes nothing; exit code 1 if
    /// something is wrong.
    Doctor,
    /// List every setting with its default and meaning.
    Settings,
}

/// Options of `quince demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Print one line of JSON when ready, for scripts.
    #[arg(long)]
    pub json: bool,
    /// Folder that keeps the practice data between runs.
    #[arg(long, default_value = "data-demo")]
    pub data_dir: PathBuf,
    /// Start afresh: forget what an earlier run kept in the folder.
    #[arg(long)]
    pub reset: bool,
    /// Pretend that the demo starts at this instant (RFC 3339); time passes from there.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Timestamp>,
}
