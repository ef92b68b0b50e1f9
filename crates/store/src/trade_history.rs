//! The entries of a user's accounts: manual ones, from intents, and copied ones, from copies.

use crate::{DecimalText, JsonText, Result, Source, Targets, intent::Status};
use domain::{
    CopyId, ExchangeId, ExchangeKeyId, IntentId, Micros, Order, Side, StrategyId, Symbol, UserId, copy::Exit,
};
use sqlx::FromRow;
use uuid::Uuid;

/// The filters of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The user who owns the accounts.
    pub owner: UserId,
    /// Start time, inclusive.
    pub from: Micros,
    /// End time, exclusive.
    pub until: Micros,
    /// Restricts to this key.
    pub key: Option<ExchangeKeyId>,
    /// Restricts to this pair.
    pub symbol: Option<Symbol>,
    /// Restricts to this strategy; manual entries have none.
    pub strategy: Option<StrategyId>,
    /// Restricts to this side. Not applied to manual entries, whose side is part of the request.
    pub side: Option<Side>,
    /// Continues after this entry, in newest-first order.
    pub before: Option<Uuid>,
    /// Maximum number of entries.
    pub limit: i64,
}

impl Search {
    fn before(&self) -> Uuid {
        self.before.unwrap_or(Uuid::max())
    }
}

/// A copied entry.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Copied {
    /// Id of the copy.
    pub id: CopyId,
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Name of the key; `None` if it was deleted.
    pub key_name: Option<String>,
    /// Trading pair.
    pub symbol: Symbol,
    /// Side of the entry.
    pub side: Option<Side>,
    /// Amount in base units.
    pub amount: Option<DecimalText>,
    /// Leverage of the position.
    pub leverage: Option<i64>,
    /// Entry price.
    pub entry_price: Option<DecimalText>,
    /// Stop price.
    pub stop: Option<DecimalText>,
    /// Take-profit prices.
    pub targets: Option<Targets>,
    /// The exchange's id of the entry order.
    pub order_id: Option<String>,
    /// Share of equity at risk, in percent.
    pub risk_percent: DecimalText,
    /// How the position was closed.
    pub exit_reason: Option<Exit>,
    /// Net profit or loss in USD.
    pub profit_usd: Option<DecimalText>,
    /// When it was queued.
    pub created_at: Micros,
    /// Id of the strategy.
    pub strategy_id: StrategyId,
    /// Name of the strategy.
    pub strategy_name: String,
    /// The exchange the strategy trades at.
    pub exchange_id: ExchangeId,
}

/// Lists copied entries that reached the exchange, newest first.
pub async fn list_copied(from: impl Source, search: &Search) -> Result<Vec<Copied>> {
    rows!(
        Copied,
        from,
        fetch_all,
        "select c.id, c.exchange_key_id, (select name from exchange_keys where id = c.exchange_key_id) as key_name, \
           c.symbol, c.side, c.amount, c.leverage, \
           c.entry_price, c.stop, c.targets, c.order_id, c.risk_percent, c.exit_reason, c.profit_usd, c.created_at, \
           s.strategy_id, t.name as strategy_name, t.exchange_id \
         from copies c join signals s on s.id = c.signal_id join strategies t on t.id = s.strategy_id \
         where c.user_id = $1 and c.action = 'ENTER' and c.order_id is not null and c.created_at >= $2 \
           and c.created_at < $3 and c.id < $4 and c.exchange_key_id = coalesce($5, c.exchange_key_id) \
           and c.symbol = coalesce($6, c.symbol) and s.strategy_id = coalesce($7, s.strategy_id) \
           and c.side = coalesce($8, c.side) \
         order by c.id desc limit $9",
        search.owner,
        search.from,
        search.until,
        search.before(),
        search.key,
        search.symbol.as_ref(),
        search.strategy,
        search.side,
        search.limit
    )
}

/// A manual entry.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ManualTradeRow {
    /// Id of the intent.
    pub id: IntentId,
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Name of the key; `None` if it was deleted.
    pub key_name: Option<String>,
    /// Trading pair.
    pub symbol: Symbol,
    /// Status of the intent.
    pub status: Status,
    /// The request, as JSON.
    pub request: String,
    /// The entry order as last reported by the exchange.
    pub order_json: Option<JsonText<Order>>,
    /// When it was decided.
    pub created_at: Micros,
}

/// Lists manual entries that reached the exchange, newest first.
pub async fn list_manual(from: impl Source, search: &Search) -> Result<Vec<ManualTradeRow>> {
    rows!(
        ManualTradeRow,
        from,
        fetch_all,
        "select i.id, i.exchange_key_id, (select name from exchange_keys where id = i.exchange_key_id) as key_name, \
           i.symbol, i.status, i.request, l.order_json, i.created_at \
         from intents i join intent_legs l on l.intent_id = i.id \
         where i.user_id = $1 and i.kind = 'open' and l.role = 'entry' and l.order_json is not null \
           and i.created_at >= $2 and i.created_at < $3 and i.id < $4 \
           and i.exchange_key_id = coalesce($5, i.exchange_key_id) and i.symbol = coalesce($6, i.symbol) \
           and not exists (select 1 from copies c where c.id = i.id) \
         order by i.id desc limit $7",
        search.owner,
        search.from,
        search.until,
        search.before(),
        search.key,
        search.symbol.as_ref(),
        search.limit
    )
}
