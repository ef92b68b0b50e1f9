//! The wasm entry point. Leptos calls `hydrate`, then each island of the page through its own export, which
//! comes from linking `app`.

use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the hydration of the islands.
#[wasm_bindgen]
pub fn hydrate() {
    #[cfg(feature = "islands")]
    leptos::mount::hydrate_islands();
}
