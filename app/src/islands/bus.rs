//! Passes what the stream reports to the live parts of the page.

/// The state of the stream, as the connection pill shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "islands"), allow(dead_code))] // only the browser receives the stream
pub(crate) enum Link {
    /// Not connected yet.
    #[default]
    Connecting,
    /// Prices arrive.
    Live,
    /// The server responds, but has no fresh exchange prices.
    Stale,
    /// The server does not respond; reconnecting.
    Offline,
}

impl Link {
    /// The name for the stylesheet and for tests.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Offline => "offline",
        }
    }
}

#[cfg(feature = "islands")]
pub(crate) use browser::{link, report_event, report_link};

#[cfg(feature = "islands")]
mod browser {
    use super::Link;
    #[cfg(feature = "pages")]
    use crate::islands::{fresh, portfolio};
    use crate::{
        islands::{messages::TabEvent, pill, toasts, unread},
        words::{lang, live::live},
    };
    use std::cell::Cell;

    thread_local! { static LINK: Cell<Link> = const { Cell::new(Link::Connecting) }; }

    /// The present state of the stream.
    pub(crate) fn link() -> Link {
        LINK.get()
    }

    /// Shows another state of the stream.
    pub(crate) fn report_link(link: Link) {
        if LINK.replace(link) != link {
            pill::show(link);
            #[cfg(feature = "pages")]
            portfolio::show_link(link);
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
}
