//! Building blocks of the pages. Each has its style in a file of the same name under `style/`.
//!
//! | block | for |
//! |---|---|
//! | [`layout`] | the frames around pages, the page's head |
//! | [`field`] | labelled inputs with help and error |
//! | [`form`] | buttons, the notice on top of a form |
//! | [`seen`] | the version of a form, and saving over somebody else's change |
//! | [`notice`] | messages, cards, empty states, badges |
//! | [`load()`] | a page's data: waiting, shown, or why not |
//! | [`zone`] | choosing a time zone |
//! | [`month`], [`times`] | choosing a day and a time |
//! | [`title`] | the page's title |
//! | [`icon`] | the few pictures |

pub mod field;
pub mod form;
pub mod icon;
pub mod layout;
pub mod load;
pub mod month;
pub mod notice;
#[cfg(feature = "ssr")]
pub mod number;
pub mod seen;
pub mod times;
pub mod title;
pub mod zone;

pub use field::{Check, Choice, Field, FieldGroup, LongText, Options};
pub use form::{Button, ButtonLink, FormNotice, Look, accepted, problem_of};
pub use icon::{Icon, Picture};
pub use layout::{EntrancePage, PageHeader};
pub use load::{load, load_page, rebuild_on};
pub use month::{DayCell, Month, MonthGrid};
pub use notice::{Badge, Card, EmptyState, Notice, ProblemNotice, Tone};
pub use seen::{DeleteButton, SaveButtons, SeenVersion, is_told};
pub use times::{TimeChoice, TimeGroup, TimeList};
pub use title::PageTitle;
pub use zone::{ZoneOption, ZonePicker};
