//! What a person's accounts entered: by hand, from intents, and for strategies, from copies.

use crate::{DecimalText, Result, Source};
use domain::{
    CopyId, ExchangeId, ExchangeKeyId, IntentId, Micros, Side, StrategyId, Symbol, UserId, copy::Exit,
};
use sqlx::FromRow;
use uuid::Uuid;

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Whose.
    pub owner: UserId,
    /// Decided at this moment or later.
    pub from: Micros,
    /// Decided before this moment.
    pub until: Micros,
    /// On this account only.
    pub key: Option<ExchangeKeyId>,
    /// On this pair only.
    pub symbol: Option<Symbol>,
    /// Of this strategy only; entries by hand have none.
    pub strategy: Option<StrategyId>,
    /// On this side only; entries by hand do not heed it: their side is in the request.
    pub side: Option<Side>,
    /// Before this one in the order of newest first.
    pub before: Option<Uuid>,
    /// At most so many.
    pub limit: i64,
}

impl Search {
    fn before(&self) -> Uuid {
        self.before.unwrap_or(Uuid::max())
    }
}

/// An entry for a strategy.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Copied {
    /// The copy's id.
    pub id: CopyId,
    /// On which account.
    pub exchange_key_id: ExchangeKeyId,
    /// Its name; none when the key is gone.
    pub key_name: Option<String>,
    /// On which pair.
    pub symbol: Symbol,
    /// Bought or sold.
    pub side: Option<Side>,
    /// How much.
    pub amount: Option<DecimalText>,
    /// Times margin.
    pub leverage: Option<i64>,
    /// At what price.
    pub entry_price: Option<DecimalText>,
    /// Where it is stopped out.
    pub stop: Option<DecimalText>,
    /// Where it takes profits, as JSON.
    pub targets: Option<String>,
    /// The exchange's id of the entry.
    pub order_id: Option<String>,
    /// The share of equity at risk, in percent.
    pub risk_percent: DecimalText,
    /// How it ended.
    pub exit_reason: Option<Exit>,
    /// What it won or lost.
    pub profit_usd: Option<DecimalText>,
    /// When it was decided.
    pub created_at: Micros,
    /// The strategy.
    pub strategy_id: StrategyId,
    /// Its name.
    pub strategy_name: String,
    /// At which exchange it trades.
    pub exchange_id: ExchangeId,
}

/// Entries for strategies that reached the exchange, newest first.
///
/// # Errors
/// A database error.
pub async fn copied(from: impl Source, search: &Search) -> Result<Vec<Copied>> {
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

/// An entry by hand.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ByHand {
    /// The intent's id.
    pub id: IntentId,
    /// On which account.
    pub exchange_key_id: ExchangeKeyId,
    /// Its name; none when the key is gone.
    pub key_name: Option<String>,
    /// On which pair.
    pub symbol: Symbol,
    /// What was asked, as JSON.
    pub request: String,
    /// The entry as the exchange last told it, as JSON.
    pub order_json: Option<String>,
    /// When it was decided.
    pub created_at: Micros,
}

/// Entries by hand that reached the exchange, newest first.
///
/// # Errors
/// A database error.
pub async fn by_hand(from: impl Source, search: &Search) -> Result<Vec<ByHand>> {
    rows!(
        ByHand,
        from,
        fetch_all,
        "select i.id, i.exchange_key_id, (select name from exchange_keys where id = i.exchange_key_id) as key_name, \
           i.symbol, i.request, l.order_json, i.created_at \
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
