//! Loading the workspace page.

use bookings::{Kind, booking_calendars};

use super::{Bookable, WorkspaceView};
use crate::context::quince;
use crate::error::AppError;
use crate::public::locale::duration_label;

/// Loads the workspace page.
pub async fn workspace() -> Result<WorkspaceView, AppError> {
    let quince = quince()?;
    if bookings::accounts::needs_owner(&quince).await? {
        // The database is empty, so this is the first visit.
        leptos_axum::redirect("/setup");
        return Ok(WorkspaceView {
            name: "Quince".to_owned(),
            calendars: Vec::new(),
        });
    }
    let workspace = bookings::accounts::workspace(&quince).await?;
    let listed = booking_calendars::public_list(&quince).await?;
    let bookable = |calendar: booking_calendars::PublicCalendar| Bookable {
        slug: calendar.slug,
        name: calendar.name,
        description: excerpt(&calendar.description),
        duration: match calendar.kind {
            Kind::Service => "A menu to choose from".to_owned(),
            Kind::ClassBooking | Kind::RoundRobin | Kind::Collective | Kind::Personal | Kind::Simple => {
                duration_label(calendar.duration)
            }
        },
        location: calendar.location,
    };
    Ok(WorkspaceView {
        name: workspace.name,
        calendars: listed.into_iter().map(bookable).collect(),
    })
}

/// An excerpt of a description for a list: the first paragraph, at most 160 characters.
fn excerpt(description: &str) -> String {
    let paragraph = description.trim().lines().next().unwrap_or_default();
    if paragraph.chars().count() <= 160 {
        return paragraph.to_owned();
    }
    let cut: String = paragraph.chars().take(160).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_ends_at_a_whole_word() {
        let long = "word ".repeat(60);
        let short = excerpt(&long);
        assert!(short.ends_with("word …"));
        assert!(short.chars().count() <= 162);
        assert_eq!(excerpt("One line.\nAnother."), "One line.");
    }
}
