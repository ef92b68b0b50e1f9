//! Signals: a strategy's instruction to trade, from its own rules, from an outside signal source or from an
//! operator. All sources are accepted here, so that each signal is checked, counts once, and reaches every
//! follower.

mod fan_out;
mod flood;

pub(crate) use fan_out::fan_out_due;

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    platform::audit::{self, AuditAction},
    trading::market,
};
use domain::{
    Decimal, Micros, Side, SignalId, StrategyId, TradeType, money,
    signal::{Action, BadLevels, SignalSize, Source, check_levels},
    time,
    validation::Problem,
};
use std::time::Duration;
use store::{DecimalText, JsonText, signal::Signal, strategy::Strategy};

/// Largest length, in characters, of a signal source's own id.
const LONGEST_ID: usize = 100;
/// How far a signal source's clock may be ahead of the desk's clock.
const AHEAD: i64 = 60 * time::SECOND;
/// How long a signal waits for a price that it can do without.
const PRICE_WITHIN: Duration = Duration::from_secs(1);

/// A signal as submitted. The caller has verified that its sender is authorized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignal {
    /// The strategy that gives the signal.
    pub strategy: StrategyId,
    /// The source of the signal.
    pub source: Source,
    /// Whether to enter or exit.
    pub action: Action,
    /// The side of the entry; required for entries.
    pub side: Option<Side>,
    /// The price at which the decision was made; without it, the current market price.
    pub price: Option<Decimal>,
    /// The stop price; required for entries.
    pub stop: Option<Decimal>,
    /// The take-profit prices.
    pub targets: Vec<Decimal>,
    /// The signal source's own id, an idempotency key: a repeated id counts once.
    pub external_id: Option<String>,
    /// Opening time of the bar whose close led to the decision; a repeated decision for a bar counts once.
    pub bar_at: Option<Micros>,
    /// When the signal was sent, by the sender's clock. Late signals are rejected.
    pub sent_at: Option<Micros>,
}

/// The result of accepting a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The signal is stored and will be fanned out to the followers.
    New(Signal),
    /// The signal was accepted before. This is the stored one; nothing is done again.
    Repeated(Signal),
}

impl Accepted {
    /// Returns the stored signal.
    #[must_use]
    pub const fn signal(&self) -> &Signal {
        match self {
            Self::New(signal) | Self::Repeated(signal) => signal,
        }
    }
}

/// Accepts a signal. On return it is stored; its copies follow immediately.
///
/// # Errors
/// Not found if there is no such strategy; fields: `strategy` for an entry of an inactive strategy, or of one that is
/// paused because it sends too many signals, `time` if
/// it is too old or in the future, `id` if it belongs to another signal, and levels that cannot be traded;
/// unavailable if an entry needs the current price and the exchange does not answer. Nothing is stored then.
pub async fn accept(desk: &Following, new: NewSignal) -> Result<Accepted> {
    store_signal(desk, None, None, new).await
}

/// Does the same as [`accept`], for a signal whose alert asks for a size: of its owner's copies, or of a partial exit the
/// share of every follower's position.
///
/// # Errors
/// As [`accept`].
pub async fn accept_sized(desk: &Following, size: Option<SignalSize>, new: NewSignal) -> Result<Accepted> {
    store_signal(desk, None, size, new).await
}

/// Does the same as [`accept`]. A signal of an operator (`by`) is stored together with its audit entry.
pub(crate) async fn accept_from(desk: &Following, by: Option<&Actor>, new: NewSignal) -> Result<Accepted> {
    store_signal(desk, by, None, new).await
}

async fn store_signal(
    desk: &Following,
    by: Option<&Actor>,
    size: Option<SignalSize>,
    new: NewSignal,
) -> Result<Accepted> {
    let strategy = store::strategy::get_strategy(&desk.db, new.strategy).await?.ok_or(Error::NotFound)?;
    let bar = new.bar_at.map(|at| (at, new.action));
    // A repeated signal is answered before it is checked, since it may be too old by now.
    if let Some(repeated) = find_repeated(desk, &new, bar).await? {
        return Ok(Accepted::Repeated(repeated));
    }
    let checked = check(desk, &strategy, &new).await?;
    let mut signal = Signal {
        id: SignalId::mint(&*desk.clock, &*desk.entropy),
        strategy_id: strategy.id,
        source: new.source,
        action: new.action,
        side: checked.side,
        price: new.price.or(checked.market).map(DecimalText),
        market_price: checked.market.map(DecimalText),
        stop: checked.stop.map(DecimalText),
        targets: JsonText::of(&checked.targets)?,
        external_id: new.external_id.clone(),
        bar_at: new.bar_at,
        at: desk.clock.now(),
        fanned_out_at: None,
        seq: 0,
    };
    let mut tx = desk.db.begin().await?;
    // Exits still pass: they only reduce risk.
    if flood::pause_if_flooding(desk, &mut tx, &strategy, &new).await? && new.action == Action::Enter {
        tx.commit().await?;
        return Err(Error::field("strategy", Problem::StrategyInactive));
    }
    match store::signal::insert_signal(&mut tx, &signal).await {
        Ok(seq) => {
            if let Some(size) = size {
                store::signal_size::insert_size(&mut tx, signal.id, size).await?;
            }
            if let Some(actor) = by {
                let (action, subject) = (AuditAction::SignalGiven, signal.id.to_string());
                audit::record(desk, &mut tx, Some(actor.user), action, &subject, actor.from.as_ref()).await?;
            }
            tx.commit().await?;
            signal.seq = seq;
        }
        Err(error) if error.is_unique() => {
            drop(tx);
            // Another instance has just stored it.
            let repeated = find_repeated(desk, &new, bar).await?;
            return repeated.map(Accepted::Repeated).ok_or_else(|| error.into());
        }
        Err(error) => return Err(error.into()),
    }
    desk.copies.wake.notify_waiters();
    Ok(Accepted::New(signal))
}

async fn find_repeated(
    desk: &Following,
    new: &NewSignal,
    bar: Option<(Micros, Action)>,
) -> Result<Option<Signal>> {
    if new.external_id.is_none() && bar.is_none() {
        return Ok(None);
    }
    let repeated =
        store::signal::find_repeated(&desk.db, new.strategy, new.external_id.as_deref(), bar).await?;
    if repeated.as_ref().is_some_and(|repeated| new.external_id.is_some() && !same(repeated, new)) {
        return Err(Error::field("id", Problem::SignalIdReused));
    }
    Ok(repeated)
}

/// Whether the stored signal is the same as the new one, rather than another signal with the same id.
fn same(repeated: &Signal, new: &NewSignal) -> bool {
    let levels = repeated.side == new.side && repeated.stop.map(|text| text.0) == new.stop;
    repeated.action == new.action && (new.action == Action::Exit || levels)
}

/// The checked values of an acceptable signal. Exits have no levels.
#[derive(Default)]
struct Checked {
    side: Option<Side>,
    stop: Option<Decimal>,
    targets: Vec<Decimal>,
    /// The current market price.
    market: Option<Decimal>,
}

/// Checks a signal as [`accept`] does, and stores nothing.
///
/// # Errors
/// As [`accept`].
pub(crate) async fn rehearse(desk: &Following, new: &NewSignal) -> Result<()> {
    let strategy = store::strategy::get_strategy(&desk.db, new.strategy).await?.ok_or(Error::NotFound)?;
    check(desk, &strategy, new).await.map(drop)
}

async fn check(desk: &Following, strategy: &Strategy, new: &NewSignal) -> Result<Checked> {
    // Exits are accepted even if the strategy has been deactivated.
    if !strategy.active && new.action == Action::Enter {
        return Err(Error::field("strategy", Problem::StrategyInactive));
    }
    let now = desk.clock.now();
    let oldest = now.plus(-desk.settings.signal_max_age_s.saturating_mul(time::SECOND));
    if new.sent_at.is_some_and(|at| at < oldest) {
        return Err(Error::field("time", Problem::TooOld));
    }
    if new.sent_at.is_some_and(|at| at > now.plus(AHEAD)) {
        return Err(Error::field("time", Problem::InFuture));
    }
    match new.external_id.as_ref().map(|id| id.chars().count()) {
        Some(0) => return Err(Error::field("id", Problem::Required)),
        Some(length) if length > LONGEST_ID => return Err(Error::field("id", Problem::TooLong)),
        _ => {}
    }
    if new.action == Action::Exit {
        let market = market_price(desk, strategy, new).await;
        return Ok(Checked { market, ..Checked::default() });
    }
    let side = new.side.ok_or_else(|| Error::field("side", Problem::Required))?;
    let stop = new.stop.ok_or_else(|| Error::field("stop", Problem::Required))?;
    if new.price.is_some_and(|price| price <= Decimal::ZERO) {
        return Err(Error::field("price", Problem::NotPositive));
    }
    let (price, market) = match new.price {
        Some(price) => (price, market_price(desk, strategy, new).await),
        None => {
            let market = market::last_price(desk, TradeType::Futures, &strategy.symbol).await?;
            (market, Some(market))
        }
    };
    check_levels(side, price, stop, &new.targets).map_err(|bad| named(bad, stop))?;
    Ok(Checked { side: Some(side), stop: Some(stop), targets: new.targets.clone(), market })
}

/// Returns the current market price if the record needs it: a decision on a bar trades at the next bar's open
/// instead. A signal does not wait for a slow exchange.
async fn market_price(desk: &Following, strategy: &Strategy, new: &NewSignal) -> Option<Decimal> {
    if new.source == Source::Evaluator {
        return None;
    }
    let price = market::last_price(desk, TradeType::Futures, &strategy.symbol);
    tokio::time::timeout(PRICE_WITHIN, price).await.ok()?.ok()
}

fn named(bad: BadLevels, stop: Decimal) -> Error {
    match bad {
        BadLevels::NotPositive if stop <= Decimal::ZERO => Error::field("stop", Problem::NotPositive),
        BadLevels::NotPositive => Error::field("targets", Problem::NotPositive),
        BadLevels::StopSide => Error::field("stop", Problem::StopOnWrongSide),
        BadLevels::TargetSide(_) => Error::field("targets", Problem::TargetOnWrongSide),
        BadLevels::TooManyTargets => Error::field("targets", Problem::TooManyTargets),
    }
}

/// Formats a signal for an audit entry or a log line.
#[must_use]
pub fn summary(signal: &Signal) -> String {
    let text = |value: Option<DecimalText>| value.map_or_else(|| "-".to_owned(), |v| money::text(v.0));
    let side = signal.side.map_or("-", Side::word);
    format!("{} {side} at {} stop {}", signal.action, text(signal.price), text(signal.stop))
}
