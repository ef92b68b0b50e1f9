//! The entered copies of a user, with what their results and their execution are computed from.

use crate::{DecimalText, Result, Source, risk_rule::CountedCopy};
use domain::{CopyId, ExchangeKeyId, FollowId, Micros, Side, Symbol, UserId, copy::Status};
use sqlx::FromRow;

/// A copied entry that was sent, with its signal and the costs of its trade.
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
    /// Filled amount in base units, or the sized one before it is filled.
    pub amount: Option<DecimalText>,
    /// Leverage of the position.
    pub leverage: Option<i64>,
    /// Entry price.
    pub entry_price: Option<DecimalText>,
    /// Net profit or loss in USD; `None` while the position is open, and if it is unknown.
    pub profit_usd: Option<DecimalText>,
    /// When it was queued.
    pub created_at: Micros,
    /// When its position was opened and protected.
    pub opened_at: Option<Micros>,
    /// When it reached a final status.
    pub finished_at: Option<Micros>,
    /// When the signal was accepted.
    pub signal_at: Micros,
    /// The signal's price.
    pub signal_price: Option<DecimalText>,
    /// The market's price when the signal was accepted.
    pub market_price: Option<DecimalText>,
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

impl EntryRow {
    /// Whether it has entered a position: it is not being sent any more.
    #[must_use]
    pub fn has_entered(&self) -> bool {
        self.status != Status::Sending
    }

    /// Returns what risk rules that count from `since` count of it; `None` if that is nothing.
    #[must_use]
    pub fn counted(&self, since: Micros) -> Option<CountedCopy> {
        let counted = matches!(self.status, Status::Sending | Status::Open | Status::Closed);
        let counts = counted && self.finished_at.is_none_or(|at| at >= since);
        counts.then(|| CountedCopy {
            id: self.id,
            follow_id: self.follow_id,
            exchange_key_id: self.exchange_key_id,
            symbol: self.symbol.clone(),
            side: self.side,
            status: self.status,
            amount: self.amount,
            leverage: self.leverage,
            entry_price: self.entry_price,
            profit_usd: self.profit_usd,
            created_at: self.created_at,
            opened_at: self.opened_at,
            finished_at: self.finished_at,
            signal_price: self.signal_price,
            market_price: self.market_price,
            signal_at: self.signal_at,
        })
    }
}

/// Lists a user's copies that entered a position or are being sent, oldest first. One whose stop was rejected has entered,
/// too: its position was closed.
pub async fn list_entries(from: impl Source, owner: UserId) -> Result<Vec<EntryRow>> {
    rows!(
        EntryRow,
        from,
        fetch_all,
        "select c.id, c.follow_id, c.exchange_key_id, c.symbol, c.side, c.status, c.amount, c.leverage, c.entry_price, \
           c.profit_usd, c.created_at, c.opened_at, c.finished_at, s.at as signal_at, s.price as signal_price, \
           s.market_price, t.opened_at as filled_at, t.entry_price as average_price, t.realized, t.fees, t.funding, p.time_zone \
         from copies c join signals s on s.id = c.signal_id left join trades t on t.intent_id = c.id \
           left join profiles p on p.user_id = c.user_id \
         where c.user_id = $1 and c.action = 'ENTER' \
           and (c.opened_at is not null or c.profit_usd is not null or c.status = 'SENDING' \
             or (c.reason = 'STOP_REFUSED' and t.opened_at is not null)) \
         order by c.id",
        owner
    )
}
