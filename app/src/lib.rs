//! The front end of Slipstream: pages that the server renders, forms that work without scripts, and the live parts.
//!
//! Compiled three times: for the server (`ssr`), for the small wasm bundle of most pages (`islands` + `pages`), and for the
//! trade page's bundle (`islands` + `desk`). The browser bundles contain only the live parts and what they share; only the
//! trade page's has Leptos.
#![recursion_limit = "512"]

#[cfg(any(feature = "ssr", feature = "desk"))]
pub mod answer;
#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
mod components;
mod figures;
pub mod islands;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub mod notice;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod visit;
mod words;

#[cfg(feature = "ssr")]
pub use pages::reference::{ApiReference, model::Reference};
#[cfg(feature = "ssr")]
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
#[cfg(feature = "ssr")]
pub use visit::{Assets, Visit};
pub use words::Lang;
