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

/// Closes the sheet that the ticket is on a phone; the focus goes to what opens it.
#[cfg(feature = "islands")]
pub(super) fn close_sheet() {
    use wasm_bindgen::JsCast;
    let found = leptos::prelude::document().query_selector(".sheet[open] > summary").ok().flatten();
    let summary = found.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok());
    // On a wide page the sheet is not shown, and has no height.
    if let Some(summary) = summary.filter(|summary| summary.offset_height() > 0) {
        let _ = summary.parent_element().map(|sheet| sheet.remove_attribute("open"));
        let _ = summary.focus();
    }
}

/// The server has no sheet.
#[cfg(not(feature = "islands"))]
pub(super) fn close_sheet() {}

/// The server has no focus.
#[cfg(not(feature = "islands"))]
pub(super) fn focus(_: &str) {}
