//! The connection pill: whether the displayed data is live.

use super::bus::{Link, bus};
use crate::islands::reactive::dynamic;
use crate::words::{lang, live::live};
use leptos::prelude::*;

/// Shows the state of the stream. It also opens the stream on every page, for toasts.
#[island]
pub fn ConnectionPill() -> impl IntoView {
    let words = live(lang());
    let link = bus().link;
    let state = link.clone();
    #[cfg(feature = "islands")]
    super::reactive::effect(super::stream::start);
    let text = move || match link.get() {
        Link::Connecting => words.connecting,
        Link::Live => words.connected,
        Link::Stale => words.stale,
        Link::Offline => words.offline,
    };
    view! {
        <span class="pill" role="status" data-testid="connection" data-state=dynamic(move || state.get().name()) title=words.link>
            <span class="pill-dot" aria-hidden="true"></span>
            <span class="pill-text">{dynamic(text)}</span>
        </span>
    }
}
