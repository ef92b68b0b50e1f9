//! The mark price, and the funding that longs and shorts pay every eight hours. Here the exchange is the
//! counterparty: it receives and pays the funding.

use super::{Account, AccountId, IncomeKind, Reason, markets::MarketState, settle};
use crate::market::{FundingPoint, MarketId, Pair, QUOTE};
use domain::{Decimal, Micros, dec, time};
use std::collections::BTreeMap;

/// The interval between fundings: 00, 08 and 16 UTC.
const EVERY: i64 = 8 * time::HOUR;
/// A market that was stopped for longer than this across a funding time skips that funding.
const LATEST: i64 = time::MINUTE;
/// The fraction of its distance to the last price that the mark price moves at each beat.
const MARK_PACE: Decimal = dec!(0.125);
/// Smoothing factor of the premium: about two minutes.
const PREMIUM_PACE: Decimal = dec!(0.002);
/// Interest rate for eight hours: 0.01 %.
const INTEREST: Decimal = dec!(0.0001);
/// Limit of the difference between rate and premium: 0.05 %.
const DAMPER: Decimal = dec!(0.0005);
/// Limit of the absolute rate: 0.3 %.
const BOUND: Decimal = dec!(0.003);
/// How many fundings are kept per perpetual: one year.
const KEPT: usize = 3 * 365;

/// The first funding time after `at`.
pub(super) fn next(at: Micros) -> Micros {
    Micros((at.0.div_euclid(EVERY) + 1) * EVERY)
}

/// The funding rate for a premium, by Binance's formula: premium + clamp(interest - premium, ±0.05 %),
/// bounded.
pub(super) fn rate(premium: Decimal) -> Decimal {
    let rate = premium + (INTEREST - premium).clamp(-DAMPER, DAMPER);
    rate.clamp(-BOUND, BOUND).round_dp(8).normalize()
}

/// Advances the mark price and premium by one beat.
pub(super) fn smooth(markets: &mut MarketState, pair: Pair) {
    let last = markets.price(MarketId::futures(pair));
    let perp = markets.perp_mut(pair);
    perp.mark = settle::cents(perp.mark + (last - perp.mark) * MARK_PACE);
    let premium = (last - perp.mark).checked_div(perp.mark).unwrap_or_default();
    perp.premium = (perp.premium + (premium - perp.premium) * PREMIUM_PACE).round_dp(12);
}

/// Pays the funding if its time has been reached since the previous tick.
pub(super) fn pay_if_due(
    markets: &mut MarketState,
    accounts: &mut BTreeMap<AccountId, Account>,
    pair: Pair,
    before: Micros,
) {
    let due = markets.perp(pair).next_funding;
    if markets.now < due {
        return;
    }
    let (now, mark, rate) = (markets.now, markets.mark(pair), rate(markets.perp(pair).premium));
    let perp = markets.perp_mut(pair);
    perp.next_funding = next(now);
    if now.since(before) > LATEST {
        return;
    }
    if perp.paid.len() == KEPT {
        perp.paid.pop_front();
    }
    perp.paid.push_back(FundingPoint { at: due, rate, mark });
    for account in accounts.values_mut().filter(|a| !a.perpetual(pair).amount.is_zero()) {
        pay(markets, account, pair, mark * rate);
    }
}

/// Applies the funding of one position: a long pays `per_unit` for each unit, a short receives it.
fn pay(markets: &mut MarketState, account: &mut Account, pair: Pair, per_unit: Decimal) {
    let perpetual = account.perpetual_mut(pair);
    let amount = settle::cents(-perpetual.amount * per_unit);
    let mut covered = Decimal::ZERO;
    if perpetual.isolated_mode() {
        let margin = perpetual.isolated + amount;
        perpetual.isolated = settle::at_least_zero(margin);
        covered = perpetual.isolated - margin;
    }
    account.wallet += amount + covered;
    markets.counterparty.receive(QUOTE, -amount);
    markets.counterparty.insure(-covered);
    covered += settle::cover(markets, account, pair);
    settle::income(markets, account, IncomeKind::FundingFee, Some(pair), amount, None);
    markets.emit_futures_account(account, Reason::FundingFee, amount, &[pair]);
    settle::emit_insurance_cover(markets, account, pair, covered, None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fundings_come_at_their_hours() {
        let day = Micros::from_date("2026-11-21").unwrap();
        assert_eq!(next(day), day.plus(8 * time::HOUR));
        assert_eq!(next(day.plus(EVERY - 1)), day.plus(8 * time::HOUR));
        assert_eq!(next(day.plus(23 * time::HOUR)), day.plus(24 * time::HOUR));
    }

    #[test]
    fn rates_are_bounded_and_rest_at_the_interest() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        for (premium, want) in [
            ("0", "0.0001"),
            ("0.0002", "0.0001"),
            ("0.001", "0.0005"),
            ("-0.001", "-0.0005"),
            ("0.5", "0.003"),
            ("-0.5", "-0.003"),
        ] {
            assert_eq!(rate(d(premium)), d(want), "{premium}");
        }
    }
}
