//! State shared by the islands of a tab.

use super::messages::{Quote, TabEvent};
use leptos::prelude::*;

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

/// The signals that the stream writes and islands read.
#[derive(Clone, Default)]
pub(crate) struct Bus {
    /// The state of the stream.
    pub(crate) link: ArcRwSignal<Link>,
    /// The newest price of each watched market: a few at most, so a list is enough.
    pub(crate) quotes: ArcRwSignal<Vec<(String, Quote)>>,
    /// The newest event.
    pub(crate) happened: ArcRwSignal<Option<TabEvent>>,
    /// Whether too many events were missed to catch up.
    pub(crate) outdated: ArcRwSignal<bool>,
}

/// The tab's single bus; on the server a new one for each island, so that nothing leaks between requests.
pub(crate) fn bus() -> Bus {
    #[cfg(feature = "islands")]
    {
        thread_local! { static BUS: Bus = Bus::default(); }
        BUS.with(Clone::clone)
    }
    #[cfg(not(feature = "islands"))]
    Bus::default()
}
