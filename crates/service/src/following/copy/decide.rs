//! Decides whether a copy is traded, and how much. The rule itself is `domain::copy::eligibility`; this
//! module reads the facts for a worker and computes the size.

use crate::{
    error::Result,
    following::{Following, risk::EntryRules},
    trading::{
        account_cache::CachedAccount,
        eligibility::{self, Common, FreshUntil, No},
        first_day, market,
        order::Access,
    },
};
use domain::{
    Decimal, ExchangeKeyId, MarginMode, Market, SignalId, StrategyId, TradeType,
    copy::{Facts, Reason, SizedEntry, Terms, size, size_as_requested},
    figures,
    first_day::CappedOrder,
    risk_rule::{EntryTerms, Objection},
    time::SECOND,
};
use std::collections::HashMap;
use store::{copy::Work, key::KeyRow};

/// How long the keys read with a claim may be used before they are read again.
const KEYS_FRESH: i64 = 2 * SECOND;

/// Data read once for all copies of a claim.
pub(super) struct ClaimContext {
    all_paused: bool,
    /// The sequence number of each strategy's newest signal.
    newest: HashMap<StrategyId, i64>,
    /// The deadline for sending each signal's entries.
    fresh_until: HashMap<SignalId, FreshUntil>,
    keys: HashMap<ExchangeKeyId, KeyRow>,
    read_at: domain::Micros,
}

impl ClaimContext {
    pub(super) async fn of(desk: &Following, works: &[Work], keys: Vec<KeyRow>) -> Result<Self> {
        let read_at = desk.clock.now();
        let all_paused = eligibility::all_paused(desk).await?;
        let (mut newest, mut fresh_until) = (HashMap::new(), HashMap::new());
        for work in works {
            fresh_until.entry(work.signal_id).or_insert_with(|| FreshUntil::of(desk, work.signal_at));
            if !newest.contains_key(&work.strategy_id) {
                let seq = store::signal::newest_seq(&desk.db, work.strategy_id).await?;
                newest.extend(seq.map(|seq| (work.strategy_id, seq)));
            }
        }
        let keys = keys.into_iter().map(|row| (row.key.id, row)).collect();
        Ok(Self { all_paused, newest, fresh_until, keys, read_at })
    }

    /// Returns a key as read with the claim, or reads it again after `KEYS_FRESH`, since its credentials may
    /// have changed.
    pub(super) async fn key(&self, desk: &Following, id: ExchangeKeyId) -> Result<Option<KeyRow>> {
        let fresh = desk.clock.now().since(self.read_at) < KEYS_FRESH;
        match self.keys.get(&id).filter(|_| fresh) {
            Some(row) => Ok(Some(row.clone())),
            None => Ok(store::key::get_any(&desk.db, id).await?),
        }
    }

    /// Returns the deadline for sending the entry.
    pub(super) fn fresh_until(&self, desk: &Following, work: &Work) -> FreshUntil {
        let known = self.fresh_until.get(&work.signal_id).copied();
        known.unwrap_or_else(|| FreshUntil::of(desk, work.signal_at))
    }

    /// Collects the facts about an entry that the database holds, or the reason to skip it.
    pub(super) async fn by_rows(
        &self,
        desk: &Following,
        work: &Work,
        key: Option<&KeyRow>,
    ) -> Result<std::result::Result<Facts, No>> {
        let common =
            Common { all_paused: self.all_paused, newest_seq: self.newest.get(&work.strategy_id).copied() };
        eligibility::by_rows(desk, work, key, common, self.fresh_until(desk, work)).await
    }
}

/// Adds the account's facts to those of the database and decides whether the entry is eligible.
pub(super) fn by_account(
    work: &Work,
    facts: Facts,
    account: &CachedAccount,
    rules: &EntryRules,
) -> std::result::Result<(), No> {
    // In hedge mode a position on the other side is beside it. That of the strategy itself has been closed before.
    let in_position = work.side.map(|side| account.held(&work.symbol, side).is_some());
    judged(&Facts { in_position, rule: rules.before_size(), ..facts })
}

/// Checks a sized entry against the risk rules.
pub(super) fn by_rules(
    work: &Work,
    facts: Facts,
    entry: &PricedEntry,
    rules: &EntryRules,
) -> std::result::Result<(), (No, Option<Objection>)> {
    let rule = rules.of_sized(terms_of(work, entry));
    judged(&Facts { rule, ..facts }).map_err(|no| (no, rule))
}

/// The terms of a sized entry that the risk rules judge.
pub(super) fn terms_of(work: &Work, entry: &PricedEntry) -> EntryTerms {
    EntryTerms {
        // Too large for a decimal is more than any rule allows.
        value: entry.sized.amount.checked_mul(entry.price).unwrap_or(Decimal::MAX),
        leverage: entry.sized.leverage,
        price: entry.price,
        signal_price: work.signal_price.or(work.market_price).map(|text| text.0),
    }
}

fn judged(facts: &Facts) -> std::result::Result<(), No> {
    domain::copy::eligibility(facts).map_err(|reason| eligibility::in_words(reason, facts, None))
}

/// Sizes the entry at the current price.
pub(super) async fn by_size(
    desk: &Following,
    work: &Work,
    account: &CachedAccount,
) -> Result<std::result::Result<PricedEntry, No>> {
    let Some((side, stop)) = work.side.zip(work.stop) else {
        return Err(crate::error::Error::fault("an entry has no side or no stop"));
    };
    let targets = work.targets.value()?;
    let market = market::find_market(desk, TradeType::Futures, &work.symbol).await?;
    let price = market::last_price(desk, TradeType::Futures, &work.symbol).await?;
    let terms = Terms {
        equity: account.equity(),
        available: account.available(),
        risk_percent: work.risk_percent.0,
        max_leverage: work.max_leverage.and_then(|most| u16::try_from(most).ok()),
        side,
        price,
        stop: stop.0,
        targets: &targets,
    };
    // Only of the copies of the owner of a private source, who has switched it on.
    let sized = match store::signal_size::requested_of(&desk.db, work.signal_id, work.user_id).await? {
        Some(asked) => size_as_requested(&terms, asked, &market),
        None => size(&terms, &market),
    };
    Ok(match sized {
        Ok(sized) => Ok(PricedEntry { sized, side, price, equity: account.equity(), market }),
        Err((reason, figure)) => {
            Err((reason, figure.map(|figure| format_figure(reason, figure, work.symbol.quote()))))
        }
    })
}

/// Checks that the stop is reached before liquidation. The account's margin mode is queried only if it
/// decides: in cross margin the whole account backs the position, and no more than the chosen share of it is
/// lost at the stop.
pub(super) async fn by_liquidation(
    desk: &Following,
    access: &Access,
    work: &Work,
    entry: PricedEntry,
) -> Result<std::result::Result<PricedEntry, No>> {
    let sized = &entry.sized;
    let first = domain::sizing::stop_comes_first(sized.amount, entry.price, sized.stop, sized.margin);
    if first == Some(true) {
        return Ok(Ok(entry));
    }
    let answer = desk.exchange.leverage(&access.who, &work.symbol).await;
    let (_, mode) = access.take(desk, answer).await?;
    Ok(match mode {
        MarginMode::Crossed => Ok(entry),
        MarginMode::Isolated => Err((Reason::StopBeyondLiquidation, Some(figures::decimal(sized.stop)))),
    })
}

/// Checks the value of a sized entry against the first-day limits of its key, and makes its market the only one that
/// they allow, unless they already have one.
pub(super) async fn by_first_day(
    desk: &Following,
    work: &Work,
    facts: Facts,
    entry: &PricedEntry,
) -> Result<std::result::Result<(), No>> {
    let key = work.exchange_key_id;
    let Some(limits) = first_day::active_limits(desk, key).await? else { return Ok(Ok(())) };
    let value = entry.sized.amount.checked_mul(entry.price);
    let value = first_day::in_usd(desk, value, work.symbol.quote()).await?;
    let capped_order = Some(CappedOrder { value, cap: limits.cap_usd });
    let facts = Facts { capped_order, ..facts };
    if let Err(reason) = domain::copy::eligibility(&facts) {
        return Ok(Err(eligibility::in_words(reason, &facts, None)));
    }
    let allowed = first_day::claim_market(desk, key, &limits, &work.symbol).await?;
    Ok(if allowed { Ok(()) } else { Err((Reason::FirstDayMarket, None)) })
}

/// A sized entry.
pub(super) struct PricedEntry {
    pub(super) sized: SizedEntry,
    pub(super) side: domain::Side,
    pub(super) price: Decimal,
    pub(super) equity: Decimal,
    pub(super) market: Market,
}

/// Formats the deciding figure for display: account balances are rounded to cents, prices and amounts keep
/// the market's own steps.
fn format_figure(reason: Reason, figure: Decimal, quote: &str) -> String {
    match reason {
        Reason::Margin | Reason::NoEquity => format!("{} {quote}", figures::cents(figure)),
        _ => figures::decimal(figure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_balances_are_formatted_in_cents() {
        let free: Decimal = "9991.4075566".parse().unwrap();
        assert_eq!(format_figure(Reason::Margin, free, "USDT"), "9,991.41 USDT");
        assert_eq!(format_figure(Reason::BelowMinimum, Decimal::new(1, 3), "USDT"), "0.001");
    }
}
