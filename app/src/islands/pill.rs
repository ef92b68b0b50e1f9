//! The connection pill: whether the displayed data is live.

#[cfg(any(feature = "ssr", feature = "islands"))]
use super::link::Link;
#[cfg(any(feature = "ssr", feature = "islands"))]
use crate::words::{lang, live::Live, live::live};
#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// Shows the state of the stream.
#[cfg(feature = "ssr")]
#[component]
pub fn ConnectionPill() -> impl IntoView {
    let (words, link) = (live(lang()), Link::default());
    view! {
        <span class="pill" role="status" data-testid="connection" data-state=link.name() title=words.link>
            <span class="pill-dot" aria-hidden="true"></span>
            <span class="pill-text">{text(words, link)}</span>
        </span>
    }
}

/// The text of a state.
#[cfg(any(feature = "ssr", feature = "islands"))]
fn text(words: &'static Live, link: Link) -> &'static str {
    match link {
        Link::Connecting => words.connecting,
        Link::Live => words.connected,
        Link::Stale => words.stale,
        Link::Offline => words.offline,
    }
}

/// Writes the state of the stream into the pill.
#[cfg(feature = "islands")]
pub(crate) fn show(link: Link) {
    use super::page::{find, mark};
    if let Some(pill) = find(".pill") {
        mark(&pill, "data-state", link.name());
    }
    if let Some(shown) = find(".pill-text") {
        shown.set_text_content(Some(text(live(lang()), link)));
    }
}
