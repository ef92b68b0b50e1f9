//! The performance of each follow: the results of its ended copies, the open position at the mark price, and the
//! execution of its entries against the signals.

use super::find_follow;
use crate::{
    actor::Actor,
    error::Result,
    following::{Following, closed_trades::by_market, report::fills},
    platform::{recent::Recent, time_zone::Zone},
    trading::{account_cache::CachedAccount, key, order::Access},
};
use domain::{
    Decimal, ExchangeKeyId, FollowId, Micros, Symbol, TradeType, UserId,
    copy::Status,
    execution::Entry,
    follow::{EnteredCopy, Follow, FollowPerformance},
    profit::{self, FundingPayment, FuturesFill, Profit, round_trips},
    time::{MINUTE, SECOND},
};
use exchange::HeldPosition;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use store::copy::EntryRow;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a page waits for the accounts and the mark prices of all open positions.
const WITHIN: Duration = Duration::from_secs(2);
/// How long the page of one follow waits for the exchange's newest fills.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an account or a mark price that was read counts as current: the list of follows is refreshed every one and a half
/// seconds, and an instance has no streams of the accounts that another one supervises.
const CURRENT: i64 = 3 * SECOND;

/// The accounts and mark prices that were read lately for open positions.
pub(in crate::following) struct OpenReads {
    accounts: Recent<ExchangeKeyId, CachedAccount>,
    marks: Recent<Symbol, Decimal>,
}

impl Default for OpenReads {
    fn default() -> Self {
        Self { accounts: Recent::new(CURRENT), marks: Recent::new(CURRENT) }
    }
}

/// Returns what each of the user's follows with an entered copy earned. The costs of open positions are those of the
/// stored fills.
///
/// # Errors
/// If the database cannot be queried.
pub async fn performances(desk: &Following, actor: &Actor) -> Result<HashMap<FollowId, FollowPerformance>> {
    performances_of(desk, actor.user, store::copy::list_entries(&desk.db, actor.user).await?).await
}

/// As [`performances`], from the user's entries.
pub(super) async fn performances_of(
    desk: &Following,
    user: UserId,
    mut rows: Vec<EntryRow>,
) -> Result<HashMap<FollowId, FollowPerformance>> {
    rows.retain(EntryRow::has_entered);
    let zone = Zone::named(rows.first().and_then(|row| row.time_zone.as_deref()));
    let midnight = zone.midnight(zone.local(desk.clock.now()).date());
    let mut copies: HashMap<FollowId, Vec<EnteredCopy>> = HashMap::new();
    for row in &rows {
        copies.entry(row.follow_id).or_default().push(entered(row));
    }
    let of =
        |(follow, copies): (FollowId, Vec<EnteredCopy>)| (follow, FollowPerformance::of(&copies, midnight));
    let mut performances: HashMap<FollowId, FollowPerformance> = copies.into_iter().map(of).collect();
    for (follow, open) in open_results(desk, user, &rows).await? {
        if let Some(performance) = performances.get_mut(&follow) {
            performance.set_open(open, desk.clock.now());
        }
    }
    Ok(performances)
}

/// Returns a follow, which may have been stopped, and what it earned, after reading the newest fills of its account.
///
/// # Errors
/// Not found.
pub async fn performance(
    desk: &Following,
    actor: &Actor,
    id: FollowId,
) -> Result<(Follow, FollowPerformance)> {
    let follow = find_follow(desk, actor, id).await?;
    if follow.in_position {
        let since = desk.clock.now().plus(-fills::COLLECT_BACK);
        // Without an answer in time the costs of the open position are those of the stored fills.
        let _ = timeout(PATIENCE, fills::collect(desk, actor.user, since)).await;
    }
    let performance = performances(desk, actor).await?.remove(&id).unwrap_or_default();
    Ok((follow, performance))
}

/// Converts a stored entry. The result of a copy whose stop was rejected is that of its trade. A result without its costs,
/// of a copy from before they were stored, counts as realized.
fn entered(row: &EntryRow) -> EnteredCopy {
    let (fees, funding) = (row.fees.map(|text| text.0), row.funding.map(|text| text.0));
    let (fees, funding) = (fees.unwrap_or_default(), funding.unwrap_or_default());
    let profit =
        |net: Decimal| Profit { realized: net + fees + funding, unrealized: Decimal::ZERO, fees, funding };
    let rescued = row.status == Status::Failed;
    // The price in its row is the one at which it was sized.
    let price = if rescued { row.average_price } else { row.entry_price };
    let filled = row.filled_at.or(row.opened_at).zip(price).zip(row.amount).zip(row.side);
    let entry = filled.map(|(((filled_at, price), amount), side)| Entry {
        side,
        signal_at: row.signal_at,
        signal_price: row.signal_price.map(|text| text.0),
        filled_at,
        price: price.0,
        amount: amount.0,
    });
    let of_trade = row.realized.filter(|_| rescued).map(|text| text.0 - fees - funding);
    let net = row.profit_usd.map(|text| text.0).or(of_trade);
    EnteredCopy { entry, ended_at: row.finished_at, profit: net.map(profit) }
}

/// Returns the results of the open copies so far: their positions at the mark price, and what their stored fills and
/// funding payments realized and cost. Those that the exchange does not answer for in time are left out.
async fn open_results(desk: &Following, user: UserId, rows: &[EntryRow]) -> Result<Vec<(FollowId, Profit)>> {
    let mut positions = Vec::new();
    let deadline = Instant::now() + WITHIN;
    for row in rows.iter().filter(|row| row.status == Status::Open) {
        match unrealized(desk, row, deadline).await? {
            Some((held, profit)) => positions.push((row, held, profit)),
            // An exchange that did not answer once is not asked for every position.
            None => break,
        }
    }
    // The exchange's clock may differ from ours.
    let Some(since) = positions.iter().map(|(row, ..)| row.signal_at.plus(-MINUTE)).min() else {
        return Ok(Vec::new());
    };
    let costs = StoredCosts::read(desk, user, since).await?;
    let result = |(row, held, unrealized): (&EntryRow, bool, Decimal)| {
        let costs = costs.of(row, held).unwrap_or_default();
        (row.follow_id, Profit { unrealized, ..costs })
    };
    Ok(positions.into_iter().map(result).collect())
}

/// The stored fills and funding payments of a user's accounts since a time, by market.
struct StoredCosts {
    fills: BTreeMap<(ExchangeKeyId, Symbol), Vec<FuturesFill>>,
    funding: BTreeMap<(ExchangeKeyId, Symbol), Vec<FundingPayment>>,
}

impl StoredCosts {
    async fn read(desk: &Following, user: UserId, since: Micros) -> Result<Self> {
        let until = desk.clock.now().plus(1);
        let fills = store::fill::list_futures(&desk.db, user, (since, until), None, None).await?;
        let mut funding: BTreeMap<_, Vec<FundingPayment>> = BTreeMap::new();
        for payment in store::funding::list_between(&desk.db, user, since, until).await? {
            let paid = FundingPayment { at: payment.at, paid: payment.paid };
            funding.entry((payment.key, payment.symbol)).or_default().push(paid);
        }
        Ok(Self { fills: by_market(fills), funding })
    }

    /// Returns what the fills of a copy's position realized and cost; `None` if none of them is stored yet. `held` is whether
    /// the position is still open at the exchange: one that has just ended is not settled yet.
    fn of(&self, row: &EntryRow, held: bool) -> Option<Profit> {
        let market = (row.exchange_key_id, row.symbol.clone());
        let since = row.signal_at.plus(-MINUTE);
        let fills: Vec<_> =
            self.fills.get(&market)?.iter().filter(|fill| fill.at >= since).cloned().collect();
        let funding = self.funding.get(&market).map(Vec::as_slice).unwrap_or_default();
        let last = round_trips(&fills, funding).pop()?;
        (last.closed_at.is_none() == held).then_some(last.profit)
    }
}

/// Returns whether a copy's position is still open at the exchange, and its unrealized profit at the mark price. `None` if
/// the exchange does not answer in time.
async fn unrealized(desk: &Following, row: &EntryRow, deadline: Instant) -> Result<Option<(bool, Decimal)>> {
    let Some(entry) = row.average_price.or(row.entry_price) else { return Ok(None) };
    let account = match desk.accounts.cached(row.exchange_key_id, desk.clock.now()) {
        Some(account) => account,
        None => match read_account(desk, row, deadline).await? {
            Some(account) => account,
            None => return Ok(None),
        },
    };
    let Ok(Some(mark)) = timeout_at(deadline, mark_of(desk, &row.symbol)).await else { return Ok(None) };
    let held = account.held(&row.symbol).and_then(HeldPosition::side);
    Ok(Some(held.map_or((false, Decimal::ZERO), |(side, amount)| {
        (true, profit::unrealized(side, amount, entry.0, mark))
    })))
}

/// Returns the mark price of a market, which was read within the last three seconds; `None` if the exchange does not answer.
pub(in crate::following) async fn mark_of(desk: &Following, symbol: &Symbol) -> Option<Decimal> {
    let mark = desk.exchange.mark_price(TradeType::Futures, symbol);
    desk.open_reads.marks.get(symbol.clone(), &*desk.clock, mark).await.ok()
}

/// Reads the account of a copy from the exchange; `None` if it does not answer in time, or if its credentials cannot be
/// opened, which must not hide the other figures.
async fn read_account(desk: &Following, row: &EntryRow, deadline: Instant) -> Result<Option<CachedAccount>> {
    let Some(stored) = store::key::get_any(&desk.db, row.exchange_key_id).await? else { return Ok(None) };
    let Ok(who) = key::credentials(desk, &stored) else { return Ok(None) };
    let access = Access { who, row: stored };
    let read = desk.accounts.of(desk, &access, row.symbol.quote());
    let read = desk.open_reads.accounts.get(row.exchange_key_id, &*desk.clock, read);
    Ok(timeout_at(deadline, read).await.ok().and_then(std::result::Result::ok))
}
