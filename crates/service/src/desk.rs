//! The desk: the dependencies and shared state of all use cases, built once at start.

use crate::{
    Sealer, Settings,
    api_client::Decoy,
    copy::Copying,
    edge::Edge,
    fence::Fence,
    heartbeats::JobHeartbeats,
    live,
    locks::Locks,
    market,
    notify::{Mailer, telegram::Telegram},
    order::{Install, protection::Supervision},
    password::PasswordHasher,
    review::Reviews,
    sandbox_control::SandboxControl,
    secrets::Signer,
    shares::Shares,
    signing::Keyring,
    strategy,
    token::Verified,
    work::Work,
};
use domain::{Clock, Entropy, UserId};
use exchange::Exchange;
use payment::PaymentGateway;
use std::sync::Arc;
use store::group_commit::GroupCommit;

/// The parts a desk is built from.
pub struct Parts {
    /// The database.
    pub db: store::Db,
    /// The exchange that connected keys belong to.
    pub exchange: Arc<dyn Exchange>,
    /// The payment provider; `None` if plans are not for sale.
    pub payments: Option<Arc<dyn PaymentGateway>>,
    /// Encrypts secrets before they are stored.
    pub sealer: Sealer,
    /// Wall clock and boot clock.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The operator's configuration.
    pub settings: Settings,
    /// Client of the sandbox's control API; `None` without a sandbox.
    pub sandbox: Option<SandboxControl>,
    /// Name of this instance among those that share the database; the same after a restart. Work it held when
    /// it was killed is resumed by itself immediately, and by other instances once its lease has ended.
    pub instance: String,
}

/// Dependencies and shared state of all use cases. In-memory state is only ever a cache of the database,
/// since other instances may run beside this one.
pub struct Desk {
    /// The database.
    pub db: store::Db,
    /// The exchange that connected keys belong to.
    pub exchange: Arc<dyn Exchange>,
    /// The payment provider; `None` if plans are not for sale.
    pub payments: Option<Arc<dyn PaymentGateway>>,
    /// Encrypts secrets before they are stored.
    pub sealer: Sealer,
    /// Wall clock and boot clock.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The operator's configuration.
    pub settings: Settings,
    /// Distributes prices and account events to the pages' streams.
    pub hub: live::Hub,
    /// Client of the sandbox's control API; `None` without a sandbox.
    pub sandbox: Option<SandboxControl>,
    /// Orders in progress, and whether the desk is shutting down.
    pub work: Work,
    pub(crate) hasher: PasswordHasher,
    pub(crate) keyring: Keyring,
    pub(crate) verified: Verified,
    pub(crate) mailer: Mailer,
    /// Caches, rate limits and clients of outside services.
    pub(crate) edge: Edge,
    pub(crate) telegram: Telegram,
    /// Signs links and tokens sent in messages.
    pub(crate) signer: Signer,
    /// Dummy client that is compared against when a key is unknown.
    pub(crate) decoy: Decoy,
    /// Serializes orders of one key and market within this process.
    pub(crate) locks: Locks,
    /// Serializes billing operations of one user within this process.
    pub(crate) paying: Locks<UserId>,
    /// Cache of exchange responses that many callers need.
    pub(crate) cache: market::Cache,
    /// In-memory state of the position supervisor.
    pub(crate) supervision: Supervision,
    /// Accounts under review.
    pub(crate) reviews: Reviews,
    /// Writes that share a transaction (group commit).
    pub(crate) group_commit: GroupCommit,
    /// Lease and validity window of signed exchange requests.
    pub(crate) fence: Fence,
    pub(crate) shares: Shares,
    /// In-memory state of copy trading.
    pub(crate) copies: Copying,
    /// Last run of each background job of this process.
    pub(crate) heartbeats: JobHeartbeats,
    /// Track records of strategies, requested by every visitor.
    pub(crate) records: strategy::Records,
    /// Name of this instance among those that share the database.
    pub(crate) instance: String,
}

/// Shared handle of the desk.
pub type SharedDesk = Arc<Desk>;

impl Desk {
    /// Builds a desk. Starts nothing: the server's jobs do that.
    ///
    /// # Errors
    /// When the configuration of mail, Telegram, reCAPTCHA or the external issuer cannot be used.
    pub fn new(parts: Parts) -> anyhow::Result<SharedDesk> {
        let Parts { db, exchange, payments, sealer, clock, entropy, settings, sandbox, instance } = parts;
        let mailer = Mailer::new(&settings.mail)?;
        let edge = Edge::new(&settings.edge, &clock)?;
        let telegram = Telegram::new(&settings.telegram)?;
        Ok(Arc::new(Self {
            hasher: PasswordHasher::default(),
            keyring: Keyring::default(),
            verified: Verified::default(),
            decoy: Decoy::default(),
            locks: Locks::default(),
            paying: Locks::default(),
            cache: market::Cache::default(),
            supervision: Supervision::default(),
            reviews: Reviews::default(),
            group_commit: GroupCommit::default(),
            fence: Fence::default(),
            shares: Shares::default(),
            copies: Copying::default(),
            heartbeats: JobHeartbeats::new(clock.now()),
            records: strategy::Records::default(),
            work: Work::default(),
            instance,
            hub: live::Hub::default(),
            db,
            exchange,
            payments,
            sealer,
            clock,
            entropy,
            settings,
            sandbox,
            mailer,
            edge,
            telegram,
            signer: Signer::default(),
        }))
    }

    /// The install's characters in client order ids; `None` until they are read at start.
    pub(crate) fn install(&self) -> Option<Install> {
        self.reviews.install()
    }

    /// Name of this instance among those that share the database; the same after a restart.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }
}
