//! The performance of each follow: the results of its ended copies, the open position at the mark price, and the
//! execution of its entries against the signals.

use super::get_follow;
use crate::{
    actor::Actor,
    error::Result,
    following::{Following, closed_trades::by_market, report::fills},
    platform::time_zone,
    trading::{key, order::Access},
};
use domain::{
    Decimal, FollowId, Micros, TradeType, UserId,
    copy::Status,
    execution::Entry,
    follow::{EnteredCopy, Follow, FollowPerformance},
    profit::{self, FundingPayment, Profit, round_trips},
    time::MINUTE,
};
use exchange::{ExchangeFailure, HeldPosition};
use std::{collections::HashMap, time::Duration};
use store::copy::EntryRow;

/// How long a page waits for the account and the mark price of an open position.
const WITHIN: Duration = Duration::from_secs(1);
/// How long the page of one follow waits for the exchange's newest fills.
const PATIENCE: Duration = Duration::from_secs(3);

/// Returns what each of the user's follows with an entered copy earned. The costs of open positions are those of the
/// stored fills.
///
/// # Errors
/// If the database cannot be queried.
pub async fn performances(desk: &Following, actor: &Actor) -> Result<HashMap<FollowId, FollowPerformance>> {
    let midnight = midnight(desk, actor.user).await?;
    let rows = store::copy::list_entries(&desk.db, actor.user).await?;
    let mut all: HashMap<FollowId, (Vec<EnteredCopy>, Option<EntryRow>)> = HashMap::new();
    for row in rows {
        let (copies, open) = all.entry(row.follow_id).or_default();
        copies.push(entered(&row));
        if row.status == Status::Open {
            *open = Some(row);
        }
    }
    let mut performances = HashMap::with_capacity(all.len());
    // An exchange that did not answer once is not asked for every position.
    let mut answers = true;
    for (follow, (copies, open)) in all {
        let mut performance = FollowPerformance::of(&copies, midnight);
        if let Some(row) = open.filter(|_| answers) {
            match open_result(desk, actor.user, &row).await? {
                Some(open) => performance.set_open(open, desk.clock.now()),
                None => answers = false,
            }
        }
        performances.insert(follow, performance);
    }
    Ok(performances)
}

/// Returns a follow and what it earned, after reading the newest fills of its account.
///
/// # Errors
/// Not found.
pub async fn performance(
    desk: &Following,
    actor: &Actor,
    id: FollowId,
) -> Result<(Follow, FollowPerformance)> {
    let follow = get_follow(desk, actor, id).await?;
    if follow.in_position {
        let since = desk.clock.now().plus(-fills::COLLECT_BACK);
        // Without an answer in time the costs of the open position are those of the stored fills.
        let _ = tokio::time::timeout(PATIENCE, fills::collect(desk, actor.user, since)).await;
    }
    let performance = performances(desk, actor).await?.remove(&id).unwrap_or_default();
    Ok((follow, performance))
}

async fn midnight(desk: &Following, user: UserId) -> Result<Micros> {
    let zone = time_zone::zone_of(desk, user).await?;
    Ok(zone.midnight(zone.local(desk.clock.now()).date()))
}

/// Converts a stored entry. A result without its costs, of a copy from before they were stored, counts as realized.
fn entered(row: &EntryRow) -> EnteredCopy {
    let (fees, funding) = (row.fees.map(|text| text.0), row.funding.map(|text| text.0));
    let (fees, funding) = (fees.unwrap_or_default(), funding.unwrap_or_default());
    let profit =
        |net: Decimal| Profit { realized: net + fees + funding, unrealized: Decimal::ZERO, fees, funding };
    let filled = row.filled_at.or(row.opened_at).zip(row.entry_price).zip(row.amount).zip(row.side);
    let entry = filled.map(|(((filled_at, price), amount), side)| Entry {
        side,
        signal_at: row.signal_at,
        signal_price: row.signal_price.map(|text| text.0),
        filled_at,
        price: price.0,
        amount: amount.0,
    });
    EnteredCopy { entry, ended_at: row.finished_at, profit: row.profit_usd.map(|text| profit(text.0)) }
}

/// Returns the result of an open copy so far: its position at the mark price, and what its stored fills and funding
/// payments realized and cost. `None` if the exchange does not answer in time.
async fn open_result(desk: &Following, user: UserId, row: &EntryRow) -> Result<Option<Profit>> {
    let Some((held, unrealized)) = unrealized(desk, row).await? else { return Ok(None) };
    let mut result = Profit { unrealized, ..Profit::default() };
    let now = desk.clock.now().plus(1);
    // The exchange's clock may differ from ours.
    let since = row.signal_at.plus(-MINUTE);
    let stored =
        store::fill::list_futures(&desk.db, user, (since, now), Some(row.exchange_key_id), Some(&row.symbol))
            .await?;
    let funding: Vec<FundingPayment> = store::funding::list_between(&desk.db, user, since, now)
        .await?
        .into_iter()
        .filter(|payment| payment.key == row.exchange_key_id && payment.symbol == row.symbol)
        .map(|payment| FundingPayment { at: payment.at, paid: payment.paid })
        .collect();
    for (_, fills) in by_market(stored) {
        // A position that has just ended is not settled yet.
        let last = round_trips(&fills, &funding).pop().filter(|trip| trip.closed_at.is_none() == held);
        if let Some(trip) = last {
            result += trip.profit;
        }
    }
    Ok(Some(result))
}

/// Returns whether a copy's position is still open at the exchange, and its unrealized profit at the mark price. `None` if
/// the exchange does not answer in time.
async fn unrealized(desk: &Following, row: &EntryRow) -> Result<Option<(bool, Decimal)>> {
    let Some(stored) = store::key::get_any(&desk.db, row.exchange_key_id).await? else { return Ok(None) };
    let Some(entry) = row.average_price.or(row.entry_price) else { return Ok(None) };
    let access = Access { who: key::credentials(desk, &stored)?, row: stored };
    let read = async {
        let account = desk.accounts.of(desk, &access, row.symbol.quote()).await?;
        let mark = desk.exchange.mark_price(TradeType::Futures, &row.symbol).await?;
        Ok::<_, ExchangeFailure>((account, mark))
    };
    let Ok(Ok((account, mark))) = tokio::time::timeout(WITHIN, read).await else { return Ok(None) };
    let held = account.held(&row.symbol).and_then(HeldPosition::side);
    Ok(Some(held.map_or((false, Decimal::ZERO), |(side, amount)| {
        (true, profit::unrealized(side, amount, entry.0, mark))
    })))
}
