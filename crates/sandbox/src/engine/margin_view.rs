//! The views of a futures account and its positions, as the streams and queries show them.

use super::{
    Account, FuturesView, PositionView, bracket, liquidation_price, margin, markets::MarketState,
    rounding::at_least_zero, terms::PositionId,
};
use crate::market::Pair;

/// Builds the view of the whole account.
pub(super) fn view(markets: &MarketState, account: &Account) -> FuturesView {
    let sums = margin::sums(markets, account);
    FuturesView {
        wallet: account.wallet,
        cross_wallet: account.cross_wallet(),
        unrealized: sums.unrealized,
        cross_unrealized: sums.cross_unrealized,
        position_margin: sums.position_margin,
        order_margin: sums.order_margin,
        maintenance: sums.maintenance,
        available: at_least_zero(margin::free(account, &sums)),
        withdrawable: margin::withdrawable(markets, account),
        positions: Pair::ALL
            .into_iter()
            .flat_map(|pair| account.shown(pair))
            .map(|id| position(markets, account, id))
            .collect(),
    }
}

/// Builds the view of one position.
pub(super) fn position(markets: &MarketState, account: &Account, id: PositionId) -> PositionView {
    let pair = id.pair;
    let (p, mark) = (account.perpetual(id), markets.mark(pair));
    let notional = p.notional(mark);
    PositionView {
        pair,
        slot: id.slot,
        amount: p.amount,
        entry_price: p.entry_price(),
        break_even: p.entry_price(),
        mark_price: mark,
        unrealized: p.unrealized(mark),
        realized: p.realized,
        liquidation_price: liquidation_price::of(markets, account, id),
        notional: p.amount * mark,
        leverage: p.leverage,
        max_notional: bracket::largest(pair, p.leverage),
        mode: p.mode,
        isolated: p.isolated,
        initial_margin: margin::initial(&p, mark),
        order_margin: p.order_margin(mark),
        maintenance: bracket::maintenance(pair, notional),
        bid_notional: p.bids,
        ask_notional: p.asks,
        updated: p.updated,
    }
}
