//! Processing of a market tick, in this order: what is due at a time happens, the price moves, resting orders
//! fill, conditional orders trigger, positions are liquidated, due fundings are paid, and the streams are
//! notified.

use super::{
    Account, AccountId, Engine, Event, Execution, OrderRef, Reason, Status, algo_trigger, ending, funding,
    liquidation,
    markets::{MarketState, RestingOrder},
    resting, settle, spot,
};
use crate::market::{Level, MarketId, Pair, Tick};
use domain::{Decimal, Side, TradeType, dec, money};

/// The fraction of a beat's volume that fills users' resting orders.
const SHARE: Decimal = dec!(0.5);

impl Engine {
    /// Plays the market's due beats and returns the resulting events.
    pub fn tick(&mut self, tick: Tick) -> Vec<Event> {
        let before = self.markets.now;
        self.markets.now = before.max(tick.at);
        let tick = Tick { at: self.markets.now, ..tick };
        self.meet_deadlines();
        let due = self.markets.tape.due(tick);
        let mut turned = false;
        for _ in 0..due {
            turned |= self.markets.tape.play(tick.at);
            for market in MarketId::all() {
                self.markets.show_beat(market);
            }
            for pair in Pair::ALL {
                funding::smooth(&mut self.markets, pair);
                self.settle_pair(pair);
            }
        }
        for pair in Pair::ALL {
            funding::pay_if_due(&mut self.markets, &mut self.accounts, pair, before);
        }
        if due > 0 {
            for market in MarketId::all() {
                self.markets.emit_market_update(market, turned);
            }
        }
        self.measure_changed();
        self.markets.take_events()
    }

    /// Applies the consequences of a pair's new price.
    pub(super) fn settle_pair(&mut self, pair: Pair) {
        self.fill_resting(MarketId::spot(pair));
        self.trigger_spot(MarketId::spot(pair));
        self.fill_resting(MarketId::futures(pair));
        if !self.markets.trades(MarketId::futures(pair)) {
            return;
        }
        let waiting: Vec<_> = self.markets.book(MarketId::futures(pair)).algos.iter().copied().collect();
        for (id, account) in waiting {
            if let Some(account) = self.accounts.get_mut(&account) {
                algo_trigger::watch(&mut self.markets, account, id);
            }
        }
        for account in self.accounts.values_mut() {
            liquidation::check(&mut self.markets, account, pair);
        }
    }

    /// Fills the orders that the price has gone strictly through, best price first, then oldest, from their
    /// share of the beat's volume.
    fn fill_resting(&mut self, market: MarketId) {
        if !self.markets.trades(market) {
            return;
        }
        let lot = self.markets.rules(market).lot;
        let price = self.markets.price(market);
        let volume = Decimal::new(self.markets.book(market).beat.volume, market.pair.volume_scale());
        if volume.is_zero() {
            return;
        }
        let mut left = money::floor_to(volume * SHARE, lot).max(lot);
        for side in [Side::Buy, Side::Sell] {
            let resting = self.markets.book_mut(market).resting(side);
            let passed: Vec<RestingOrder> =
                resting.iter().take_while(|s| s.passed(side, price)).copied().collect();
            for order in passed {
                if left.is_zero() {
                    return;
                }
                left -= self.fill_one(market, order.account, order.id, left);
            }
        }
    }

    /// Fills one resting order with at most `most`. Returns the amount filled.
    fn fill_one(&mut self, market: MarketId, account: AccountId, id: u64, most: Decimal) -> Decimal {
        let Some(account) = self.accounts.get_mut(&account) else { return Decimal::ZERO };
        match market.kind {
            TradeType::Spot => spot::fill(&mut self.markets, account, id, most),
            TradeType::Futures => fill_futures(&mut self.markets, account, id, most),
        }
    }
}

fn fill_futures(markets: &mut MarketState, account: &mut Account, id: u64, most: Decimal) -> Decimal {
    let found = account.futures_orders.find(&OrderRef::Id(id)).filter(|o| o.status.open());
    let Some(mut order) = found.cloned() else { return Decimal::ZERO };
    let closable = account.perpetual(order.position()).closable(order.side);
    let room = if order.reduce_only { order.remaining().min(closable) } else { order.remaining() };
    let amount = room.min(most);
    if amount.is_zero() {
        ending::end(markets, account, id, Status::Expired);
        return amount;
    }
    let level = Level { price: order.price.unwrap_or_default(), amount };
    resting::hold(account, &order, -amount);
    let trade = (markets.give(order.market, order.side, level), true);
    let (fill, change) = settle::futures(markets, account, &mut order, level, trade);
    markets.emit_order(account.id, &order, Execution::Trade, Some(&fill));
    if order.status == Status::Filled {
        resting::withdraw(markets, account, &order);
    }
    account.futures_orders.put(order.clone());
    markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[order.position()]);
    ending::after(markets, account, &order, change.ended);
    amount
}
