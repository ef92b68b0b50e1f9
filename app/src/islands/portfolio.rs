//! The profit of the dashboard's open positions, as prices move.

#[cfg(feature = "islands")]
use super::bus::bus;
use crate::words::{lang, live::live};
use leptos::prelude::*;

/// Keeps the figures of the open positions current: writes each profit into its `data-pnl` element and the sum into the
/// `data-pnl-total` one, has the page's `data-fresh` part replaced when positions or orders change, and marks the
/// `data-holdings` part with the state of the stream. Renders the setting that shows the sum in the tab's title.
#[island]
pub fn LivePortfolio() -> impl IntoView {
    let words = live(lang());
    let (awake, titled) = (RwSignal::new(false), RwSignal::new(false));
    #[cfg(feature = "islands")]
    browser::run(awake, titled);
    let set = move |on: bool| {
        titled.set(on);
        #[cfg(feature = "islands")]
        browser::remember(on);
    };
    // Without scripts the title cannot change, and there is nothing to set.
    view! {
        <label class="check" hidden=move || !awake.get()>
            <input type="checkbox" data-testid="pnl-title" prop:checked=move || titled.get()
                on:change=move |event| set(event_target_checked(&event))/>
            <span>{words.pnl_in_title}</span>
        </label>
    }
}

#[cfg(feature = "islands")]
mod browser {
    use super::*;
    use crate::{figures, islands::messages::PortfolioNews};
    use web_sys::{Element, Storage};

    /// The key of the setting in the browser's storage.
    const SETTING: &str = "slipstream-pnl-title";

    pub(super) fn run(awake: RwSignal<bool>, titled: RwSignal<bool>) {
        let (portfolio, link) = (bus().portfolio, bus().link);
        let plain = document().title();
        Effect::new(move |_| {
            titled.set(wanted());
            awake.set(true);
            crate::islands::stream::watch_portfolio();
        });
        let news = portfolio.clone();
        Effect::new(move |seen: Option<Option<i64>>| {
            let seen = seen.flatten();
            news.with(|news| news.as_ref().map(|news| show(news, seen)).or(seen))
        });
        Effect::new(move |_| {
            let sum = portfolio.with(|news| news.as_ref().map(|news| figures::signed(&news.unrealized)));
            let title = sum.filter(|_| titled.get()).map(|sum| format!("{sum} · {plain}"));
            document().set_title(title.as_deref().unwrap_or(&plain));
        });
        Effect::new(move |_| mark("data-link", link.get().name()));
    }

    /// Writes the figures into the page; returns the revision that the page shows, or will show.
    fn show(news: &PortfolioNews, seen: Option<i64>) -> i64 {
        let mut missing = false;
        for (place, profit) in &news.positions {
            match find(&format!("[data-pnl=\"{place}\"]")) {
                Some(cell) => put(&cell, profit),
                None => missing = true,
            }
        }
        if let Some(sum) = find("[data-pnl-total]") {
            put(&sum, &news.unrealized);
        }
        mark("data-complete", if news.complete { "true" } else { "false" });
        let rows = find("[data-pnl-rows]").and_then(|rows| rows.get_attribute("data-pnl-rows"));
        let differs = missing || rows.and_then(|rows| rows.parse().ok()) != Some(news.positions.len());
        // Once per revision: an account that only one of the two could read must not cause a request each second.
        if seen.map_or(differs, |seen| seen != news.revision) {
            leptos::task::spawn_local(crate::islands::fresh::renew());
        }
        news.revision
    }

    fn put(cell: &Element, profit: &str) {
        let text = figures::signed(profit);
        let tone = match text.chars().next() {
            Some('+') => "gain",
            Some('−') => "loss",
            _ => "plain",
        };
        cell.set_text_content(Some(&text));
        // An attribute of this name can always be set.
        let _ = cell.set_attribute("data-change", tone);
    }

    fn mark(name: &str, value: &str) {
        if let Some(part) = find("[data-holdings]") {
            let _ = part.set_attribute(name, value);
        }
    }

    fn find(selector: &str) -> Option<Element> {
        document().query_selector(selector).ok().flatten()
    }

    fn storage() -> Option<Storage> {
        window().local_storage().ok().flatten()
    }

    fn wanted() -> bool {
        storage().and_then(|storage| storage.get_item(SETTING).ok().flatten()).is_some()
    }

    /// Stores the setting in this browser.
    pub(super) fn remember(on: bool) {
        let Some(storage) = storage() else { return };
        // Without storage the setting lasts as long as the page.
        let _ = if on { storage.set_item(SETTING, "on") } else { storage.remove_item(SETTING) };
    }
}
