//! Prices.

use super::{Iso, Num};
use serde::Serialize;
use utoipa::ToSchema;

/// "Get Exchange Ticker".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are ccxt's
pub struct Ticker {
    #[schema(example = "BTC/USDT")]
    pub symbol: String,
    pub timestamp: i64,
    pub datetime: Iso,
    pub high: Num,
    pub low: Num,
    pub vwap: Num,
    pub open: Num,
    pub close: Num,
    pub last: Num,
    pub change: Num,
    pub percentage: Num,
    pub average: Num,
    pub base_volume: Num,
    pub quote_volume: Num,
}

impl From<&domain::Ticker> for Ticker {
    fn from(t: &domain::Ticker) -> Self {
        Self {
            symbol: t.symbol.to_string(),
            timestamp: t.at.millis(),
            datetime: Iso(t.at),
            high: Num(t.high),
            low: Num(t.low),
            vwap: Num(t.vwap),
            open: Num(t.open),
            close: Num(t.last),
            last: Num(t.last),
            change: Num(t.change),
            percentage: Num(t.percentage),
            average: Num(t.average()),
            base_volume: Num(t.base_volume),
            quote_volume: Num(t.quote_volume),
        }
    }
}
