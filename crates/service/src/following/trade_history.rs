//! Trade history of a user's accounts: automated trades from copies, manual ones from intents. Newest first,
//! page by page.

mod csv;

pub use csv::{csv, file_name};

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::{Following, follow},
    trading::{order, page_token::Token},
};
use domain::{
    Decimal, ExchangeKeyId, Micros, Order, Side, StrategyId, Symbol,
    follow::{Copying, PastTrade},
    key::words,
    ticket::{Entry, ManualOrder, StopType},
    time::DAY,
    validation::Problem,
};
use store::{
    intent::Status,
    trade_history::{Copied, ManualTradeRow, Search},
};
use uuid::Uuid;

/// Trades per page.
const PAGE: usize = 100;

words! {
    /// The kind of history.
    pub Which {
        /// Automated trades.
        Strategy = "strategy",
        /// Manual trades.
        Manual = "manual",
    }
}

/// A request for a page of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TradeHistoryRequest {
    /// Start of the period; without it the period ends now.
    pub start: Option<Micros>,
    /// Length of the period in days.
    pub days: u16,
    /// Token of the previous page, which also carries the period.
    pub token: Option<String>,
}

/// Largest number of days per request.
pub const MOST_DAYS: u16 = 1_000;

impl TradeHistoryRequest {
    /// Returns the period from one date through another; if one is missing, the period has the maximum
    /// length.
    #[must_use]
    pub fn between(from: Option<Micros>, to: Option<Micros>) -> Self {
        let longest = i64::from(MOST_DAYS) * DAY;
        let end = to.map(|to| to.plus(DAY));
        let start = from.or(end.map(|end| end.plus(-longest)));
        let length = from.zip(end).map_or(longest, |(from, end)| end.since(from)).clamp(DAY, longest);
        let days = u16::try_from(length / DAY).unwrap_or(MOST_DAYS);
        Self { start, days, token: None }
    }
}

/// Filter for the trades of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only trades on this account.
    pub key: Option<ExchangeKeyId>,
    /// Only trades of this strategy.
    pub strategy: Option<StrategyId>,
    /// Only trades on this market.
    pub symbol: Option<Symbol>,
    /// Only trades on this side.
    pub side: Option<Side>,
}

/// A page of a trade history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TradeHistoryPage {
    /// The trades, newest first.
    pub items: Vec<PastTrade>,
    /// Token of the next page; `None` on the last page. New trades do not shift the pages.
    pub next: Option<String>,
}

/// Whether we issued this token to this user for this history.
#[must_use]
pub fn knows(actor: &Actor, which: Which, token: &str) -> bool {
    Token::read(token, which.word(), actor.user).is_some()
}

/// Returns one page of a history.
///
/// # Errors
/// A field problem for a token that we did not issue to this user for this history.
pub async fn page(
    desk: &Following,
    actor: &Actor,
    which: Which,
    request: &TradeHistoryRequest,
    filter: &Filter,
) -> Result<TradeHistoryPage> {
    let token = match &request.token {
        Some(text) => Token::read(text, which.word(), actor.user)
            .ok_or_else(|| Error::field("nextToken", Problem::NotToken))?,
        None => days(desk, request),
    };
    let mut reader = HistoryReader::new(desk, actor, which, filter, token)?;
    let mut items = reader.take(PAGE + 1).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items
        .last()
        .filter(|_| more)
        .map(|(id, _)| Token { last: Some(*id), ..token }.write(which.word(), actor.user));
    Ok(TradeHistoryPage { items: items.into_iter().map(|(_, item)| item).collect(), next })
}

fn days(desk: &Following, request: &TradeHistoryRequest) -> Token {
    let length = i64::from(request.days) * DAY;
    let (from, until) = match request.start {
        Some(start) => (start, start.plus(length)),
        None => (desk.clock.now().plus(-length), desk.clock.now().plus(1)),
    };
    Token { from, until, last: None }
}

/// Reads a history in portions.
struct HistoryReader<'a> {
    desk: &'a Following,
    which: Which,
    search: Search,
    side: Option<Side>,
    ended: bool,
}

impl<'a> HistoryReader<'a> {
    fn new(desk: &'a Following, actor: &Actor, which: Which, filter: &Filter, token: Token) -> Result<Self> {
        let search = Search {
            owner: actor.user,
            from: token.from,
            until: token.until,
            key: filter.key,
            symbol: filter.symbol.clone(),
            strategy: filter.strategy,
            side: filter.side,
            before: token.last,
            limit: i64::try_from(PAGE + 1).map_err(Error::fault)?,
        };
        // Manual entries belong to no strategy.
        let ended = which == Which::Manual && filter.strategy.is_some();
        Ok(Self { desk, which, search, side: filter.side, ended })
    }

    /// Returns the next matching trades, at least `count` if there are that many.
    async fn take(&mut self, count: usize) -> Result<Vec<(Uuid, PastTrade)>> {
        let mut found = Vec::new();
        while found.len() < count && !self.ended {
            let some = self.read().await?;
            self.ended = some.len() < usize::try_from(self.search.limit).map_err(Error::fault)?;
            self.search.before = some.last().map(|(id, _)| *id).or(self.search.before);
            let fits = |item: &PastTrade| self.side.is_none_or(|side| item.side == side);
            found.extend(some.into_iter().filter_map(|(id, item)| item.filter(fits).map(|item| (id, item))));
        }
        Ok(found)
    }

    /// Reads the next rows. Rows without a trade yield `None`.
    async fn read(&self) -> Result<Vec<(Uuid, Option<PastTrade>)>> {
        match self.which {
            Which::Strategy => {
                let rows = store::trade_history::list_copied(&self.desk.db, &self.search).await?;
                rows.into_iter().map(|row| Ok((row.id.0, copied(row)?))).collect()
            }
            Which::Manual => {
                let rows = store::trade_history::list_manual(&self.desk.db, &self.search).await?;
                rows.into_iter().map(|row| Ok((row.id.0, manual_trade(row)?))).collect()
            }
        }
    }
}

fn copied(row: Copied) -> Result<Option<PastTrade>> {
    let (Some(side), Some(order_id)) = (row.side, row.order_id) else { return Ok(None) };
    let amount = row.amount.map_or(Decimal::ZERO, |text| text.0);
    let price = row.entry_price.map(|text| text.0);
    let stop = row.stop.map(|text| text.0);
    Ok(Some(PastTrade {
        order_id,
        key: row.exchange_key_id,
        key_name: row.key_name,
        symbol: row.symbol,
        side,
        price,
        amount,
        cost: amount * price.unwrap_or_default(),
        stop,
        // Copies always use market stops.
        stop_type: stop.map(|_| StopType::Market),
        take_profit: follow::targets(row.targets.as_ref())?,
        trailing_trigger_price: None,
        callback_rate: None,
        leverage: row.leverage.and_then(|times| u16::try_from(times).ok()),
        risk_percent: Some(row.risk_percent.0),
        at: row.created_at,
        strategy: Some(Copying {
            id: row.strategy_id,
            name: row.strategy_name,
            exchange_id: row.exchange_id,
        }),
        exit: row.exit_reason,
        profit_usd: row.profit_usd.map(|text| text.0),
    }))
}

fn manual_trade(row: ManualTradeRow) -> Result<Option<PastTrade>> {
    let Some(request) = order::manual_order_of(&row.request)? else { return Ok(None) };
    let Some(entry) = row.order_json else { return Ok(None) };
    let entry = entry.value()?;
    // An order that ended without a fill is no trade. One that a newer order replaced is stored as it was last reported.
    // Of the two orders of an OCO entry, those that filled are trades.
    let ended = entry.is_final()
        || matches!(request.entry, Entry::Oco { .. })
        || matches!(row.status, Status::Done | Status::Failed);
    if ended && entry.filled.is_zero() {
        return Ok(None);
    }
    let (price, amount, cost) = filled(&entry, &request);
    let (trailing_trigger_price, callback_rate) = match request.entry {
        Entry::Trailing { activation, callback_rate } => (Some(activation), Some(callback_rate)),
        _ => (None, None),
    };
    Ok(Some(PastTrade {
        order_id: entry.id,
        key: row.exchange_key_id,
        key_name: row.key_name,
        symbol: row.symbol,
        side: request.side,
        price,
        amount,
        cost,
        stop: request.stop.map(|stop| stop.trigger),
        stop_type: request.stop.map(domain::ticket::Stop::kind),
        take_profit: request.targets,
        trailing_trigger_price,
        callback_rate,
        leverage: None,
        risk_percent: request.risk_percent,
        at: row.created_at,
        strategy: None,
        exit: None,
        profit_usd: None,
    }))
}

/// Returns price, amount and order value of an entry: as filled, or as requested while nothing has filled.
fn filled(entry: &Order, request: &ManualOrder) -> (Option<Decimal>, Decimal, Decimal) {
    if entry.filled.is_zero() {
        let price = entry.price.or(request.entry.price());
        return (price, request.amount, price.unwrap_or_default() * request.amount);
    }
    let cost = if entry.cost.is_zero() {
        entry.average.or(entry.price).unwrap_or_default() * entry.filled
    } else {
        entry.cost
    };
    (entry.average.or(entry.price), entry.filled, cost)
}
