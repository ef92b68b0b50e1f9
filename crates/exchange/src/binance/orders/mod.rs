//! Placing, finding, cancelling and listing orders.
//!
//! Futures conditional orders are separate, at `/fapi/v1/algoOrder`. When one triggers, Binance creates a
//! plain order with its own id. Here both are one [`Order`]: the type, fills and status of the plain order,
//! with the client id and trigger price of the conditional one.

mod algo;
mod oco;
mod plain;
mod request;
pub(super) mod words;

use super::{Binance, BinanceState, account::PAGE, call::Call, prices::pair, sign::Params};
use crate::{
    Credentials, ExchangeFailure, ExchangeResult, OrderRequest, OrderTest, Trading, Urgency, Validity,
};
use algo::{RawAlgo, merge};
use async_trait::async_trait;
use domain::{Order, Symbol, TradeType};
use plain::RawOrder;
use serde::de::IgnoredAny;

/// Binance's "Unknown order sent": nothing to cancel.
const NOTHING_TO_CANCEL: i64 = -2011;
/// Binance's "Order does not exist."
const NO_SUCH_ORDER: i64 = -2013;

const ORDER: &str = "/fapi/v1/order";
const ALGO: &str = "/fapi/v1/algoOrder";
const OPEN_ALGOS: &str = "/fapi/v1/openAlgoOrders";
const SPOT_ORDER: &str = "/api/v3/order";
const TEST: &str = "/fapi/v1/order/test";
const SPOT_TEST: &str = "/api/v3/order/test";

#[async_trait]
impl Trading for Binance {
    async fn place(
        &self,
        who: &Credentials,
        order: &OrderRequest,
        validity: Validity,
    ) -> ExchangeResult<Order> {
        let (api, symbol) = (self.shared.api(order.trade_type), order.symbol.clone());
        match order.trade_type {
            TradeType::Spot => {
                let call = Call::post(SPOT_ORDER, order.urgency)
                    .params(request::spot(order))
                    .signed(who)
                    .valid(validity);
                Ok(api.ask::<RawOrder>(call).await?.into_order(symbol))
            }
            TradeType::Futures if order.kind.conditional() => {
                let call = Call::post(ALGO, order.urgency)
                    .params(request::conditional(order))
                    .signed(who)
                    .valid(validity);
                Ok(api.ask::<RawAlgo>(call).await?.to_order(symbol))
            }
            TradeType::Futures => {
                let call = Call::post(ORDER, order.urgency)
                    .params(request::futures(order))
                    .signed(who)
                    .valid(validity);
                Ok(api.ask::<RawOrder>(call).await?.into_order(symbol))
            }
        }
    }

    async fn place_pair(
        &self,
        who: &Credentials,
        target: &OrderRequest,
        stop: &OrderRequest,
        validity: Validity,
    ) -> ExchangeResult<(Order, Order)> {
        self.shared.place_oco(who, target, stop, validity).await
    }

    /// Binance validates futures market and limit orders and all spot orders; the algo service has no such call.
    async fn test_order(&self, who: &Credentials, order: &OrderRequest) -> ExchangeResult<OrderTest> {
        let (path, params) = match order.trade_type {
            TradeType::Spot => (SPOT_TEST, request::spot(order)),
            TradeType::Futures if order.kind.conditional() => return Ok(OrderTest::Unsupported),
            TradeType::Futures => (TEST, request::futures(order)),
        };
        // Nothing is placed, so it needs no validity, and no priority over other requests.
        let call = Call::post(path, Urgency::Last).params(params).signed(who);
        self.shared.api(order.trade_type).ask::<IgnoredAny>(call).await.map(|_| OrderTest::Passed)
    }

    async fn find_order(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
    ) -> ExchangeResult<Option<Order>> {
        if conditional && kind == TradeType::Futures {
            return self.shared.find_conditional(who, symbol, client_order_id).await;
        }
        let params = request::named(symbol, client_order_id);
        let found = self.shared.find_plain(who, kind, params).await?;
        Ok(found.map(|raw| raw.into_order(symbol.clone())))
    }

    async fn cancel(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
        validity: Validity,
    ) -> ExchangeResult<Option<Order>> {
        if conditional && kind == TradeType::Futures {
            return self.shared.cancel_algo(who, symbol, client_order_id, validity).await;
        }
        if kind == TradeType::Spot {
            return self.shared.cancel_spot(who, symbol, client_order_id, validity).await;
        }
        let params = request::named(symbol, client_order_id);
        let cancelled = self.shared.cancel_plain(who, params, validity).await?;
        Ok(cancelled.map(|raw| raw.into_order(symbol.clone())))
    }

    async fn open_orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: Option<&Symbol>,
    ) -> ExchangeResult<Vec<Order>> {
        self.shared.list_open_orders(who, kind, symbol, Urgency::Last).await
    }

    async fn open_orders_for_stop(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
    ) -> ExchangeResult<Vec<Order>> {
        self.shared.list_open_orders(who, kind, Some(symbol), Urgency::Protection).await
    }

    /// Futures responses cover the last seven days, which is what Binance returns without a start time (as in
    /// ccxt).
    async fn orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> ExchangeResult<Vec<Order>> {
        let limit = limit.clamp(1, PAGE);
        let list =
            |path, weight| Call::get(path, weight).params(pair(symbol).with("limit", limit)).signed(who);
        let mut orders = if kind == TradeType::Spot {
            let plain: Vec<RawOrder> = self.shared.spot.ask(list("/api/v3/allOrders", 20)).await?;
            plain.into_iter().map(|raw| raw.into_order(symbol.clone())).collect()
        } else {
            let algos: Vec<RawAlgo> = self.shared.futures.ask(list("/fapi/v1/allAlgoOrders", 5)).await?;
            let plain: Vec<RawOrder> = self.shared.futures.ask(list("/fapi/v1/allOrders", 5)).await?;
            merge(algos, plain, symbol)
        };
        newest_first(&mut orders);
        orders.truncate(usize::from(limit));
        Ok(orders)
    }
}

impl BinanceState {
    async fn list_open_orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: Option<&Symbol>,
        urgency: Urgency,
    ) -> ExchangeResult<Vec<Order>> {
        let params = symbol.map(pair).unwrap_or_default();
        let list = |path, one, all| {
            let weight = if symbol.is_some() { one } else { all };
            Call::get(path, weight).params(params.clone()).urgent(urgency).signed(who)
        };
        let markets = self.markets(kind).await?;
        let name = |joined: &str| symbol.or_else(|| markets.named(joined)).cloned();
        let mut orders: Vec<Order> = Vec::new();
        let plain: Vec<RawOrder> = match kind {
            TradeType::Spot => self.spot.ask(list("/api/v3/openOrders", 6, 80)).await?,
            TradeType::Futures => {
                // Conditional orders first: one that triggers between the calls is then seen twice, never
                // missed.
                let waiting: Vec<RawAlgo> = self.futures.ask(list(OPEN_ALGOS, 1, 40)).await?;
                orders.extend(waiting.into_iter().filter_map(|raw| Some(raw.to_order(name(raw.market())?))));
                self.futures.ask(list("/fapi/v1/openOrders", 1, 40)).await?
            }
        };
        orders.extend(plain.into_iter().filter_map(|raw| {
            let symbol = name(&raw.symbol)?;
            Some(raw.into_order(symbol))
        }));
        newest_first(&mut orders);
        Ok(orders)
    }

    async fn find_plain(
        &self,
        who: &Credentials,
        kind: TradeType,
        by: Params,
    ) -> ExchangeResult<Option<RawOrder>> {
        let call = match kind {
            TradeType::Spot => Call::get(SPOT_ORDER, 4),
            TradeType::Futures => Call::get(ORDER, 1),
        };
        let call = call.params(by).urgent(Urgency::Protection).signed(who);
        none_if(NO_SUCH_ORDER, self.api(kind).ask(call).await)
    }

    async fn find_algo(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        id: &str,
    ) -> ExchangeResult<Option<RawAlgo>> {
        let params = pair(symbol).with("clientAlgoId", id);
        let call = Call::get(ALGO, 1).params(params).urgent(Urgency::Protection).signed(who);
        none_if(NO_SUCH_ORDER, self.futures.ask(call).await)
    }

    /// The conditional order with this client id, combined with the order that resulted from it.
    async fn find_conditional(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        id: &str,
    ) -> ExchangeResult<Option<Order>> {
        match self.find_algo(who, symbol, id).await? {
            Some(algo) if algo.has_known_status() => self.with_actual(who, algo, symbol).await.map(Some),
            Some(_) => self.find_listed(who, symbol, id).await,
            None => Ok(None),
        }
    }

    /// A conditional order with an unknown status. It is open only if the exchange lists it as open: a stop that is
    /// gone must not count as protection.
    async fn find_listed(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        id: &str,
    ) -> ExchangeResult<Option<Order>> {
        let call = Call::get(OPEN_ALGOS, 1).params(pair(symbol)).urgent(Urgency::Protection).signed(who);
        let open: Vec<RawAlgo> = self.futures.ask(call).await?;
        if let Some(algo) = open.iter().find(|algo| algo.client_id() == id) {
            return Ok(Some(algo.to_order(symbol.clone())));
        }
        // It may have triggered since it was read.
        let Some(algo) = self.find_algo(who, symbol, id).await? else { return Ok(None) };
        if algo.has_known_status() {
            return self.with_actual(who, algo, symbol).await.map(Some);
        }
        let Some(actual) = algo.actual() else { return Ok(Some(algo.to_ended_order(symbol.clone()))) };
        let by = pair(symbol).with("orderId", actual);
        match self.find_plain(who, TradeType::Futures, by).await? {
            Some(raw) => Ok(Some(algo.became(raw.into_order(symbol.clone())))),
            None => Err(ExchangeFailure::Unknown("a conditional order with an unknown status".into())),
        }
    }

    /// Combines the conditional order with the order that resulted from it.
    async fn with_actual(&self, who: &Credentials, algo: RawAlgo, symbol: &Symbol) -> ExchangeResult<Order> {
        let Some(actual) = algo.actual() else { return Ok(algo.to_order(symbol.clone())) };
        let by = pair(symbol).with("orderId", actual);
        Ok(match self.find_plain(who, TradeType::Futures, by).await? {
            Some(raw) => algo.became(raw.into_order(symbol.clone())),
            None => algo.to_order(symbol.clone()),
        })
    }

    async fn cancel_plain(
        &self,
        who: &Credentials,
        by: Params,
        validity: Validity,
    ) -> ExchangeResult<Option<RawOrder>> {
        let call = Call::delete(ORDER).params(by).signed(who).valid(validity);
        none_if(NOTHING_TO_CANCEL, self.futures.ask(call).await)
    }

    async fn cancel_algo(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        id: &str,
        validity: Validity,
    ) -> ExchangeResult<Option<Order>> {
        let call =
            Call::delete(ALGO).params(pair(symbol).with("clientAlgoId", id)).signed(who).valid(validity);
        let cancelled = not_found(self.futures.ask::<IgnoredAny>(call).await)?.is_some();
        // Binance's response has no data of the order, and an order that is no longer waiting may have
        // triggered.
        let Some(algo) = self.find_algo(who, symbol, id).await? else { return Ok(None) };
        if cancelled && !algo.has_known_status() {
            return self.find_listed(who, symbol, id).await;
        }
        if cancelled {
            return Ok(Some(algo.to_order(symbol.clone())));
        }
        let Some(actual) = algo.actual() else { return Ok(None) };
        let by = pair(symbol).with("orderId", actual);
        let raw = self.cancel_plain(who, by, validity).await?;
        Ok(raw.map(|raw| algo.became(raw.into_order(symbol.clone()))))
    }
}

fn newest_first(orders: &mut [Order]) {
    // Ids are increasing, so among equal times a longer id is later.
    orders.sort_by(|a, b| (b.at, b.id.len(), &b.id).cmp(&(a.at, a.id.len(), &a.id)));
}

/// Maps one specific rejection to `None`.
fn none_if<T>(code: i64, answer: ExchangeResult<T>) -> ExchangeResult<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(ExchangeFailure::Refused { code: reported, .. }) if reported == code => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Maps both rejections that mean "no such order" to `None`.
fn not_found<T>(answer: ExchangeResult<T>) -> ExchangeResult<Option<T>> {
    match none_if(NOTHING_TO_CANCEL, answer) {
        Err(failure) => none_if(NO_SUCH_ORDER, Err(failure)),
        settled => settled,
    }
}
