//! The embedded exchange: a replay of real market history, a deterministic matching and margin engine, and Binance's
//! REST and WebSocket protocol in front of them.
//!
//! [`market`] makes the prices, [`engine`] keeps accounts and orders, both pure. Around them stand the journal and
//! snapshots that survive `kill -9`, and the protocol; [`Sandbox`] is all of it together.

pub mod engine;
pub mod market;

mod exchange;
mod history;
mod protocol;
mod sandbox;
mod state;

pub use protocol::Limits;
pub use sandbox::{Options, Sandbox, Stopped};
pub use state::StateError;
