//! The spot side of the fake exchange: coins, which sell orders lock, and pairs of orders.

use super::{State, d, fill, rejected, taken};
use domain::*;
use exchange::{ExchangeResult, OrderRequest};

/// The coins of a spot account.
#[derive(Default)]
pub(crate) struct Coins {
    /// The balance of BTC.
    pub(crate) amount: Decimal,
    /// All fills, oldest first.
    pub(crate) fills: Vec<Trade>,
    /// Commissions are paid in BNB.
    pub(crate) pays_in_bnb: bool,
    pairs: Vec<(String, String)>,
}

impl Coins {
    /// The client id of the order that is paired with another one.
    pub(super) fn partner(&self, id: &str) -> Option<String> {
        self.pairs.iter().find_map(|(one, other)| {
            if one == id { Some(other.clone()) } else { (other == id).then(|| one.clone()) }
        })
    }
}

/// The balance of BTC, of which open sell orders lock a part. The orders of a pair sell the same coins.
pub(super) fn coins(state: &State) -> Funds {
    let second = |order: &&Order| !state.spot.pairs.iter().any(|(_, stop)| *stop == order.client_order_id);
    let open =
        state.orders.iter().filter(|order| !order.is_final() && order.side == Side::Sell).filter(second);
    let used: Decimal = open.filter_map(|order| order.remaining).sum();
    Funds { free: state.spot.amount - used, used, total: state.spot.amount }
}

fn check(state: &State, request: &OrderRequest) -> ExchangeResult<()> {
    let open = |order: &&Order| !order.is_final() && order.client_order_id == request.client_order_id;
    if state.orders.iter().find(open).is_some() {
        return Err(rejected("Duplicate order sent."));
    }
    let amount = request.amount.unwrap();
    if request.side == Side::Sell && amount > coins(state).free {
        return Err(rejected("Account has insufficient balance for requested action."));
    }
    let reached = |trigger: Decimal| match request.side {
        Side::Sell => trigger >= state.price,
        Side::Buy => trigger <= state.price,
    };
    if request.kind == OrderType::StopMarket && reached(request.stop_price.unwrap()) {
        return Err(rejected("Order would trigger immediately."));
    }
    Ok(())
}

pub(super) fn place(state: &mut State, request: &OrderRequest) -> ExchangeResult<Order> {
    check(state, request)?;
    let order = taken(request, state.orders.len());
    state.orders.push(Order { reduce_only: false, ..order });
    if request.kind == OrderType::Market {
        execute(state, &request.client_order_id, request.amount.unwrap());
    }
    Ok(state.orders.last().unwrap().clone())
}

pub(super) fn place_pair(
    state: &mut State,
    target: &OrderRequest,
    stop: &OrderRequest,
) -> ExchangeResult<(Order, Order)> {
    assert_eq!(target.amount, stop.amount, "a pair sells the same coins");
    check(state, stop)?;
    let mut placed = Vec::new();
    for request in [target, stop] {
        let order = taken(request, state.orders.len());
        let kind = if request.kind == OrderType::TakeProfit { OrderType::Limit } else { request.kind };
        placed.push(Order { reduce_only: false, kind, ..order });
        state.orders.push(placed.last().unwrap().clone());
    }
    state.spot.pairs.push((target.client_order_id.clone(), stop.client_order_id.clone()));
    let below = placed.pop().unwrap();
    Ok((placed.pop().unwrap(), below))
}

/// Fills an amount of an order and cancels the one that is paired with it.
fn execute(state: &mut State, id: &str, amount: Decimal) {
    let (price, count) = (state.price, state.spot.fills.len());
    let order = state.orders.iter_mut().rev().find(|order| order.client_order_id == id).unwrap();
    let signed = fill(order, amount, price);
    let fee = match (order.side, state.spot.pays_in_bnb) {
        (_, true) => Fee { cost: d("0.01"), currency: "BNB".into() },
        (Side::Buy, _) => Fee { cost: amount * d("0.001"), currency: "BTC".into() },
        (Side::Sell, _) => Fee { cost: amount * price * d("0.001"), currency: "USDT".into() },
    };
    let taken = if fee.currency == "BTC" { fee.cost } else { Decimal::ZERO };
    state.spot.fills.push(Trade {
        id: count.to_string(),
        order: order.id.clone(),
        symbol: order.symbol.clone(),
        at: Micros(i64::try_from(count).unwrap()),
        side: order.side,
        maker: false,
        price,
        amount,
        cost: amount * price,
        fee,
        realized: Decimal::ZERO,
    });
    state.spot.amount += signed - taken;
    if let Some(partner) = state.spot.partner(id) {
        let partner =
            state.orders.iter_mut().find(|order| order.client_order_id == partner && !order.is_final());
        partner.into_iter().for_each(|order| order.status = OrderStatus::Expired);
    }
}

impl super::Fake {
    /// Fills an amount of an open order of a leg.
    pub(crate) fn fill_on_spot(&self, seq: u16, amount: &str) {
        let mut state = self.state.lock().unwrap();
        let open = state.orders.iter().find(|o| super::leg(&o.client_order_id) == seq && !o.is_final());
        let id = open.unwrap().client_order_id.clone();
        execute(&mut state, &id, d(amount));
    }

    /// Fills all that is left of an open order of a leg.
    pub(crate) fn execute(&self, seq: u16) {
        let mut state = self.state.lock().unwrap();
        let open = state.orders.iter().find(|o| super::leg(&o.client_order_id) == seq && !o.is_final());
        let (id, left) = open.map(|o| (o.client_order_id.clone(), o.remaining.unwrap())).unwrap();
        execute(&mut state, &id, left);
    }

    /// The open sell orders: leg, amount and price, by leg.
    pub(crate) fn sells(&self) -> Vec<(u16, String, String)> {
        let state = self.state.lock().unwrap();
        let open = state.orders.iter().filter(|order| !order.is_final() && order.side == Side::Sell);
        let text = |order: &Order| {
            let price = order.stop_price.or(order.price).unwrap();
            let left = order.remaining.unwrap();
            (super::leg(&order.client_order_id), money::text(left), money::text(price))
        };
        let mut all: Vec<_> = open.map(text).collect();
        all.sort();
        all
    }
}
