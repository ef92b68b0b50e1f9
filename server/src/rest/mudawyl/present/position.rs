//! The open futures position.

use super::{Iso, Num};
use domain::Decimal;
use serde::Serialize;
use service::{Error, trading::order::ClosedPosition};
use utoipa::ToSchema;

/// "Get Futures Open Position".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are ccxt's
pub struct Position {
    pub symbol: String,
    pub contracts: Num,
    pub contract_size: Num,
    pub unrealized_pnl: Num,
    pub leverage: u16,
    pub liquidation_price: Option<Num>,
    pub collateral: Num,
    pub notional: Num,
    pub mark_price: Num,
    pub entry_price: Num,
    pub initial_margin: Num,
    pub initial_margin_percentage: Num,
    pub maintenance_margin: Num,
    pub maintenance_margin_percentage: Num,
    pub margin_ratio: Option<Num>,
    pub datetime: Iso,
    pub margin_mode: &'static str,
    /// Same as `marginMode`, ccxt's older name.
    pub margin_type: &'static str,
    pub side: &'static str,
    pub hedged: bool,
    pub percentage: Num,
}

impl From<domain::Position> for Position {
    fn from(p: domain::Position) -> Self {
        Self {
            symbol: p.symbol.to_string(),
            contracts: Num(p.contracts),
            // As at Binance, USD-margined contracts are one base unit.
            contract_size: Num(Decimal::ONE),
            unrealized_pnl: Num(p.unrealized_pnl),
            leverage: p.leverage,
            liquidation_price: p.liquidation_price.map(Num),
            collateral: Num(p.collateral),
            notional: Num(p.notional),
            mark_price: Num(p.mark_price),
            entry_price: Num(p.entry_price),
            initial_margin: Num(p.initial_margin),
            initial_margin_percentage: Num(p.initial_margin_percentage),
            maintenance_margin: Num(p.maintenance_margin),
            maintenance_margin_percentage: Num(p.maintenance_margin_percentage),
            margin_ratio: p.margin_ratio.map(Num),
            datetime: Iso(p.at),
            margin_mode: p.margin_mode.lower(),
            margin_type: p.margin_mode.lower(),
            side: p.side.word(),
            hedged: p.position_side.is_hedged(),
            percentage: Num(p.percentage),
        }
    }
}

/// The protection state of an open position.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Protection {
    /// SUPERVISED; MISSING while a stop loss is being placed; NO\_STOP if the order was placed without one; RELEASED if the user
    /// ended the supervision; FOREIGN for a position opened outside Slipstream.
    #[schema(value_type = String, example = "SUPERVISED")]
    pub state: &'static str,
    /// Trigger price of the stop order at the exchange.
    pub stop_trigger_price: Option<Num>,
}

impl From<domain::live::PositionProtection> for Protection {
    fn from(protection: domain::live::PositionProtection) -> Self {
        Self { state: protection.state.word(), stop_trigger_price: protection.stop.map(Num) }
    }
}

/// "Close All Positions": the result for each position.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClosedPositions {
    /// In no particular order; empty if nothing was open.
    pub items: Vec<ClosedPositionItem>,
}

/// The result of closing one position.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClosedPositionItem {
    /// Symbol.
    #[schema(example = "BTC/USDT")]
    pub symbol: String,
    /// `long` or `short`.
    #[schema(example = "long")]
    pub side: &'static str,
    /// The size before, in base units.
    pub amount: Num,
    /// Whether it is closed.
    pub closed: bool,
    /// Why it is not closed. If the outcome is not known yet, Slipstream continues to close it.
    #[schema(example = "exchange bad request (1500)")]
    pub error: Option<String>,
}

impl From<&[ClosedPosition]> for ClosedPositions {
    fn from(closed: &[ClosedPosition]) -> Self {
        let item = |position: &ClosedPosition| ClosedPositionItem {
            symbol: position.symbol.to_string(),
            side: position.side.word(),
            amount: Num(position.amount),
            closed: position.outcome.is_ok(),
            // The details of an internal error are only in the log.
            error: position.outcome.as_ref().err().map(|error| match error {
                Error::Fault(_) => "internal error".to_owned(),
                known => known.to_string(),
            }),
        };
        Self { items: closed.iter().map(item).collect() }
    }
}
