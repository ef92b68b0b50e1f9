//! Whether a copy is traded, and how much: every rule that can say no, in the order in which a follower would ask.

use super::accounts::Account;
use crate::{Desk, Result, equity, market, plan};
use domain::{
    ApiKeyStatus, Decimal, ExchangeKeyId, Market, Micros, StrategyId, TradeType,
    copy::{Paused, Reason, Sized, Terms, size},
    figures,
    time::SECOND,
};
use std::collections::HashMap;
use store::{
    copy::{Copy, Work},
    key::KeyRow,
    switch::{self, PAUSE_COPIES},
};

/// How long the keys of a claim are taken as they were read.
const KEYS_FRESH: i64 = 2 * SECOND;

/// Why not, with the figure or the words that decided it.
pub(super) type No = (Reason, Option<String>);

/// What is the same for all copies of a claim.
pub(super) struct Round {
    paused: bool,
    /// The newest signal of each strategy: an entry that was overtaken is not wanted.
    newest: HashMap<StrategyId, domain::SignalId>,
    keys: HashMap<ExchangeKeyId, KeyRow>,
    read_at: Micros,
}

impl Round {
    pub(super) async fn of(desk: &Desk, works: &[Work], keys: Vec<KeyRow>) -> Result<Self> {
        let read_at = desk.clock.now();
        let paused = switch::get(&desk.db, PAUSE_COPIES).await?.is_some();
        let mut newest = HashMap::new();
        for strategy in works.iter().map(|work| work.strategy_id) {
            if !newest.contains_key(&strategy) {
                let last = store::signal::list_by_strategy(&desk.db, strategy, None, 1).await?;
                newest.extend(last.first().map(|signal| (strategy, signal.id)));
            }
        }
        let keys = keys.into_iter().map(|row| (row.key.id, row)).collect();
        Ok(Self { paused, newest, keys, read_at })
    }

    /// A key as it was claimed with its copy; read again when that is a while ago: its credentials may be others by now.
    pub(super) async fn key(&self, desk: &Desk, id: ExchangeKeyId) -> Result<Option<KeyRow>> {
        let fresh = desk.clock.now().since(self.read_at) < KEYS_FRESH;
        match self.keys.get(&id).filter(|_| fresh) {
            Some(row) => Ok(Some(row.clone())),
            None => Ok(store::key::get_any(&desk.db, id).await?),
        }
    }
}

/// The moment after which an entry of this signal is not wanted any more.
pub(super) fn fresh_until(desk: &Desk, work: &Work) -> Micros {
    work.signal_at.plus(desk.settings.signal_max_age_s.saturating_mul(SECOND))
}

/// What the rows say against an entry, before anybody is asked.
pub(super) fn by_rows(desk: &Desk, round: &Round, work: &Work) -> std::result::Result<(), No> {
    let no = |reason| Err((reason, None));
    if work.stopped_at.is_some() {
        return no(Reason::Stopped);
    }
    if !work.follow_active {
        return no(if work.paused_reason == Some(Paused::Panic) { Reason::Panic } else { Reason::Paused });
    }
    if round.paused {
        return no(Reason::AllPaused);
    }
    if !work.strategy_active {
        return no(Reason::StrategyInactive);
    }
    if round.newest.get(&work.strategy_id).is_some_and(|newest| *newest > work.signal_id) {
        return no(Reason::Superseded);
    }
    if desk.clock.now() > fresh_until(desk, work) {
        // What kept it until now is told beside it.
        return Err((Reason::TooOld, work.detail.clone()));
    }
    Ok(())
}

/// What the key says against trading at all.
pub(super) const fn by_key(row: &KeyRow) -> std::result::Result<(), Reason> {
    match (row.key.active, row.key.status) {
        (_, ApiKeyStatus::Unauthorized) => Err(Reason::KeyUnauthorized),
        (false, _) => Err(Reason::KeyInactive),
        (true, _) if row.key.account_mode.problem().is_some() => Err(Reason::AccountMode),
        (true, _) => Ok(()),
    }
}

/// What the person's plan says against a new copy. Sandbox keys count against no balance limit.
pub(super) async fn by_plan(desk: &Desk, row: &KeyRow) -> Result<std::result::Result<(), No>> {
    let limits = plan::limits_of(desk, row.user_id).await?;
    if !limits.strategy_automated {
        return Ok(Err((Reason::PlanFeature, None)));
    }
    if let Some(most) = limits.max_balance_usd
        && !row.key.sandbox
        && !limits.allows_balance(equity::counted_usd_of(desk, row.user_id).await?)
    {
        return Ok(Err((Reason::PlanBalance, Some(format!("{most} USD")))));
    }
    Ok(Ok(()))
}

/// What the follow's own limit says: losses of this UTC day that are settled, and those of open copies that are not.
pub(super) async fn by_daily_loss(
    desk: &Desk,
    work: &Work,
    account: &Account,
) -> Result<std::result::Result<(), No>> {
    let Some(limit) = work.daily_loss_limit_usd else { return Ok(Ok(())) };
    let (key, today) = (work.exchange_key_id, desk.clock.now().day());
    let settled: Decimal = store::copy::profits_since(&desk.db, key, today).await?.into_iter().sum();
    let open = store::copy::open_of_key(&desk.db, key).await?;
    let unsettled: Decimal = open
        .iter()
        .filter_map(|copy: &Copy| account.held(&copy.symbol))
        .map(|held| held.unrealized_pnl)
        .sum();
    let lost = -(settled + unsettled);
    if lost < limit.0 {
        return Ok(Ok(()));
    }
    let told = format!("lost {} USD today, limit {} USD", figures::cents(lost), figures::cents(limit.0));
    Ok(Err((Reason::DailyLoss, Some(told))))
}

/// How much to trade at the present price.
pub(super) async fn by_size(
    desk: &Desk,
    work: &Work,
    account: &Account,
) -> Result<std::result::Result<Entry, No>> {
    let Some((side, stop)) = work.side.zip(work.stop) else {
        return Err(crate::Error::fault("an entry without a side or a stop"));
    };
    let targets: Vec<Decimal> = serde_json::from_str(&work.targets).map_err(crate::Error::fault)?;
    let market = market::find(desk, TradeType::Futures, &work.symbol).await?;
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
    Ok(match size(&terms, &market) {
        Ok(sized) => Ok(Entry { sized, side, price, equity: account.equity(), market }),
        Err((reason, figure)) => {
            Err((reason, figure.map(|figure| told(reason, figure, work.symbol.quote()))))
        }
    })
}

/// A sized entry.
pub(super) struct Entry {
    pub(super) sized: Sized,
    pub(super) side: domain::Side,
    pub(super) price: Decimal,
    pub(super) equity: Decimal,
    pub(super) market: Market,
}

/// The figure that decided, for people: what an account has is rounded; prices and amounts have the market's own steps.
fn told(reason: Reason, figure: Decimal, quote: &str) -> String {
    match reason {
        Reason::Margin | Reason::NoEquity => format!("{} {quote}", figures::cents(figure)),
        _ => figures::decimal(figure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_account_has_is_told_in_cents() {
        let free: Decimal = "9991.4075566".parse().unwrap();
        assert_eq!(told(Reason::Margin, free, "USDT"), "9,991.41 USDT");
        assert_eq!(told(Reason::BelowMinimum, Decimal::new(1, 3), "USDT"), "0.001");
    }
}
