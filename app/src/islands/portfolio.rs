//! The profit of the dashboard's open positions, as prices move.

use crate::islands::reactive::handler;
use crate::words::{lang, live::live};
use leptos::prelude::*;

/// Keeps the figures of the open positions current: writes each profit into its `data-pnl` element and the sum into the
/// `data-pnl-total` one, has the page's `data-fresh` part replaced when positions or orders change, and marks the
/// `data-holdings` part with the state of the stream. Renders the setting that shows the sum in the tab's title.
///
/// It writes to the page's elements without signals and views in between, whose code would be a multiple of its own.
#[island]
pub fn LivePortfolio() -> impl IntoView {
    let words = live(lang());
    #[cfg(feature = "islands")]
    browser::run();
    let set = move |on: bool| {
        #[cfg(feature = "islands")]
        browser::choose(on);
        #[cfg(not(feature = "islands"))]
        let _ = on;
    };
    // Without scripts the title cannot change, and there is nothing to set.
    view! {
        <label class="check" hidden=true>
            <input type="checkbox" data-testid="pnl-title" data-pnl-title="true"
                on:change=handler(move |event| set(event_target_checked(&event)))/>
            <span>{words.pnl_in_title}</span>
        </label>
    }
}

#[cfg(feature = "islands")]
mod browser {
    use crate::{
        figures,
        islands::{
            bus::bus,
            fresh,
            messages::{PortfolioNews, portfolio_news},
            reactive::effect,
            stream,
        },
    };
    use leptos::prelude::*;
    use std::cell::{Cell, RefCell};
    use wasm_bindgen::{JsCast, JsValue};
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

    pub(super) fn run() {
        let link = bus().link;
        let mut started = false;
        effect(move || {
            mark("data-link", link.get().name());
            if !std::mem::replace(&mut started, true) {
                start();
            }
        });
    }

    /// Shows the setting, and subscribes to the positions.
    fn start() {
        PLAIN.set(document().title());
        TITLED.set(wanted());
        if let Some(input) = find("[data-pnl-title]") {
            if let Some(label) = input.parent_element() {
                // An attribute of this name can always be removed.
                let _ = label.remove_attribute("hidden");
            }
            input.unchecked_into::<HtmlInputElement>().set_checked(TITLED.get());
        }
        stream::watch_portfolio(|message: &JsValue| {
            if let Some(news) = portfolio_news(message) {
                show(&news);
            }
        });
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
        mark("data-complete", if news.complete { "true" } else { "false" });
        let rows = find("[data-pnl-rows]").and_then(|rows| rows.get_attribute("data-pnl-rows"));
        let differs = missing || rows.and_then(|rows| rows.parse().ok()) != Some(news.positions.len());
        // Once per revision: an account that only one of the two could read must not cause a request each second.
        let seen = SEEN.replace(Some(news.revision));
        if seen.map_or(differs, |seen| seen != news.revision) {
            leptos::task::spawn_local(fresh::renew());
        }
    }

    fn put(cell: &Element, text: &str) {
        let tone = match text.chars().next() {
            Some('+') => "gain",
            Some('−') => "loss",
            _ => "plain",
        };
        cell.set_text_content(Some(text));
        // An attribute of this name can always be set.
        let _ = cell.set_attribute("data-change", tone);
    }

    fn show_title() {
        let plain = PLAIN.with_borrow(Clone::clone);
        let sum = SUM.with_borrow(Clone::clone);
        let title = if TITLED.get() && !sum.is_empty() { format!("{sum} · {plain}") } else { plain };
        document().set_title(&title);
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

    /// Applies the setting, and stores it in this browser. Without storage it lasts as long as the page.
    pub(super) fn choose(on: bool) {
        TITLED.set(on);
        show_title();
        let Some(storage) = storage() else { return };
        let _ = if on { storage.set_item(SETTING, "on") } else { storage.remove_item(SETTING) };
    }
}
