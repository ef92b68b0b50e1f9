//! Strategies: their definitions, their track records, and their administration by operators.

mod admin;
mod backtest;
mod candles;
mod demo;
mod execution;
mod live;
mod reach;
mod record;
mod signals;
mod words;

pub use admin::{
    NewStrategy, StrategyChange, create_strategy, operated, operated_one, remove_hook, rotate_hook,
    set_active, unsound, update_strategy,
};
pub use backtest::{explain, run_due};
pub(crate) use candles::Extended;
pub use candles::{Imported, import};
pub use demo::seed;
pub use execution::{execution, refresh_executions};
pub use live::Live;
pub use reach::{SignalReach, preview_signal};
pub(crate) use record::Records;
pub use record::{card, cards, costs, history, history_seen_by, performance, trades, trades_seen_by};
pub use signals::{
    Alert, SignalReceipt, SignalRequest, copies, get_signal, list_signals, receive_alert, send,
};

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
};
use domain::{Frame, StrategyId, follow::RiskProfile, strategy::Strategy};
use std::collections::BTreeSet;

/// Returns every public strategy in display order, including inactive ones.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_strategies(desk: &Following) -> Result<Vec<Strategy>> {
    store::strategy::list_public(&desk.db).await?.into_iter().map(shown).collect()
}

/// Returns every strategy that the caller can see: the public ones and their private signal sources.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_visible(desk: &Following, actor: &Actor) -> Result<Vec<Strategy>> {
    store::strategy::list_visible(&desk.db, actor.user).await?.into_iter().map(shown).collect()
}

/// Returns the strategies that the caller can see, and then those that the caller follows and can no longer see: `withdrawn`.
/// The latter send the caller no entries, so they are inactive.
///
/// # Errors
/// If the database cannot be queried.
pub(crate) async fn list_visible_or_followed(
    desk: &Following,
    actor: &Actor,
    withdrawn: &BTreeSet<StrategyId>,
) -> Result<Vec<Strategy>> {
    let rows = store::strategy::list_visible_or_followed(&desk.db, actor.user).await?;
    let (mut visible, mut others) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        if withdrawn.contains(&row.id) {
            others.push(shown(store::strategy::Strategy { active: false, ..row })?);
        } else {
            visible.push(shown(row)?);
        }
    }
    visible.append(&mut others);
    Ok(visible)
}

/// Returns one strategy that the caller can see.
///
/// # Errors
/// Not found.
pub async fn get_strategy(desk: &Following, actor: &Actor, id: StrategyId) -> Result<Strategy> {
    shown(visible(desk, Some(actor), id).await?)
}

/// Returns the risk profiles, lowest risk first.
///
/// # Errors
/// If the database cannot be queried.
pub async fn risk_profiles(desk: &Following) -> Result<Vec<RiskProfile>> {
    let read = async || {
        let rows = store::follow::risk_profiles(&desk.db).await?;
        Ok::<_, Error>(rows.into_iter().map(profile).collect())
    };
    Ok(desk.risk_profiles.get_or_try_init(read).await?.clone())
}

/// Converts a stored risk profile to its public form.
pub(crate) fn profile(row: store::follow::RiskProfile) -> RiskProfile {
    let store::follow::RiskProfile { id, name, percentage, created_at, updated_at } = row;
    RiskProfile { id, name, percentage: percentage.0, created_at, updated_at }
}

/// Returns a strategy that a visitor can see: a private signal source only for its owner.
async fn visible(
    desk: &Following,
    viewer: Option<&Actor>,
    id: StrategyId,
) -> Result<store::strategy::Strategy> {
    let row = match viewer {
        Some(actor) => store::strategy::get_visible(&desk.db, id, actor.user).await?,
        None => store::strategy::get_public(&desk.db, id).await?,
    };
    row.ok_or(Error::NotFound)
}

/// Returns any strategy, for admins.
async fn row(desk: &Following, id: StrategyId) -> Result<store::strategy::Strategy> {
    store::strategy::get_strategy(&desk.db, id).await?.ok_or(Error::NotFound)
}

/// Converts a stored strategy to its public form.
pub(crate) fn shown(row: store::strategy::Strategy) -> Result<Strategy> {
    Ok(Strategy {
        frame: frame(&row)?,
        id: row.id,
        active: row.active,
        name: row.name,
        description: row.description,
        exchange_id: row.exchange_id,
        symbol: row.symbol,
        outside: row.definition.is_none(),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn frame(row: &store::strategy::Strategy) -> Result<Frame> {
    Frame::from_seconds(row.timeframe_s).ok_or_else(|| Error::fault("a strategy has an unknown timeframe"))
}

/// Returns the candle series that a strategy is computed from.
fn line(row: &store::strategy::Strategy) -> store::candle::CandleSeries {
    store::candle::CandleSeries {
        exchange_id: row.exchange_id,
        symbol: row.symbol.clone(),
        timeframe_s: row.timeframe_s,
    }
}
