//! The crate from outside: what a definition means, what a backtest makes of it, and what a candle file may be.

mod bars;
mod candles;
mod compare;
mod definition;
mod demo;
mod evaluation;
mod fills;
mod properties;
