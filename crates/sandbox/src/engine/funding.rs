//! The mark price, and the funding that longs and shorts pay every eight hours. Here the exchange is the
//! counterparty: it receives and pays the funding.

use super::{
    Account, AccountId, IncomeKind, Reason,
    funding_rate::{next, rate},
    markets::MarketState,
    rounding, settle,
    terms::PositionId,
};
use crate::market::{FundingPoint, MarketId, Pair, QUOTE};
use domain::{Decimal, Micros, dec, time};
use std::collections::BTreeMap;

/// A market that was stopped for longer than this across a funding time skips that funding.
const LATEST: i64 = time::MINUTE;
/// The fraction of its distance to the last price that the mark price moves at each beat.
const MARK_PACE: Decimal = dec!(0.125);
/// Smoothing factor of the premium: about two minutes.
const PREMIUM_PACE: Decimal = dec!(0.002);
/// How many fundings are kept per perpetual: one year.
const KEPT: usize = 3 * 365;

/// Advances the mark price and premium by one beat.
pub(super) fn smooth(markets: &mut MarketState, pair: Pair) {
    let last = markets.price(MarketId::futures(pair));
    let perp = markets.perp_mut(pair);
    perp.mark = rounding::cents(perp.mark + (last - perp.mark) * MARK_PACE);
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
    for account in accounts.values_mut() {
        let open = account.positions_of(pair).filter(|(_, p)| !p.amount.is_zero());
        for id in open.map(|(id, _)| id).collect::<Vec<_>>() {
            pay(markets, account, id, mark * rate);
        }
    }
}

/// Applies the funding of one position: a long pays `per_unit` for each unit, a short receives it.
fn pay(markets: &mut MarketState, account: &mut Account, id: PositionId, per_unit: Decimal) {
    let perpetual = account.perpetual_mut(id);
    let amount = rounding::cents(-perpetual.amount * per_unit);
    let mut covered = Decimal::ZERO;
    if perpetual.isolated_mode() {
        let margin = perpetual.isolated + amount;
        perpetual.isolated = rounding::at_least_zero(margin);
        covered = perpetual.isolated - margin;
    }
    account.wallet += amount + covered;
    markets.counterparty.receive(QUOTE, -amount);
    markets.counterparty.insure(-covered);
    covered += settle::cover(markets, account, id);
    settle::income(markets, account, IncomeKind::FundingFee, Some(id.pair), amount, None);
    markets.emit_futures_account(account, Reason::FundingFee, amount, &[id]);
    settle::emit_insurance_cover(markets, account, id, covered, None);
}
