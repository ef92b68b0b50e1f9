//! Passes what the stream reports to the live parts of the page.

#[cfg(feature = "pages")]
use super::{fresh, portfolio};
use super::{
    link::{self, Link},
    messages::TabEvent,
    pill, toasts, unread,
};
use crate::words::{lang, live::live};

/// Shows another state of the stream.
pub(crate) fn report_link(new: Link) {
    if link::replace(new) != new {
        pill::show(new);
        #[cfg(feature = "pages")]
        portfolio::show_link(new);
    }
}

/// Shows an event that has just happened.
pub(crate) fn report_event(event: &TabEvent) {
    let words = live(lang());
    toasts::show(words, event);
    unread::count(words, event);
    #[cfg(feature = "pages")]
    fresh::renew_after_event();
}
