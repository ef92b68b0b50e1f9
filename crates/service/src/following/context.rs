//! State of copy trading and strategies.

use crate::{
    following::{
        copy::Copying,
        follow::OpenReads,
        report::fills::FundingReads,
        risk::Readings,
        strategy::{Extended, Records},
    },
    money::SharedMoney,
};
use domain::follow::RiskProfile;
use std::{ops::Deref, sync::Arc};
use tokio::sync::OnceCell;

/// The context of following: its own state and what money has.
pub struct Following {
    money: SharedMoney,
    /// In-memory state of copy trading.
    pub(crate) copies: Copying,
    /// Track records of strategies, requested by every visitor.
    pub(crate) records: Records,
    /// The candle series that were extended into the past.
    pub(crate) extended: Extended,
    /// All risk profiles; only migrations change them.
    pub(super) risk_profiles: OnceCell<Vec<RiskProfile>>,
    /// The markets whose funding was read lately.
    pub(in crate::following) funding_reads: FundingReads,
    /// The accounts and mark prices that were read lately for open positions.
    pub(in crate::following) open_reads: OpenReads,
    /// The readings of risk rules that close positions.
    pub(in crate::following) readings: Readings,
}

/// Shared handle of the district's context.
pub type SharedFollowing = Arc<Following>;

impl Following {
    pub(crate) fn new(money: SharedMoney) -> SharedFollowing {
        Arc::new(Self {
            copies: Copying::default(),
            records: Records::default(),
            extended: Extended::default(),
            risk_profiles: OnceCell::new(),
            funding_reads: FundingReads::default(),
            open_reads: OpenReads::default(),
            readings: Readings::default(),
            money,
        })
    }
}

impl Deref for Following {
    type Target = SharedMoney;

    fn deref(&self) -> &SharedMoney {
        &self.money
    }
}
