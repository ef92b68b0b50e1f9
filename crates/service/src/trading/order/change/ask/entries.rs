//! The use case that cancels resting entries.

use super::Changer;
use crate::{
    actor::Actor,
    error::Result,
    trading::{
        SharedTrading,
        order::{
            account::Access,
            change::HistoryEntry,
            intent::{Intent, Request, read},
            place::busy,
            recover::take_up,
        },
    },
};
use domain::{ExchangeKeyId, IntentId, Symbol, trade::ChangeKind};
use store::intent::Status;

/// Cancels the resting entries of a market. Its position keeps its stop, and gets its take-profits. Returns the number
/// of trades whose entry has ended.
///
/// # Errors
/// 1103, 1106, 1300, 1500; unavailable while the outcome is unknown.
pub async fn cancel_entries(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<usize> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    let work = async move { Changer::new(&shared, access, symbol, None).cancel_entries().await };
    desk.work.run(work).await
}

impl Changer<'_> {
    async fn cancel_entries(mut self) -> Result<usize> {
        let _lock = self.desk.locks.lock(self.access.row.key.id, &self.symbol).await;
        let mut ended = 0;
        for slot in self.access.row.key.account_mode.positions() {
            self.slot = *slot;
            ended += self.cancel_entries_of_position().await?;
        }
        Ok(ended)
    }

    async fn cancel_entries_of_position(&self) -> Result<usize> {
        self.ready().await?;
        let waiting = self.waiting_entries().await?;
        let mut history = Vec::new();
        for id in &waiting {
            history.extend(self.cancelled_entry(*id).await?);
        }
        self.desk.work.begin()?;
        let mut intent = self.intent(Request::CancelEntries, Vec::new());
        intent.commit_with_history(self.desk, None, &history).await.map_err(busy)?;
        self.work(intent).await?;
        let mut ended = 0;
        for id in waiting {
            // Its filled part gets its stop and its take-profits.
            let left = take_up(self.desk, &self.access, id).await?;
            ended += usize::from(left.is_none_or(|intent| intent.status == Status::Done));
        }
        self.desk.hub.request_refresh(self.access.row.key.id, &self.symbol);
        Ok(ended)
    }

    /// Returns the intents of the position whose entries rest.
    async fn waiting_entries(&self) -> Result<Vec<IntentId>> {
        let mut waiting = Vec::new();
        for row in store::intent::unfinished_for_key(&self.desk.db, self.access.row.key.id).await? {
            if row.symbol == self.symbol
                && row.position_side == self.slot
                && row.status == Status::Waiting
                && read::<Request>(&row.request)?.opens().is_some()
            {
                waiting.push(row.id);
            }
        }
        Ok(waiting)
    }

    /// Returns the history entry of a trade whose resting entry will be cancelled.
    async fn cancelled_entry(&self, trade: IntentId) -> Result<Option<HistoryEntry>> {
        let Some(trade) = Intent::load(self.desk, trade).await? else { return Ok(None) };
        let Some(ordered) = trade.request.opens().map(|order| order.amount) else { return Ok(None) };
        let filled = trade.entered().unwrap_or_default();
        HistoryEntry::of_amounts(trade.id, ChangeKind::CancelEntry, ordered, filled).map(Some)
    }
}
