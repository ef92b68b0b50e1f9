//! The transaction that begins a copy's intent: its rows, and the precondition for writing them.

use async_trait::async_trait;
use domain::{CopyId, FollowId, IntentId, UserId};
use store::{
    Tx,
    copy::{self, EntrySize as Sized},
    follow,
    group_commit::BatchedWrite,
    intent::{self, NewIntent, NewLeg},
    risk_rule::Capacity,
    trade::{self, ChangeRow},
};

/// The precondition for beginning an intent.
#[derive(Clone, Debug)]
pub(crate) enum BeginCondition {
    /// The follow is still active, this instance still holds the copy, and `capacity` is left, if risk rules bound the
    /// number or the value of positions.
    Entry { follow: FollowId, copy: CopyId, sized: Sized, capacity: Option<Box<Capacity>> },
    /// This instance still holds the copy. Exits are not affected by a paused follow.
    Exit { copy: CopyId },
    /// The copy's position has not been closed by another worker or instance: a second close could reduce what else its
    /// owner holds on the market.
    Close { copy: CopyId },
}

/// An intent and its precondition, committed before anything is sent.
pub(crate) struct PendingIntent {
    pub(super) begin: BeginCondition,
    pub(super) intent: NewIntent,
    pub(super) legs: Vec<NewLeg>,
    /// The entry in the history of the trade that it changes.
    pub(super) history: Option<(IntentId, ChangeRow)>,
}

#[async_trait]
impl BatchedWrite for PendingIntent {
    /// It appends no events, but reading the capacity locks the user's row.
    fn appends_for(&self) -> Option<UserId> {
        match &self.begin {
            BeginCondition::Entry { capacity, .. } => capacity.as_ref().map(|capacity| capacity.user_id),
            BeginCondition::Exit { .. } | BeginCondition::Close { .. } => None,
        }
    }

    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        let at = self.intent.created_at;
        let holder = self.intent.lease_holder.as_deref().unwrap_or_default();
        let holds = match &self.begin {
            BeginCondition::Entry { follow, copy, sized, capacity } => {
                let fits = match capacity {
                    Some(capacity) => capacity.is_left(&mut *tx, at).await?,
                    None => true,
                };
                fits && follow::begin_copy(&mut *tx, *follow, at).await?
                    && copy::begin_sending(&mut *tx, *copy, holder, Some(sized), at).await?
            }
            BeginCondition::Exit { copy } => copy::begin_sending(&mut *tx, *copy, holder, None, at).await?,
            BeginCondition::Close { copy } => copy::lock_open(&mut *tx, *copy).await?,
        };
        if holds {
            intent::insert_intent(&mut *tx, &self.intent, &self.legs).await?;
            if let Some((trade, change)) = &self.history {
                trade::insert_change(tx, *trade, change).await?;
            }
        }
        Ok(holds)
    }
}
