//! Spot order lists of two orders of which one cancels the other, and the cancellation of what may be one.

use super::{
    NOTHING_TO_CANCEL, SPOT_ORDER, none_if,
    plain::RawOrder,
    request::{named, pair_of},
};
use crate::{
    Credentials, ExchangeFailure, ExchangeResult, OrderRequest, Validity,
    binance::{BinanceState, call::Call, sign::Params},
};
use domain::{Order, Symbol};
use serde::Deserialize;

const OCO: &str = "/api/v3/orderList/oco";

/// The response to a new order list, and to the cancellation of an order that belonged to one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawList {
    order_reports: Vec<RawOrder>,
}

/// The response to the cancellation of an order: Binance cancels the whole list of an order that belongs to one, and
/// then reports the list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Cancelled {
    List(RawList),
    One(Box<RawOrder>),
}

impl RawList {
    /// The report of the order with this client id.
    fn order(self, client_order_id: &str, symbol: &Symbol) -> (Option<Order>, Vec<Order>) {
        let all = self.order_reports.into_iter().map(|raw| raw.into_order(symbol.clone()));
        let (mut own, others): (Vec<_>, Vec<_>) =
            all.partition(|order| order.client_order_id == client_order_id);
        (own.pop(), others)
    }
}

impl BinanceState {
    /// Places a limit order above the price and a stop below it.
    pub(super) async fn place_oco(
        &self,
        who: &Credentials,
        target: &OrderRequest,
        stop: &OrderRequest,
        validity: Validity,
    ) -> ExchangeResult<(Order, Order)> {
        // Both orders count against the limits of new orders; the weight is that of one call.
        let call = Call::post(OCO, stop.urgency).params(pair_of(target, stop)).signed(who).valid(validity);
        let list: RawList = self.spot.ask(call).await?;
        let (above, others) = list.order(&target.client_order_id, &target.symbol);
        let below = others.into_iter().find(|order| order.client_order_id == stop.client_order_id);
        // The pair may have been placed: its orders are looked up by their ids.
        above.zip(below).ok_or_else(|| ExchangeFailure::Unknown("a pair without its orders".into()))
    }

    /// Cancels a spot order, with the list that it belongs to. Returns the order.
    pub(super) async fn cancel_spot(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        client_order_id: &str,
        validity: Validity,
    ) -> ExchangeResult<Option<Order>> {
        let by: Params = named(symbol, client_order_id);
        let call = Call::delete(SPOT_ORDER).params(by).signed(who).valid(validity);
        let answer: Option<Cancelled> = none_if(NOTHING_TO_CANCEL, self.spot.ask(call).await)?;
        match answer {
            None => Ok(None),
            Some(Cancelled::One(raw)) => Ok(Some(raw.into_order(symbol.clone()))),
            // An order of the list that ended before is not reported. It is looked up.
            Some(Cancelled::List(list)) => match list.order(client_order_id, symbol).0 {
                Some(order) => Ok(Some(order)),
                None => Err(ExchangeFailure::Unknown("a cancelled list without the order".into())),
            },
        }
    }
}
