//! What has become of an intent, as rows to write: owned, so that it can be written together with others, and again
//! when their transaction fails.

use crate::notify::Telling;
use async_trait::async_trait;
use domain::{CopyId, Decimal, IntentId, Micros, UserId, copy::Reason};
use store::{
    Result, Tx, copy,
    group_commit::BatchedWrite,
    intent::{self as rows, LegStatus, LegUpdate, NewLeg, Status},
    protection::{self, Protection},
};

/// What has become of a leg.
#[derive(Debug)]
pub(super) struct LegRecord {
    pub(super) row: NewLeg,
    /// There is a row behind it.
    pub(super) stored: bool,
    /// The row behind it plans something else.
    pub(super) replanned: bool,
    pub(super) status: LegStatus,
    pub(super) order: Option<String>,
    pub(super) words: Option<String>,
}

/// What a copy's intent says of the copy.
#[derive(Debug)]
pub(super) enum Fate {
    /// Its position stands: the exchange's order, its average price, how much.
    Open(String, Decimal, Decimal),
    /// The exit was carried out.
    Closed(copy::Ended),
    /// It came to nothing.
    Failed(Reason, Option<String>),
}

/// What has become of an intent.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: IntentId,
    pub(super) holder: String,
    pub(super) at: Micros,
    pub(super) legs: Vec<LegRecord>,
    pub(super) status: Status,
    pub(super) answer: String,
    pub(super) failure: Option<String>,
    /// For a copy's intent that has ended.
    pub(super) copy: Option<Fate>,
    /// What its owner is told.
    pub(super) telling: Option<Telling>,
    /// A manual order has come to its end with protective orders standing.
    pub(super) protected: Option<Protection>,
}

#[async_trait]
impl BatchedWrite for Record {
    fn appends_for(&self) -> Option<UserId> {
        self.telling.as_ref().map(Telling::user)
    }

    async fn write(&self, tx: &mut Tx) -> Result<bool> {
        for leg in &self.legs {
            leg.plan(tx, self.id, self.at).await?;
        }
        let became: Vec<_> = self.legs.iter().map(LegRecord::became).collect();
        rows::set_legs(tx, self.id, &became, self.at).await?;
        match self.status {
            Status::Done | Status::Failed => {
                let (answer, failure) = (Some(self.answer.as_str()), self.failure.as_deref());
                rows::finish(&mut *tx, self.id, self.status, answer, failure, self.at).await?;
            }
            Status::Waiting => {
                rows::set_waiting(&mut *tx, self.id, self.at).await?;
                rows::release(&mut *tx, self.id, &self.holder).await?;
            }
            Status::Working => rows::release(&mut *tx, self.id, &self.holder).await?,
        }
        if let Some(telling) = &self.telling {
            telling.write(tx).await?;
        }
        if let Some(protection) = &self.protected {
            protection::watch(tx, protection, self.at).await?;
        }
        let id = CopyId(self.id.0);
        match &self.copy {
            Some(Fate::Open(order, price, amount)) => {
                copy::open(tx, id, order, *price, *amount, self.at).await
            }
            Some(Fate::Closed(ended)) => copy::close(tx, id, *ended, self.at).await,
            Some(Fate::Failed(reason, words)) => copy::fail(tx, id, *reason, words.as_deref(), self.at).await,
            None => Ok(true),
        }
    }
}

impl LegRecord {
    /// Writes what is planned of it, where that is new.
    async fn plan(&self, tx: &mut Tx, intent: IntentId, at: Micros) -> Result<()> {
        if !self.stored {
            // It was decided on the way (rescue).
            rows::add_legs(tx, intent, std::slice::from_ref(&self.row), at).await?;
        } else if self.replanned {
            rows::set_leg_body(tx, intent, self.row.seq, &self.row.body, at).await?;
        }
        Ok(())
    }

    fn became(&self) -> LegUpdate<'_> {
        let (order_json, failure) = (self.order.as_deref(), self.words.as_deref());
        LegUpdate { seq: self.row.seq, status: self.status, order_json, failure }
    }
}
