//! Changes of a market at run time.

use super::{
    Account, AlgoStatus, CommandResult, Engine, Execution, MarketChange, MarketStatus, NewOrder, Reason,
    Reject, Status, ending, futures,
    market_status::Changed,
    markets::MarketState,
    new_order,
    terms::{FuturesTerms, PositionId},
};
use crate::market::{Level, MarketId, Pair};
use domain::{Decimal, Side, TimeInForce, TradeType};

impl Engine {
    /// Changes a market. Closing it expires its orders and settles its positions at the mark price.
    pub(super) fn change_market(&mut self, change: &MarketChange) -> Result<CommandResult, Reject> {
        let market = change.market;
        let step = |step: Option<Decimal>| step.is_none_or(|step| step > Decimal::ZERO);
        if !step(change.tick) || !step(change.lot) {
            return Err(Reject::precision());
        }
        if change.status.is_some_and(|status| !status.of(market.kind)) {
            return Err(Reject::market_status());
        }
        let mut rules = self.markets.rules(market).clone();
        if let Some(tick) = change.tick {
            (rules.tick, rules.min_price) = (tick.normalize(), tick.normalize());
        }
        if let Some(lot) = change.lot {
            (rules.lot, rules.min_amount) = (lot.normalize(), lot.normalize());
        }
        let was_thin = self.markets.book(market).changed.as_ref().is_some_and(|changed| changed.thin);
        let status = change.status.unwrap_or_else(|| self.markets.status(market));
        let thin = change.thin.unwrap_or(was_thin);
        self.markets.book_mut(market).changed = Some(Box::new(Changed { status, rules, thin }));
        if status == MarketStatus::Close {
            for account in self.accounts.values_mut() {
                delist(&mut self.markets, account, market.pair);
            }
        }
        Ok(CommandResult::Done)
    }
}

/// Expires an account's orders on a perpetual and closes its positions at the mark price.
fn delist(markets: &mut MarketState, account: &mut Account, pair: Pair) {
    for id in account.open_order_ids(TradeType::Futures, |o| o.market.pair == pair) {
        ending::end(markets, account, id, Status::Expired);
    }
    for id in account.open_algo_ids(|a| a.pair == pair) {
        ending::end_algo(markets, account, id, AlgoStatus::Expired);
    }
    let held = account.positions_of(pair).filter(|(_, p)| !p.amount.is_zero());
    for (id, position) in held.map(|(id, p)| (id, p.amount)).collect::<Vec<_>>() {
        settle_position(markets, account, id, position);
    }
}

fn settle_position(markets: &mut MarketState, account: &mut Account, id: PositionId, position: Decimal) {
    let (market, amount) = (MarketId::futures(id.pair), position.abs());
    let side = if position.is_sign_negative() { Side::Buy } else { Side::Sell };
    let mut new = NewOrder::market(market, side, amount);
    (new.reduce_only, new.terms) = (true, FuturesTerms::of(id.slot));
    let mut order = new_order::build(markets, &new, amount, TimeInForce::Ioc);
    order.client_id = format!("settlement_autoclose-{}", order.id);
    markets.emit_order(account.id, &order, Execution::New, None);
    let level = Level { price: markets.mark(id.pair), amount };
    let (_, ended) = futures::take(markets, account, &mut order, vec![level]);
    account.futures_orders.put(order.clone());
    markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[id]);
    ending::after(markets, account, &order, ended);
}
