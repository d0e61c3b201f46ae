//! Tells people how the dates of an event were understood that can be meant in several ways.

use crate::events::event_times::EventReader;
use crate::model::ProblemKind;
use crate::parse::components::EventText;
use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::parse::oddities::Oddities;
use crate::rrule::parts::is_until;

impl Oddities {
    /// Notes for people how the dates of an event were understood that can be meant in several ways.
    pub(crate) fn note(self, text: &EventText, reader: &mut EventReader) {
        let is_by_length = self.by_length && !self.several;
        if self.mended && !is_by_length {
            reader.mention(
                ProblemKind::Mended,
                "has a date that is written wrongly; what it means is clear and was used.",
            );
        }
        if self.several {
            reader.note(
                ProblemKind::Date,
                "has a date that can be meant in more than one way, or is hard to read; all that it may mean is kept busy.",
            );
        }
        if is_by_length {
            reader.note(
                ProblemKind::Date,
                "has a date that can be meant in more than one way; one by which it would last far longer is not used.",
            );
        }
        if self.null_until {
            reader.mention(
                ProblemKind::Rule,
                "repeats until a date that programs write for none, long before its start; it is taken for no end.",
            );
        }
        if self.buddhist {
            reader.note(
                ProblemKind::Date,
                "has a year that is most likely one of the Buddhist calendar; both what it means there and what is written \
                 is kept busy.",
            );
        }
        if self.limits {
            reader.mention(
                ProblemKind::Date,
                "repeats until a date, or leaves one out, that can be meant in more than one way; what may be busy stays so.",
            );
        }
        if self.foreign {
            let what =
                "begins in a year that another calendar may have counted, so its time may be another one.";
            let is_bounded = |part: &str| is_until(part) || part.trim_start().starts_with(['C', 'c']);
            let is_endless = |line: &Line| !line.value.split(';').any(is_bounded);
            if text.all(Name::RRule).any(is_endless) {
                // It comes up to today.
                reader.mention(ProblemKind::Date, what);
            } else {
                reader.elsewhere(ProblemKind::Date, what);
            }
        }
    }
}
