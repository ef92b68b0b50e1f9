//! Notifications by e-mail and Telegram, each sent once.
//!
//! An event is recorded as a notice in the transaction that causes it ([`Notification`]): once per event, user and
//! channel. [`gather`] turns notices into messages of the outbox, those of a burst into one; [`deliver`]
//! sends messages and marks each before and after. Reports put their mails into the outbox themselves
//! ([`letter`]).

mod compose;
mod content;
mod deliver;
mod direct;
mod email;
mod event;
mod freeze_link;
mod notification;
pub(crate) mod outbox;
mod placeholder;
mod plain;
mod preferences;
mod result;
pub mod telegram;
mod unsubscribe;
mod words;

pub use content::Content;
pub(crate) use deliver::deliver_to;
pub use deliver::{deliver, gather, prune, resume};
pub use direct::Direct;
pub(crate) use email::Mailer;
pub use event::{Closed, ForeignFill, NotificationEvent, Ordered, RefusedCredentials, RuleNews};
pub(crate) use freeze_link::read_freeze_link;
pub(crate) use notification::{Notification, announce_credential};
pub use outbox::{Letter, Search, as_mailed, dead, letter, list, retry};
pub(crate) use placeholder::placeholder_address;
pub(crate) use plain::{Frame, framed};
pub use plain::{escape, shown};
pub use preferences::{Wish, preferences, set, unlinked, wants};
pub use unsubscribe::{topic_of, unsubscribe};
