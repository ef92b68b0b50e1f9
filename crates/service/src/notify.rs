//! Telling people what happened, by e-mail and Telegram, once.
//!
//! An event is a notice, written in the transaction that causes it ([`tell`]): once for each event, person and channel.
//! Notices become messages of the outbox ([`gather`]), those of a burst together; messages are handed over by
//! [`deliver`], which marks each before and after. Reports put their letters into the outbox themselves ([`letter`]).

mod compose;
mod deliver;
mod direct;
mod email;
mod event;
pub(crate) mod outbox;
mod plain;
mod preferences;
pub(crate) mod secret;
pub mod telegram;
mod unsubscribe;
mod words;

pub use deliver::{deliver, gather, prune, resume};
pub use direct::Direct;
pub(crate) use email::Mailer;
pub(crate) use event::Telling;
pub use event::{Closed, Event, ForeignFill, Ordered};
pub use outbox::{Content, Letter, Search, as_mailed, dead, letter, list, retry};
pub(crate) use plain::{Frame, framed};
pub use plain::{escape, shown};
pub use preferences::{Wish, preferences, set, unlinked, wants};
pub(crate) use secret::{Purpose, Signer, sign};
pub use unsubscribe::{topic_of, unsubscribe};
