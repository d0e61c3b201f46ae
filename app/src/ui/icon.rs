//! Icons, drawn as lines in a 24 × 24 box. They are decorative and hidden from screen readers.

use leptos::prelude::*;

/// The icons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says what is drawn")]
pub enum Picture {
    Calendar,
    Check,
    ChevronLeft,
    ChevronRight,
    Clock,
    Cloud,
    Gear,
    Globe,
    Info,
    Link,
    List,
    Pencil,
    Person,
    People,
    Pin,
    Plus,
    Quince,
    Video,
    Warning,
}

impl Picture {
    fn path(self) -> &'static str {
        match self {
            Self::Calendar => "M4 6.5h16v13H4zM4 10.5h16M8.5 4v4M15.5 4v4",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::ChevronLeft => "M14.5 6l-6 6 6 6",
            Self::ChevronRight => "M9.5 6l6 6-6 6",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
            Self::Cloud => "M7 18.5a4 4 0 0 1-.4-8 5.5 5.5 0 0 1 10.7-.9A4.5 4.5 0 0 1 17 18.5z",
            Self::Gear => {
                "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3.5v2.5M12 18v2.5M3.5 12H6M18 12h2.5M6 6l1.8 1.8M16.2 16.2L18 18M18 6l-1.8 1.8M7.8 16.2L6 18"
            }
            Self::Globe => {
                "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17"
            }
            Self::Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.5v.5",
            Self::Link => {
                "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"
            }
            Self::List => "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.5M4 12h.5M4 17.5h.5",
            Self::Pencil => "M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5z",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.5-4 3.5-6 7.5-6s7 2 7.5 6",
            Self::People => {
                "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 19.5c.5-3.5 3-5 6.5-5s6 1.5 6.5 5M15.5 5.5a3.3 3.3 0 0 1 0 6.3M18 14.8c2 .7 3.2 2.2 3.5 4.7"
            }
            Self::Pin => {
                "M12 21c-4-4.5-6.5-7.5-6.5-11a6.5 6.5 0 0 1 13 0c0 3.5-2.5 6.5-6.5 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Quince => {
                "M12 6.5c-2.5 0-3 2.3-4 4.2-1.8 1.9-3 3.7-3 5.8 0 2.9 2.8 4.5 5.3 4.5.7 0 1-.6 1.7-.6s1 .6 1.7.6c2.5 0 5.3-1.6 5.3-4.5 0-2.1-1.2-3.9-3-5.8-1-1.9-1.5-4.2-4-4.2zM12 6.5c0-1.7.6-2.9 2-3.6M12 6c-1.2-.3-2.6-1.2-2.8-2.7 1.6 0 2.8 1.2 2.8 2.7z"
            }
            Self::Video => "M3.5 7h11v10h-11zM14.5 11l6-3.5v9l-6-3.5z",
            Self::Warning => "M12 4l9 16H3zM12 10v4.5M12 17v.5",
        }
    }
}

/// An icon beside text.
#[component]
pub fn Icon(
    /// Which icon.
    picture: Picture,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <path d=picture.path()></path>
        </svg>
    }
}
