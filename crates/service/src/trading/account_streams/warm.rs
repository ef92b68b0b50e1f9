//! Reading the accounts that follow strategies ahead of the next signal: balance, positions, and the leverage of the
//! followed markets. Their streams keep what was read current, so that an entry needs no reading.

use super::QUOTE;
use crate::{
    error::Result,
    trading::{SharedTrading, Trading, key, order::Access},
};
use domain::{ExchangeKeyId, Micros, time};
use futures::future::join_all;
use std::{collections::HashMap, time::Duration};
use tokio::time::timeout;

/// Accounts read in one round of two seconds, of a request weight of 5 each, and as much once for the leverage of each
/// market.
const READ: usize = 3;
/// Accounts are read again after this, before they would be read by an entry.
const AGAIN: i64 = 8 * time::MINUTE;
/// An account that has changed is read again after this at the earliest, so that it is not read for each of many orders.
const PAUSE: i64 = 30 * time::SECOND;

/// How long a round waits for the exchange.
const WITHIN: Duration = Duration::from_secs(2);

/// When each account was last read ahead, by the boot clock, and whether it follows a strategy.
#[derive(Default)]
pub(super) struct Warming(HashMap<ExchangeKeyId, (Micros, bool)>);

impl Warming {
    /// Reads a few of the accounts whose streams are connected: those that wait longest.
    pub(super) async fn round(
        &mut self,
        desk: &SharedTrading,
        streamed: impl Iterator<Item = ExchangeKeyId>,
    ) -> Result<()> {
        let boot = desk.clock.boot();
        let live: Vec<_> = streamed.filter(|key| desk.accounts.is_live(*key)).collect();
        let mut due: Vec<_> = live.iter().copied().filter(|key| self.is_due(desk, *key, boot)).collect();
        due.sort_by_key(|key| (self.0.get(key).map(|(at, _)| *at), *key));
        due.truncate(READ);
        let each = due.into_iter().map(|key| async move { (key, timeout(WITHIN, warm(desk, key)).await) });
        for (key, outcome) in join_all(each).await {
            let follows = match outcome {
                Ok(Ok(follows)) => follows,
                Ok(Err(error)) => {
                    tracing::debug!(%key, %error, "could not read an account ahead of the next signal");
                    true
                }
                Err(_) => true,
            };
            self.0.insert(key, (boot, follows));
        }
        // A stream that was interrupted may have missed changes, so its account is read again once it is connected.
        self.0.retain(|key, _| live.contains(key));
        Ok(())
    }

    fn is_due(&self, desk: &Trading, key: ExchangeKeyId, boot: Micros) -> bool {
        self.0.get(&key).is_none_or(|(at, follows)| {
            let since = boot.since(*at);
            since >= AGAIN || (*follows && since >= PAUSE && desk.accounts.is_unknown(key))
        })
    }
}

/// Reads an account and the leverage of the markets on which it follows strategies, unless it is known. Returns whether it
/// follows any.
async fn warm(desk: &SharedTrading, id: ExchangeKeyId) -> Result<bool> {
    let markets = store::follow::active_markets(&desk.db, id).await?;
    if markets.is_empty() {
        return Ok(false);
    }
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(false) };
    let access = Access { who: key::credentials(desk, &row)?, row };
    let answer = desk.accounts.read(desk, &access, QUOTE).await;
    access.take(desk, answer).await?;
    for market in markets {
        if desk.accounts.lacks_leverage(id, &market) {
            let answer = desk.exchange.leverage(&access.who, &market).await;
            let (leverage, _) = access.take(desk, answer).await?;
            desk.accounts.set_leverage(id, &market, leverage);
        }
    }
    Ok(true)
}
