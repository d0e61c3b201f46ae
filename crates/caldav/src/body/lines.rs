//! Removes attachments from a calendar's lines while they arrive (RFC 5545 sections 3.1 and 3.8.1.1).
//!
//! The client does not use them, Apple allows 20 MB of them in an event, and some servers send them inline.

const NAME: &[u8; 6] = b"ATTACH";

/// The position of the next byte.
#[derive(Debug, Default)]
pub(super) struct Lines {
    state: State,
    /// The first bytes of a line, while they are a beginning of `ATTACH`.
    held: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a line, or in its name while that may still be `ATTACH`.
    #[default]
    Name,
    /// Within a line that is passed on.
    Kept,
    /// Within an attachment.
    Dropped,
    /// After the end of an attachment's line: a blank would continue it.
    Folded,
}

impl Lines {
    /// Takes the next bytes, none of which ends a line, and passes on those that are no attachment.
    pub(super) fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while let Some((&first, rest)) = bytes.split_first() {
            match self.state {
                State::Kept => return out.extend_from_slice(bytes),
                State::Dropped => return,
                State::Folded => {
                    if matches!(first, b' ' | b'\t') {
                        self.state = State::Dropped;
                        bytes = rest;
                    } else {
                        self.state = State::Name;
                    }
                }
                State::Name => match NAME.get(self.held.len()) {
                    Some(letter) if first.eq_ignore_ascii_case(letter) => {
                        self.held.push(first);
                        bytes = rest;
                    }
                    None if matches!(first, b':' | b';') => {
                        self.held.clear();
                        self.state = State::Dropped;
                    }
                    _ => {
                        out.append(&mut self.held);
                        self.state = State::Kept;
                    }
                },
            }
        }
    }

    /// Takes the last byte of a line ending.
    pub(super) fn end_line(&mut self, byte: u8, out: &mut Vec<u8>) {
        if matches!(self.state, State::Dropped) {
            self.state = State::Folded;
            return;
        }
        out.append(&mut self.held);
        out.push(byte);
        self.state = State::Name;
    }

    /// Returns whether the next byte is part of an attachment, if it ends no line.
    pub(super) fn are_dropped(&self) -> bool {
        self.state == State::Dropped
    }

    /// Ends the text. Another one may begin after it.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
        self.state = State::Name;
    }
}
