//! The state of the stream.

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
pub(crate) use browser::{current, replace};

#[cfg(feature = "islands")]
mod browser {
    use super::Link;
    use std::cell::Cell;

    thread_local! { static LINK: Cell<Link> = const { Cell::new(Link::Connecting) }; }

    /// The current state.
    pub(crate) fn current() -> Link {
        LINK.get()
    }

    /// Sets the state and returns the one before.
    pub(crate) fn replace(link: Link) -> Link {
        LINK.replace(link)
    }
}
