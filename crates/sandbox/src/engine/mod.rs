//! The exchange engine: matching, margin, funding and liquidation. It is pure and deterministic: a state and
//! a command (or a tick) yield the next state and its events. It uses no clock, randomness or I/O.
//!
//! The exchange is the counterparty of every trade, and its order book follows from the market data alone;
//! users never trade with each other. Its ledger ([`CounterpartyLedger`]) accounts for every unit of every asset.
//!
//! ```text
//! place -> filters -> spot | futures | algo -> matching (against the book) -> settlement -> events
//! tick  -> tape -> resting orders -> marks -> triggers -> liquidations -> funding -> events
//! ```

mod account;
mod account_view;
mod algo;
mod algo_order;
mod algo_trigger;
mod amend;
mod bracket;
mod cancel;
mod command;
mod counterparty;
mod deadline;
mod dispatch;
mod ending;
mod event;
mod filters;
mod funding;
mod funding_history;
mod funding_rate;
mod futures;
mod futures_request;
mod futures_state;
mod ids;
mod keys;
mod liquidation;
mod liquidation_price;
mod margin;
mod margin_view;
mod market_change;
mod market_rules;
mod market_status;
mod markets;
mod matching;
mod modes;
mod naked;
mod new_order;
mod order;
mod place;
mod position;
mod prints;
mod public_trades;
mod publish;
mod query;
mod reduce_only;
mod registry;
mod reject;
mod rejections;
mod resting;
mod rounding;
pub(crate) mod ruleset;
mod settings;
mod settle;
mod spot;
mod spot_terms;
mod statistics;
mod terms;
mod tick;
mod timers;
mod words;

pub use account::{Account, AccountId, SpotBalance};
pub use account_view::{FuturesView, PositionView};
pub use algo_order::{AlgoOrder, AlgoStatus};
pub use amend::Amend;
pub use bracket::{Bracket, brackets};
pub use command::{ApiSecret, Command, CommandResult, KeyState, NewAccount, Rights, Which};
pub use counterparty::CounterpartyLedger;
pub use event::{Event, EventKind, Execution, Income, IncomeKind, MarketUpdate, Reason};
pub use futures_request::FuturesRequest;
pub use futures_state::{Amendment, MarginMove, WalletTransfer};
pub use market_status::{MarketChange, MarketStatus};
pub use naked::{Span, Summary, covered, summary};
pub use order::{Fill, NewOrder, Order, Status, WorkingType};
pub use public_trades::TradeQuery;
pub use registry::{OrderRef, Registry, RegistryEntry};
pub use reject::Reject;
pub use rejections::TriggerRejection;
pub use settle::{FUTURES_MAKER_FEE, FUTURES_TAKER_FEE, SPOT_FEE};
pub(crate) use spot::limits as spot_limits;
pub use spot::{
    CancelRestriction, Cancellation, Cancelled, Contingency, ListReport, ListStatus, ListedOrder, NewList,
    OrderList, Placed, Replacement, SpotAction, SpotAmendment, SpotOrder, SpotResult,
};
pub use spot_terms::{Phase, RejectReason, SelfTradePrevention, SpotOptions, SpotTerms};
pub use statistics::Crowd;
pub use terms::{FuturesTerms, PositionId, PositionSlot, PriceMatch, SelfTrade};

use domain::Micros;
use markets::MarketState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The complete state of the exchange. Its serialized form is a snapshot; a clone is an independent exchange.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Engine {
    #[serde(rename = "floor")]
    markets: MarketState,
    accounts: BTreeMap<AccountId, Account>,
    keys: BTreeMap<String, AccountId>,
}

/// The serialized form of an engine, perhaps of a release with fewer markets.
#[derive(Deserialize)]
struct Stored {
    #[serde(rename = "floor")]
    markets: MarketState,
    accounts: BTreeMap<AccountId, Account>,
    keys: BTreeMap<String, AccountId>,
}

impl From<Stored> for Engine {
    fn from(stored: Stored) -> Self {
        let Stored { mut markets, accounts, keys } = stored;
        markets.complete();
        Self { markets, accounts, keys }
    }
}

impl Engine {
    /// Creates an exchange at time `at` whose market replays the record from the hour `start` on (usually
    /// [`crate::market::DEFAULT_START`]).
    #[must_use]
    pub fn new(seed: u64, at: Micros, start: Micros) -> Self {
        Self { markets: MarketState::new(seed, at, start), accounts: BTreeMap::new(), keys: BTreeMap::new() }
    }

    /// Applies a command at time `at`, or at the latest time seen so far if that is later.
    ///
    /// # Errors
    /// A [`Reject`], in which case nothing has changed.
    pub fn apply(&mut self, at: Micros, command: Command) -> Result<(CommandResult, Vec<Event>), Reject> {
        let before = self.markets.now;
        self.markets.now = before.max(at);
        match self.dispatch(command) {
            Ok(answer) => {
                self.markets.emit_touched_markets();
                self.measure_changed();
                Ok((answer, self.markets.take_events()))
            }
            Err(reject) => {
                self.markets.now = before;
                Err(reject)
            }
        }
    }

    /// The version of the rules that the exchange follows.
    #[must_use]
    pub const fn rules_version(&self) -> u32 {
        self.markets.ruleset
    }
}
