//! The keyboard focus.

/// Moves the focus to the first element that matches a CSS selector.
#[cfg(feature = "islands")]
pub(super) fn focus(selector: &str) {
    use wasm_bindgen::JsCast;
    let found = leptos::prelude::document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// The server has no focus.
#[cfg(not(feature = "islands"))]
pub(super) fn focus(_: &str) {}
