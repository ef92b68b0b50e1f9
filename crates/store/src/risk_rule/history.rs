//! Past trips of rules, and the copies that rules count.

use crate::{DecimalText, Result, Source, Tx};
use domain::{CopyId, ExchangeKeyId, FollowId, Micros, RiskRuleId, Side, Symbol, UserId, copy::Status};
use sqlx::FromRow;

/// A trip of the past.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PastTrip {
    /// The rule.
    pub rule_id: RiskRuleId,
    /// When it tripped.
    pub at: Micros,
    /// The rule's threshold then.
    pub threshold: DecimalText,
    /// The value that broke it.
    pub seen: DecimalText,
    /// When the reading before was taken, for a rule that closes positions.
    pub first_seen_at: Option<Micros>,
    /// The value of the reading before.
    pub first_seen: Option<DecimalText>,
    /// When the trip ended by itself, unless the owner resumed before.
    pub until: Option<Micros>,
}

/// Lists the newest trips of a user's rules, newest first.
pub async fn list_trips(from: impl Source, owner: UserId, limit: i64) -> Result<Vec<PastTrip>> {
    rows!(
        PastTrip,
        from,
        fetch_all,
        "select t.rule_id, t.at, t.threshold, t.seen, t.first_seen_at, t.first_seen, t.until \
         from risk_trips t where t.user_id = $1 order by t.at desc, t.rule_id limit $2",
        owner,
        limit
    )
}

/// A copied entry with what rules count.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CountedCopy {
    /// Id of the copy.
    pub id: CopyId,
    /// The follow it was for.
    pub follow_id: FollowId,
    /// The exchange key it was traded with.
    pub exchange_key_id: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Side of the entry.
    pub side: Option<Side>,
    /// Current status.
    pub status: Status,
    /// Amount in base units.
    pub amount: Option<DecimalText>,
    /// Leverage of the position.
    pub leverage: Option<i64>,
    /// Entry price.
    pub entry_price: Option<DecimalText>,
    /// Net profit or loss in USD.
    pub profit_usd: Option<DecimalText>,
    /// When it was queued.
    pub created_at: Micros,
    /// When its position was opened.
    pub opened_at: Option<Micros>,
    /// When it reached a final status.
    pub finished_at: Option<Micros>,
    /// The signal's price.
    pub signal_price: Option<DecimalText>,
    /// The market's price when the signal was accepted.
    pub market_price: Option<DecimalText>,
    /// When the signal was accepted.
    pub signal_at: Micros,
}

/// Lists a user's entries that are being sent or open, and those that were closed since `since`, in the order of their
/// ids.
pub async fn list_counted(from: impl Source, owner: UserId, since: Micros) -> Result<Vec<CountedCopy>> {
    rows!(
        CountedCopy,
        from,
        fetch_all,
        "select c.id, c.follow_id, c.exchange_key_id, c.symbol, c.side, c.status, c.amount, c.leverage, \
           c.entry_price, c.profit_usd, c.created_at, c.opened_at, c.finished_at, s.price as signal_price, \
           s.market_price, s.at as signal_at \
         from copies c join signals s on s.id = c.signal_id \
         where c.id in ( \
             select a.id from copies a where a.user_id = $1 and a.finished_at is null \
             union select e.id from copies e where e.user_id = $1 and e.finished_at >= $2) \
           and c.action = 'ENTER' and c.status in ('SENDING', 'OPEN', 'CLOSED') order by c.id",
        owner,
        since
    )
}

/// Records that the positions of a tripped rule are closed.
pub async fn end_closing(tx: &mut Tx, id: RiskRuleId, tripped_at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update risk_rules set closing_since = null where id = $1 and tripped_at = $2 and closing_since is not null",
        id,
        tripped_at
    )?;
    Ok(rows == 1)
}
