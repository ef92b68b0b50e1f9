//! The loss that counts against a follow's daily limit, for the page that shows whether the next signal is
//! copied.

use super::decide;
use crate::{Desk, Result, account_cache::CachedAccount, order::Access};
use domain::{Decimal, ExchangeKeyId, Symbol, copy::DailyLoss};
use std::time::Duration;

/// Timeout for reading an account that is not cached from its stream.
const WITHIN: Duration = Duration::from_secs(1);

/// Returns today's loss of a key's copies, open ones included, as a worker would count it. If the account is
/// not cached and the exchange does not answer, only settled copies count. `None` without a limit.
///
/// # Errors
/// If the database cannot be queried.
pub(crate) async fn daily_loss(
    desk: &Desk,
    key: ExchangeKeyId,
    symbol: &Symbol,
    limit: Option<Decimal>,
) -> Result<Option<DailyLoss>> {
    let open = limit.is_some() && !store::copy::open_of_key(&desk.db, key).await?.is_empty();
    let account = if open { account(desk, key, symbol).await? } else { None };
    decide::daily_loss(desk, key, limit, account.as_ref()).await
}

async fn account(desk: &Desk, key: ExchangeKeyId, symbol: &Symbol) -> Result<Option<CachedAccount>> {
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return Ok(None) };
    let access = Access { who: crate::key::credentials(desk, &row)?, row };
    let read = desk.accounts.of(desk, &access, symbol.quote());
    Ok(tokio::time::timeout(WITHIN, read).await.ok().and_then(std::result::Result::ok))
}
