//! Signals: a strategy's instruction to trade, from its own definition, an outside brain or the operator's hand. Every
//! door accepts them here, so that each is checked, counts once, and reaches every follower.

mod fan_out;

pub(crate) use fan_out::fan_out_due;

use crate::{Desk, Error, Result, market};
use domain::{
    Decimal, Micros, Side, SignalId, StrategyId, TradeType, money,
    signal::{Action, BadLevels, Source, check_levels},
    time,
    validation::Problem,
};
use std::time::Duration;
use store::{DecimalText, signal::Signal, strategy::Strategy};

/// An outside brain's id for a signal is no longer than this.
const LONGEST_ID: usize = 100;
/// An outside brain's clock may be ahead of ours by this much.
const AHEAD: i64 = 60 * time::SECOND;
/// How long a signal waits for a price that it can do without.
const PRICE_WITHIN: Duration = Duration::from_secs(1);

/// A signal as it comes to a door. The caller has seen to it that whoever says it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignal {
    /// Whose.
    pub strategy: StrategyId,
    /// Who decided.
    pub source: Source,
    /// Enter or leave.
    pub action: Action,
    /// Which way; needed for entering.
    pub side: Option<Side>,
    /// The price it was decided at; the market's present one where it is not told.
    pub price: Option<Decimal>,
    /// Where to be stopped out; needed for entering.
    pub stop: Option<Decimal>,
    /// Where to take profits.
    pub targets: Vec<Decimal>,
    /// The outside brain's own id: said twice, it counts once.
    pub external_id: Option<String>,
    /// The bar whose close decided it: decided twice, it counts once.
    pub bar_at: Option<Micros>,
    /// When it was said, by the teller's clock; a late one is refused.
    pub said_at: Option<Micros>,
}

/// What became of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, and on its way to the followers.
    New(Signal),
    /// It was said before: this is what is stored, and nothing is done again.
    Repeated(Signal),
}

impl Accepted {
    /// The stored signal.
    #[must_use]
    pub const fn signal(&self) -> &Signal {
        match self {
            Self::New(signal) | Self::Repeated(signal) => signal,
        }
    }
}

/// Takes a signal in. When this answers, it is stored; its copies follow at once.
///
/// # Errors
/// Not found without such a strategy; fields: an entry's `strategy` that is not active, `time` that is too old or to come,
/// an `id` that was another signal's, levels that cannot be traded; unavailable when an entry's price is needed and the
/// exchange does not answer. Nothing is stored then.
pub async fn accept(desk: &Desk, new: NewSignal) -> Result<Accepted> {
    let strategy = store::strategy::get(&desk.db, new.strategy).await?.ok_or(Error::NotFound)?;
    let bar = new.bar_at.map(|at| (at, new.action));
    // What was said before is answered before it is judged: by now it may be late.
    if let Some(said) = said_before(desk, &new, bar).await? {
        return Ok(Accepted::Repeated(said));
    }
    // Who is in a position is let out of it, whatever has become of the strategy.
    if !strategy.active && new.action == Action::Enter {
        return Err(Error::field("strategy", Problem::StrategyInactive));
    }
    let checked = check(desk, &strategy, &new).await?;
    let mut signal = Signal {
        id: SignalId::mint(&*desk.clock, &*desk.chance),
        strategy_id: strategy.id,
        source: new.source,
        action: new.action,
        side: checked.side,
        price: new.price.or(checked.market).map(DecimalText),
        market_price: checked.market.map(DecimalText),
        stop: checked.stop.map(DecimalText),
        targets: serde_json::to_string(&checked.targets).map_err(Error::fault)?,
        external_id: new.external_id.clone(),
        bar_at: new.bar_at,
        at: desk.clock.now(),
        fanned_out_at: None,
        seq: 0,
    };
    let mut tx = desk.db.begin().await?;
    match store::signal::insert(&mut tx, &signal).await {
        Ok(seq) => {
            tx.commit().await?;
            signal.seq = seq;
        }
        Err(error) if error.is_unique() => {
            drop(tx);
            // Another instance was told a moment ago.
            let said = said_before(desk, &new, bar).await?;
            return said.map(Accepted::Repeated).ok_or_else(|| error.into());
        }
        Err(error) => return Err(error.into()),
    }
    desk.copies.wake.notify_waiters();
    Ok(Accepted::New(signal))
}

async fn said_before(desk: &Desk, new: &NewSignal, bar: Option<(Micros, Action)>) -> Result<Option<Signal>> {
    if new.external_id.is_none() && bar.is_none() {
        return Ok(None);
    }
    let said = store::signal::said_before(&desk.db, new.strategy, new.external_id.as_deref(), bar).await?;
    if said.as_ref().is_some_and(|said| new.external_id.is_some() && !same(said, new)) {
        return Err(Error::field("id", Problem::SignalIdReused));
    }
    Ok(said)
}

/// Whether the same is said again, and not something else under the same id.
fn same(said: &Signal, new: &NewSignal) -> bool {
    let levels = said.side == new.side && said.stop.map(|text| text.0) == new.stop;
    said.action == new.action && (new.action == Action::Exit || levels)
}

/// What is stored of a signal that may be given: an exit has no levels.
#[derive(Default)]
struct Checked {
    side: Option<Side>,
    stop: Option<Decimal>,
    targets: Vec<Decimal>,
    /// What the market pays now.
    market: Option<Decimal>,
}

async fn check(desk: &Desk, strategy: &Strategy, new: &NewSignal) -> Result<Checked> {
    let now = desk.clock.now();
    let oldest = now.plus(-desk.settings.signal_max_age_s.saturating_mul(time::SECOND));
    if new.said_at.is_some_and(|at| at < oldest) {
        return Err(Error::field("time", Problem::TooOld));
    }
    if new.said_at.is_some_and(|at| at > now.plus(AHEAD)) {
        return Err(Error::field("time", Problem::InFuture));
    }
    if new.external_id.as_ref().is_some_and(|id| id.is_empty() || id.chars().count() > LONGEST_ID) {
        return Err(Error::field("id", Problem::TooLong));
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

/// What the market pays now, where the record wants to know: a bar's decision trades at the next bar's open. A signal does
/// not wait for an exchange that is slow to answer.
async fn market_price(desk: &Desk, strategy: &Strategy, new: &NewSignal) -> Option<Decimal> {
    if new.source == Source::Evaluator {
        return None;
    }
    let asked = market::last_price(desk, TradeType::Futures, &strategy.symbol);
    tokio::time::timeout(PRICE_WITHIN, asked).await.ok()?.ok()
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

/// How a signal reads in an audit line or a log: never more than this.
#[must_use]
pub fn summary(signal: &Signal) -> String {
    let text = |value: Option<DecimalText>| value.map_or_else(|| "-".to_owned(), |v| money::text(v.0));
    let side = signal.side.map_or("-", Side::word);
    format!("{} {side} at {} stop {}", signal.action, text(signal.price), text(signal.stop))
}
