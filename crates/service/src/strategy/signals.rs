//! Signals from outside the evaluator: the operator's hand, and outside brains through a strategy's hook.

use crate::{
    Actor, Desk, Error, Origin, Result,
    audit::{self, Deed},
    copy, follow, opaque,
    signal::{self, Accepted, NewSignal},
    throttle::{self, Bucket},
};
use domain::{
    CopyId, Decimal, Micros, Role, Side, SignalId, StrategyId,
    follow::Copied,
    signal::{Action, Source},
    strategy::{Count, Given},
    validation::FieldProblem,
};
use std::collections::HashMap;
use store::signal::Signal;

/// Signals of one look.
const MOST: u16 = 200;

/// An instruction from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Enter or leave.
    pub action: Action,
    /// Which way; needed for entering.
    pub side: Option<Side>,
    /// The price it was decided at; the market's where it is not told.
    pub price: Option<Decimal>,
    /// Where to be stopped out; needed for entering.
    pub stop: Option<Decimal>,
    /// Where to take profits.
    pub targets: Vec<Decimal>,
}

/// What an outside brain says through a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The instruction.
    pub said: Said,
    /// Its own id for it: said twice, it counts once.
    pub id: Option<String>,
    /// When it decided; a late alert is refused.
    pub time: Option<Micros>,
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The stored signal.
    pub signal: SignalId,
    /// It was said before, and nothing was done again.
    pub repeated: bool,
}

impl Said {
    fn of(self, strategy: StrategyId, source: Source) -> NewSignal {
        let Self { action, side, price, stop, targets } = self;
        NewSignal {
            strategy,
            source,
            action,
            side,
            price,
            stop,
            targets,
            external_id: None,
            bar_at: None,
            said_at: None,
        }
    }
}

/// Gives a signal by hand.
///
/// # Errors
/// Those of [`signal::accept`]; forbidden to everyone but the operator.
pub async fn send(desk: &Desk, actor: &Actor, strategy: StrategyId, said: Said) -> Result<Given> {
    actor.must(Role::Admin)?;
    let accepted = signal::accept(desk, said.of(strategy, Source::Hand)).await?;
    let id = accepted.signal().id;
    let mut tx = desk.db.begin().await?;
    audit::record(desk, &mut tx, Some(actor.user), Deed::SignalGiven, &id.to_string(), actor.from.as_ref())
        .await?;
    tx.commit().await?;
    one(desk, actor, id).await
}

/// Takes an alert that came through a hook. `alert` is looked at once the token is known to open a hook: nobody else
/// learns how alerts are written.
///
/// # Errors
/// Not found for a token that opens nothing, and too many of them; fields; those of [`signal::accept`].
pub async fn hear(
    desk: &Desk,
    origin: &Origin,
    token: &str,
    alert: std::result::Result<Alert, Vec<FieldProblem>>,
) -> Result<Heard> {
    let strategy = match opaque::plausible(token) {
        true => store::strategy::by_hook(&desk.db, &opaque::hash(token)).await?,
        false => None,
    };
    let Some(strategy) = strategy else {
        throttle::count(desk, &[Bucket::Hook(origin)]).await?;
        return Err(Error::NotFound);
    };
    let Alert { said, id, time } = alert.map_err(Error::Fields)?;
    let new = NewSignal { external_id: id, said_at: time, ..said.of(strategy.id, Source::Hook) };
    let accepted = signal::accept(desk, new).await?;
    Ok(Heard { signal: accepted.signal().id, repeated: matches!(accepted, Accepted::Repeated(_)) })
}

/// Signals of one strategy or of all, newest first, with how far their copies have come.
///
/// # Errors
/// Forbidden to everyone but the operator.
pub async fn given(
    desk: &Desk,
    actor: &Actor,
    strategy: Option<StrategyId>,
    before: Option<SignalId>,
    limit: u16,
) -> Result<Vec<Given>> {
    actor.must(Role::Admin)?;
    let limit = i64::from(limit.min(MOST));
    let signals = match strategy {
        Some(id) => store::signal::list_by_strategy(&desk.db, id, before, limit).await?,
        None => store::signal::list(&desk.db, before, limit).await?,
    };
    let names = names(desk).await?;
    let mut given = Vec::with_capacity(signals.len());
    for signal in signals {
        given.push(shown(desk, signal, &names).await?);
    }
    Ok(given)
}

/// One signal, with how far its copies have come.
///
/// # Errors
/// Not found; forbidden to everyone but the operator.
pub async fn one(desk: &Desk, actor: &Actor, id: SignalId) -> Result<Given> {
    actor.must(Role::Admin)?;
    let signal = store::signal::get(&desk.db, id).await?.ok_or(Error::NotFound)?;
    shown(desk, signal, &names(desk).await?).await
}

/// A signal's copies in the order in which they were queued, whosever they are.
///
/// # Errors
/// Not found; forbidden to everyone but the operator.
pub async fn copies(
    desk: &Desk,
    actor: &Actor,
    id: SignalId,
    after: Option<CopyId>,
    limit: u16,
) -> Result<Vec<Copied>> {
    actor.must(Role::Admin)?;
    store::signal::get(&desk.db, id).await?.ok_or(Error::NotFound)?;
    let rows = copy::of_signal(desk, actor, id, after, limit.min(MOST)).await?;
    // How people call their keys is their own affair.
    rows.into_iter().map(|row| follow::shown_copy(row, &HashMap::new())).collect()
}

async fn names(desk: &Desk) -> Result<HashMap<StrategyId, String>> {
    let all = store::strategy::list(&desk.db).await?;
    Ok(all.into_iter().map(|strategy| (strategy.id, strategy.name)).collect())
}

async fn shown(desk: &Desk, signal: Signal, names: &HashMap<StrategyId, String>) -> Result<Given> {
    let counts = store::copy::count(&desk.db, signal.id).await?;
    let count = |row: store::copy::Count| Count {
        status: row.status,
        reason: row.reason,
        copies: row.copies.unwrap_or(0),
    };
    Ok(Given {
        id: signal.id,
        strategy_id: signal.strategy_id,
        strategy_name: names.get(&signal.strategy_id).cloned().unwrap_or_default(),
        source: signal.source,
        action: signal.action,
        side: signal.side,
        price: signal.price.map(|text| text.0),
        stop: signal.stop.map(|text| text.0),
        targets: follow::targets(Some(&signal.targets))?,
        external_id: signal.external_id,
        bar_at: signal.bar_at,
        at: signal.at,
        fanned_out_at: signal.fanned_out_at,
        copies: counts.into_iter().map(count).collect(),
    })
}
