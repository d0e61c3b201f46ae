//! Building blocks of the pages. Each has its style in a file of the same name under `style/`. Islands are made of those that are compiled
//! for the browser as well.
//!
//! | block | for |
//! |---|---|
//! | [`layout`] | the frames around pages, the page's head |
//! | [`field`] | labelled inputs with help and error |
//! | [`form`] | buttons, the notice on top of a form |
//! | [`seen`] | the version of a form, and saving over somebody else's change |
//! | [`notice`] | messages, cards, empty states, badges |
//! | [`load()`] | a page's data: shown, or why not |
//! | [`zone`] | choosing a time zone |
//! | [`month`], [`times`] | choosing a day and a time |
//! | [`title`] | the page's title |
//! | [`icon`] | the few pictures |

#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod form;
pub mod icon;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod load;
pub mod month;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod number;
#[cfg(feature = "ssr")]
pub mod seen;
pub mod times;
#[cfg(feature = "ssr")]
pub mod title;
#[cfg(feature = "ssr")]
pub mod zone;

#[cfg(feature = "ssr")]
pub use field::{Check, Choice, Field, FieldGroup, LongText, Options};
#[cfg(feature = "ssr")]
pub use form::{Button, ButtonLink, FormNotice, Look};
pub use icon::{Icon, Picture};
#[cfg(feature = "ssr")]
pub use layout::{EntrancePage, PageHeader};
#[cfg(feature = "ssr")]
pub use load::{load, load_page};
pub use month::{DayCell, Month, MonthGrid};
#[cfg(feature = "ssr")]
pub use notice::{Badge, Card, EmptyState, Notice, ProblemNotice, Tone};
#[cfg(feature = "ssr")]
pub use seen::{DeleteButton, SaveButtons, SeenVersion, is_told};
pub use times::{TimeChoice, TimeGroup, TimeList};
#[cfg(feature = "ssr")]
pub use title::PageTitle;
#[cfg(feature = "ssr")]
pub use zone::{ZoneOption, ZonePicker};
