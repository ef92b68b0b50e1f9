//! The mark price at which the engine would liquidate a position.

use super::{Account, bracket, margin, markets::MarketState, position::Perpetual, terms::PositionId};
use crate::market::Pair;
use domain::Decimal;

/// The mark price nearest to the present one at which the collateral equals the maintenance margin, everything
/// else being unchanged. A cross position shares its price with the pair's other cross positions, because all of
/// them move with the same mark price.
pub(super) fn of(markets: &MarketState, account: &Account, id: PositionId) -> Option<Decimal> {
    let (own, mark) = (account.perpetual(id), markets.mark(id.pair));
    if own.amount.is_zero() {
        return None;
    }
    if own.isolated_mode() {
        return nearest(id.pair, own.isolated, &[own], mark);
    }
    let moved: Vec<Perpetual> = account
        .positions_of(id.pair)
        .map(|(_, p)| *p)
        .filter(|p| !p.amount.is_zero() && !p.isolated_mode())
        .collect();
    // The unrealized profit of other pairs' cross positions counts as collateral, and their maintenance margin is
    // reserved.
    let (collateral, maintenance) = margin::cross(markets, account);
    let unrealized: Decimal = moved.iter().map(|p| p.unrealized(mark)).sum();
    let required: Decimal = moved.iter().map(|p| bracket::maintenance(id.pair, p.notional(mark))).sum();
    nearest(id.pair, collateral - unrealized - maintenance + required, &moved, mark)
}

/// The solution nearest to `mark`. Between the prices at which a position enters another bracket, collateral and
/// maintenance margin are both linear in the price, so each interval has one candidate.
fn nearest(pair: Pair, collateral: Decimal, positions: &[Perpetual], mark: Decimal) -> Option<Decimal> {
    let caps = bracket::brackets(pair);
    let within_last = caps.len().saturating_sub(1);
    let mut bounds: Vec<Decimal> = positions
        .iter()
        .flat_map(|p| caps.iter().take(within_last).map(|b| b.cap / p.amount.abs()))
        .collect();
    bounds.sort_unstable();
    bounds.dedup();
    let floors = std::iter::once(Decimal::ZERO).chain(bounds.iter().copied());
    let ceilings = bounds.iter().copied().map(Some).chain([None]);
    let candidates = floors.zip(ceilings).filter_map(|(floor, ceiling)| {
        let middle = ceiling.map(|ceiling| (floor + ceiling) / Decimal::TWO);
        let price = solve(pair, collateral, positions, middle)?;
        let within = price > floor && ceiling.is_none_or(|ceiling| price <= ceiling);
        within.then(|| price.round_dp(8).normalize())
    });
    candidates.min_by_key(|price| (*price - mark).abs())
}

/// Solves the equation with the brackets that apply at the price `at`, or the last ones if it is `None`.
fn solve(pair: Pair, collateral: Decimal, positions: &[Perpetual], at: Option<Decimal>) -> Option<Decimal> {
    let (mut constant, mut slope) = (collateral, Decimal::ZERO);
    for p in positions {
        let size = p.amount.abs();
        let bracket = match at {
            Some(price) => bracket::bracket(pair, price * size),
            None => bracket::brackets(pair).last(),
        }?;
        constant += bracket.cumulative;
        constant += if p.amount.is_sign_negative() { p.cost } else { -p.cost };
        slope += size * bracket.rate - p.amount;
    }
    constant.checked_div(slope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Micros, Side};

    fn held(side: Side, amount: i64) -> Perpetual {
        let mut position = Perpetual::default();
        position.fill(side, Decimal::from(20_000), Decimal::from(amount), Micros(0));
        position
    }

    /// Collateral less maintenance margin.
    fn spare(collateral: i64, positions: &[Perpetual], price: Decimal) -> Decimal {
        let each =
            |p: &Perpetual| p.unrealized(price) - bracket::maintenance(Pair::BtcUsdt, p.notional(price));
        Decimal::from(collateral) + positions.iter().map(each).sum::<Decimal>()
    }

    #[test]
    fn at_the_price_nothing_is_spare() {
        let mark = Decimal::from(20_000);
        for (collateral, positions) in [
            (10_000, vec![held(Side::Buy, 1)]),
            (10_000, vec![held(Side::Sell, 1)]),
            (300_000, vec![held(Side::Buy, 60), held(Side::Sell, 20)]),
            (300_000, vec![held(Side::Buy, 20), held(Side::Sell, 60)]),
            (300_000, vec![held(Side::Buy, 40), held(Side::Sell, 40)]),
        ] {
            let price = nearest(Pair::BtcUsdt, Decimal::from(collateral), &positions, mark).unwrap();
            assert!(spare(collateral, &positions, price).abs() < Decimal::ONE, "{positions:?} at {price}");
        }
        let safe = nearest(Pair::BtcUsdt, Decimal::from(30_000), &[held(Side::Buy, 1)], mark);
        assert_eq!(safe, None, "a long that the collateral covers down to zero");
    }
}
