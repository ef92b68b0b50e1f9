//! Automation of open trades: breakeven after a number of take-profits, a trailing stop, and a time
//! limit. A trade without a row has none of them. The row is written in the transaction of the intent that opens or
//! changes the trade.

use crate::{DecimalText, Result, Source, Tx, protection::Wanted};
use domain::{
    Decimal, ExchangeKeyId, IntentId, Micros, Side, Symbol, TradeType,
    trade::{Automation, PriceSource},
};
use sqlx::FromRow;

/// The automation of a trade.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AutomationRow {
    /// The intent that opened the trade.
    pub intent_id: IntentId,
    /// The number of filled take-profits after which the stop moves to breakeven.
    pub breakeven_after: Option<i64>,
    /// When the stop was moved there.
    pub breakeven_at: Option<Micros>,
    /// The distance of the trailing stop from the peak, in percent.
    pub trailing_percent: Option<DecimalText>,
    /// The price that the trailing stop follows.
    pub price_source: PriceSource,
    /// The peak when the trailing stop last moved.
    pub peak: Option<DecimalText>,
    /// How long the trade may be open, in minutes since the first fill of its entry.
    pub time_limit: Option<i64>,
    /// When it had been open that long.
    pub over_at: Option<Micros>,
    /// By how much moves of the desk have incremented the trade's version.
    pub moves: i64,
}

select! {
    automations -> AutomationRow,
    "intent_id, breakeven_after, breakeven_at, trailing_percent, price_source, peak, time_limit, over_at, moves",
    "from trade_automations"
}

impl AutomationRow {
    /// Returns the row of a trade for which nothing has been done yet.
    #[must_use]
    pub fn new(trade: IntentId, automation: &Automation) -> Self {
        let row = Self {
            intent_id: trade,
            breakeven_after: None,
            breakeven_at: None,
            trailing_percent: None,
            price_source: automation.trigger,
            peak: None,
            time_limit: None,
            over_at: None,
            moves: 0,
        };
        row.with(automation)
    }

    /// Returns this row with other settings.
    #[must_use]
    pub fn with(self, automation: &Automation) -> Self {
        Self {
            breakeven_after: automation.breakeven_after.map(i64::from),
            trailing_percent: automation.trailing_percent.map(DecimalText),
            price_source: automation.trigger,
            time_limit: automation.time_limit.map(i64::from),
            ..self
        }
    }

    /// Returns the settings.
    #[must_use]
    pub fn automation(&self) -> Automation {
        settings(self.breakeven_after, self.trailing_percent, self.price_source, self.time_limit)
    }
}

/// An open trade with something to do.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ActiveAutomation {
    /// The intent that opened the trade.
    pub intent_id: IntentId,
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// The market.
    pub symbol: Symbol,
    /// Side of the entry.
    pub side: Side,
    /// The wanted state of its position.
    pub wanted: Wanted,
    /// When the first fill of the entry became known.
    pub entered_at: Option<Micros>,
    /// As [`AutomationRow::breakeven_after`].
    pub breakeven_after: Option<i64>,
    /// As [`AutomationRow::breakeven_at`].
    pub breakeven_at: Option<Micros>,
    /// As [`AutomationRow::trailing_percent`].
    pub trailing_percent: Option<DecimalText>,
    /// As [`AutomationRow::price_source`].
    pub price_source: PriceSource,
    /// As [`AutomationRow::peak`].
    pub peak: Option<DecimalText>,
    /// As [`AutomationRow::time_limit`].
    pub time_limit: Option<i64>,
}

impl ActiveAutomation {
    /// Returns the settings.
    #[must_use]
    pub fn automation(&self) -> Automation {
        settings(self.breakeven_after, self.trailing_percent, self.price_source, self.time_limit)
    }
}

fn settings(
    breakeven_after: Option<i64>,
    percent: Option<DecimalText>,
    trigger: PriceSource,
    time_limit: Option<i64>,
) -> Automation {
    Automation {
        breakeven_after: breakeven_after.and_then(|after| u16::try_from(after).ok()),
        trailing_percent: percent.map(|percent| percent.0),
        trigger,
        time_limit: time_limit.and_then(|minutes| u32::try_from(minutes).ok()),
    }
}

/// Lists the trades of all users whose position is open, is not being closed, and has an automation, oldest first. SQLite
/// joins in the order of a cross join: open positions are few, and rows of ended trades stay.
pub async fn list_active(from: impl Source) -> Result<Vec<ActiveAutomation>> {
    rows!(
        ActiveAutomation,
        from,
        fetch_all,
        "select a.intent_id, p.exchange_key_id, k.trade_type, p.symbol, p.side, p.wanted, p.entered_at, \
           a.breakeven_after, a.breakeven_at, a.trailing_percent, a.price_source, a.peak, a.time_limit \
         from protected_trades p cross join trade_automations a cross join exchange_keys k \
         where a.intent_id = p.intent_id and k.id = p.exchange_key_id and p.entered_at is not null and p.ended_at is null and p.wanted <> 'CLOSED' \
           and (a.trailing_percent is not null or a.time_limit is not null \
             or (a.breakeven_after is not null and a.breakeven_at is null)) \
         order by p.seq"
    )
}

/// Returns the automation of a trade; `None` if it never had one.
pub async fn get_automation(from: impl Source, trade: IntentId) -> Result<Option<AutomationRow>> {
    automations!(from, fetch_optional, "where intent_id = $1", trade)
}

/// Whether a trade was found to have been open for as long as its owner allows.
pub async fn is_over(from: impl Source, trade: IntentId) -> Result<bool> {
    let over = value!(Micros, from, "select over_at from trade_automations where intent_id = $1", trade)?;
    Ok(over.is_some())
}

/// Writes the automation of a trade, in place of the one that it has.
pub async fn put_automation(tx: &mut Tx, row: &AutomationRow) -> Result<()> {
    exec!(
        tx,
        "insert into trade_automations (intent_id, breakeven_after, breakeven_at, trailing_percent, price_source, peak, \
           time_limit, over_at, moves) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         on conflict (intent_id) do update set breakeven_after = excluded.breakeven_after, \
           breakeven_at = excluded.breakeven_at, trailing_percent = excluded.trailing_percent, \
           price_source = excluded.price_source, peak = excluded.peak, time_limit = excluded.time_limit, \
           over_at = excluded.over_at, moves = excluded.moves",
        row.intent_id,
        row.breakeven_after,
        row.breakeven_at,
        row.trailing_percent,
        row.price_source,
        row.peak,
        row.time_limit,
        row.over_at,
        row.moves
    )?;
    Ok(())
}

/// Records that the stop of a trade has been moved to breakeven.
pub async fn set_breakeven(tx: &mut Tx, trade: IntentId, at: Micros) -> Result<()> {
    exec!(tx, "update trade_automations set breakeven_at = $2 where intent_id = $1", trade, at)?;
    Ok(())
}

/// Writes the peak of a trailing stop.
pub async fn set_peak(tx: &mut Tx, trade: IntentId, peak: Decimal) -> Result<()> {
    exec!(
        tx,
        "update trade_automations set peak = $2 where intent_id = $1 and trailing_percent is not null",
        trade,
        DecimalText(peak)
    )?;
    Ok(())
}

/// Records that a trade has been open for as long as its owner allows. Returns `false` if that was recorded before.
pub async fn set_over(tx: &mut Tx, trade: IntentId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update trade_automations set over_at = $2 where intent_id = $1 and over_at is null",
        trade,
        at
    )?;
    Ok(rows == 1)
}
