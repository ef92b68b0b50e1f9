//! Trading pairs in ccxt's notation.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A pair, `BTC/USDT`. The perpetual's newer name `BTC/USDT:USDT` is also parsed, but is written without its
/// suffix, as in the Mudawyl document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    base: String,
    quote: String,
}

/// Error: the text is not of the form BASE/QUOTE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be valid exchange symbol")]
pub struct NotASymbol;

impl Symbol {
    /// Returns the base asset: `BTC`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Returns the quote asset: `USDT`.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.quote
    }

    /// Returns Binance's name for the pair: `BTCUSDT`.
    #[must_use]
    pub fn joined(&self) -> String {
        format!("{}{}", self.base, self.quote)
    }
}

impl FromStr for Symbol {
    type Err = NotASymbol;

    fn from_str(text: &str) -> Result<Self, NotASymbol> {
        let (base, rest) = text.split_once('/').ok_or(NotASymbol)?;
        let (quote, settle) = rest.split_once(':').map_or((rest, None), |(q, s)| (q, Some(s)));
        let asset = |a: &str| {
            (1..=20).contains(&a.len()) && a.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        if asset(base) && asset(quote) && settle.is_none_or(|s| s == quote) {
            Ok(Self { base: base.into(), quote: quote.into() })
        } else {
            Err(NotASymbol)
        }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.quote)
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_names_of_a_perpetual() {
        for text in ["BTC/USDT", "BTC/USDT:USDT"] {
            assert_eq!(text.parse::<Symbol>().unwrap().to_string(), "BTC/USDT");
        }
        assert_eq!("1000PEPE/USDT".parse::<Symbol>().unwrap().joined(), "1000PEPEUSDT");
    }

    #[test]
    fn refuses_what_is_no_pair() {
        for text in [
            "BTCUSDT",
            "",
            "/",
            "BTC/",
            "/USDT",
            "btc/usdt",
            "BTC/USDT:BTC",
            "BTC/US DT",
            "BTC/USDT/X",
            "بTC/USDT",
        ] {
            assert_eq!(text.parse::<Symbol>(), Err(NotASymbol), "{text}");
        }
    }
}
