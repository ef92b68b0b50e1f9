//! The rules by which the exchange accepts, triggers and fills orders.

use super::book::{Book, Resting};
use domain::{Decimal, Order, OrderStatus, OrderType, Side, TimeInForce};
use exchange::{ExchangeFailure, OrderRequest};

fn refused<T>(code: i64, words: &str) -> Result<T, ExchangeFailure> {
    Err(ExchangeFailure::Refused { code, message: words.to_owned() })
}

impl Book {
    /// Accepts an order as the matching engine does.
    pub(crate) fn place(&mut self, request: &OrderRequest) -> Result<Order, ExchangeFailure> {
        self.check(request)?;
        let order = Order {
            id: (self.orders.len() + 1).to_string(),
            client_order_id: request.client_order_id.clone(),
            at: self.wall(),
            symbol: request.symbol.clone(),
            kind: request.kind,
            time_in_force: request.time_in_force,
            post_only: false,
            // Hedge mode reports no order as reduce-only; the adapter derives it from the two sides.
            reduce_only: request.position_side.is_closed_by(request.side)
                || (!request.position_side.is_hedged() && (request.reduce_only || request.amount.is_none())),
            side: request.side,
            price: request.price,
            stop_price: request.stop_price,
            callback_rate: request.callback_rate,
            amount: request.amount,
            cost: Decimal::ZERO,
            average: None,
            filled: Decimal::ZERO,
            remaining: request.amount,
            status: OrderStatus::Open,
            position_side: request.position_side,
        };
        let rescues = request.client_order_id.starts_with("sl") && request.client_order_id.ends_with("-90");
        self.needless += usize::from(rescues && self.covered());
        let close_position = request.amount.is_none();
        let conditional = request.kind.conditional();
        self.orders.push(Resting { order, close_position, conditional, extreme: None });
        let index = self.orders.len() - 1;
        match request.kind {
            OrderType::Market => self.fill_all(index),
            OrderType::Limit => self.match_limit(index),
            _ => {}
        }
        self.settle();
        Ok(self.orders[index].order.clone())
    }

    fn check(&mut self, request: &OrderRequest) -> Result<(), ExchangeFailure> {
        if request.position_side.is_hedged() != self.beside.is_some() {
            return refused(-4061, "Order's position side does not match user's setting.");
        }
        if request.position_side != self.slot() {
            self.trespasses += 1;
            return refused(-2022, "ReduceOnly Order is rejected.");
        }
        let same = |r: &&Resting| r.open() && r.order.client_order_id == request.client_order_id;
        if self.orders.iter().any(|r| same(&r)) {
            // Binance: "a unique id among open orders"; a filled one does not block another.
            return refused(-4116, "ClientOrderId is duplicated.");
        }
        let closes = self.side().is_some_and(|side| side.closing() == request.side);
        let shrinks = request.reduce_only || request.amount.is_none();
        if request.time_in_force == TimeInForce::GteGtc && !closes {
            return refused(-4509, "Time in Force (TIF) GTE can only be used with open positions.");
        }
        let off_tick = |tick: Decimal| request.stop_price.is_some_and(|price| !(price % tick).is_zero());
        let stops = matches!(request.kind, OrderType::Stop | OrderType::StopMarket);
        if stops && self.tick.is_some_and(off_tick) {
            return refused(-4014, "Price not increased by tick size.");
        }
        if request.kind.conditional() {
            if request.amount.is_none()
                && self.orders.iter().any(|r| {
                    r.open()
                        && r.close_position
                        && r.order.side == request.side
                        && r.order.kind == request.kind
                })
            {
                let words = "An open stop or take profit order with GTE and closePosition in the direction is existing.";
                return refused(-4130, words);
            }
            if self.reached(request.kind, request.side, request.stop_price.unwrap_or_default()) {
                return refused(-2021, "Order would immediately trigger.");
            }
            return Ok(());
        }
        if shrinks && !closes {
            return refused(-2022, "ReduceOnly Order is rejected.");
        }
        if shrinks && self.tight {
            let others = self.orders.iter().filter(|r| r.open() && r.order.reduce_only);
            let others: Decimal = others.filter_map(|r| r.order.remaining).sum();
            if others + request.amount.unwrap_or_default() > self.position.abs() {
                return refused(
                    -4118,
                    "ReduceOnly Order Failed. Please check your existing position and open orders",
                );
            }
        }
        Ok(())
    }

    /// Moves the price: triggers fire and limit orders fill.
    pub(crate) fn move_price(&mut self, price: Decimal) {
        self.price = price;
        for index in 0..self.orders.len() {
            if self.orders[index].open() {
                self.touch(index);
            }
        }
        self.settle();
    }

    fn touch(&mut self, index: usize) {
        let resting = &self.orders[index];
        let (kind, side) = (resting.order.kind, resting.order.side);
        let trigger = resting.order.stop_price.unwrap_or_default();
        match kind {
            OrderType::Limit => self.match_limit(index),
            OrderType::TrailingStopMarket => self.trail(index),
            _ if self.reached(kind, side, trigger) => {
                let limit = matches!(kind, OrderType::Stop | OrderType::TakeProfit);
                self.orders[index].order.kind = if limit { OrderType::Limit } else { OrderType::Market };
                if limit { self.match_limit(index) } else { self.fill_all(index) }
            }
            _ => {}
        }
    }

    fn trail(&mut self, index: usize) {
        let order = &self.orders[index].order;
        let (side, activation) = (order.side, order.stop_price.unwrap_or_default());
        let turn = order.callback_rate.unwrap_or_default() / Decimal::ONE_HUNDRED;
        let price = self.price;
        let active = self.orders[index].extreme.is_some()
            || self.reached(OrderType::TrailingStopMarket, side, activation);
        if !active {
            return;
        }
        let last = self.orders[index].extreme.unwrap_or(price);
        let (extreme, turned) = match side {
            Side::Buy => (last.min(price), price >= last.min(price) * (Decimal::ONE + turn)),
            Side::Sell => (last.max(price), price <= last.max(price) * (Decimal::ONE - turn)),
        };
        self.orders[index].extreme = Some(extreme);
        if turned {
            self.orders[index].order.kind = OrderType::Market;
            self.fill_all(index);
        }
    }

    fn match_limit(&mut self, index: usize) {
        let order = &self.orders[index].order;
        let limit = order.price.unwrap_or(self.price);
        let meets = if order.side == Side::Buy { self.price <= limit } else { self.price >= limit };
        if meets {
            self.fill_all(index);
        }
    }

    fn fill_all(&mut self, index: usize) {
        let resting = &self.orders[index];
        let closes = self.side().is_some_and(|side| side.closing() == resting.order.side);
        let most = if closes { self.position.abs() } else { Decimal::ZERO };
        let wanted = if resting.close_position { most } else { resting.order.remaining.unwrap_or_default() };
        let amount = if resting.order.reduce_only { wanted.min(most) } else { wanted };
        self.fill(index, amount);
        let order = &mut self.orders[index].order;
        if order.status == OrderStatus::Open {
            order.status = if order.filled.is_zero() { OrderStatus::Expired } else { OrderStatus::Closed };
        }
    }
}
