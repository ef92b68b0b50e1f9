//! The wasm entry. Leptos calls `hydrate`, then each island of the page by its own export, which linking `app`
//! brings along.

use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Makes ready for the islands.
#[wasm_bindgen]
pub fn hydrate() {
    #[cfg(feature = "islands")]
    leptos::mount::hydrate_islands();
}
