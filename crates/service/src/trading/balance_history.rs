//! Daily account values in UTC, recorded once a day for every enabled key. A day on which the desk was down
//! or the account could not be read has no row: nothing is filled in afterwards.

use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{SharedTrading, Trading, equity, key, page_token::Token},
};
use domain::{ExchangeKeyId, Micros, time::DAY, validation::Problem};
use futures::{StreamExt as _, stream};
pub use store::daily_balance::Day;
use uuid::Uuid;

/// Default number of days per page.
pub const DAYS: u16 = 100;
/// Largest number of days per page.
pub const MOST_DAYS: u16 = 1_000;
/// Keys per database read.
const BATCH: i64 = 200;
/// Accounts read concurrently.
const CONCURRENCY: usize = 8;

/// A request for a page of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BalanceHistoryRequest {
    /// The first of `limit` days; without it the page ends with the newest day.
    pub start: Option<Micros>,
    /// Largest number of days on the page.
    pub limit: u16,
    /// Token of the previous page.
    pub token: Option<String>,
}

/// A page of a key's balance history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BalanceHistoryPage {
    /// The days, newest first.
    pub items: Vec<Day>,
    /// Token of the next page; `None` on the last page. New days do not shift the pages.
    pub next: Option<String>,
}

/// Returns one page of a key's history.
///
/// # Errors
/// A field problem for a token that we did not issue for this key; not found.
pub async fn page(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    request: &BalanceHistoryRequest,
) -> Result<BalanceHistoryPage> {
    let of = named(id);
    let limit = request.limit.clamp(1, MOST_DAYS);
    let token = match &request.token {
        Some(text) => {
            Token::read(text, &of, actor.user).ok_or_else(|| Error::field("nextToken", Problem::NotToken))?
        }
        None => span(request.start, limit),
    };
    key::find_key(desk, actor, id).await?;
    let wanted = i64::from(limit);
    let mut items = store::daily_balance::page(&desk.db, id, token.from, token.until, wanted + 1).await?;
    let more = items.len() > usize::from(limit);
    items.truncate(limit.into());
    let last = items.last().filter(|_| more);
    let next = last.map(|last| Token { until: last.day, ..token }.write(&of, actor.user));
    Ok(BalanceHistoryPage { items, next })
}

/// Returns the token purpose of a key's history.
fn named(id: ExchangeKeyId) -> String {
    format!("balance:{id}")
}

/// Whether we issued this token to this user for this key.
#[must_use]
pub fn knows(actor: &Actor, id: ExchangeKeyId, token: &str) -> bool {
    Token::read(token, &named(id), actor.user).is_some()
}

fn span(start: Option<Micros>, limit: u16) -> Token {
    let (from, until) = match start.map(Micros::day) {
        Some(first) => (first, first.plus(i64::from(limit) * DAY)),
        None => (Micros(i64::MIN), Micros(i64::MAX)),
    };
    Token { from, until, last: None }
}

/// Records today's value of every key that has none yet. May be called at any time and by any number of
/// instances.
///
/// # Errors
/// If the database cannot be used. An account that cannot be read is retried at the next call.
pub async fn snapshot(desk: &SharedTrading) -> Result<()> {
    let today = desk.clock.now().day();
    let mut after = ExchangeKeyId(Uuid::nil());
    loop {
        let keys = store::daily_balance::missing(&desk.db, today, after, BATCH).await?;
        let Some(last) = keys.last() else { return Ok(()) };
        after = *last;
        let notes = stream::iter(keys).map(|key| async move {
            if let Err(error) = note(desk, key, today).await {
                tracing::warn!(%error, %key, "could not record a daily balance; will retry");
            }
        });
        notes.buffer_unordered(CONCURRENCY).collect::<Vec<()>>().await;
    }
}

/// Records today's value of a key: the latest recorded point, or a fresh reading.
async fn note(desk: &Trading, id: ExchangeKeyId, today: Micros) -> Result<()> {
    let known = store::equity::latest_by_key(&desk.db, id).await?.filter(|point| point.at >= today);
    let point = match (known, store::key::get_any(&desk.db, id).await?) {
        (None, Some(row)) => equity::record_value(desk, &row).await?,
        (known, _) => known,
    };
    let Some(point) = point else { return Ok(()) };
    let mut tx = desk.db.begin().await?;
    let day = Day { day: point.at.day(), total_usd: point.total_usd };
    match store::daily_balance::insert(&mut tx, id, &day, point.at).await {
        // The key was deleted meanwhile.
        Err(error) if error.kind() == store::StoreErrorKind::ForeignKey => Ok(()),
        noted => {
            noted?;
            Ok(tx.commit().await?)
        }
    }
}
