//! Prices: a replay of recorded history, and synthetic markets beside it.
//!
//! A recorded hour plays in one minute of the wall clock, in 240 beats, and is published as the one-minute candle of
//! that minute. Everything follows from the seed and the position on the [`Tape`]: no clock and no chance in here.
//! Spot and perpetual of a pair show the same walk; the perpetual rounds its prices to its own tick.

mod book;
mod feed;
mod minutes;
mod noise;
pub mod pack;
mod pairs;
mod quote;
mod source;
mod tape;
mod walk;

pub(crate) use book::Book;
pub(crate) use feed::Beat;
pub(crate) use minutes::to_tick;
pub(crate) use noise::noise;
pub use pairs::{MarketId, Pair, QUOTE};
pub use quote::{BookTicker, DayTicker, Depth, FundingPoint, Kline, Level, MarkPrice, Playing, PublicTrade};
pub(crate) use tape::Tape;
pub use tape::{BEATS_PER_MINUTE, DEFAULT_START, Pace, Tick};
