//! Entries in the history of trades.

use crate::{
    error::{Error, Result},
    trading::order::intent::Intent,
};
use domain::{
    Decimal, IntentId, Micros,
    trade::{ChangeKind, TradeSnapshot},
};
use store::{
    Tx,
    trade::{self, ChangeRow},
};

/// A change for the history of a trade, written in the transaction that records the change's intent.
pub(in crate::trading::order) struct HistoryEntry {
    trade: IntentId,
    before: String,
    after: String,
}

impl HistoryEntry {
    /// Creates the entry of a change that leads `trade` from one state to another.
    ///
    /// # Errors
    /// A fault if a state cannot be written as JSON.
    pub(in crate::trading::order) fn new(
        trade: IntentId,
        kind: ChangeKind,
        before: &TradeSnapshot,
        after: TradeSnapshot,
    ) -> Result<Self> {
        let text = |state: &TradeSnapshot| serde_json::to_string(state).map_err(Error::fault);
        let after = TradeSnapshot { kind: Some(kind), ..after };
        Ok(Self { trade, before: text(before)?, after: text(&after)? })
    }

    /// Creates the entry of a change of the amount of `trade`, in base units.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::trading::order) fn of_amounts(
        trade: IntentId,
        kind: ChangeKind,
        before: Decimal,
        after: Decimal,
    ) -> Result<Self> {
        Self::new(trade, kind, &TradeSnapshot::of_amount(before), TradeSnapshot::of_amount(after))
    }

    /// Returns the trade and the row of a change whose intent is `change`.
    pub(in crate::trading::order) fn row(&self, change: &Intent) -> (IntentId, ChangeRow) {
        self.row_at(change, change.created_at)
    }

    /// Writes the entry of a decision at the time `at` that has no intent of its own; `intent` is that of the trade.
    pub(in crate::trading::order) async fn write_own(
        &self,
        tx: &mut Tx,
        intent: &Intent,
        at: Micros,
    ) -> Result<()> {
        let (trade, row) = self.row_at(intent, at);
        Ok(trade::insert_change(tx, trade, &row).await?)
    }

    fn row_at(&self, intent: &Intent, at: Micros) -> (IntentId, ChangeRow) {
        let row = ChangeRow {
            id: intent.id,
            user_id: intent.user,
            before: self.before.clone(),
            after: self.after.clone(),
            at,
        };
        (self.trade, row)
    }

    /// Writes the entry of a change whose intent is `change`.
    pub(in crate::trading::order) async fn write(&self, tx: &mut Tx, change: &Intent) -> Result<()> {
        let (trade, row) = self.row(change);
        Ok(trade::insert_change(tx, trade, &row).await?)
    }
}
