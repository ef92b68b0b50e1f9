//! The closed trades of all of a user's accounts, manual and copied ones alike, computed from stored fills.

mod csv;

pub use csv::{FILE_NAME, csv};

use crate::{
    actor::Actor,
    error::Result,
    following::{Following, report::fills},
    trading::order,
};
use domain::{
    CopyId, ExchangeKeyId, IntentId, Micros, PositionSlot, Symbol, UserId,
    closed_trade::{ClosedTrade, ExitReason, SortBy, Source},
    profit::{FundingPayment, FuturesFill, Profit, RoundTrip, divide_funding, round_trips_of_trades},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};
use store::fill::Fill;

/// Trades per page.
const PAGE: usize = 50;
/// How long a page waits for the exchanges' newest fills.
const PATIENCE: Duration = Duration::from_secs(3);

/// Filter for closed trades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only trades on this account.
    pub key: Option<ExchangeKeyId>,
    /// Only trades on this market.
    pub symbol: Option<Symbol>,
    /// Only trades that were opened in this way.
    pub source: Option<Source>,
    /// Only trades closed at this time or later.
    pub from: Option<Micros>,
    /// Only trades closed before this time.
    pub until: Option<Micros>,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorting {
    /// The figure.
    pub by: SortBy,
    /// Whether the smallest comes first.
    pub ascending: bool,
}

impl Default for Sorting {
    fn default() -> Self {
        Self { by: SortBy::Closed, ascending: false }
    }
}

/// A page of closed trades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedTradePage {
    /// The trades of this page.
    pub items: Vec<ClosedTrade>,
    /// Number of this page, from 1.
    pub number: usize,
    /// Number of pages, at least 1.
    pub pages: usize,
    /// Number of all trades that match.
    pub total: usize,
    /// The profit of all trades that match.
    pub profit: Profit,
    /// Whether every exchange has returned its newest fills.
    pub complete: bool,
}

/// Returns one page of the closed trades; a number beyond the last page returns the last page.
///
/// # Errors
/// If the database cannot be queried.
pub async fn page(
    desk: &Following,
    actor: &Actor,
    filter: &Filter,
    sorting: Sorting,
    number: usize,
) -> Result<ClosedTradePage> {
    let since = desk.clock.now().plus(-fills::COLLECT_BACK);
    let collected = tokio::time::timeout(PATIENCE, fills::collect(desk, actor.user, since)).await;
    let complete = matches!(collected, Ok(Ok(true)));
    let found = list(desk, actor.user, filter, sorting).await?;
    let (total, profit) = (found.len(), found.iter().map(|trade| trade.trip.profit).sum());
    let pages = total.div_ceil(PAGE).max(1);
    let number = number.clamp(1, pages);
    let mut items = Vec::new();
    for found in found.into_iter().skip((number - 1) * PAGE).take(PAGE) {
        items.push(found.into_trade(desk).await?);
    }
    Ok(ClosedTradePage { items, number, pages, total, profit, complete })
}

/// A closed position, and where it came from if that is known already.
struct Found {
    key: ExchangeKeyId,
    key_name: String,
    symbol: Symbol,
    trip: RoundTrip,
    closed_at: Micros,
    origin: Option<Origin>,
}

/// Where a position came from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    source: Source,
    strategy: Option<(domain::StrategyId, String)>,
    stop: Option<domain::Decimal>,
}

/// Returns all closed trades that match, sorted. This is the only place that knows how closed trades are stored.
async fn list(desk: &Following, user: UserId, filter: &Filter, sorting: Sorting) -> Result<Vec<Found>> {
    let until = filter.until.unwrap_or(Micros(i64::MAX));
    // A position may have been opened long before the first day of the list.
    let stored =
        store::fill::list_futures(&desk.db, user, (Micros(0), until), filter.key, filter.symbol.as_ref())
            .await?;
    let names: BTreeMap<_, _> =
        store::key::list_by_user(&desk.db, user).await?.into_iter().map(|key| (key.id, key.name)).collect();
    let mut funding: BTreeMap<Market, Vec<FundingPayment>> = BTreeMap::new();
    for payment in store::funding::list_between(&desk.db, user, Micros(0), until).await? {
        let paid = FundingPayment { at: payment.at, paid: payment.paid };
        funding.entry((payment.key, payment.symbol)).or_default().push(paid);
    }
    let shared = store::trade::list_shared_markets(&desk.db, user).await?;
    let shared: HashSet<_> =
        shared.into_iter().map(|market| (market.exchange_key_id, market.symbol)).collect();
    let mut found = Vec::new();
    for (market, positions) in by_market(stored) {
        let funding = funding.remove(&market).unwrap_or_default();
        let trades = if shared.contains(&market) {
            trades_of(desk, market.0, &positions).await?
        } else {
            HashMap::new()
        };
        for trip in trips_of(&positions, &funding, &trades) {
            let Some(closed_at) = trip.closed_at.filter(|at| filter.from.is_none_or(|from| *at >= from))
            else {
                continue;
            };
            let (key, symbol) = market.clone();
            let key_name = names.get(&key).cloned().unwrap_or_default();
            let mut one = Found { key, key_name, symbol, trip, closed_at, origin: None };
            if let Some(source) = filter.source {
                let origin = one.origin(desk).await?;
                if origin.source != source {
                    continue;
                }
                one.origin = Some(origin);
            }
            found.push(one);
        }
    }
    sort(&mut found, sorting);
    Ok(found)
}

/// A market of an account.
type Market = (ExchangeKeyId, Symbol);

/// Returns the trades that the orders of these fills belong to, by client order id.
async fn trades_of(
    desk: &Following,
    key: ExchangeKeyId,
    positions: &[Vec<FuturesFill>],
) -> Result<HashMap<String, IntentId>> {
    let ids = positions.iter().flatten().filter_map(|fill| fill.client_order_id.as_ref());
    let ids: BTreeSet<&String> = ids.collect();
    let mut trades = HashMap::new();
    for id in ids {
        if let Some(trade) = order::trade_of(desk, key, id).await? {
            trades.insert(id.clone(), trade);
        }
    }
    Ok(trades)
}

/// Returns the trades of a market, those of both positions in hedge mode, with their funding. `trades` are the trades that
/// orders belong to, by client order id.
fn trips_of(
    positions: &[Vec<FuturesFill>],
    funding: &[FundingPayment],
    trades: &HashMap<String, IntentId>,
) -> Vec<RoundTrip> {
    let owner = |fill: &FuturesFill| trades.get(fill.client_order_id.as_ref()?).copied();
    let funding = divide_funding(positions, funding);
    let each = positions.iter().zip(&funding);
    each.flat_map(|(fills, paid)| round_trips_of_trades(fills, paid, owner)).collect()
}

/// Groups the fills by account and market: those of its only position, or of its two of hedge mode.
fn by_market(stored: Vec<Fill>) -> BTreeMap<Market, Vec<Vec<FuturesFill>>> {
    let mut markets: BTreeMap<Market, Vec<Vec<FuturesFill>>> = BTreeMap::new();
    for ((key, symbol, _), fills) in by_position(stored) {
        markets.entry((key, symbol)).or_default().push(fills);
    }
    markets
}

/// Groups the fills by account, market and position, each group in the order in which they happened. Fills of earlier
/// versions have no details and are left out.
pub(in crate::following) fn by_position(
    stored: Vec<Fill>,
) -> BTreeMap<(ExchangeKeyId, Symbol, PositionSlot), Vec<FuturesFill>> {
    let mut groups: BTreeMap<_, Vec<Fill>> = BTreeMap::new();
    for fill in stored {
        let slot = fill.detail.as_ref().map_or(PositionSlot::Both, |detail| detail.position_side);
        groups.entry((fill.key, fill.symbol.clone(), slot)).or_default().push(fill);
    }
    let ordered = |mut fills: Vec<Fill>| -> Vec<FuturesFill> {
        // Exchanges number the fills of a market; a longer number is a greater one.
        fills.sort_by(|a, b| (a.at, a.trade.len(), &a.trade).cmp(&(b.at, b.trade.len(), &b.trade)));
        fills.into_iter().filter_map(futures_fill).collect()
    };
    groups.into_iter().map(|(market, fills)| (market, ordered(fills))).collect()
}

fn futures_fill(fill: Fill) -> Option<FuturesFill> {
    let detail = fill.detail?;
    Some(FuturesFill {
        at: fill.at,
        side: detail.side,
        price: detail.price,
        amount: detail.amount,
        realized: detail.realized,
        fee: fill.fee_usd,
        client_order_id: detail.client_order_id,
    })
}

fn sort(found: &mut [Found], sorting: Sorting) {
    found.sort_by(|a, b| {
        let by = match sorting.by {
            SortBy::Closed => a.closed_at.cmp(&b.closed_at),
            SortBy::Result => a.trip.profit.net().cmp(&b.trip.profit.net()),
            SortBy::Fees => a.trip.profit.fees.cmp(&b.trip.profit.fees),
            SortBy::Duration => a.duration().cmp(&b.duration()),
        };
        let by = if sorting.ascending { by } else { by.reverse() };
        // Of equal ones the newest first.
        by.then_with(|| b.closed_at.cmp(&a.closed_at)).then_with(|| a.symbol.cmp(&b.symbol))
    });
}

impl Found {
    const fn duration(&self) -> i64 {
        self.closed_at.since(self.trip.opened_at)
    }

    async fn origin(&self, desk: &Following) -> Result<Origin> {
        let elsewhere = Origin { source: Source::Elsewhere, strategy: None, stop: None };
        let Some(id) = &self.trip.opened_by else { return Ok(elsewhere) };
        let Some(opening) = order::opening_of(desk, self.key, id).await? else { return Ok(elsewhere) };
        let copy = store::copy::get_copy(&desk.db, CopyId(opening.intent.0)).await?;
        let source = if copy.is_some() { Source::Strategy } else { Source::Manual };
        let strategy = copy.map(|copy| (copy.strategy_id, copy.strategy_name));
        Ok(Origin { source, strategy, stop: opening.stop })
    }

    async fn into_trade(self, desk: &Following) -> Result<ClosedTrade> {
        let origin = match &self.origin {
            Some(origin) => origin.clone(),
            None => self.origin(desk).await?,
        };
        let exit = match &self.trip.closed_by {
            Some(id) => order::exit_of(desk, self.key, id).await?,
            None => ExitReason::Elsewhere,
        };
        Ok(ClosedTrade {
            key: self.key,
            key_name: self.key_name,
            symbol: self.symbol,
            side: self.trip.side,
            source: origin.source,
            strategy: origin.strategy,
            opened_at: self.trip.opened_at,
            closed_at: self.closed_at,
            amount: self.trip.amount,
            entry_price: self.trip.entry_price,
            exit_price: self.trip.exit_price,
            stop: origin.stop,
            profit: self.trip.profit,
            exit,
        })
    }
}

#[cfg(test)]
mod tests;
