//! The desk: everything that use cases need, made once at start.

use crate::{
    Sealer, Settings,
    api_client::Decoy,
    copy::Copying,
    edge::Edge,
    fence::Fence,
    health::Pulse,
    live,
    locks::Locks,
    market,
    notify::{Mailer, Signer, telegram::Telegram},
    order::{Install, protection::Supervision},
    password::Hasher,
    review::Reviews,
    sandbox_control::SandboxControl,
    shares::Shares,
    signing::Keyring,
    strategy,
    token::Verified,
    work::Work,
};
use domain::{Chance, Clock, UserId};
use exchange::Exchange;
use payment::PaymentGateway;
use std::sync::Arc;
use store::group_commit::GroupCommit;

/// What a desk is made of.
pub struct Parts {
    /// The database.
    pub db: store::Db,
    /// The exchange that keys are for.
    pub exchange: Arc<dyn Exchange>,
    /// Who is paid for plans; none where plans are not for sale.
    pub payments: Option<Arc<dyn PaymentGateway>>,
    /// Seals secrets before they are stored.
    pub sealer: Sealer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub chance: Arc<dyn Chance>,
    /// What the operator decided.
    pub settings: Settings,
    /// The sandbox's control door, where there is a sandbox.
    pub sandbox: Option<SandboxControl>,
    /// Names this instance among those that share the database, the same after a restart: what it held when it was
    /// killed it takes up immediately, and others when its lease has ended.
    pub instance: String,
}

/// Everything that use cases need. What it remembers is only ever a copy of the database: another instance may stand
/// beside it.
pub struct Desk {
    /// The database.
    pub db: store::Db,
    /// The exchange that keys are for.
    pub exchange: Arc<dyn Exchange>,
    /// Who is paid for plans; none where plans are not for sale.
    pub payments: Option<Arc<dyn PaymentGateway>>,
    /// Seals secrets before they are stored.
    pub sealer: Sealer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub chance: Arc<dyn Chance>,
    /// What the operator decided.
    pub settings: Settings,
    /// Prices and account events, for the pages' streams.
    pub hub: live::Hub,
    /// The sandbox's control door, where there is a sandbox.
    pub sandbox: Option<SandboxControl>,
    /// Orders that are being worked on, and whether the desk is being stopped.
    pub work: Work,
    pub(crate) hasher: Hasher,
    pub(crate) keyring: Keyring,
    pub(crate) verified: Verified,
    pub(crate) mailer: Mailer,
    /// What it remembers of the outside.
    pub(crate) edge: Edge,
    pub(crate) telegram: Telegram,
    /// Signs what messages carry.
    pub(crate) signer: Signer,
    /// Stands in for an API client that nobody has.
    pub(crate) decoy: Decoy,
    /// Orders of one key and market are worked one after another within this process.
    pub(crate) locks: Locks,
    /// What is asked of the payment provider for one person is asked one after another within this process.
    pub(crate) paying: Locks<UserId>,
    /// Answers of the exchange that many ask for.
    pub(crate) cache: market::Cache,
    /// What the supervisor of positions keeps in memory.
    pub(crate) supervision: Supervision,
    /// Accounts under review.
    pub(crate) reviews: Reviews,
    /// Writes that share their transactions.
    pub(crate) group_commit: GroupCommit,
    /// How long what is sent stays valid.
    pub(crate) fence: Fence,
    pub(crate) shares: Shares,
    /// What copying keeps in memory.
    pub(crate) copies: Copying,
    /// When this process last did its standing work.
    pub(crate) pulse: Pulse,
    /// Strategies' records, which every visitor asks for.
    pub(crate) records: strategy::Records,
    /// Names this instance among those that share the database.
    pub(crate) instance: String,
}

/// The desk, as everyone holds it.
pub type SharedDesk = Arc<Desk>;

impl Desk {
    /// Puts a desk together. Nothing is started: the server's jobs do that.
    ///
    /// # Errors
    /// When the settings of mail, of Telegram, or of whom to ask outside, cannot be used.
    pub fn new(parts: Parts) -> anyhow::Result<SharedDesk> {
        let Parts { db, exchange, payments, sealer, clock, chance, settings, sandbox, instance } = parts;
        let mailer = Mailer::new(&settings.mail)?;
        let edge = Edge::new(&settings.edge, &clock)?;
        let telegram = Telegram::new(&settings.telegram)?;
        Ok(Arc::new(Self {
            hasher: Hasher::default(),
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
            pulse: Pulse::new(clock.now()),
            records: strategy::Records::default(),
            work: Work::default(),
            instance,
            hub: live::Hub::default(),
            db,
            exchange,
            payments,
            sealer,
            clock,
            chance,
            settings,
            sandbox,
            mailer,
            edge,
            telegram,
            signer: Signer::default(),
        }))
    }

    /// The characters that this install's client order ids carry; none before they were read at start.
    pub(crate) fn install(&self) -> Option<Install> {
        self.reviews.install()
    }

    /// What this instance is called among those that share the database, the same after a restart.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }
}
