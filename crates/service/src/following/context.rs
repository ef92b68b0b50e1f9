//! State of copy trading and strategies.

use crate::{
    following::{copy::Copying, report::fills::FundingReads, strategy::Records},
    money::SharedMoney,
};
use std::{ops::Deref, sync::Arc};

/// The context of following: its own state and what money has.
pub struct Following {
    money: SharedMoney,
    /// In-memory state of copy trading.
    pub(crate) copies: Copying,
    /// Track records of strategies, requested by every visitor.
    pub(crate) records: Records,
    /// The markets whose funding was read lately.
    pub(in crate::following) funding_reads: FundingReads,
}

/// Shared handle of the district's context.
pub type SharedFollowing = Arc<Following>;

impl Following {
    pub(crate) fn new(money: SharedMoney) -> SharedFollowing {
        let (copies, records) = (Copying::default(), Records::default());
        Arc::new(Self { copies, records, funding_reads: FundingReads::default(), money })
    }
}

impl Deref for Following {
    type Target = SharedMoney;

    fn deref(&self) -> &SharedMoney {
        &self.money
    }
}
