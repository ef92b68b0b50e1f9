//! The copies of a user's follows.

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
};
use domain::{
    CopyId, Decimal, ExchangeKeyId, StrategyId,
    copy::{CopyDetail, Status},
    follow::Copied,
};
use std::collections::HashMap;
use store::{Targets, copy::Filter};

/// Default number of copies per page.
const PAGE: u16 = 50;

/// Filter for the caller's copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// Only copies on this account.
    pub key: Option<ExchangeKeyId>,
    /// Only copies of this strategy.
    pub strategy: Option<StrategyId>,
    /// Only copies in this status.
    pub status: Option<Status>,
    /// Only copies older than this one.
    pub before: Option<CopyId>,
    /// Maximum number of copies: 50 by default, at most 500.
    pub limit: Option<u16>,
}

/// Returns the caller's copies, newest first.
///
/// # Errors
/// If the database cannot be queried.
pub async fn copies(desk: &Following, actor: &Actor, wanted: &Copies) -> Result<Vec<Copied>> {
    let filter = Filter { key: wanted.key, strategy: wanted.strategy, status: wanted.status };
    let limit = i64::from(wanted.limit.unwrap_or(PAGE).min(500));
    let rows = store::copy::search_copies(&desk.db, actor.user, &filter, wanted.before, limit).await?;
    let names = key_names(desk, actor).await?;
    rows.into_iter().map(|row| shown(row, &names)).collect()
}

/// Returns the names of the caller's keys.
async fn key_names(desk: &Following, actor: &Actor) -> Result<HashMap<ExchangeKeyId, String>> {
    let keys = store::key::list_by_user(&desk.db, actor.user).await?;
    Ok(keys.into_iter().map(|key| (key.id, key.name)).collect())
}

/// Converts a stored copy to the form its owner sees.
pub(crate) fn shown(row: store::copy::CopyTrade, names: &HashMap<ExchangeKeyId, String>) -> Result<Copied> {
    Ok(Copied {
        id: row.id,
        signal: row.signal_id,
        strategy: row.strategy_id,
        strategy_name: row.strategy_name,
        key: row.exchange_key_id,
        key_name: names.get(&row.exchange_key_id).cloned(),
        symbol: row.symbol,
        action: row.action,
        side: row.side,
        status: row.status,
        reason: row.reason,
        detail: row.detail.as_deref().map(CopyDetail::read),
        risk_percent: row.risk_percent.0,
        exit_percent: row.exit_percent.map(|text| text.0),
        equity: row.equity.map(|text| text.0),
        amount: row.amount.map(|text| text.0),
        leverage: row.leverage.and_then(|times| u16::try_from(times).ok()),
        entry_price: row.entry_price.map(|text| text.0),
        stop: row.stop.map(|text| text.0),
        targets: targets(row.targets.as_ref())?,
        order_id: row.order_id,
        exit: row.exit_reason,
        exit_price: row.exit_price.map(|text| text.0),
        profit_usd: row.profit_usd.map(|text| text.0),
        created_at: row.created_at,
        opened_at: row.opened_at,
        finished_at: row.finished_at,
    })
}

/// Returns stored take-profit prices; none if none are stored.
pub(crate) fn targets(stored: Option<&Targets>) -> Result<Vec<Decimal>> {
    stored.map_or(Ok(Vec::new()), |targets| targets.value().map_err(Error::from))
}
