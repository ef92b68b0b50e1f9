//! Names of market streams: `btcusdt@kline_1m`, `!ticker@arr`.

use domain::Frame;

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

/// The kind of data in a single market's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Ticker,
    MiniTicker,
    BookTicker,
    Trade,
    AggTrade,
    Kline(Frame),
    Depth(Levels),
    MarkPrice,
}

impl Topic {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "ticker" => Self::Ticker,
            "miniTicker" => Self::MiniTicker,
            "bookTicker" => Self::BookTicker,
            "trade" => Self::Trade,
            "aggTrade" => Self::AggTrade,
            "markPrice" | "markPrice@1s" => Self::MarkPrice,
            _ => return text.strip_prefix("kline_").map_or_else(|| Self::depth(text), Self::kline),
        })
    }

    fn kline(frame: &str) -> Option<Self> {
        Frame::parse(frame).map(Self::Kline)
    }

    fn depth(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("depth")?;
        let (levels, speed) = rest.split_once('@').unwrap_or((rest, ""));
        // The market moves four times a second; streams of every speed receive each move.
        if !matches!(speed, "" | "100ms" | "250ms" | "500ms" | "1000ms") {
            return None;
        }
        Some(Self::Depth(match levels {
            "5" => Levels::Five,
            "10" => Levels::Ten,
            "20" => Levels::Twenty,
            _ => return None,
        }))
    }
}

/// The subject of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// One market, by its uppercase symbol.
    Market(String, Topic),
    /// Every market's ticker in one message.
    AllTickers,
    /// Every market's mini ticker in one message.
    AllMiniTickers,
    /// Every market's mark price in one message.
    AllMarkPrices,
}

impl Subject {
    /// Parses a stream name; `None` if there is no such stream.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "!ticker@arr" => return Some(Self::AllTickers),
            "!miniTicker@arr" => return Some(Self::AllMiniTickers),
            "!markPrice@arr" | "!markPrice@arr@1s" => return Some(Self::AllMarkPrices),
            _ => {}
        }
        let (symbol, topic) = name.split_once('@')?;
        let plain = (1..=20).contains(&symbol.len())
            && symbol.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !plain {
            return None;
        }
        Some(Self::Market(symbol.to_ascii_uppercase(), Topic::parse(topic)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_of_the_documents() {
        let btc = |topic| Some(Subject::Market("BTCUSDT".into(), topic));
        for (name, subject) in [
            ("btcusdt@ticker", btc(Topic::Ticker)),
            ("btcusdt@kline_1m", btc(Topic::Kline(Frame::M1))),
            ("btcusdt@depth5", btc(Topic::Depth(Levels::Five))),
            ("btcusdt@depth20@100ms", btc(Topic::Depth(Levels::Twenty))),
            ("btcusdt@markPrice@1s", btc(Topic::MarkPrice)),
            ("!miniTicker@arr", Some(Subject::AllMiniTickers)),
            ("BTCUSDT@ticker", None),
            ("btcusdt", None),
            ("btcusdt@depth7", None),
            ("btcusdt@kline_7m", None),
            ("@ticker", None),
            ("btcusdt@depth5@1ms", None),
        ] {
            assert_eq!(Subject::parse(name), subject, "{name}");
        }
    }
}
