//! The body of an answer while it arrives: bounded, as UTF-8, and without parts that the client does not use.

mod attachment_filter;
mod lines;
mod utf8;

use std::io::{self, Cursor};

use futures::stream::{self, BoxStream, Stream};
use futures::{StreamExt as _, TryStreamExt as _};
use tokio_util::io::StreamReader;

pub(crate) use attachment_filter::{CUT, Kind};

use crate::error::Error;
use crate::limits::Limits;
use attachment_filter::AttachmentFilter;
use utf8::Utf8;

// A body is held by futures that are spawned, so it must be `Send`; connections' streams are not `Sync`.
type Pieces = BoxStream<'static, io::Result<Cursor<Vec<u8>>>>;

/// A body to be read piece by piece. An [`io::Error`] from it holds an [`Error`].
pub(crate) type Body = StreamReader<Pieces, Cursor<Vec<u8>>>;

/// The bounds of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// The result is held as a whole, so the whole is bounded.
    Whole,
    /// The result is handed on in pieces, so only the pieces are bounded, and the time.
    Bits,
}

/// Returns the body that these pieces make up.
pub(crate) fn body<P: AsRef<[u8]> + 'static>(
    pieces: impl Stream<Item = Result<P, Error>> + Send + 'static,
    kind: Kind,
    bound: Bound,
    limits: &Limits,
) -> Body {
    let mut meter = Meter {
        arrived: 0,
        passed: 0,
        most_arrived: limits.answer_bytes,
        most_passed: match bound {
            Bound::Whole => limits.body_bytes,
            Bound::Bits => limits.answer_bytes,
        },
        utf8: Utf8::default(),
        filter: AttachmentFilter::new(kind, usize::try_from(limits.resource_bytes).unwrap_or(usize::MAX)),
    };
    let end = stream::once(async { Ok(None) });
    let pieces = pieces.map_ok(Some).chain(end).map(move |piece| {
        let text = match piece? {
            Some(piece) => meter.push(piece.as_ref())?,
            None => meter.finish()?,
        };
        Ok(Cursor::new(text))
    });
    StreamReader::new(pieces.map_err(io::Error::other::<Error>).boxed())
}

/// Counts what arrives and what is passed on.
struct Meter {
    arrived: u64,
    passed: u64,
    most_arrived: u64,
    most_passed: u64,
    utf8: Utf8,
    filter: AttachmentFilter,
}

impl Meter {
    fn push(&mut self, piece: &[u8]) -> Result<Vec<u8>, Error> {
        self.arrived += piece.len() as u64;
        within(self.arrived, self.most_arrived)?;
        let text = self.utf8.push(piece);
        self.pass(&text)
    }

    fn finish(&mut self) -> Result<Vec<u8>, Error> {
        let text = self.utf8.finish();
        let mut passed = self.pass(text)?;
        self.filter.finish(&mut passed);
        Ok(passed)
    }

    fn pass(&mut self, text: &[u8]) -> Result<Vec<u8>, Error> {
        let mut passed = Vec::with_capacity(text.len());
        self.filter.push(text, &mut passed)?;
        self.passed += passed.len() as u64;
        within(self.passed, self.most_passed)?;
        Ok(passed)
    }
}

fn within(bytes: u64, limit: u64) -> Result<(), Error> {
    if bytes > limit {
        return Err(Error::TooLarge { limit });
    }
    Ok(())
}

/// Returns the client's error within an I/O error of a body.
pub(crate) fn error_of(error: &io::Error) -> Option<Error> {
    error.get_ref()?.downcast_ref::<Error>().cloned()
}
