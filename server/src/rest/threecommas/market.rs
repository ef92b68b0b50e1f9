//! The exchanges that 3Commas lists, and which of them can be traded here.

use domain::TradeType;
use serde::Serialize;
use utoipa::ToSchema;

/// One of 3Commas's account types.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccountType {
    /// Its code: `type` of a request, `market_code` of an account.
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) pretty: &'static str,
    /// The trade type here; `None` if it cannot be traded yet.
    pub(super) trades: Option<TradeType>,
    /// An additional parameter that this type requires.
    pub(super) wants: Option<&'static str>,
}

const fn untraded(code: &'static str, name: &'static str, wants: Option<&'static str>) -> AccountType {
    AccountType { code, name, pretty: name, trades: None, wants }
}

/// All account types.
pub(super) const KINDS: &[AccountType] = &[
    AccountType {
        code: "binance",
        name: "Binance Spot",
        pretty: "Binance",
        trades: Some(TradeType::Spot),
        wants: None,
    },
    AccountType {
        code: "binance_futures",
        name: "Binance Futures USDT-M",
        pretty: "BinanceFutures",
        trades: Some(TradeType::Futures),
        wants: None,
    },
    untraded("binance_margin", "Binance Margin", None),
    untraded("binance_futures_coin", "Binance Futures COIN-M", None),
    untraded("binance_us", "Binance US", None),
    untraded("bitfinex", "Bitfinex", None),
    untraded("bitmex", "BitMEX", None),
    untraded("bitstamp", "Bitstamp", Some("customer_id")),
    untraded("bybit_spot", "Bybit Spot", None),
    untraded("bybit_usdt_perpetual", "Bybit Futures USDT", None),
    untraded("coinbase", "Coinbase Spot", Some("passphrase")),
    untraded("ethereumwallet", "Ethereum Wallet", Some("address")),
    untraded("gate_io", "Gate.io", None),
    untraded("kraken", "Kraken", None),
    untraded("kucoin", "KuCoin Spot", Some("passphrase")),
    untraded("okex", "OKX Spot", Some("passphrase")),
];

/// Returns the type with this code.
pub(super) fn find(code: &str) -> Option<&'static AccountType> {
    KINDS.iter().find(|kind| kind.code == code.to_ascii_lowercase())
}

/// The account type of a trade type.
pub(super) const fn of(kind: TradeType) -> &'static AccountType {
    match kind {
        TradeType::Spot => &KINDS[0],
        TradeType::Futures => &KINDS[1],
    }
}

/// The icon of every exchange that can be traded here, served by the desk.
pub(super) fn icon(public_url: &str) -> String {
    format!("{public_url}/exchange.svg")
}

/// An account type.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasMarket)]
pub(super) struct Market {
    market_name: &'static str,
    market_url: &'static str,
    market_icon: String,
    help_link: Option<String>,
    nomics_id: Option<String>,
    market_code: &'static str,
    /// Whether accounts of this type can be connected. Not in the original document.
    trading_supported: bool,
}

/// The market list.
pub(super) fn list(public_url: &str) -> Vec<Market> {
    let line = |kind: &AccountType| Market {
        market_name: kind.name,
        market_url: "",
        market_icon: icon(public_url),
        help_link: None,
        nomics_id: None,
        market_code: kind.code,
        trading_supported: kind.trades.is_some(),
    };
    KINDS.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_accounts_have_their_types() {
        for kind in TradeType::ALL {
            assert_eq!(of(*kind).trades, Some(*kind));
            assert_eq!(find(of(*kind).code).map(|k| k.name), Some(of(*kind).name));
        }
        assert_eq!(find("Bitstamp").and_then(|kind| kind.wants), Some("customer_id"));
        assert!(find("nope").is_none());
    }
}
