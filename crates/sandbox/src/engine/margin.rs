//! Margins of a futures account at the current mark prices.

use super::{
    Account, bracket, markets::MarketState, position::Perpetual, rounding::at_least_zero, terms::PositionId,
};
use domain::Decimal;

/// Sums over an account's perpetuals.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) unrealized: Decimal,
    pub(super) cross_unrealized: Decimal,
    pub(super) position_margin: Decimal,
    pub(super) cross_margin: Decimal,
    pub(super) order_margin: Decimal,
    pub(super) maintenance: Decimal,
    pub(super) cross_maintenance: Decimal,
}

/// The sums at the current mark prices.
pub(super) fn sums(markets: &MarketState, account: &Account) -> Sums {
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
pub(super) fn initial(p: &Perpetual, mark: Decimal) -> Decimal {
    if p.isolated_mode() { p.isolated } else { p.initial(p.notional(mark)) }
}

/// The balance available for new orders; negative if the existing positions and orders need more than there
/// is.
pub(super) fn available(markets: &MarketState, account: &Account) -> Decimal {
    free(account, &sums(markets, account))
}

/// The available balance, from the sums of the account.
pub(super) fn free(account: &Account, sums: &Sums) -> Decimal {
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
