//! The operator's command that imports candles.

use super::{Machine, at_sandbox, commands::idle_desk};
use crate::config::{Config, ExchangeAt};
use ::strategy::candles::{self, Gaps};
use anyhow::{Context as _, Result};
use domain::{Frame, Symbol, TradeType};
use exchange::{
    ExchangeFailure, MarketData as _,
    binance::{Binance, BinanceConfig},
};
use sandbox::market::Pair;
use service::{
    Error,
    following::strategy::{self, Imported},
};
use std::path::Path;

/// A candle file and its content.
pub struct CandleFile<'a> {
    /// The path of the file.
    pub path: &'a Path,
    /// The pair and the candle interval; `None` if the file name contains them, as in Binance's archive:
    /// `BTCUSDT-1h-2022-10.csv`.
    pub of: Option<(Symbol, Frame)>,
    /// Whether gaps are accepted where the exchange itself has no data.
    pub gaps: Gaps,
}

/// Imports the candles of a file, all or none. The desk repeats the affected backtests.
///
/// # Errors
/// If the file cannot be read, with every invalid line; if the exchange has no such market or cannot be asked;
/// if a candle has not closed yet; or if the database cannot be used.
pub async fn import_candles(config: Config, file: &CandleFile<'_>) -> Result<(Symbol, Frame, Imported)> {
    let (symbol, frame) = match &file.of {
        Some(of) => of.clone(),
        None => named(file.path).context(
            "the file name does not contain a pair and a timeframe; pass them after the file name",
        )?,
    };
    let text = std::fs::read_to_string(file.path)
        .with_context(|| format!("could not read {}", file.path.display()))?;
    let candles = candles::parse(&text, frame, file.gaps)
        .with_context(|| format!("imported nothing from {}", file.path.display()))?;
    ensure_market(&config.exchange, &symbol).await?;
    let desk = idle_desk(config).await?;
    match strategy::import(&desk, &symbol, frame, &candles).await {
        Ok(imported) => Ok((symbol, frame, imported)),
        Err(Error::Fields(_)) => {
            let last = candles.last().map(|candle| candle.start.to_string()).unwrap_or_default();
            anyhow::bail!("imported nothing: the candle of {last} has not closed yet")
        }
        Err(error) => Err(error.into()),
    }
}

/// Fails if the configured exchange has no such futures market: no strategy can trade it, so its candles would
/// never be used.
async fn ensure_market(exchange: &ExchangeAt, symbol: &Symbol) -> Result<()> {
    let config = match exchange {
        // It runs inside the server, and its markets are fixed.
        ExchangeAt::Embedded => {
            let pairs = Pair::ALL.map(|pair| pair.symbol().to_string());
            if pairs.contains(&symbol.to_string()) {
                return Ok(());
            }
            anyhow::bail!(
                "imported nothing: the sandbox has no market {symbol}; its markets are {}",
                pairs.join(", ")
            )
        }
        ExchangeAt::Sandbox { url, token } => at_sandbox(url, token.0.clone())?.0,
        ExchangeAt::Binance { spot_url, futures_url } => BinanceConfig::new(spot_url, futures_url),
    };
    let exchange = Binance::new(config, Machine::default().clock)?;
    match exchange.market(TradeType::Futures, symbol).await {
        Ok(_) => Ok(()),
        Err(ExchangeFailure::UnknownSymbol) => {
            anyhow::bail!("imported nothing: the exchange has no futures market {symbol}; check the pair")
        }
        Err(failure) => Err(failure).with_context(|| {
            format!("imported nothing: could not ask the exchange whether it has {symbol}; try again later")
        }),
    }
}

/// Derives pair and interval from a file name.
fn named(path: &Path) -> Option<(Symbol, Frame)> {
    let mut parts = path.file_stem()?.to_str()?.split('-');
    let (joined, frame) = (parts.next()?, Frame::parse(parts.next()?)?);
    let quotes = ["USDT", "USDC", "BUSD", "FDUSD", "BTC"];
    let (base, quote) = quotes.iter().find_map(|quote| Some((joined.strip_suffix(quote)?, quote)))?;
    Some((format!("{base}/{quote}").parse().ok()?, frame))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_gives_symbol_and_frame() {
        let read = |name: &str| named(Path::new(name)).map(|(symbol, frame)| format!("{symbol} {frame}"));
        assert_eq!(read("/data/BTCUSDT-1h.csv").as_deref(), Some("BTC/USDT 1h"));
        assert_eq!(read("ETHBTC-15m-2022-10.csv").as_deref(), Some("ETH/BTC 15m"));
        for unclear in ["candles.csv", "BTCUSDT.csv", "BTCUSDT-1w.csv", "-1h.csv", "USDT-1h.csv"] {
            assert_eq!(read(unclear), None, "{unclear}");
        }
    }
}
