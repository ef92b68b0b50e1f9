//! The page's elements. The live parts of every page write to them directly: with Leptos their bundle was three times as large.

use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, Event, Window};

/// The window. The bundles run nowhere else.
pub(crate) fn window() -> Window {
    js_sys::global().unchecked_into()
}

/// The document of the window.
pub(crate) fn document() -> Document {
    window().document().unwrap_or_else(|| unreachable!())
}

/// Calls `run` once, after this time.
pub(crate) fn after(time: Duration, run: impl FnOnce() + 'static) {
    let run = Closure::once_into_js(run);
    // A window has timers.
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(run.unchecked_ref(), millis(time));
}

/// Calls `run` again and again, always after this time.
pub(crate) fn repeat(time: Duration, run: fn()) {
    let run = Closure::<dyn FnMut()>::new(run).into_js_value();
    let _ =
        window().set_interval_with_callback_and_timeout_and_arguments_0(run.unchecked_ref(), millis(time));
}

fn millis(time: Duration) -> i32 {
    i32::try_from(time.as_millis()).unwrap_or(i32::MAX)
}

/// The first element that matches a CSS selector.
pub(crate) fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// All elements that match a CSS selector.
pub(crate) fn find_all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)).map(JsCast::unchecked_into).collect()
}

/// Sets an attribute. The names used here can always be set.
pub(crate) fn mark(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

/// Shows or hides an element.
pub(crate) fn set_shown(element: &Element, shown: bool) {
    if shown {
        // An attribute of this name can always be removed.
        let _ = element.remove_attribute("hidden");
    } else {
        mark(element, "hidden", "");
    }
}

/// Calls `run` at each event of this name, as long as the page exists.
pub(crate) fn listen(element: &Element, event: &str, run: Box<dyn FnMut(Event)>) {
    let run = Closure::wrap(run).into_js_value();
    let _ = element.add_event_listener_with_callback(event, run.unchecked_ref());
}
