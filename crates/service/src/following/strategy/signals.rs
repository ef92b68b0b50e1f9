//! Signals from outside the evaluator: manual ones of operators, and those of outside signal sources through
//! a strategy's webhook.

use super::admin::must_not_be_private;
use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    following::{
        Following, copy, follow,
        signal::{self, Accepted, NewSignal},
    },
    identity::step_up,
    platform::{
        opaque,
        throttle::{self, Bucket},
    },
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

/// Largest number of signals per page.
const MOST: u16 = 200;

/// An instruction from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalRequest {
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
}

/// The content of a webhook call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The instruction.
    pub request: SignalRequest,
    /// The sender's own id, an idempotency key: a repeated id counts once.
    pub id: Option<String>,
    /// When the sender decided. Late alerts are rejected.
    pub time: Option<Micros>,
}

/// The result of a webhook call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalReceipt {
    /// The stored signal.
    pub signal: SignalId,
    /// Whether the signal was accepted before, so that nothing was done again.
    pub repeated: bool,
}

impl SignalRequest {
    pub(super) fn of(self, strategy: StrategyId, source: Source) -> NewSignal {
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
            sent_at: None,
        }
    }
}

/// Sends a manual signal.
///
/// # Errors
/// The errors of [`signal::accept`]; forbidden for everyone but operators, and for private signal sources;
/// [`Error::StepUp`].
pub async fn send(
    desk: &Following,
    actor: &Actor,
    strategy: StrategyId,
    said: SignalRequest,
) -> Result<Given> {
    step_up::must_be_admin(desk, actor).await?;
    must_not_be_private(desk, strategy).await?;
    let accepted = signal::accept_from(desk, Some(actor), said.of(strategy, Source::Hand)).await?;
    get_signal(desk, actor, accepted.signal().id).await
}

/// Accepts a webhook call. `alert` is inspected only after the token has been found valid, so that the format
/// is not revealed to other callers.
///
/// # Errors
/// Not found for an invalid token, or too many requests after several of them; fields; the errors of
/// [`signal::accept`].
pub async fn receive_alert(
    desk: &Following,
    origin: &Origin,
    token: &str,
    alert: std::result::Result<Alert, Vec<FieldProblem>>,
) -> Result<SignalReceipt> {
    let strategy = match opaque::plausible(token) {
        true => store::strategy::by_hook(&desk.db, &opaque::hash(token)).await?,
        false => None,
    };
    let Some(strategy) = strategy else {
        throttle::attempt(desk, &[Bucket::Hook(origin)], None, origin).await?;
        return Err(Error::NotFound);
    };
    let Alert { request: said, id, time } = alert.map_err(Error::Fields)?;
    let new = NewSignal { external_id: id, sent_at: time, ..said.of(strategy.id, Source::Hook) };
    let accepted = signal::accept(desk, new).await?;
    Ok(SignalReceipt { signal: accepted.signal().id, repeated: matches!(accepted, Accepted::Repeated(_)) })
}

/// Returns the signals of one strategy or of all, newest first, with the progress of their copies.
///
/// # Errors
/// Forbidden for everyone but operators.
pub async fn list_signals(
    desk: &Following,
    actor: &Actor,
    strategy: Option<StrategyId>,
    before: Option<SignalId>,
    limit: u16,
) -> Result<Vec<Given>> {
    actor.must(Role::Admin)?;
    let limit = i64::from(limit.min(MOST));
    let signals = match strategy {
        Some(id) => store::signal::list_by_strategy(&desk.db, id, before, limit).await?,
        None => store::signal::list_signals(&desk.db, before, limit).await?,
    };
    let names = names(desk).await?;
    let mut given = Vec::with_capacity(signals.len());
    for signal in signals {
        given.push(shown(desk, signal, &names).await?);
    }
    Ok(given)
}

/// Returns one signal with the progress of its copies.
///
/// # Errors
/// Not found; forbidden for everyone but operators.
pub async fn get_signal(desk: &Following, actor: &Actor, id: SignalId) -> Result<Given> {
    actor.must(Role::Admin)?;
    let signal = store::signal::get_signal(&desk.db, id).await?.ok_or(Error::NotFound)?;
    shown(desk, signal, &names(desk).await?).await
}

/// Returns a signal's copies of all users, in the order they were queued.
///
/// # Errors
/// Not found; forbidden for everyone but operators.
pub async fn copies(
    desk: &Following,
    actor: &Actor,
    id: SignalId,
    after: Option<CopyId>,
    limit: u16,
) -> Result<Vec<Copied>> {
    actor.must(Role::Admin)?;
    store::signal::get_signal(&desk.db, id).await?.ok_or(Error::NotFound)?;
    let rows = copy::of_signal(desk, actor, id, after, limit.min(MOST)).await?;
    // The names that users give their keys are not shown to operators.
    rows.into_iter().map(|row| follow::shown_copy(row, &HashMap::new())).collect()
}

async fn names(desk: &Following) -> Result<HashMap<StrategyId, String>> {
    let all = store::strategy::list_strategies(&desk.db).await?;
    Ok(all.into_iter().map(|strategy| (strategy.id, strategy.name)).collect())
}

async fn shown(desk: &Following, signal: Signal, names: &HashMap<StrategyId, String>) -> Result<Given> {
    let counts = store::copy::count_by_outcome(&desk.db, signal.id).await?;
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
