//! Tests of the crate's public interface: the meaning of definitions, backtests, and candle files.

#![allow(clippy::unwrap_used, reason = "a helper that cannot continue fails its test")]

mod bars;
mod candles;
mod compare;
mod definition;
mod demo;
mod evaluation;
mod fills;
mod properties;
