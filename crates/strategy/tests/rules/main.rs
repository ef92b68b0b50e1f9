//! The crate from outside: what a definition means, what a backtest makes of it, and what a candle file may be.

#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test where it stands")]

mod bars;
mod candles;
mod compare;
mod definition;
mod demo;
mod evaluation;
mod fills;
mod properties;
