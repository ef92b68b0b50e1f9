//! Receiving alerts of private signal sources, and testing them.

use super::{
    calls::{JudgedCall, keep_call},
    rules,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::{
        Following,
        signal::{self, Accepted, NewSignal},
    },
    platform::{opaque, pace},
    trading::market,
};
use ::strategy::alert::{self, AlertAmount, Levels, ReadAlert};
use domain::{
    Decimal, SignalId, StrategyId, TradeType,
    copy::Status,
    own_source::{RefusedAlert, Verdict},
    signal::{Action, AmountUnit, SignalSize, Source},
};
use store::{own_source::OwnSource, strategy::Strategy};

/// The verdict on an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was refused.
    pub reason: Option<RefusedAlert>,
    /// The signal that it gave or repeated; `None` for a test.
    pub signal: Option<SignalId>,
}

impl SourceVerdict {
    const fn accepted(signal: Option<SignalId>) -> Self {
        Self { verdict: Verdict::Accepted, reason: None, signal }
    }

    const fn repeated(signal: SignalId) -> Self {
        Self { verdict: Verdict::Repeated, reason: None, signal: Some(signal) }
    }

    const fn refused(reason: RefusedAlert) -> Self {
        Self { verdict: Verdict::Refused, reason: Some(reason), signal: None }
    }
}

/// Receives an alert at the webhook of a private source; `None` if the token is not one of a private source.
///
/// # Errors
/// If the database cannot be queried; too many requests if the source was called too often, and nothing is kept of
/// these calls. An alert that is refused is a verdict.
pub async fn receive(desk: &Following, token: &str, body: &[u8]) -> Result<Option<SourceVerdict>> {
    if !opaque::plausible(token) {
        return Ok(None);
    }
    let Some(source) = store::own_source::by_hook(&desk.db, &opaque::hash(token)).await? else {
        return Ok(None);
    };
    pace::count_source_call(desk, source.strategy_id)?;
    let strategy = strategy_of(desk, &source).await?;
    let at = desk.clock.now();
    let verdict = judge(desk, &source, &strategy, body, false).await?;
    let judged = JudgedCall { source: &source, strategy: &strategy, body, test: false, at };
    // The signal is stored already, so the sender must not send the alert again.
    if let Err(error) = keep_call(desk, &judged, verdict).await {
        tracing::warn!(strategy = %strategy.id, %error, "could not keep the call of a signal source");
    }
    Ok(Some(verdict))
}

/// Judges an alert as [`receive`] does, and gives no signal. The call is kept as a test.
///
/// # Errors
/// Not found.
pub async fn test_alert(
    desk: &Following,
    actor: &Actor,
    id: StrategyId,
    body: &[u8],
) -> Result<SourceVerdict> {
    let source = store::own_source::get_source(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)?;
    let strategy = strategy_of(desk, &source).await?;
    let at = desk.clock.now();
    let verdict = judge(desk, &source, &strategy, body, true).await?;
    keep_call(desk, &JudgedCall { source: &source, strategy: &strategy, body, test: true, at }, verdict)
        .await?;
    Ok(verdict)
}

async fn strategy_of(desk: &Following, source: &OwnSource) -> Result<Strategy> {
    store::strategy::get_strategy(&desk.db, source.strategy_id).await?.ok_or(Error::NotFound)
}

async fn judge(
    desk: &Following,
    source: &OwnSource,
    strategy: &Strategy,
    body: &[u8],
    test: bool,
) -> Result<SourceVerdict> {
    let alert = match alert::read(body) {
        Ok(alert) => identified(alert),
        Err(problems) => return Ok(SourceVerdict::refused(RefusedAlert::of(&problems))),
    };
    // A repeated alert is answered before it is checked, since it may be too old by now.
    if let Some(known) = find_repeated(desk, strategy, &alert).await? {
        return Ok(known);
    }
    let new = match prepare(desk, source, strategy, &alert).await? {
        Ok(new) => new,
        Err(reason) => return Ok(SourceVerdict::refused(reason)),
    };
    let accepted = if test {
        signal::rehearse(desk, &new).await.map(|()| SourceVerdict::accepted(None))
    } else {
        let size = requested_size(desk, source, &alert).await?;
        signal::accept_sized(desk, size, new).await.map(|accepted| match accepted {
            Accepted::New(signal) => SourceVerdict::accepted(Some(signal.id)),
            Accepted::Repeated(signal) => SourceVerdict::repeated(signal.id),
        })
    };
    match accepted {
        Err(Error::Fields(problems)) => {
            let reason = RefusedAlert::of(&problems);
            // The same alert may have been accepted meanwhile, with a default stop from another market price.
            let repeated = if reason == RefusedAlert::IdReused {
                find_repeated(desk, strategy, &alert).await?
            } else {
                None
            };
            Ok(repeated.unwrap_or(SourceVerdict::refused(reason)))
        }
        other => other,
    }
}

/// The size that an alert asks for: of an entry, if the source's owner has switched that on; of an exit, the share of the
/// position if it is a part.
async fn requested_size(
    desk: &Following,
    source: &OwnSource,
    alert: &ReadAlert,
) -> Result<Option<SignalSize>> {
    if let Some(amount) = exit_percent(alert) {
        return Ok(Some(SignalSize { amount, unit: AmountUnit::PositionPercent }));
    }
    let asked = alert.amount.filter(|_| alert.action == Action::Enter);
    let Some(AlertAmount { amount, unit }) = asked else { return Ok(None) };
    let sized = store::signal_size::is_sized(&desk.db, source.strategy_id).await?;
    Ok(sized.then_some(SignalSize { amount, unit }))
}

/// Returns the verdict on an alert whose id was accepted before.
async fn find_repeated(
    desk: &Following,
    strategy: &Strategy,
    alert: &ReadAlert,
) -> Result<Option<SourceVerdict>> {
    let Some(id) = alert.id.as_deref() else { return Ok(None) };
    let stored = store::signal::find_repeated(&desk.db, strategy.id, Some(id), None).await?;
    Ok(stored.map(|stored| {
        if stored.action == alert.action && stored.side == alert.side {
            SourceVerdict::repeated(stored.id)
        } else {
            SourceVerdict::refused(RefusedAlert::IdReused)
        }
    }))
}

/// Makes the signal of an alert, or returns why there is none.
async fn prepare(
    desk: &Following,
    source: &OwnSource,
    strategy: &Strategy,
    alert: &ReadAlert,
) -> Result<std::result::Result<NewSignal, RefusedAlert>> {
    if alert.ticker.as_deref().is_some_and(|ticker| !alert::same_market(ticker, &strategy.symbol)) {
        return Ok(Err(RefusedAlert::OtherMarket));
    }
    if alert::is_late(alert, desk.clock.now()) {
        return Ok(Err(RefusedAlert::Late));
    }
    if exits_other_side(desk, strategy, alert).await? {
        return Ok(Err(RefusedAlert::NothingToExit));
    }
    let levels = match alert.action {
        Action::Enter => match entry_levels(desk, source, strategy, alert).await? {
            Ok(levels) => Some(levels),
            Err(reason) => return Ok(Err(reason)),
        },
        Action::Exit => None,
    };
    let (side, stop, price, targets) = match levels {
        Some(Levels { side, price, stop, targets }) => (Some(side), Some(stop), Some(price), targets),
        None => (None, None, alert.price, Vec::new()),
    };
    Ok(Ok(NewSignal {
        strategy: strategy.id,
        source: Source::Hook,
        action: alert.action,
        side,
        price,
        stop,
        targets,
        external_id: alert.id.clone(),
        bar_at: None,
        sent_at: alert.time,
    }))
}

/// The levels of an entry, from the alert and the source's rules.
async fn entry_levels(
    desk: &Following,
    source: &OwnSource,
    strategy: &Strategy,
    alert: &ReadAlert,
) -> Result<std::result::Result<Levels, RefusedAlert>> {
    if !strategy.active {
        return Ok(Err(RefusedAlert::Paused));
    }
    match market_now(desk, strategy).await {
        Ok((price, tick)) => Ok(alert::complete(alert, &rules(source)?, price, tick)),
        Err(Error::Unavailable { .. } | Error::Refused(_)) => Ok(Err(RefusedAlert::NoPrice)),
        Err(error) => Err(error),
    }
}

/// The price of the source's market, and its tick.
async fn market_now(desk: &Following, strategy: &Strategy) -> Result<(Decimal, Decimal)> {
    let price = market::last_price(desk, TradeType::Futures, &strategy.symbol).await?;
    let market = market::find_market(desk, TradeType::Futures, &strategy.symbol).await?;
    Ok((price, market.tick))
}

/// The share of the position that an exit closes, in percent; `None` if it closes the whole position.
fn exit_percent(alert: &ReadAlert) -> Option<Decimal> {
    let asked = alert.amount.filter(|_| alert.action == Action::Exit)?;
    let part = asked.unit == AmountUnit::PositionPercent && asked.amount < Decimal::ONE_HUNDRED;
    part.then_some(asked.amount)
}

/// Names a partial exit without an id by its time and share: sent again, it would close another part. Every other exit
/// can be repeated.
fn identified(alert: ReadAlert) -> ReadAlert {
    let time = alert.time.filter(|_| alert.id.is_none());
    match time.zip(exit_percent(&alert)) {
        Some((time, percent)) => {
            let side = alert.exits.map_or("-", domain::Side::word);
            let id = format!("exit {side} {} {}", domain::money::text(percent), time.0);
            ReadAlert { id: Some(id), ..alert }
        }
        None => alert,
    }
}

/// Whether an exit names a side, and the source's last signal entered the other one on at least one key.
async fn exits_other_side(desk: &Following, strategy: &Strategy, alert: &ReadAlert) -> Result<bool> {
    let Some(side) = alert.exits else { return Ok(false) };
    let newest = store::signal::list_by_strategy(&desk.db, strategy.id, None, 1).await?;
    let Some(newest) = newest.first().filter(|signal| signal.side.is_some_and(|entered| entered != side))
    else {
        return Ok(false);
    };
    // An entry that was skipped on every key has not closed the positions on the side before.
    let copies = store::copy::count_by_outcome(&desk.db, newest.id).await?;
    let skipped = !copies.is_empty() && copies.iter().all(|count| count.status == Status::Skipped);
    Ok(newest.fanned_out_at.is_none() || !skipped)
}
