//! Lagging reads: account state from a short time ago, as a read replica of a busy exchange would answer.
//!
//! While a lag is set, a copy of an account is kept after each step that changed it. Otherwise nothing is
//! kept.

use crate::engine::{Account, AccountId, Engine, FuturesView};
use domain::Micros;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

const MILLI: i64 = 1_000;

/// The lag of reads, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Lag {
    /// Queries of single orders and of the order history.
    pub(crate) orders: u32,
    /// Positions, balances and the account.
    pub(crate) positions: u32,
    /// Lists of open orders.
    pub(crate) open_orders: u32,
}

/// A category of reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadKind {
    Orders,
    Positions,
    OpenOrders,
}

impl Lag {
    const fn of(self, read: ReadKind) -> i64 {
        let millis = match read {
            ReadKind::Orders => self.orders,
            ReadKind::Positions => self.positions,
            ReadKind::OpenOrders => self.open_orders,
        };
        millis as i64 * MILLI
    }

    fn longest(self) -> i64 {
        [ReadKind::Orders, ReadKind::Positions, ReadKind::OpenOrders]
            .map(|read| self.of(read))
            .into_iter()
            .max()
            .unwrap_or(0)
    }
}

/// The past state of an account.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    pub(crate) account: Account,
    pub(crate) view: FuturesView,
}

/// Past states of accounts, as far back as the lag reaches.
#[derive(Debug, Default)]
pub(crate) struct History {
    lag: Lag,
    /// The account whose reads lag; `None` means every account.
    only: Option<AccountId>,
    pasts: BTreeMap<AccountId, VecDeque<(Micros, Arc<Past>)>>,
}

impl History {
    /// Sets the lag of one account's reads, or of all. The current state serves as the earliest past state.
    pub(crate) fn set(&mut self, engine: &Engine, lag: Lag, only: Option<AccountId>) {
        *self = Self { lag, only, pasts: BTreeMap::new() };
        if !self.idle() {
            let all: BTreeSet<_> = engine.accounts().map(|account| account.id).collect();
            self.keep(engine, all);
        }
    }

    /// Whether no reads lag.
    pub(crate) fn idle(&self) -> bool {
        self.lag.longest() == 0
    }

    /// Records the current state of these accounts.
    pub(crate) fn keep(&mut self, engine: &Engine, accounts: impl IntoIterator<Item = AccountId>) {
        let longest = self.lag.longest();
        let now = engine.now();
        for id in accounts.into_iter().filter(|id| self.only.is_none_or(|only| only == *id)) {
            let (Some(account), Some(view)) = (engine.account(id), engine.futures(id)) else { continue };
            let pasts = self.pasts.entry(id).or_default();
            pasts.push_back((now, Arc::new(Past { account: account.clone(), view })));
            // The newest state that is old enough is still needed.
            while pasts.get(1).is_some_and(|(at, _)| *at <= now.plus(-longest)) {
                pasts.pop_front();
            }
        }
    }

    /// The state that a read of this account is served from; `None` means the current one.
    pub(crate) fn past(&self, account: AccountId, now: Micros, read: ReadKind) -> Option<Arc<Past>> {
        let lag = self.lag.of(read);
        if lag == 0 {
            return None;
        }
        let pasts = self.pasts.get(&account)?;
        let old_enough = pasts.iter().rev().find(|(at, _)| *at <= now.plus(-lag));
        old_enough.or_else(|| pasts.front()).map(|(_, past)| Arc::clone(past))
    }
}
