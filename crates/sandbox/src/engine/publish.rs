//! The events of a step, as they are collected for the streams.

use super::{
    Account, AccountId, AlgoOrder, Event, EventKind, Execution, Fill, MarketUpdate, Order, Reason,
    margin_view, markets::MarketState, terms::PositionId,
};
use crate::market::MarketId;
use domain::{Decimal, Frame, TradeType};

impl MarketState {
    pub(super) fn emit(&mut self, account: AccountId, kind: EventKind) {
        self.note(account);
        self.events.push(Event { at: self.now, account: Some(account), kind });
    }

    pub(super) fn emit_order(&mut self, who: AccountId, order: &Order, how: Execution, fill: Option<&Fill>) {
        let (order, fill) = (Box::new(order.clone()), fill.cloned().map(Box::new));
        self.emit(who, EventKind::Order { order, execution: how, fill, cancel_id: None });
    }

    /// Publishes that an order has ended. `by` is the client id of the request that cancelled it, if any.
    pub(super) fn emit_order_end(&mut self, who: AccountId, order: &Order, how: Execution, by: Option<&str>) {
        let (order, cancel_id) = (Box::new(order.clone()), by.map(str::to_owned));
        self.emit(who, EventKind::Order { order, execution: how, fill: None, cancel_id });
    }

    pub(super) fn emit_algo(&mut self, who: AccountId, algo: &AlgoOrder) {
        self.emit(who, EventKind::Algo(Box::new(algo.clone())));
    }

    pub(super) fn emit_spot_balances(&mut self, account: &Account, assets: &[&str]) {
        let balances = assets.iter().map(|asset| account.spot_balance(asset)).collect();
        self.emit(account.id, EventKind::Spot(balances));
    }

    pub(super) fn emit_futures_account(
        &mut self,
        account: &Account,
        reason: Reason,
        change: Decimal,
        changed: &[PositionId],
    ) {
        let positions = changed.iter().map(|&id| margin_view::position(self, account, id)).collect();
        let (wallet, cross_wallet) = (account.wallet, account.cross_wallet());
        self.emit(account.id, EventKind::Futures { reason, wallet, cross_wallet, change, positions });
    }

    /// Publishes what has changed in a market since its last update.
    pub(super) fn emit_market_update(&mut self, market: MarketId, minute_turned: bool) {
        self.touched.remove(&market);
        let trades = std::mem::take(&mut self.book_mut(market).fresh);
        let minutes = self.tape.minutes(market.pair);
        let Some(mut candle) = minutes.and_then(|m| m.recent(market, 0)) else { return };
        let mut closed = minutes.filter(|_| minute_turned).and_then(|m| m.recent(market, 1));
        for candle in closed.iter_mut().chain([&mut candle]) {
            self.add_fills(market, Frame::M1.into(), std::slice::from_mut(candle));
        }
        let update = MarketUpdate {
            market,
            price: self.price(market),
            trades,
            book: self.book_ticker(market),
            candle,
            closed,
            mark: (market.kind == TradeType::Futures).then(|| self.mark_price(market.pair)),
        };
        self.events.push(Event { at: self.now, account: None, kind: EventKind::Market(Box::new(update)) });
    }

    /// Publishes updates for the markets whose book users have changed.
    pub(super) fn emit_touched_markets(&mut self) {
        for market in std::mem::take(&mut self.touched) {
            self.emit_market_update(market, false);
        }
    }

    pub(super) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}
