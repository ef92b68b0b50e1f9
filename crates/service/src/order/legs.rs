//! Plans everything an intent will send before anything is sent. Pure functions.

use super::seq;
use domain::{
    Decimal, Market, Order, OrderStatus, OrderType, Position, Side, Symbol, TimeInForce, TradeType, sizing,
    ticket::{Entry, ManualOrder, Stop},
};
use exchange::{OrderRequest, Urgency};
use serde::{Deserialize, Serialize};
use store::intent::LegStatus;

domain::words! {
    /// The purpose of a leg.
    pub(crate) Role {
        /// Cancels the market's open orders.
        Cancel = "cancel",
        /// Closes the current position.
        Close = "close",
        /// Opens the new position.
        Entry = "entry",
        /// Closes the position at a loss.
        Stop = "stop",
        /// Closes a share of the position at a gain.
        Target = "target",
        /// Closes the position because its stop was refused.
        Rescue = "rescue",
    }
}

/// One leg: the plan, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    /// The number of the leg within its intent.
    pub(crate) seq: u16,
    pub(crate) role: Role,
    /// The order to send; `None` for cancelling, and for closing until the position's size is known.
    pub(crate) order: Option<PlannedOrder>,
    pub(crate) status: LegStatus,
    /// The order as last reported by the exchange.
    pub(crate) placed: Option<Order>,
    /// Why the exchange refused the order.
    pub(crate) failure: Option<String>,
    /// How the leg differs from its row.
    pub(crate) unsaved: Unsaved,
    /// The client order id in the leg's row; `None` if the leg was not read from the database.
    pub(crate) client_order_id: Option<String>,
    /// When the leg's row last changed; `None` if the leg was not read from the database.
    pub(crate) changed_at: Option<domain::Micros>,
}

/// How a leg in memory differs from its row in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsaved {
    /// No difference.
    Nothing,
    /// The outcome is not written yet.
    Outcome,
    /// Neither the current plan nor the outcome is written yet.
    Plan,
    /// The leg has no row yet.
    Row,
}

impl Leg {
    /// Creates a planned leg that has no row yet.
    pub(crate) const fn new(seq: u16, role: Role, order: Option<PlannedOrder>) -> Self {
        let (status, unsaved) = (LegStatus::Planned, Unsaved::Row);
        Self {
            seq,
            role,
            order,
            status,
            placed: None,
            failure: None,
            unsaved,
            client_order_id: None,
            changed_at: None,
        }
    }

    /// Whether its order may be open at the exchange: it was placed, or it is not known whether it was.
    pub(crate) fn may_be_open(&self) -> bool {
        let ended = self.placed.as_ref().is_some_and(Order::is_final);
        self.order.is_some() && !ended && matches!(self.status, LegStatus::Planned | LegStatus::Placed)
    }

    /// Whether this is a stop or a take-profit.
    pub(crate) const fn is_protective(&self) -> bool {
        matches!(self.role, Role::Stop | Role::Target)
    }
}

/// The plan of a leg as stored in its row, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LegPlan {
    pub(crate) seq: u16,
    pub(crate) role: Role,
    pub(crate) order: Option<PlannedOrder>,
}

/// A planned order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlannedOrder {
    pub(crate) side: Side,
    pub(crate) kind: OrderType,
    pub(crate) amount: Option<Decimal>,
    pub(crate) price: Option<Decimal>,
    pub(crate) stop_price: Option<Decimal>,
    pub(crate) callback_rate: Option<Decimal>,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) reduce_only: bool,
}

impl PlannedOrder {
    /// Returns a reduce-only market order.
    pub(crate) const fn closing(side: Side, amount: Decimal) -> Self {
        Self {
            side,
            kind: OrderType::Market,
            amount: Some(amount),
            price: None,
            stop_price: None,
            callback_rate: None,
            time_in_force: TimeInForce::Gtc,
            reduce_only: true,
        }
    }

    /// Returns the plan of an order reported by the exchange. A triggered conditional order is reported as
    /// the order it became.
    pub(crate) fn as_sent(order: &Order) -> Self {
        let kind = match order.kind {
            OrderType::Market if order.stop_price.is_some() => OrderType::StopMarket,
            OrderType::Limit if order.stop_price.is_some() => OrderType::Stop,
            kind => kind,
        };
        Self {
            side: order.side,
            kind,
            amount: order.amount,
            price: order.price.filter(|_| order.kind != OrderType::Market),
            stop_price: order.stop_price,
            callback_rate: order.callback_rate,
            time_in_force: order.time_in_force,
            reduce_only: order.reduce_only,
        }
    }

    /// Returns this order as filled by `position`, for when the exchange does not report the order itself.
    pub(crate) fn filled_as(&self, client_order_id: String, symbol: &Symbol, position: &Position) -> Order {
        Order {
            id: String::new(),
            client_order_id,
            at: position.at,
            symbol: symbol.clone(),
            kind: self.kind,
            time_in_force: self.time_in_force,
            post_only: false,
            reduce_only: self.reduce_only,
            side: self.side,
            price: self.price,
            stop_price: self.stop_price,
            callback_rate: self.callback_rate,
            amount: self.amount,
            cost: position.notional,
            average: Some(position.entry_price),
            filled: position.contracts,
            remaining: self.amount.map(|amount| amount - position.contracts),
            status: OrderStatus::Closed,
        }
    }

    /// Returns the exchange request for this order.
    pub(crate) fn request(
        &self,
        client_order_id: String,
        role: Role,
        trade_type: TradeType,
        symbol: &Symbol,
    ) -> OrderRequest {
        OrderRequest {
            trade_type,
            symbol: symbol.clone(),
            client_order_id,
            side: self.side,
            kind: self.kind,
            amount: self.amount,
            price: self.price,
            stop_price: self.stop_price,
            callback_rate: self.callback_rate,
            time_in_force: self.time_in_force,
            reduce_only: self.reduce_only,
            urgency: match role {
                Role::Entry => Urgency::First,
                Role::Target => Urgency::Second,
                Role::Cancel | Role::Close | Role::Stop | Role::Rescue => Urgency::Protection,
            },
        }
    }
}

/// Returns the legs that cancel a market's orders and close its position.
pub(crate) fn closing() -> Vec<Leg> {
    vec![Leg::new(seq::CANCEL, Role::Cancel, None), Leg::new(seq::CLOSE, Role::Close, None)]
}

/// Returns every leg of a manual order; `None` if a target's share would be zero.
pub(crate) fn opening(order: &ManualOrder, market: &Market) -> Option<Vec<Leg>> {
    let mut legs = closing();
    legs.push(Leg::new(seq::ENTRY, Role::Entry, Some(entry(order))));
    if let Some(stop) = order.stop {
        legs.push(Leg::new(seq::STOP, Role::Stop, Some(stop_order(order.side, stop, order.amount))));
    }
    let shares = sizing::target_shares(order.amount, order.targets.len(), market.lot)?;
    for ((share, price), seq) in shares.into_iter().zip(&order.targets).zip(seq::FIRST_TARGET..) {
        legs.push(Leg::new(seq, Role::Target, Some(target_order(order.side, *price, share))));
    }
    Some(legs)
}

fn entry(order: &ManualOrder) -> PlannedOrder {
    let (kind, price, stop_price, callback_rate) = match order.entry {
        Entry::Market => (OrderType::Market, None, None, None),
        Entry::Limit(price) => (OrderType::Limit, Some(price), None, None),
        Entry::Trailing { activation, callback_rate } => {
            (OrderType::TrailingStopMarket, None, Some(activation), Some(callback_rate))
        }
    };
    PlannedOrder {
        side: order.side,
        kind,
        amount: Some(order.amount),
        price,
        stop_price,
        callback_rate,
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    }
}

/// A MARKET stop closes the whole position, whatever its size (no amount); a LIMIT stop has the entry's
/// amount. Both end with the position (`GTE_GTC`), as in the API document's examples.
fn stop_order(entry: Side, stop: Stop, amount: Decimal) -> PlannedOrder {
    PlannedOrder {
        side: entry.opposite(),
        kind: if stop.limit.is_some() { OrderType::Stop } else { OrderType::StopMarket },
        amount: stop.limit.map(|_| amount),
        price: stop.limit,
        stop_price: Some(stop.trigger),
        callback_rate: None,
        time_in_force: TimeInForce::GteGtc,
        reduce_only: true,
    }
}

fn target_order(entry: Side, price: Decimal, amount: Decimal) -> PlannedOrder {
    PlannedOrder {
        side: entry.opposite(),
        kind: OrderType::TakeProfit,
        amount: Some(amount),
        price: Some(price),
        stop_price: Some(price),
        callback_rate: None,
        time_in_force: TimeInForce::Gtc,
        reduce_only: true,
    }
}

/// Fits the stop and targets of `legs` to the amount that the entry actually filled.
pub(crate) fn fit_to_fill(legs: &mut [Leg], filled: Decimal, market: &Market) {
    let targets = legs.iter().filter(|l| l.role == Role::Target).count();
    // If too little filled for every target, only the first ones get a share.
    let shares =
        (1..=targets).rev().find_map(|n| sizing::target_shares(filled, n, market.lot)).unwrap_or_default();
    let mut shares = shares.into_iter();
    for leg in legs {
        match (leg.role, &mut leg.order) {
            (Role::Stop, Some(order)) => order.amount = order.amount.map(|_| filled),
            (Role::Target, Some(order)) => order.amount = Some(shares.next().unwrap_or(Decimal::ZERO)),
            _ => {}
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use domain::ticket::RawTicket;

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    pub(crate) fn market() -> Market {
        Market {
            symbol: "BTC/USDT".parse().unwrap(),
            trade_type: TradeType::Futures,
            tick: d("0.1"),
            min_price: d("0.1"),
            max_price: d("1000000"),
            lot: d("0.001"),
            min_amount: d("0.001"),
            max_amount: d("1000"),
            min_notional: d("5"),
            price_band: (d("0.5"), d("1.5")),
        }
    }

    /// Returns an open reduce-only order.
    pub(crate) fn open_order(kind: OrderType, side: Side, amount: Option<Decimal>) -> Order {
        Order {
            id: "1".into(),
            client_order_id: "other".into(),
            at: domain::Micros(0),
            symbol: "BTC/USDT".parse().unwrap(),
            kind,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only: true,
            side,
            price: None,
            stop_price: Some(d("90")),
            callback_rate: None,
            amount,
            cost: Decimal::ZERO,
            average: None,
            filled: Decimal::ZERO,
            remaining: amount,
            status: OrderStatus::Open,
        }
    }

    /// Returns a position of this amount; negative means short.
    pub(crate) fn position(amount: Decimal) -> Position {
        let (zero, long) = (Decimal::ZERO, amount > Decimal::ZERO);
        Position {
            symbol: "BTC/USDT".parse().unwrap(),
            contracts: amount.abs(),
            unrealized_pnl: zero,
            leverage: 10,
            liquidation_price: None,
            collateral: zero,
            notional: zero,
            mark_price: zero,
            entry_price: zero,
            initial_margin: zero,
            initial_margin_percentage: zero,
            maintenance_margin: zero,
            maintenance_margin_percentage: zero,
            margin_ratio: None,
            at: domain::Micros(0),
            margin_mode: domain::MarginMode::Crossed,
            side: if long { domain::PositionSide::Long } else { domain::PositionSide::Short },
            percentage: zero,
        }
    }

    fn order() -> ManualOrder {
        RawTicket {
            symbol: Some("BTC/USDT".into()),
            kind: Some("MARKET".into()),
            side: Some("BUY".into()),
            amount: Some("0.05".into()),
            take_profit_prices: vec!["19250".into(), "19300".into()],
            stop_trigger_price: Some("19000".into()),
            stop_trigger_type: Some("LIMIT".into()),
            stop_price: Some("19000".into()),
            ..RawTicket::default()
        }
        .check()
        .unwrap()
    }

    #[test]
    fn plans_the_documents_example() {
        let legs = opening(&order(), &market()).unwrap();
        let roles: Vec<_> = legs.iter().map(|l| l.role).collect();
        assert_eq!(roles, [Role::Cancel, Role::Close, Role::Entry, Role::Stop, Role::Target, Role::Target]);
        let stop = legs[3].order.as_ref().unwrap();
        assert_eq!((stop.kind, stop.amount, stop.side), (OrderType::Stop, Some(d("0.05")), Side::Sell));
        assert_eq!(legs[4].order.as_ref().unwrap().amount, Some(d("0.025")));
    }

    #[test]
    fn a_market_stop_closes_whatever_there_is() {
        let order = ManualOrder { stop: Some(Stop { trigger: d("19000"), limit: None }), ..order() };
        let stop = opening(&order, &market()).unwrap()[3].order.clone().unwrap();
        assert_eq!(
            (stop.kind, stop.amount, stop.time_in_force),
            (OrderType::StopMarket, None, TimeInForce::GteGtc)
        );
    }

    #[test]
    fn a_partial_fill_is_shared_by_the_targets_it_reaches() {
        let mut legs = opening(&order(), &market()).unwrap();
        fit_to_fill(&mut legs, d("0.003"), &market());
        let amounts: Vec<_> = legs[3..].iter().map(|l| l.order.as_ref().unwrap().amount.unwrap()).collect();
        assert_eq!(amounts, [d("0.003"), d("0.001"), d("0.002")]);
        fit_to_fill(&mut legs, d("0.001"), &market());
        let amounts: Vec<_> = legs[4..].iter().map(|l| l.order.as_ref().unwrap().amount.unwrap()).collect();
        assert_eq!(amounts, [d("0.001"), Decimal::ZERO]);
    }
}
