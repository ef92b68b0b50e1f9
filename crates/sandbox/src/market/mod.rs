//! Market prices: a replay of recorded history, and synthetic markets beside it.
//!
//! A recorded hour plays in one minute of wall-clock time, in 240 beats, and is published as the one-minute
//! candle of that minute. Everything is determined by the seed and the position on the [`Tape`]; no clock or
//! randomness is involved. Spot and perpetual of a pair follow the same price path, and the perpetual rounds
//! it to its own tick size.
//!
//! Market data begins on 2019-09-25. What lies behind the kept minutes is computed from the pair's timeline when it
//! is asked for: a candle of any interval costs at most two blocks of candles and one total per block between them,
//! a minute of trades one price path.

mod blocks;
mod book;
mod cycle;
mod feed;
mod interval;
mod minute;
mod minute_search;
mod minutes;
mod noise;
pub mod pack;
mod pairs;
mod past_trades;
mod price_path;
mod quote;
mod runs;
mod source;
mod steps;
mod tape;
mod tick;
mod timeline;
mod window;

pub(crate) use book::Book;
pub(crate) use feed::Beat;
pub use interval::Interval;
pub(crate) use minute::to_tick;
pub(crate) use minutes::{HISTORY, LATEST};
pub(crate) use noise::noise;
pub use pairs::{MarketId, Pair, QUOTE};
pub(crate) use past_trades::PastTrade;
pub use quote::{BookTicker, DayTicker, Depth, FundingPoint, Kline, Level, MarkPrice, Playing, PublicTrade};
pub(crate) use tape::Tape;
pub use tape::{BEATS_PER_MINUTE, DEFAULT_START};
pub use tick::{Pace, Tick};
