//! The wasm entry point. The page calls `hydrate`, then the island of the trade page through its own export, which
//! comes from linking `app`.

#[cfg(not(feature = "islands"))]
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the live parts of the page, and the hydration of its island.
#[wasm_bindgen]
pub fn hydrate() {
    #[cfg(feature = "desk")]
    leptos::mount::hydrate_islands();
    #[cfg(feature = "islands")]
    app::islands::start();
}
