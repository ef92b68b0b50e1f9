//! Names of market streams: `btcusdt@kline_1m`, `!ticker@arr`.

use crate::{
    market::{Interval, Pair},
    protocol::limits::Venue,
};
use domain::{Micros, time};

/// The number of levels in a partial book stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Levels {
    Five,
    Ten,
    Twenty,
}

impl Levels {
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Five => 5,
            Self::Ten => 10,
            Self::Twenty => 20,
        }
    }
}

/// The window of a ticker that is not the day's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TickerWindow {
    Hour,
    FourHours,
    Day,
}

impl TickerWindow {
    /// As stream names and messages write it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::FourHours => "4h",
            Self::Day => "1d",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Hour, Self::FourHours, Self::Day].into_iter().find(|window| window.word() == word)
    }

    /// The minute that the window begins with, when it ends at `at`. It is up to a minute longer than its length.
    pub(crate) const fn begin(self, at: Micros) -> Micros {
        let length = match self {
            Self::Hour => time::HOUR,
            Self::FourHours => 4 * time::HOUR,
            Self::Day => time::DAY,
        };
        Micros((at.0 - length).div_euclid(time::MINUTE) * time::MINUTE)
    }
}

/// The kind of data in a single market's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Ticker,
    MiniTicker,
    /// Spot: the ticker of a rolling window.
    WindowTicker(TickerWindow),
    BookTicker,
    Trade,
    AggTrade,
    Kline(Interval),
    /// Futures: the candles of a pair's perpetual, by pair and contract type.
    ContinuousKline(Interval),
    /// The best levels of the book.
    Depth(Levels),
    /// The changes of the whole book.
    BookDiff,
    /// Spot: the average price of five minutes.
    AveragePrice,
    /// Futures: mark price and funding rate.
    MarkPrice,
    /// Futures: liquidations.
    ForceOrder,
}

/// The subject of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Market(Pair, Topic),
    /// Every market's ticker in one message.
    AllTickers,
    /// Every market's mini ticker in one message.
    AllMiniTickers,
    /// Spot: every market's ticker of a rolling window in one message.
    AllWindowTickers(TickerWindow),
    /// Futures: every market's mark price in one message.
    AllMarkPrices,
    /// Futures: the best prices of every market, each in a message of its own.
    AllBookTickers,
    /// Futures: the liquidations of every market.
    AllForceOrders,
}

/// A parsed stream name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamName {
    pub(crate) subject: Subject,
    /// The update interval in microseconds. `None` sends each move of the market, of which there are four a
    /// second.
    pub(crate) every: Option<i64>,
}

impl StreamName {
    /// Parses the name of a stream of this venue; `None` if the venue has no such stream.
    pub(crate) fn parse(venue: Venue, name: &str) -> Option<Self> {
        let futures = venue == Venue::Futures;
        let (subject, every) = match name {
            "!ticker@arr" => (Subject::AllTickers, None),
            "!miniTicker@arr" => (Subject::AllMiniTickers, None),
            // Spot accepts the interval, although its documents no longer mention it.
            "!miniTicker@arr@1000ms" | "!miniTicker@arr@3000ms" if !futures => {
                (Subject::AllMiniTickers, None)
            }
            "!markPrice@arr" | "!markPrice@arr@1s" if futures => (Subject::AllMarkPrices, None),
            "!bookTicker" if futures => (Subject::AllBookTickers, Some(5 * time::SECOND)),
            "!forceOrder@arr" if futures => (Subject::AllForceOrders, None),
            _ if name.starts_with("!ticker_") && !futures => {
                let window = name.strip_prefix("!ticker_")?.strip_suffix("@arr")?;
                (Subject::AllWindowTickers(TickerWindow::parse(window)?), Some(time::SECOND))
            }
            _ => {
                let (symbol, topic) = name.split_once('@')?;
                let (topic, every) = of_market(venue, topic)?;
                let symbol = match topic {
                    Topic::ContinuousKline(_) => symbol.strip_suffix("_perpetual")?,
                    _ => symbol,
                };
                (Subject::Market(pair(symbol)?, topic), every)
            }
        };
        Some(Self { subject, every })
    }
}

/// The pair of a symbol, which stream names write in lowercase.
fn pair(symbol: &str) -> Option<Pair> {
    let lower = symbol.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if lower { Pair::parse(&symbol.to_ascii_uppercase()) } else { None }
}

/// The topic of a single market's stream and its update interval.
fn of_market(venue: Venue, topic: &str) -> Option<(Topic, Option<i64>)> {
    let each_move = |topic| Some((topic, None));
    match (topic, venue) {
        ("ticker", _) => each_move(Topic::Ticker),
        ("miniTicker", _) => each_move(Topic::MiniTicker),
        ("bookTicker", _) => each_move(Topic::BookTicker),
        ("trade", _) => each_move(Topic::Trade),
        ("aggTrade", _) => each_move(Topic::AggTrade),
        ("avgPrice", Venue::Spot) => Some((Topic::AveragePrice, Some(time::SECOND))),
        ("markPrice" | "markPrice@1s", Venue::Futures) => each_move(Topic::MarkPrice),
        ("forceOrder", Venue::Futures) => each_move(Topic::ForceOrder),
        _ => {
            let interval =
                |name: &str| Interval::parse(name).filter(|i| venue == Venue::Spot || *i != Interval::SECOND);
            if let (Some(window), Venue::Spot) = (topic.strip_prefix("ticker_"), venue) {
                Some((Topic::WindowTicker(TickerWindow::parse(window)?), Some(time::SECOND)))
            } else if let Some(name) = topic.strip_prefix("kline_") {
                // Spot has each interval in one other time zone, too.
                let east = name.strip_suffix("@+08:00").filter(|_| venue == Venue::Spot);
                let zone = if east.is_some() { 8 * time::HOUR } else { 0 };
                each_move(Topic::Kline(interval(east.unwrap_or(name))?.in_zone(zone)))
            } else if let Some(name) = topic.strip_prefix("continuousKline_") {
                interval(name)
                    .filter(|_| venue == Venue::Futures)
                    .and_then(|i| each_move(Topic::ContinuousKline(i)))
            } else {
                depth(venue, topic.strip_prefix("depth")?)
            }
        }
    }
}

/// The topic of a depth stream, from what follows `depth` in its name.
fn depth(venue: Venue, rest: &str) -> Option<(Topic, Option<i64>)> {
    const MILLI: i64 = time::SECOND / 1_000;
    let (levels, speed) = rest.split_once('@').map_or((rest, None), |(levels, speed)| (levels, Some(speed)));
    // Up to 250 ms, each move of the market is due. For 0ms see the change log of futures, 2020-01-06.
    let every = match (venue, speed) {
        (_, Some("100ms")) | (Venue::Futures, None | Some("0ms" | "250ms")) => None,
        (Venue::Futures, Some("500ms")) => Some(500 * MILLI),
        (Venue::Spot, None | Some("1000ms")) => Some(1_000 * MILLI),
        _ => return None,
    };
    let topic = match levels {
        "" => Topic::BookDiff,
        "5" => Topic::Depth(Levels::Five),
        "10" => Topic::Depth(Levels::Ten),
        "20" => Topic::Depth(Levels::Twenty),
        _ => return None,
    };
    Some((topic, every))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_of_the_documents() {
        let minute = Interval::parse("1m").unwrap();
        let btc = |topic| Subject::Market(Pair::BtcUsdt, topic);
        let (spot, futures) = (Venue::Spot, Venue::Futures);
        for (venue, name, subject, every) in [
            (spot, "btcusdt@ticker", btc(Topic::Ticker), None),
            (spot, "btcusdt@kline_1m", btc(Topic::Kline(minute)), None),
            (spot, "btcusdt@kline_1m@+08:00", btc(Topic::Kline(minute)), None),
            (spot, "btcusdt@kline_1s", btc(Topic::Kline(Interval::SECOND)), None),
            (spot, "btcusdt@depth5", btc(Topic::Depth(Levels::Five)), Some(time::SECOND)),
            (spot, "btcusdt@depth20@100ms", btc(Topic::Depth(Levels::Twenty)), None),
            (spot, "btcusdt@depth", btc(Topic::BookDiff), Some(time::SECOND)),
            (spot, "btcusdt@depth@100ms", btc(Topic::BookDiff), None),
            (spot, "btcusdt@avgPrice", btc(Topic::AveragePrice), Some(time::SECOND)),
            (spot, "!miniTicker@arr", Subject::AllMiniTickers, None),
            (
                spot,
                "btcusdt@ticker_4h",
                btc(Topic::WindowTicker(TickerWindow::FourHours)),
                Some(time::SECOND),
            ),
            (spot, "!ticker_1d@arr", Subject::AllWindowTickers(TickerWindow::Day), Some(time::SECOND)),
            (futures, "btcusdt@depth", btc(Topic::BookDiff), None),
            (futures, "btcusdt@depth@0ms", btc(Topic::BookDiff), None),
            (futures, "btcusdt@depth@250ms", btc(Topic::BookDiff), None),
            (futures, "btcusdt@depth@500ms", btc(Topic::BookDiff), Some(time::SECOND / 2)),
            (futures, "btcusdt@markPrice@1s", btc(Topic::MarkPrice), None),
            (futures, "btcusdt@forceOrder", btc(Topic::ForceOrder), None),
            (futures, "btcusdt_perpetual@continuousKline_1m", btc(Topic::ContinuousKline(minute)), None),
            (futures, "!bookTicker", Subject::AllBookTickers, Some(5 * time::SECOND)),
            (futures, "!forceOrder@arr", Subject::AllForceOrders, None),
        ] {
            assert_eq!(StreamName::parse(venue, name), Some(StreamName { subject, every }), "{name}");
        }
        for interval in Interval::ALL {
            let name = format!("btcusdt@kline_{}", interval.word());
            assert!(StreamName::parse(spot, &name).is_some(), "{name}");
            assert_eq!(StreamName::parse(futures, &name).is_some(), interval != Interval::SECOND, "{name}");
        }
    }

    #[test]
    fn a_venue_has_only_its_own_stream_names() {
        for (venue, names) in [
            (
                Venue::Spot,
                vec![
                    "BTCUSDT@ticker",
                    "btcusdt",
                    "nosuch@ticker",
                    "@ticker",
                    "btcusdt@depth7",
                    "btcusdt@depth@0ms",
                    "btcusdt@depth@250ms",
                    "btcusdt@kline_7m",
                    "btcusdt@ticker_2h",
                    "btcusdt@kline_1d@+09:00",
                    "!ticker_1h",
                    "btcusdt@markPrice",
                    "btcusdt@forceOrder",
                    "btcusdt_perpetual@continuousKline_1m",
                    "!bookTicker",
                    "!markPrice@arr",
                ],
            ),
            (
                Venue::Futures,
                vec![
                    "btcusdt@avgPrice",
                    "btcusdt@kline_1s",
                    "btcusdt@ticker_1h",
                    "btcusdt@kline_1d@+08:00",
                    "!ticker_1h@arr",
                    "btcusdt@continuousKline_1m",
                    "btcusdt_next_quarter@continuousKline_1m",
                    "btcusdt_perpetual@kline_1m",
                    "btcusdt@depth@1000ms",
                    "btcusdt@rpiDepth@500ms",
                ],
            ),
        ] {
            for name in names {
                assert_eq!(StreamName::parse(venue, name), None, "{name}");
            }
        }
    }
}
