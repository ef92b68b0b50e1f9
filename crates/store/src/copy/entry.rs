//! The entered copies of a user, with what their results and their execution are computed from.

use crate::{DecimalText, Result, Source};
use domain::{CopyId, ExchangeKeyId, FollowId, Micros, Side, Symbol, UserId, copy::Status};
use sqlx::FromRow;

/// A copied entry with its signal and the costs of its trade.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EntryRow {
    /// Id of the copy.
    pub id: CopyId,
    /// The follow it was for, which may have been deleted with its key.
    pub follow_id: FollowId,
    /// The exchange key it was traded with; the key may have been deleted.
    pub exchange_key_id: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Side of the entry.
    pub side: Option<Side>,
    /// Current status.
    pub status: Status,
    /// Filled amount in base units.
    pub amount: Option<DecimalText>,
    /// Entry price.
    pub entry_price: Option<DecimalText>,
    /// Net profit or loss in USD; `None` while the position is open, and if it is unknown.
    pub profit_usd: Option<DecimalText>,
    /// When its position was opened and protected.
    pub opened_at: Option<Micros>,
    /// When it reached a final status.
    pub finished_at: Option<Micros>,
    /// When the signal was accepted.
    pub signal_at: Micros,
    /// The signal's price.
    pub signal_price: Option<DecimalText>,
    /// When the first fill of the entry became known.
    pub filled_at: Option<Micros>,
    /// Average price of the entry and of additions to the position.
    pub average_price: Option<DecimalText>,
    /// Realized profit in quote units before fees and funding, once the position has ended; of a copy without a profit of its
    /// own, whose stop was rejected, the result follows from it.
    pub realized: Option<DecimalText>,
    /// Fees in quote units, once the position has ended.
    pub fees: Option<DecimalText>,
    /// Funding that was paid in quote units, once the position has ended.
    pub funding: Option<DecimalText>,
    /// The user's time zone, by its name in the time zone database.
    pub time_zone: Option<String>,
}

/// Lists a user's copies that entered a position, oldest first. One whose stop was rejected has entered, too: its position
/// was closed.
pub async fn list_entries(from: impl Source, owner: UserId) -> Result<Vec<EntryRow>> {
    rows!(
        EntryRow,
        from,
        fetch_all,
        "select c.id, c.follow_id, c.exchange_key_id, c.symbol, c.side, c.status, c.amount, c.entry_price, \
           c.profit_usd, c.opened_at, c.finished_at, s.at as signal_at, s.price as signal_price, \
           t.opened_at as filled_at, t.entry_price as average_price, t.realized, t.fees, t.funding, p.time_zone \
         from copies c join signals s on s.id = c.signal_id left join trades t on t.intent_id = c.id \
           left join profiles p on p.user_id = c.user_id \
         where c.user_id = $1 and c.action = 'ENTER' and (c.opened_at is not null \
           or c.profit_usd is not null or (c.reason = 'STOP_REFUSED' and t.opened_at is not null)) \
         order by c.id",
        owner
    )
}
