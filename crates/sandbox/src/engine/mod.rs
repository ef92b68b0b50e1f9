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
mod ending;
mod event;
mod filters;
mod funding;
mod funding_rate;
mod futures;
mod futures_request;
mod futures_state;
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
pub use futures_state::{Amendment, MarginMove};
pub use market_status::{MarketChange, MarketStatus};
pub use naked::{Span, Summary, covered, summary};
pub use order::{Fill, NewOrder, Order, Status, WorkingType};
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
pub struct Engine {
    #[serde(rename = "floor")]
    markets: MarketState,
    accounts: BTreeMap<AccountId, Account>,
    keys: BTreeMap<String, AccountId>,
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

    fn dispatch(&mut self, command: Command) -> Result<CommandResult, Reject> {
        match command {
            Command::OpenAccount(new) => self.open_account(new),
            Command::SetPrice { pair, price } => {
                self.set_price(pair, price)?;
                Ok(CommandResult::Done)
            }
            Command::ResetAccount { account } => self.with(account, |markets, account| {
                settings::reset(markets, account);
                Ok(CommandResult::Done)
            }),
            Command::Place { account, order } => {
                self.with(account, |markets, account| place::place(markets, account, order))
            }
            Command::Cancel { account, market, which, order, cancel_id } => {
                let by = cancel_id.as_deref();
                self.with(account, |markets, account| {
                    cancel::cancel_order(markets, account, market, which, &order, by)
                })
            }
            Command::CancelAll { account, market, which, cancel_id } => {
                let by = cancel_id.as_deref();
                self.with(account, |markets, account| {
                    Ok(cancel::cancel_all_orders(markets, account, market, which, by))
                })
            }
            Command::Spot { account, market, action } => {
                self.with(account, |markets, account| spot::apply(markets, account, market, *action))
            }
            Command::SetLeverage { account, pair, leverage } => {
                self.with(account, |markets, account| settings::leverage(markets, account, pair, leverage))
            }
            Command::SetMarginMode { account, pair, mode } => {
                self.with(account, |markets, account| settings::margin_mode(markets, account, pair, mode))
            }
            Command::AdjustMargin { account, pair, amount, slot } => {
                let id = PositionId { pair, slot };
                self.with(account, |markets, account| settings::adjust_margin(markets, account, id, amount))
            }
            Command::Futures { account, request } => {
                self.with(account, |markets, account| futures_request::carry_out(markets, account, &request))
            }
            Command::AddKey { account, api_key, secret } => self.add_key(account, api_key, secret),
            Command::SetRights { account, rights } => self.with(account, |_, account| {
                account.rights = rights;
                Ok(CommandResult::Done)
            }),
            Command::SetModes { account, dual, multi_assets, forced } => self
                .with(account, |markets, account| modes::set(markets, account, dual, multi_assets, forced)),
            Command::ChangeMarket(change) => self.change_market(&change),
            Command::RejectTriggers(rejection) => Ok(rejections::set(&mut self.markets, rejection)),
            Command::SetRules { version } => {
                self.raise_rules(version);
                Ok(CommandResult::Done)
            }
            Command::Fund { account, wallet, amount, reference } => self.with(account, |markets, account| {
                settings::fund(markets, account, wallet, amount, reference)
            }),
            Command::Transfer { account, from, asset, amount } => self
                .with(account, |markets, account| settings::transfer(markets, account, from, &asset, amount)),
        }
    }

    /// The version of the rules that the exchange follows.
    #[must_use]
    pub const fn rules_version(&self) -> u32 {
        self.markets.ruleset
    }

    /// Switches to newer rules and starts measuring the naked time of existing accounts.
    fn raise_rules(&mut self, version: u32) {
        self.markets.ruleset = self.markets.ruleset.max(version);
        let now = self.markets.now;
        for account in self.accounts.values_mut() {
            naked::measure(account, now);
        }
    }

    fn with(
        &mut self,
        id: AccountId,
        act: impl FnOnce(&mut MarketState, &mut Account) -> Result<CommandResult, Reject>,
    ) -> Result<CommandResult, Reject> {
        let account = self.accounts.get_mut(&id).ok_or_else(Reject::invalid_key)?;
        act(&mut self.markets, account)
    }

    fn open_account(&mut self, new: NewAccount) -> Result<CommandResult, Reject> {
        let ceiling = settings::LARGEST_FUNDS;
        let funds = [new.spot_funds, new.futures_funds];
        if funds.iter().any(|f| f.is_sign_negative() || *f > ceiling || f.scale() > rounding::PLACES) {
            return Err(Reject::precision());
        }
        if self.keys.contains_key(&new.api_key) {
            return Err(Reject::key_taken());
        }
        let id = AccountId(self.markets.ids.account());
        self.keys.insert(new.api_key.clone(), id);
        self.markets.counterparty.issue(crate::market::QUOTE, new.spot_funds + new.futures_funds);
        self.accounts.insert(id, Account::open(id, self.markets.now, new));
        Ok(CommandResult::Account(id))
    }
}
