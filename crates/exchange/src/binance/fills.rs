//! Fills of orders.

use super::{
    BinanceState,
    call::Call,
    num::{self, Id, Num, plain},
    orders::words::slot,
    sign::Params,
};
use crate::{Credentials, ExchangeFailure, ExchangeResult};
use domain::{Decimal, Fee, Micros, Side, Symbol, Trade, TradeType};
use serde::Deserialize;

impl BinanceState {
    /// The fills of a pair that these parameters select, in the order in which Binance lists them.
    pub(super) async fn fills(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        params: Params,
    ) -> ExchangeResult<Vec<Trade>> {
        let (path, weight) = match kind {
            TradeType::Spot => ("/api/v3/myTrades", 20),
            TradeType::Futures => ("/fapi/v1/userTrades", 5),
        };
        let call = Call::get(path, weight).params(params).signed(who);
        let raw: Vec<RawTrade> = self.api(kind).ask(call).await?;
        raw.into_iter().map(|raw| raw.into_trade(kind, symbol.clone())).collect()
    }
}

/// A fill. Spot uses `isBuyer` and `isMaker` where futures use `side`, `buyer` and `maker`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTrade {
    id: Id,
    order_id: Id,
    time: i64,
    buyer: Option<bool>,
    is_buyer: Option<bool>,
    side: Option<String>,
    #[serde(default, deserialize_with = "num::text")]
    position_side: String,
    maker: Option<bool>,
    is_maker: Option<bool>,
    price: Num,
    qty: Num,
    quote_qty: Num,
    commission: Num,
    commission_asset: String,
    #[serde(default, deserialize_with = "num::maybe")]
    realized_pnl: Option<Num>,
}

impl RawTrade {
    /// The side; `None` if no field contains it.
    fn side(&self) -> Option<Side> {
        match self.side.as_deref() {
            Some("BUY") => Some(Side::Buy),
            Some("SELL") => Some(Side::Sell),
            _ => self.buyer.or(self.is_buyer).map(|buyer| if buyer { Side::Buy } else { Side::Sell }),
        }
    }

    fn into_trade(self, kind: TradeType, symbol: Symbol) -> ExchangeResult<Trade> {
        let unknown = |what: &str| ExchangeFailure::Unknown(format!("a fill without {what}"));
        let side = self.side().ok_or_else(|| unknown("a side"))?;
        if self.id.0.is_empty() || self.order_id.0.is_empty() {
            return Err(unknown("its ids"));
        }
        let realized = match kind {
            TradeType::Spot => Decimal::ZERO,
            // An absent profit must not be booked as none.
            TradeType::Futures => self.realized_pnl.map(plain).ok_or_else(|| unknown("its profit"))?,
        };
        Ok(Trade {
            id: self.id.0,
            order: self.order_id.0,
            symbol,
            at: Micros::from_millis(self.time),
            side,
            maker: self.maker.or(self.is_maker).unwrap_or_default(),
            price: plain(self.price),
            amount: plain(self.qty),
            cost: plain(self.quote_qty),
            fee: Fee { cost: plain(self.commission), currency: self.commission_asset },
            realized,
            position_side: slot(&self.position_side),
        })
    }
}
