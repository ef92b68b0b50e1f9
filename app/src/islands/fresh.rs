//! A part of a page that is refreshed while it changes.

#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// Marks a page whose `data-fresh` part the browser replaces: every one and a half seconds while the server
/// marks it as `moving`, every half minute while it is `slow`, and whenever the stream reports an event. A part in
/// use (a field with the focus, an open form or question) is replaced once it no longer is, and that of a hidden page once
/// it is shown. Without scripts a reload does the same.
#[cfg(feature = "ssr")]
#[component]
pub fn Fresh() -> impl IntoView {
    view! { <template data-renewed></template> }
}

#[cfg(feature = "pages")]
pub(crate) use browser::{renew, renew_after_event, start};

#[cfg(feature = "pages")]
mod browser {
    use crate::islands::page::{document, find, repeat, window};
    use std::{cell::Cell, time::Duration};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use web_sys::{Document, DomParser, Element, Response, SupportedType};

    /// The refresh interval of a part that is still changing; a settled part is refreshed only after an event.
    const PERIOD: Duration = Duration::from_millis(1_500);
    /// Ticks between two refreshes of a part that changes slowly.
    const SLOW: u32 = 20;
    const PART: &str = "[data-fresh]";
    /// Interactive elements; a table that merely scrolls is not one.
    const CONTROLS: &str = "a, button, input, select, summary, textarea";

    /// Marks a part that was in use, or on a hidden page, when it should have been replaced.
    const BEHIND: &str = "data-behind";

    /// How long a refresh may take before another one starts beside it, in milliseconds.
    const PATIENCE: f64 = 10_000.0;

    thread_local! {
        static TICKS: Cell<u32> = const { Cell::new(0) };
        /// When the newest refresh began; zero if none is running.
        static BEGAN: Cell<f64> = const { Cell::new(0.0) };
        /// Whether something changed after the running refresh had begun.
        static AGAIN: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether the page has a part that is replaced.
    fn is_renewed() -> bool {
        find("[data-renewed]").is_some()
    }

    /// Starts to replace the part.
    pub(crate) fn start() {
        if is_renewed() {
            repeat(PERIOD, tick);
        }
    }

    /// Refreshes the part because something has happened.
    pub(crate) fn renew_after_event() {
        if is_renewed() {
            spawn_local(renew());
        }
    }

    fn running() -> bool {
        // The clock may have been set back meanwhile.
        (0.0..PATIENCE).contains(&(js_sys::Date::now() - BEGAN.get()))
    }

    fn tick() {
        let Some(part) = part(&document()) else { return };
        let moving = match part.get_attribute("data-fresh").as_deref() {
            Some("moving") => true,
            Some("slow") => TICKS.replace(TICKS.get().wrapping_add(1)) % SLOW == SLOW - 1,
            _ => false,
        };
        let late = part.has_attribute(BEHIND) && !held(&part);
        if (moving || late) && !running() && !document().hidden() {
            spawn_local(renew());
        }
    }

    /// Refreshes the part. Changes during a refresh have it done once more afterwards: a burst of events is not a burst
    /// of requests, and no older answer replaces a newer one. Failures are ignored, because the next attempt follows soon.
    pub(crate) async fn renew() {
        if document().hidden() {
            if let Some(part) = part(&document()) {
                // An attribute of this name can always be set.
                let _ = part.set_attribute(BEHIND, "");
            }
            return;
        }
        if running() {
            return AGAIN.set(true);
        }
        loop {
            let began = js_sys::Date::now();
            BEGAN.set(began);
            AGAIN.set(false);
            let _ = read(began).await;
            // A later one runs if this one took too long.
            if BEGAN.get() != began {
                return;
            }
            if !AGAIN.get() {
                return BEGAN.set(0.0);
            }
        }
    }

    async fn read(began: f64) -> Result<(), JsValue> {
        let here = window().location().href()?;
        let response: Response = JsFuture::from(window().fetch_with_str(&here)).await?.unchecked_into();
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        if BEGAN.get() != began {
            return Ok(());
        }
        let there = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
        if let (true, Some(old), Some(new)) = (response.ok(), part(&document()), part(&there)) {
            if held(&old) {
                old.set_attribute(BEHIND, "")?;
            } else {
                old.set_inner_html(&new.inner_html());
                old.remove_attribute(BEHIND)?;
            }
            old.set_attribute("data-fresh", &new.get_attribute("data-fresh").unwrap_or_default())?;
        }
        Ok(())
    }

    fn part(of: &Document) -> Option<Element> {
        of.query_selector(PART).ok().flatten()
    }

    fn held(part: &Element) -> bool {
        let active = document().active_element().filter(|e| part.contains(Some(e)));
        let focused = active.is_some_and(|e| e.matches(CONTROLS).unwrap_or(true));
        let contains = |selector| part.query_selector(selector).ok().flatten().is_some();
        // Two queries: a browser without popovers knows no `:popover-open`, and would find nothing.
        focused || contains("details[open]") || contains(":popover-open")
    }
}
