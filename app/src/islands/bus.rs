//! What the islands of a tab share.

use super::told::{Happened, Quote};
use leptos::prelude::*;

/// How the stream stands. The pill tells it, and tells nothing better than the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "islands"), allow(dead_code))] // only the browser hears the stream
pub(crate) enum Link {
    /// Not yet.
    #[default]
    Connecting,
    /// Prices come.
    Live,
    /// The server is there, but the exchange's prices are not.
    Stale,
    /// The server is not there; trying again.
    Offline,
}

impl Link {
    /// For the stylesheet and for tests.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Offline => "offline",
        }
    }
}

/// The signals that the stream sets and islands read.
#[derive(Clone, Default)]
pub(crate) struct Bus {
    /// How the stream stands.
    pub(crate) link: ArcRwSignal<Link>,
    /// The newest price of each watched market: a few at most, so a list is enough.
    pub(crate) quotes: ArcRwSignal<Vec<(String, Quote)>>,
    /// The newest happening.
    pub(crate) happened: ArcRwSignal<Option<Happened>>,
    /// Too much was missed.
    pub(crate) outdated: ArcRwSignal<bool>,
}

/// The tab's one bus; a fresh one for each island that the server renders, for nothing may leak between requests.
pub(crate) fn bus() -> Bus {
    #[cfg(feature = "islands")]
    {
        thread_local! { static BUS: Bus = Bus::default(); }
        BUS.with(Clone::clone)
    }
    #[cfg(not(feature = "islands"))]
    Bus::default()
}
