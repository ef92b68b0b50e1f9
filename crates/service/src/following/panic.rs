//! The panic button: pauses following first, then cancels orders and closes positions on every market.
//! Pressing it again retries whatever is left.

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::SharedFollowing,
    identity::step_up,
    platform::audit::{self, Via},
    trading::order::{self, Access},
};
use domain::{ExchangeKey, ExchangeKeyId, StrategyType, Symbol, TradeType, copy::Paused};
use futures::future::join_all;
use std::collections::BTreeSet;

/// The result for one market.
#[derive(Debug)]
pub struct MarketReport {
    /// The market.
    pub symbol: Symbol,
    /// `Ok` if the orders are cancelled and the position is closed, otherwise the reason.
    pub outcome: Result<()>,
}

/// The result for one key.
#[derive(Debug)]
pub struct Report {
    /// The key.
    pub key: ExchangeKeyId,
    /// The key's name.
    pub name: String,
    /// Whether the key is traded by strategies, so that pressing the button paused its copying.
    pub automated: bool,
    /// The result for each market that had an order or a position; an error if the open markets could not be
    /// determined.
    pub markets: Result<Vec<MarketReport>>,
}

impl Report {
    /// Whether nothing is open on the key any more.
    #[must_use]
    pub fn done(&self) -> bool {
        self.markets.as_ref().is_ok_and(|markets| markets.iter().all(|market| market.outcome.is_ok()))
    }
}

/// Pauses the key's follows, cancels its orders and closes its positions.
///
/// # Errors
/// Not found. Failures at the exchange are in the report.
pub async fn close_key(desk: &SharedFollowing, actor: &Actor, id: ExchangeKeyId) -> Result<Report> {
    let access = Access::any(desk, actor, id).await?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    store::follow::pause_key(&mut tx, id, Paused::Panic, now).await?;
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        audit::AuditAction::Panicked,
        &id.to_string(),
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    Ok(clear(desk, actor, access).await)
}

/// Closes everything on a key as [`close_key()`] does, then deletes the key and returns it. It is deleted only if
/// nothing is open any more.
///
/// # Errors
/// Not found; [`Error::StepUp`], before anything is closed; the failure that left an order or a position
/// open.
pub async fn close_and_delete_key(
    desk: &SharedFollowing,
    actor: &Actor,
    id: ExchangeKeyId,
) -> Result<ExchangeKey> {
    step_up::require_recent_password(desk, actor).await?;
    let report = close_key(desk, actor, id).await?;
    for market in report.markets? {
        market.outcome?;
    }
    crate::trading::key::delete_key(desk, actor, id).await
}

/// Does the same as [`close_key`] for all of the caller's keys concurrently.
///
/// # Errors
/// If the database cannot be queried. Failures at the exchange are in the reports.
pub async fn close_all_keys(desk: &SharedFollowing, actor: &Actor) -> Result<Vec<Report>> {
    person_via(desk, actor, actor.from.as_ref().into()).await
}

/// As [`close_all_keys`], for a request that came by another way than HTTP.
pub(crate) async fn person_via(desk: &SharedFollowing, actor: &Actor, via: Via<'_>) -> Result<Vec<Report>> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    store::follow::pause_person(&mut tx, actor.user, Paused::Panic, now).await?;
    audit::record(desk, &mut tx, Some(actor.user), audit::AuditAction::Panicked, "all keys", via).await?;
    tx.commit().await?;
    let keys = store::key::list_by_user(&desk.db, actor.user).await?;
    let each = keys.into_iter().map(|shown| async move {
        match Access::any(desk, actor, shown.id).await {
            Ok(access) => clear(desk, actor, access).await,
            Err(error) => Report {
                key: shown.id,
                name: shown.name,
                automated: shown.strategy_type == StrategyType::Automated,
                markets: Err(error),
            },
        }
    });
    Ok(join_all(each).await)
}

async fn clear(desk: &SharedFollowing, actor: &Actor, access: Access) -> Report {
    let ExchangeKey { id: key, trade_type: kind, strategy_type, .. } = access.row.key;
    let name = access.row.key.name.clone();
    let markets = match active_markets(desk, &access).await {
        Ok(symbols) => {
            let each = symbols.into_iter().map(|symbol| async move {
                let outcome = market(desk, actor, key, kind, &symbol).await;
                MarketReport { symbol, outcome }
            });
            Ok(join_all(each).await)
        }
        Err(error) => Err(error),
    };
    Report { key, name, automated: strategy_type == StrategyType::Automated, markets }
}

/// Returns every market on which the key has an order, a position, or an order that we are about to send.
async fn active_markets(desk: &SharedFollowing, access: &Access) -> Result<BTreeSet<Symbol>> {
    let key = &access.row.key;
    let mut symbols = BTreeSet::new();
    for row in store::intent::unfinished_for_key(&desk.db, key.id).await? {
        // Waits for the intent's own work to finish before the exchange is queried for what it left.
        drop(desk.locks.lock(key.id, &row.symbol).await);
        symbols.insert(row.symbol);
    }
    let orders = desk.exchange.open_orders(&access.who, key.trade_type, None).await;
    symbols.extend(access.take(desk, orders).await?.into_iter().map(|order| order.symbol));
    match key.trade_type {
        TradeType::Futures => {
            let positions = desk.exchange.positions(&access.who, None).await;
            symbols.extend(access.take(desk, positions).await?.into_iter().map(|position| position.symbol));
        }
        TradeType::Spot => {
            let held = order::held_on(desk, key.id, None).await?;
            symbols.extend(held.into_iter().map(|held| held.symbol));
        }
    }
    let copies = store::copy::open_of_key(&desk.db, key.id).await?;
    symbols.extend(copies.into_iter().map(|copy| copy.symbol));
    Ok(symbols)
}

async fn market(
    desk: &SharedFollowing,
    actor: &Actor,
    id: ExchangeKeyId,
    kind: TradeType,
    symbol: &Symbol,
) -> Result<()> {
    let access = Access::any(desk, actor, id).await?;
    if kind == TradeType::Spot {
        // The coins of the desk's own trades are sold; other coins of the account stay.
        order::panic_market(desk, access, symbol.clone()).await?;
        return order::cancel_open(desk, &Access::any(desk, actor, id).await?, symbol).await;
    }
    order::panic_market(desk, access, symbol.clone()).await?;
    // Settles the copies on the market, so that the owner sees the result immediately.
    match crate::following::copy::settle_closed(desk, id, symbol).await {
        Err(error @ Error::Fault(_)) => Err(error),
        _ => Ok(()),
    }
}
