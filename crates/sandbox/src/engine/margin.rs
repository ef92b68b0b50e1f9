//! Margins of a futures account at the current mark prices.

use super::{
    Account, FuturesView, PositionView, bracket, liquidation_price, markets::MarketState,
    position::Perpetual, rounding::at_least_zero, terms::PositionId,
};
use crate::market::Pair;
use domain::Decimal;

/// Sums over an account's perpetuals.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    unrealized: Decimal,
    cross_unrealized: Decimal,
    position_margin: Decimal,
    cross_margin: Decimal,
    order_margin: Decimal,
    maintenance: Decimal,
    cross_maintenance: Decimal,
}

fn sums(markets: &MarketState, account: &Account) -> Sums {
    let mut sums = Sums::default();
    for (id, p) in account.positions() {
        let (pair, mark) = (id.pair, markets.mark(id.pair));
        let (notional, unrealized) = (p.notional(mark), p.unrealized(mark));
        let maintenance = bracket::maintenance(pair, notional);
        let initial = initial(p, mark);
        sums.unrealized += unrealized;
        sums.position_margin += initial;
        sums.order_margin += p.order_margin(mark);
        sums.maintenance += maintenance;
        if !p.isolated_mode() {
            sums.cross_unrealized += unrealized;
            sums.cross_margin += initial;
            sums.cross_maintenance += maintenance;
        }
    }
    sums
}

/// Initial margin of a position: a fraction of its notional, or its own margin if isolated.
fn initial(p: &Perpetual, mark: Decimal) -> Decimal {
    if p.isolated_mode() { p.isolated } else { p.initial(p.notional(mark)) }
}

/// The balance available for new orders; negative if the existing positions and orders need more than there
/// is.
pub(super) fn available(markets: &MarketState, account: &Account) -> Decimal {
    free(account, &sums(markets, account))
}

fn free(account: &Account, sums: &Sums) -> Decimal {
    account.cross_wallet() + sums.cross_unrealized - sums.cross_margin - sums.order_margin
}

/// The balance that may be transferred out: the available balance without unrealized profit.
pub(super) fn withdrawable(markets: &MarketState, account: &Account) -> Decimal {
    let sums = sums(markets, account);
    let without_profit = free(account, &sums) - at_least_zero(sums.cross_unrealized);
    at_least_zero(without_profit)
}

/// Collateral and maintenance margin shared by all cross positions.
pub(super) fn cross(markets: &MarketState, account: &Account) -> (Decimal, Decimal) {
    let sums = sums(markets, account);
    (account.cross_wallet() + sums.cross_unrealized, sums.cross_maintenance)
}

/// Collateral and maintenance margin of one isolated position.
pub(super) fn isolated(markets: &MarketState, account: &Account, id: PositionId) -> (Decimal, Decimal) {
    let (p, mark) = (account.perpetual(id), markets.mark(id.pair));
    (p.isolated + p.unrealized(mark), bracket::maintenance(id.pair, p.notional(mark)))
}

/// Builds the view of the whole account.
pub(super) fn view(markets: &MarketState, account: &Account) -> FuturesView {
    let sums = sums(markets, account);
    FuturesView {
        wallet: account.wallet,
        cross_wallet: account.cross_wallet(),
        unrealized: sums.unrealized,
        cross_unrealized: sums.cross_unrealized,
        position_margin: sums.position_margin,
        order_margin: sums.order_margin,
        maintenance: sums.maintenance,
        available: at_least_zero(free(account, &sums)),
        withdrawable: withdrawable(markets, account),
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
        initial_margin: initial(&p, mark),
        order_margin: p.order_margin(mark),
        maintenance: bracket::maintenance(pair, notional),
        bid_notional: p.bids,
        ask_notional: p.asks,
        updated: p.updated,
    }
}
