//! State of trading: the exchange, its cached data, and what is known of open positions.

use crate::{
    identity::SharedIdentity,
    platform::locks::Locks,
    trading::{
        account_cache::Accounts,
        live::Hub,
        market::Cache,
        order::{Install, automation::Automations, protection::Supervision},
        review::Reviews,
        sandbox_control::SandboxControl,
    },
};
use exchange::Exchange;
use std::{ops::Deref, sync::Arc};
use store::group_commit::GroupCommit;

/// The context of trading: its own state and what identity has.
pub struct Trading {
    identity: SharedIdentity,
    /// The exchange that connected keys belong to.
    pub exchange: Arc<dyn Exchange>,
    /// Client of the sandbox's control API; `None` without a sandbox.
    pub sandbox: Option<SandboxControl>,
    /// Distributes prices and account events to the pages' streams.
    pub hub: Hub,
    /// Serializes orders of one key and market within this process.
    pub(crate) locks: Locks,
    /// Cache of exchange responses that many callers need.
    pub(crate) cache: Cache,
    /// Cached balances and positions of accounts.
    pub(crate) accounts: Accounts,
    /// In-memory state of the position supervisor.
    pub(crate) supervision: Supervision,
    /// Memory of the trades with an automation.
    pub(crate) automations: Automations,
    /// Accounts under review.
    pub(crate) reviews: Reviews,
    /// Writes that share a transaction (group commit).
    pub(crate) group_commit: GroupCommit,
}

/// Shared handle of the district's context.
pub type SharedTrading = Arc<Trading>;

impl Trading {
    pub(crate) fn new(
        identity: SharedIdentity,
        exchange: Arc<dyn Exchange>,
        sandbox: Option<SandboxControl>,
    ) -> SharedTrading {
        Arc::new(Self {
            exchange,
            sandbox,
            hub: Hub::default(),
            locks: Locks::default(),
            cache: Cache::default(),
            accounts: Accounts::default(),
            supervision: Supervision::default(),
            automations: Automations::default(),
            reviews: Reviews::default(),
            group_commit: GroupCommit::default(),
            identity,
        })
    }

    /// The install's characters in client order ids; `None` until they are read at start.
    pub(crate) fn install(&self) -> Option<Install> {
        self.reviews.install()
    }
}

impl Deref for Trading {
    type Target = SharedIdentity;

    fn deref(&self) -> &SharedIdentity {
        &self.identity
    }
}
