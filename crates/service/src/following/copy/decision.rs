//! A worker's decision about a queued copy that is not traded, written in a transaction shared with other
//! writes.

use crate::messaging::notify::Notification;
use async_trait::async_trait;
use domain::{
    CopyId, Micros, UserId,
    copy::{CopyDetail, Reason, WaitReason},
    order_failure::OrderFailure,
};
use store::{Tx, copy, group_commit::BatchedWrite};

/// The decision for one queued copy.
pub(super) enum Decided {
    /// The copy is skipped, for this reason and detail.
    Skip(Reason, Option<String>),
    /// The copy is tried again at this time, because of this.
    Postpone(Micros, WaitReason),
    /// An exit was refused for this reason and is retried at this time. The owner is notified once.
    RetryExit(Micros, OrderFailure, Notification),
    /// An exit is done: a separate intent closed the position.
    Exited,
}

/// A decision about one copy.
pub(super) struct Decision {
    pub(super) copy: CopyId,
    /// The instance that holds the copy; the decision counts only while it does.
    pub(super) holder: String,
    pub(super) decided: Decided,
    pub(super) at: Micros,
}

#[async_trait]
impl BatchedWrite for Decision {
    fn appends_for(&self) -> Option<UserId> {
        match &self.decided {
            Decided::RetryExit(_, _, notification) => Some(notification.user()),
            _ => None,
        }
    }

    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        let (id, holder, at) = (self.copy, self.holder.as_str(), self.at);
        match &self.decided {
            Decided::Skip(reason, detail) => {
                copy::skip_copy(tx, id, holder, *reason, detail.as_deref(), at).await
            }
            Decided::Postpone(until, why) => {
                let detail = CopyDetail::Waited(*why).stored();
                copy::postpone_copy(tx, id, holder, *until, &detail, at).await
            }
            Decided::Exited => copy::finish_exit(tx, id, holder, at).await,
            Decided::RetryExit(until, why, notification) => {
                let ours = copy::retry_exit(tx, id, holder, *until, &why.stored(), at).await?;
                if ours {
                    notification.write(tx).await?;
                }
                Ok(ours)
            }
        }
    }
}
