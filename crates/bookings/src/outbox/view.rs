//! The states of an appointment's calendar writes, for staff.

use jiff::Timestamp;
use store::WriteState;
use store::event_writes::EventWrite;

/// The state of an appointment's event in a host's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteView {
    /// The name of the calendar's host.
    pub host_name: String,
    /// The state of the write.
    pub state: WriteState,
    /// The problem, in a sentence.
    pub problem: Option<String>,
    /// The remote calendar.
    pub calendar_name: Option<String>,
    /// The server: iCloud, or the hostname of another server.
    pub server_name: String,
    /// Whether "Write again" is offered in this state.
    pub can_write_again: bool,
    /// When the state last changed.
    pub updated_at: Timestamp,
}

impl WriteView {
    /// Builds the view of a write. `server_name` is the name of the server; `host_name` is shown where there are several hosts.
    pub(crate) fn of(
        write: &EventWrite,
        calendar_name: Option<String>,
        server_name: String,
        host_name: String,
    ) -> Self {
        Self {
            host_name,
            state: write.state,
            problem: write.problem.clone(),
            calendar_name,
            server_name,
            can_write_again: matches!(
                write.state,
                WriteState::Failed | WriteState::ChangedInIcloud | WriteState::NoCalendar
            ),
            updated_at: write.updated_at,
        }
    }
}

/// The urgency of a state; the largest one needs attention most.
pub(crate) fn urgency(state: WriteState) -> u8 {
    match state {
        WriteState::Removed => 0,
        WriteState::Written => 1,
        WriteState::Waiting => 2,
        WriteState::NoCalendar => 3,
        WriteState::ChangedInIcloud => 4,
        WriteState::Failed => 5,
    }
}

/// Describes the states of an appointment's writes (D1, D2, D4).
pub(crate) fn write_sentence(writes: &[WriteView], has_host: bool) -> String {
    match writes {
        [] if has_host => "This appointment is in nobody's calendar.".to_owned(),
        [] => "A Simple calendar has no assigned member, so it does not use iCloud.".to_owned(),
        [write] => sentence(write),
        several => {
            let of_host = |write: &WriteView| format!("{}: {}", write.host_name, sentence(write));
            several.iter().map(of_host).collect::<Vec<_>>().join(" ")
        }
    }
}

fn sentence(write: &WriteView) -> String {
    let calendar = write.calendar_name.as_deref().map_or_else(
        || "the primary calendar".to_owned(),
        |name| format!("the calendar “{name}”"),
    );
    let problem = write
        .problem
        .as_deref()
        .map(|text| format!(" {text}"))
        .unwrap_or_default();
    match write.state {
        WriteState::Waiting => format!("Waiting to be written to {calendar}.{problem}"),
        WriteState::Written => format!("Written to {calendar}."),
        WriteState::Failed => format!("Could not be written to {calendar}.{problem}"),
        WriteState::ChangedInIcloud => format!(
            "Changed in {}: the event in {calendar} no longer matches.{problem} The appointment here is unchanged; \
             “Write again” puts it back.",
            write.server_name
        ),
        WriteState::Removed => format!("Removed from {calendar}."),
        WriteState::NoCalendar => {
            format!("Not in any calendar: the host has not chosen a primary calendar.{problem}")
        }
    }
}
