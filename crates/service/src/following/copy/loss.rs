//! The loss that counts against a follow's daily limit, for the page that shows whether the next signal is
//! copied.

use super::decide;
use crate::{
    error::Result,
    following::Following,
    trading::{account_cache::CachedAccount, order::Access},
};
use domain::{
    Decimal, ExchangeKeyId, Symbol,
    copy::{DailyLoss, Status},
};
use std::time::Duration;
use store::copy::CopyTrade;

/// Timeout for reading an account that is not cached from its stream.
const WITHIN: Duration = Duration::from_secs(1);

/// Returns today's loss of a key's copies, open ones included, as a worker would count it. `copies` has the open
/// ones and those that ended today, of any key. If the account is not cached and the exchange does not answer,
/// only settled copies count. `None` without a limit.
///
/// # Errors
/// If the database cannot be queried.
pub(crate) async fn daily_loss(
    desk: &Following,
    key: ExchangeKeyId,
    symbol: &Symbol,
    limit: Option<Decimal>,
    copies: &[CopyTrade],
) -> Result<Option<DailyLoss>> {
    let Some(limit) = limit else { return Ok(None) };
    let today = desk.clock.now().day();
    let of_key: Vec<&CopyTrade> = copies.iter().filter(|copy| copy.exchange_key_id == key).collect();
    let ended_today = of_key.iter().filter(|copy| copy.finished_at.is_some_and(|at| at >= today));
    let settled: Decimal = ended_today.filter_map(|copy| copy.profit_usd).map(|text| text.0).sum();
    let open: Vec<&CopyTrade> = of_key.into_iter().filter(|copy| copy.status == Status::Open).collect();
    let account = if open.is_empty() { None } else { account(desk, key, symbol).await? };
    Ok(Some(decide::loss(limit, settled, open.into_iter(), account.as_ref())))
}

async fn account(desk: &Following, key: ExchangeKeyId, symbol: &Symbol) -> Result<Option<CachedAccount>> {
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return Ok(None) };
    let access = Access { who: crate::trading::key::credentials(desk, &row)?, row };
    let read = desk.accounts.of(desk, &access, symbol.quote());
    Ok(tokio::time::timeout(WITHIN, read).await.ok().and_then(std::result::Result::ok))
}
