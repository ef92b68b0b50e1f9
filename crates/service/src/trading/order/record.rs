//! The changes of an intent as rows to write. They are owned, so that they can share a transaction with other
//! writes, and be written again if it fails.

use super::legs::Unsaved;
use crate::messaging::notify::Notification;
use async_trait::async_trait;
use domain::{CopyId, Decimal, IntentId, Micros, UserId, copy::Reason};
use store::{
    Result, Tx, copy,
    group_commit::BatchedWrite,
    instance,
    intent::{self as rows, LegStatus, LegUpdate, NewLeg, Status},
    protection::{self, Wanted},
    trade::{self, Opened, TradeStatus},
};

/// A leg that has changed.
#[derive(Debug)]
pub(super) struct LegChange {
    pub(super) row: NewLeg,
    pub(super) unsaved: Unsaved,
    /// Whether its plan has a record that becomes known only with the fills of its order.
    pub(super) has_record: bool,
    pub(super) status: LegStatus,
    pub(super) order: Option<String>,
    pub(super) failure: Option<String>,
}

/// The outcome of a copy's intent for the copy.
#[derive(Debug)]
pub(super) enum CopyOutcome {
    /// The position is open: exchange order id, average price, amount.
    Open(String, Decimal, Decimal),
    /// The exit was carried out.
    Closed(copy::Ended),
    /// The entry or exit failed.
    Failed(Reason, Option<String>),
}

/// The outcome of an intent for the position that it was to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PositionOutcome {
    /// The entry has filled at least partly.
    Entered,
    /// The entry was refused or ended without a fill: there is nothing to protect.
    Never,
    /// The intent has ended without any knowledge of its entry. If the entry reached the exchange after all,
    /// its position is closed.
    GivenUp,
}

/// The changes of an intent since its last write.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: IntentId,
    pub(super) holder: String,
    /// Whether the intent had ended before these changes: no instance holds it, and its legs change only with the
    /// protection of its position.
    pub(super) settled: bool,
    /// Whether to release the holder's lease.
    pub(super) release: bool,
    pub(super) at: Micros,
    pub(super) legs: Vec<LegChange>,
    pub(super) status: Status,
    pub(super) failure: Option<String>,
    /// Set for a copy's intent that has ended.
    pub(super) copy: Option<CopyOutcome>,
    /// The notification of the entry.
    pub(super) ordered: Option<Notification>,
    /// Set for an intent that opens a position.
    pub(super) position: Option<PositionOutcome>,
    /// The filled part of the entry, if it has changed.
    pub(super) opened: Option<Opened>,
}

#[async_trait]
impl BatchedWrite for Record {
    fn appends_for(&self) -> Option<UserId> {
        self.ordered.as_ref().map(Notification::user)
    }

    /// Returns false, having written nothing, if another instance has taken the intent over.
    async fn write(&self, tx: &mut Tx) -> Result<bool> {
        if !self.settled && !instance::lock_if_held(&mut *tx, &self.holder, self.id).await? {
            tracing::warn!(intent = %self.id, holder = self.holder, "did not save an intent that another instance has taken over");
            return Ok(false);
        }
        for leg in &self.legs {
            leg.plan(tx, self.id, self.at).await?;
        }
        let became: Vec<_> = self.legs.iter().map(LegChange::became).collect();
        rows::set_legs(tx, self.id, &became, self.at).await?;
        match self.status {
            Status::Done | Status::Failed => {
                let failure = self.failure.as_deref();
                rows::finish_intent(&mut *tx, self.id, self.status, failure, self.at).await?;
            }
            Status::Waiting => {
                rows::set_waiting(&mut *tx, self.id, self.at).await?;
            }
            Status::Working => {}
        }
        if self.release && matches!(self.status, Status::Waiting | Status::Working) {
            rows::release_intent(&mut *tx, self.id, &self.holder, self.at).await?;
        }
        if let Some(notification) = &self.ordered {
            notification.write(tx).await?;
        }
        self.write_trade(tx).await?;
        match self.position {
            Some(PositionOutcome::Entered) => protection::set_entered(tx, self.id, self.at).await?,
            Some(PositionOutcome::Never) => protection::delete_protection(tx, self.id).await?,
            Some(PositionOutcome::GivenUp) => protection::set_wanted(tx, self.id, Wanted::Closed).await?,
            None => {}
        }
        let id = CopyId(self.id.0);
        match &self.copy {
            Some(CopyOutcome::Open(order, price, amount)) => {
                copy::open_position(tx, id, order, *price, *amount, self.at).await
            }
            Some(CopyOutcome::Closed(ended)) => copy::close_copy(tx, id, *ended, self.at).await,
            Some(CopyOutcome::Failed(reason, words)) => {
                copy::fail_copy(tx, id, *reason, words.as_deref(), self.at).await
            }
            None => Ok(true),
        }
    }
}

impl Record {
    /// Writes the status of the trade that the intent opens.
    async fn write_trade(&self, tx: &mut Tx) -> Result<()> {
        let unfilled =
            if self.status == Status::Failed { TradeStatus::Failed } else { TradeStatus::Canceled };
        match (self.position, &self.opened) {
            (Some(PositionOutcome::Entered), Some(opened)) => {
                trade::set_opened(tx, self.id, opened, self.at).await
            }
            (Some(PositionOutcome::Never), _) => trade::set_unfilled(tx, self.id, unfilled, self.at).await,
            (Some(PositionOutcome::GivenUp), _) => {
                trade::set_unfilled(tx, self.id, TradeStatus::Failed, self.at).await
            }
            _ => Ok(()),
        }
    }
}

impl LegChange {
    /// Writes the leg's plan if it is new.
    async fn plan(&self, tx: &mut Tx, intent: IntentId, at: Micros) -> Result<()> {
        match self.unsaved {
            Unsaved::Row => rows::add_legs(tx, intent, std::slice::from_ref(&self.row), at).await,
            Unsaved::Plan => {
                let (seq, body) = (self.row.seq, &self.row.body);
                if !rows::set_leg_body(tx, intent, seq, body, at).await? && self.has_record {
                    rows::set_placed_leg_body(tx, intent, seq, body, at).await?;
                }
                Ok(())
            }
            Unsaved::Nothing | Unsaved::Outcome => Ok(()),
        }
    }

    fn became(&self) -> LegUpdate<'_> {
        let (order_json, failure) = (self.order.as_deref(), self.failure.as_deref());
        LegUpdate { seq: self.row.seq, status: self.status, order_json, failure }
    }
}
