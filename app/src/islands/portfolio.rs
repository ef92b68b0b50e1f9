//! The profit of the dashboard's open positions, as prices move.

#[cfg(feature = "ssr")]
use crate::words::{lang, live::live};
#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// The setting that shows the sum of the profits in the tab's title. On a page that has it, the browser keeps the figures of the
/// open positions current: it writes each profit into its `data-pnl` element and the sum into the `data-pnl-total` one, has the
/// page's `data-fresh` part replaced when positions or orders change, and marks the `data-holdings` part with the state of
/// the stream. Without scripts the title cannot change, and there is nothing to set.
#[cfg(feature = "ssr")]
#[component]
pub fn LivePortfolio() -> impl IntoView {
    let words = live(lang());
    view! {
        <label class="check" data-asleep="true">
            <input type="checkbox" data-testid="pnl-title" data-pnl-title="true"/>
            <span>{words.pnl_in_title}</span>
        </label>
    }
}

#[cfg(feature = "pages")]
pub(crate) use browser::{receive, show_link, start};

#[cfg(feature = "pages")]
mod browser {
    use crate::{
        figures,
        islands::{
            fresh,
            link::{self, Link},
            messages::{PortfolioNews, portfolio_news},
            page::{document, find, listen, mark, window},
        },
    };
    use std::cell::{Cell, RefCell};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::spawn_local;
    use web_sys::{Element, HtmlInputElement, Storage};

    /// The key of the setting in the browser's storage.
    const SETTING: &str = "slipstream-pnl-title";

    thread_local! {
        /// The revision that the page shows, or will show.
        static SEEN: Cell<Option<i64>> = const { Cell::new(None) };
        /// Whether the tab's title has the sum.
        static TITLED: Cell<bool> = const { Cell::new(false) };
        /// The title without the sum.
        static PLAIN: RefCell<String> = const { RefCell::new(String::new()) };
        /// The last sum; empty before the first one.
        static SUM: RefCell<String> = const { RefCell::new(String::new()) };
    }

    /// Shows the setting on a page that has it. Returns whether the page needs the positions.
    pub(crate) fn start() -> bool {
        let Some(input) = find("[data-pnl-title]") else { return false };
        show_link(link::current());
        PLAIN.set(document().title());
        TITLED.set(wanted());
        if let Some(label) = input.parent_element() {
            // An attribute of this name can always be removed.
            let _ = label.remove_attribute("data-asleep");
        }
        let input = input.unchecked_into::<HtmlInputElement>();
        input.set_checked(TITLED.get());
        let setting = input.clone();
        listen(&input, "change", Box::new(move |_| choose(setting.checked())));
        true
    }

    /// Shows the positions of a message, if it has any.
    pub(crate) fn receive(message: &JsValue) {
        if let Some(news) = portfolio_news(message) {
            show(&news);
        }
    }

    /// Writes the figures into the page.
    fn show(news: &PortfolioNews) {
        let mut missing = false;
        for (place, profit) in &news.positions {
            match find(&format!("[data-pnl=\"{place}\"]")) {
                Some(cell) => put(&cell, &figures::signed(profit)),
                None => missing = true,
            }
        }
        SUM.set(figures::signed(&news.unrealized));
        if let Some(sum) = find("[data-pnl-total]") {
            SUM.with_borrow(|text| put(&sum, text));
        }
        if TITLED.get() {
            show_title();
        }
        mark_holdings("data-complete", if news.complete { "true" } else { "false" });
        let rows = find("[data-pnl-rows]").and_then(|rows| rows.get_attribute("data-pnl-rows"));
        let differs = missing || rows.and_then(|rows| rows.parse().ok()) != Some(news.positions.len());
        // Once per revision: an account that only one of the two could read must not cause a request each second.
        let seen = SEEN.replace(Some(news.revision));
        if seen.map_or(differs, |seen| seen != news.revision) {
            spawn_local(fresh::renew());
        }
    }

    fn put(cell: &Element, text: &str) {
        let tone = match text.chars().next() {
            Some('+') => "gain",
            Some('−') => "loss",
            _ => "plain",
        };
        cell.set_text_content(Some(text));
        mark(cell, "data-change", tone);
    }

    fn show_title() {
        let plain = PLAIN.with_borrow(Clone::clone);
        let sum = SUM.with_borrow(Clone::clone);
        let title = if TITLED.get() && !sum.is_empty() { format!("{sum} · {plain}") } else { plain };
        document().set_title(&title);
    }

    /// Marks the positions with the state of the stream.
    pub(crate) fn show_link(link: Link) {
        if find("[data-pnl-title]").is_some() {
            mark_holdings("data-link", link.name());
        }
    }

    fn mark_holdings(name: &str, value: &str) {
        if let Some(part) = find("[data-holdings]") {
            mark(&part, name, value);
        }
    }

    fn storage() -> Option<Storage> {
        window().local_storage().ok().flatten()
    }

    fn wanted() -> bool {
        storage().and_then(|storage| storage.get_item(SETTING).ok().flatten()).is_some()
    }

    /// Applies the setting, and stores it in this browser. Without storage it lasts as long as the page.
    fn choose(on: bool) {
        TITLED.set(on);
        show_title();
        let Some(storage) = storage() else { return };
        let _ = if on { storage.set_item(SETTING, "on") } else { storage.remove_item(SETTING) };
    }
}
