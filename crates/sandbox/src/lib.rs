//! The embedded sandbox exchange: a replay of recorded market history, a deterministic matching and margin
//! engine, and Binance's REST and WebSocket protocols on top of them.
//!
//! [`market`] produces prices; [`engine`] holds accounts and orders. Both are pure. A journal and snapshots
//! make the state survive `kill -9`, and the protocol serves it over HTTP. [`Sandbox`] combines all of them.

pub mod engine;
pub mod market;

mod book_feed;
mod exchange;
mod history;
mod protocol;
mod sandbox;
mod state;

pub use protocol::Limits;
pub use sandbox::{Options, Sandbox, Stopped};
pub use state::StateError;
