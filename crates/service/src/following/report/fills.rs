//! Storing fills: exchanges return those of a few days only, but a monthly report needs all.

use crate::{
    error::Result,
    following::Following,
    trading::{equity, key},
};
use domain::{Decimal, ExchangeKeyId, Micros, Symbol, Trade, UserId, time::DAY};
use exchange::TradesFrom;
use std::collections::HashMap;
use store::{fill::Fill, report::Traded};

/// Fills of positions entered longer ago than this are no longer collected.
pub(super) const COLLECT_BACK: i64 = 31 * DAY;
/// Maximum fills that exchanges return per request.
const PAGE: u16 = 1_000;
/// Maximum requests per market and run. The next run continues where this one stopped.
const PAGES: usize = 10;
/// How far back the first collection of a market reads: what Binance returns of futures fills by time.
const FIRST: i64 = 7 * DAY;

/// Stores the user's new fills in the markets they entered since `since`; returns whether every exchange
/// answered, and all fills were read.
pub(super) async fn collect(desk: &Following, user: UserId, since: Micros) -> Result<bool> {
    let mut complete = true;
    // The end is exclusive; include the current time.
    let until = desk.clock.now().plus(1);
    for market in store::report::list_traded_markets(&desk.db, user, since, until).await? {
        match one(desk, &market).await {
            Ok(all) => complete &= all,
            Err(error) => {
                tracing::debug!(key = %market.exchange_key_id, %error, "could not read an account's fills");
                complete = false;
            }
        }
    }
    Ok(complete)
}

/// Stores a market's fills since the last stored one, page by page and oldest first: what an interrupted run
/// has stored has no gaps. Returns whether all were read.
async fn one(desk: &Following, market: &Traded) -> Result<bool> {
    // Skip keys that are disabled or deleted.
    let row = store::key::get_any(&desk.db, market.exchange_key_id).await?;
    let Some(row) = row.filter(|row| row.key.active) else { return Ok(true) };
    let who = key::credentials(desk, &row)?;
    let mut start = start(desk, row.key.id, &market.symbol).await?;
    for _ in 0..PAGES {
        let answer = desk.exchange.trades_from(&who, market.trade_type, &market.symbol, &start, PAGE).await;
        let trades = key::disable_if_unauthorized(desk, row.key.id, &who, answer).await?;
        let full = trades.len() >= usize::from(PAGE);
        let next = trades.last().map(|trade| TradesFrom::Id(trade.id.clone()));
        keep(desk, row.key.id, trades).await?;
        match next {
            Some(next) if full && next != start => start = next,
            _ => return Ok(!full),
        }
    }
    tracing::warn!(key = %row.key.id, symbol = %market.symbol, "an account has more new fills than one run reads");
    Ok(false)
}

/// Where to continue: at the newest stored fill, whose id has no limit in time.
async fn start(desk: &Following, key: ExchangeKeyId, symbol: &Symbol) -> Result<TradesFrom> {
    let now = desk.clock.now();
    let newest = store::fill::newest_fill(&desk.db, key, symbol).await?;
    let newest = newest.filter(|newest| newest.at >= now.plus(-COLLECT_BACK));
    Ok(newest.map_or(TradesFrom::Time(now.plus(-FIRST)), |newest| TradesFrom::Id(newest.trade_id)))
}

/// Stores a page of fills; those that are known already stay as they are.
async fn keep(desk: &Following, key: ExchangeKeyId, trades: Vec<Trade>) -> Result<()> {
    let mut prices: HashMap<String, Decimal> = HashMap::new();
    let mut fills = Vec::with_capacity(trades.len());
    for Trade { id, symbol, at, fee, .. } in trades {
        let price = match prices.get(&fee.currency) {
            Some(price) => *price,
            None if fee.cost.is_zero() => Decimal::ZERO,
            None => {
                let price = equity::price_usd(desk, &fee.currency).await?;
                prices.insert(fee.currency, price);
                price
            }
        };
        fills.push(Fill { key, symbol, trade: id, at, fee_usd: fee.cost * price });
    }
    if fills.is_empty() {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    for fill in &fills {
        store::fill::insert(&mut tx, fill).await?;
    }
    Ok(tx.commit().await?)
}
