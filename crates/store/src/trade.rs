//! Trades: what each opening order made, manual or copied, and the history of its changes. A row is written with the
//! intent that opens the trade, and changes in the transactions that change the intent and settle its position.

mod sharing;

pub use sharing::{SharedMarket, list_shared_markets, list_sharing};

use crate::{DecimalText, JsonText, Result, Source, Tx};
use domain::{Decimal, ExchangeKeyId, IntentId, Micros, Side, Symbol, UserId, copy::Exit};
use sqlx::FromRow;
use uuid::Uuid;

domain::words! {
    /// The status of a trade.
    pub TradeStatus {
        /// Its entry may still fill.
        Opening = "OPENING",
        /// Its entry has filled, at least in part.
        Open = "OPEN",
        /// Its position has ended.
        Closed = "CLOSED",
        /// Its entry ended without a fill.
        Canceled = "CANCELED",
        /// Its entry was refused, or given up.
        Failed = "FAILED",
    }
}
domain::text_column!(TradeStatus, |status| status.word().to_owned(), TradeStatus::parse);

domain::words! {
    /// The origin of a trade.
    pub TradeSource {
        /// An order of its owner.
        Manual = "MANUAL",
        /// A copied signal of a strategy.
        Copy = "COPY",
    }
}
domain::text_column!(TradeSource, |source| source.word().to_owned(), TradeSource::parse);

/// The tags of a trade.
pub type Tags = JsonText<Vec<String>>;

/// A trade.
#[derive(Debug, FromRow)]
pub struct TradeRow {
    /// The intent that opened it.
    pub intent_id: IntentId,
    /// The owner.
    pub user_id: UserId,
    /// The exchange key; the key may have been deleted.
    pub exchange_key_id: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// Side of the entry.
    pub side: Side,
    /// Origin: the owner's order, or a copied signal.
    pub source: TradeSource,
    /// Current status.
    pub status: TradeStatus,
    /// Filled amount of the entry and of additions, in base units.
    pub amount: DecimalText,
    /// Average price of that amount.
    pub entry_price: Option<DecimalText>,
    /// Average price of what closed it, if known.
    pub exit_price: Option<DecimalText>,
    /// Realized profit before fees, in quote units, if known.
    pub realized: Option<DecimalText>,
    /// Fees in quote units, if known. Fees in other assets are not counted.
    pub fees: Option<DecimalText>,
    /// Funding paid in quote units, if known.
    pub funding: Option<DecimalText>,
    /// Loss of the entry's amount at the first requested stop, without fees; `None` without a stop.
    pub risk: Option<DecimalText>,
    /// How it ended.
    pub exit_reason: Option<Exit>,
    /// Whether it was opened beside other trades, whose position it shares.
    pub beside: bool,
    /// The owner's note.
    pub note: String,
    /// The owner's tags.
    pub tags: Tags,
    /// Grows with each change by its owner.
    pub version: i64,
    /// When the first fill of the entry became known.
    pub opened_at: Option<Micros>,
    /// When its position was settled, or its entry ended without a fill.
    pub closed_at: Option<Micros>,
    /// When its order was recorded.
    pub created_at: Micros,
}

select! {
    trades -> TradeRow,
    "intent_id, user_id, exchange_key_id, symbol, side, source, status, amount, entry_price, exit_price, \
     realized, fees, funding, risk, exit_reason, beside, note, tags, version, opened_at, closed_at, created_at",
    "from trades"
}
use trades;

/// Adds the trade that a new intent opens. Its source is a copy if there is one with the intent's id.
pub(crate) async fn insert_trade(
    tx: &mut Tx,
    opener: &crate::protection::Opener<'_>,
    protection: &crate::protection::NewProtection,
) -> Result<()> {
    exec!(
        tx,
        "insert into trades \
           (intent_id, user_id, exchange_key_id, symbol, side, source, status, amount, beside, created_at) \
         values ($1, $2, $3, $4, $5, \
           case when exists (select 1 from copies where id = $1) then 'COPY' else 'MANUAL' end, \
           'OPENING', '0', $6, $7)",
        opener.intent_id,
        opener.user_id,
        opener.exchange_key_id,
        opener.symbol,
        protection.side,
        protection.held_before.is_some(),
        opener.created_at
    )?;
    Ok(())
}

/// The filled part of a trade's entry and of additions to its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Filled amount in base units.
    pub amount: Decimal,
    /// Average price.
    pub price: Option<Decimal>,
    /// Loss of that amount at the first requested stop; `None` without a stop.
    pub risk: Option<Decimal>,
}

/// Records what has filled of a trade's entry and of additions. Does nothing once the trade has closed.
pub async fn set_opened(tx: &mut Tx, trade: IntentId, opened: &Opened, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update trades set status = 'OPEN', amount = $2, entry_price = $3, risk = $4, \
           opened_at = coalesce(opened_at, $5), closed_at = null \
         where intent_id = $1 and status <> 'CLOSED'",
        trade,
        DecimalText(opened.amount),
        opened.price.map(DecimalText),
        opened.risk.map(DecimalText),
        at
    )?;
    Ok(())
}

/// Records that a trade's entry ended without a fill: [`TradeStatus::Canceled`] or [`TradeStatus::Failed`].
pub async fn set_unfilled(tx: &mut Tx, trade: IntentId, status: TradeStatus, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update trades set status = $2, closed_at = $3 where intent_id = $1 and status = 'OPENING'",
        trade,
        status,
        at
    )?;
    Ok(())
}

/// How a trade ended, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedTrade {
    /// Average price of what closed it.
    pub price: Option<Decimal>,
    /// Realized profit before fees, in quote units.
    pub realized: Option<Decimal>,
    /// Fees in quote units.
    pub fees: Option<Decimal>,
    /// Funding that was paid, in quote units; negative if it was received.
    pub funding: Option<Decimal>,
    /// How it ended.
    pub exit: Exit,
}

/// Records that a trade's position has ended. Does nothing if it had ended before.
pub async fn close_trade(tx: &mut Tx, trade: IntentId, closed: &ClosedTrade, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update trades set status = 'CLOSED', exit_price = $2, realized = $3, fees = $4, exit_reason = $5, \
           closed_at = $6, funding = $7 \
         where intent_id = $1 and status = 'OPEN'",
        trade,
        closed.price.map(DecimalText),
        closed.realized.map(DecimalText),
        closed.fees.map(DecimalText),
        closed.exit,
        at,
        closed.funding.map(DecimalText)
    )?;
    Ok(())
}

/// Ends the trades of a deleted exchange key. Open ones count as closed; nothing is known of their ends.
pub async fn forget_key(tx: &mut Tx, key: ExchangeKeyId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update trades set status = case status when 'OPEN' then 'CLOSED' else 'CANCELED' end, \
           exit_reason = case status when 'OPEN' then $3 end, closed_at = $2 \
         where exchange_key_id = $1 and status in ('OPENING', 'OPEN')",
        key,
        at,
        Exit::Unwatched
    )?;
    Ok(())
}

/// Replaces a trade's note and tags; `None` keeps them. Returns `false` if the user has no such trade, or if its version
/// is not `version`; without one, any version will do.
pub async fn set_note(
    tx: &mut Tx,
    user: UserId,
    trade: IntentId,
    version: Option<i64>,
    note: Option<&str>,
    tags: Option<&Tags>,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update trades set note = coalesce($4, note), tags = coalesce($5, tags), version = version + 1 \
         where intent_id = $1 and user_id = $2 and version = coalesce($3, version)",
        trade,
        user,
        version,
        note,
        tags.map(JsonText::as_str)
    )?;
    Ok(rows == 1)
}

/// A change of a trade.
#[derive(Debug, FromRow)]
pub struct ChangeRow {
    /// The intent of the change; the trade's own for a decision of the desk without an intent.
    pub id: IntentId,
    /// The user who requested it.
    pub user_id: UserId,
    /// The levels in force before, as JSON.
    pub before: String,
    /// The requested levels, as JSON.
    pub after: String,
    /// When it was decided.
    pub at: Micros,
}

/// Adds a change to a trade's history, and increments the trade's version.
pub async fn insert_change(tx: &mut Tx, trade: IntentId, change: &ChangeRow) -> Result<()> {
    exec!(
        &mut *tx,
        "insert into trade_changes (id, trade_id, user_id, before, after, at) values ($1, $2, $3, $4, $5, $6)",
        change.id,
        trade,
        change.user_id,
        &change.before,
        &change.after,
        change.at
    )?;
    exec!(tx, "update trades set version = version + 1 where intent_id = $1", trade)?;
    Ok(())
}

/// Lists the last 1,000 changes of a trade, oldest first.
pub async fn list_changes(from: impl Source, trade: IntentId) -> Result<Vec<ChangeRow>> {
    let mut changes = rows!(
        ChangeRow,
        from,
        fetch_all,
        "select id, user_id, before, after, at from trade_changes where trade_id = $1 \
         order by at desc, id desc limit 1000",
        trade
    )?;
    changes.reverse();
    Ok(changes)
}

/// Returns a trade of any user, for internal use.
pub async fn get_trade(from: impl Source, trade: IntentId) -> Result<Option<TradeRow>> {
    trades!(from, fetch_optional, "where intent_id = $1", trade)
}

/// Restricts a list of trades.
#[derive(Clone, Debug, Default)]
pub struct TradeFilter {
    /// Only of this exchange key.
    pub key: Option<ExchangeKeyId>,
    /// Only of this market.
    pub symbol: Option<Symbol>,
    /// Only trades whose intent is older than this one; `None` from the newest on.
    pub before: Option<IntentId>,
    /// Only trades whose order was recorded at this time or later.
    pub since: Option<Micros>,
    /// The most trades to return.
    pub limit: i64,
}

/// Lists a user's open trades and those whose entries rest, newest first.
pub async fn list_open(from: impl Source, user: UserId, filter: &TradeFilter) -> Result<Vec<TradeRow>> {
    let before = filter.before.unwrap_or(IntentId(Uuid::max()));
    trades!(
        from,
        fetch_all,
        "where user_id = $1 and intent_id < $2 and intent_id >= $6 and status in ('OPENING', 'OPEN') \
           and exchange_key_id = coalesce($3, exchange_key_id) and symbol = coalesce($4, symbol) \
         order by intent_id desc limit $5",
        user,
        before,
        filter.key,
        filter.symbol.clone(),
        filter.limit,
        filter.since.map_or(IntentId(Uuid::nil()), IntentId::first_at)
    )
}

/// Lists a user's closed trades, newest entry first. Orders that never filled are not among them.
pub async fn list_closed(from: impl Source, user: UserId, filter: &TradeFilter) -> Result<Vec<TradeRow>> {
    let before = filter.before.unwrap_or(IntentId(Uuid::max()));
    trades!(
        from,
        fetch_all,
        "where user_id = $1 and intent_id < $2 and intent_id >= $6 and status = 'CLOSED' \
           and exchange_key_id = coalesce($3, exchange_key_id) and symbol = coalesce($4, symbol) \
         order by intent_id desc limit $5",
        user,
        before,
        filter.key,
        filter.symbol.clone(),
        filter.limit,
        filter.since.map_or(IntentId(Uuid::nil()), IntentId::first_at)
    )
}
