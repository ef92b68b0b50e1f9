//! Accounts: keys, spot balances, the futures wallet and its positions.

use super::{
    AlgoOrder, Amendment, ApiSecret, Fill, Income, NewAccount, Order, OrderList, Registry, Rights,
    naked::Meter, position::Perpetual,
};
use crate::market::Pair;
use domain::{Decimal, MarginMode, Micros, PositionSide, TradeType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How many fills and income entries an account keeps; the oldest are dropped first.
const KEPT: usize = 20_000;

/// An account's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u64);

/// The balance of one asset in the spot wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotBalance {
    /// The asset.
    pub asset: String,
    /// The available amount.
    pub free: Decimal,
    /// The amount locked by open orders.
    pub locked: Decimal,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holding {
    pub(super) free: Decimal,
    pub(super) locked: Decimal,
}

/// An account. Its derived figures are read through the engine's queries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// The account's id.
    pub id: AccountId,
    /// Its API key.
    pub api_key: String,
    /// Its API secret.
    pub secret: ApiSecret,
    /// Further keys and their secrets. Snapshots written before there were any lack the field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) more_keys: BTreeMap<String, ApiSecret>,
    /// The permissions of the keys.
    pub rights: Rights,
    /// When the account was opened.
    pub opened: Micros,
    pub(super) funded: (Decimal, Decimal),
    /// Outcome of each external deposit or withdrawal, by its reference. Snapshots written before these
    /// existed lack the field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) references: BTreeMap<String, bool>,
    pub(super) spot: BTreeMap<String, Holding>,
    /// Futures wallet balance in USDT, isolated margin included.
    pub(super) wallet: Decimal,
    pub(super) perpetuals: BTreeMap<Pair, Perpetual>,
    pub(super) spot_orders: Registry<Order>,
    /// Snapshots written before order lists and amendments existed lack both fields.
    #[serde(default, skip_serializing_if = "Registry::is_empty")]
    pub(super) order_lists: Registry<OrderList>,
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(super) amendments: VecDeque<Amendment>,
    pub(super) futures_orders: Registry<Order>,
    pub(super) algos: Registry<AlgoOrder>,
    pub(super) fills: VecDeque<Fill>,
    pub(super) income: VecDeque<Income>,
    /// A margin call was sent and the margin has not recovered since.
    pub(super) warned: bool,
    /// Hedge mode (`dualSidePosition`). Snapshots written before this and the following fields existed lack
    /// them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) dual: bool,
    /// Multi-assets mode.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) multi_assets: bool,
    /// Records when positions had no covering stop.
    #[serde(default, skip_serializing_if = "Meter::is_empty")]
    pub(super) naked: Meter,
}

impl Account {
    pub(super) fn open(id: AccountId, at: Micros, new: NewAccount) -> Self {
        let mut account = Self {
            id,
            api_key: new.api_key,
            secret: new.secret,
            more_keys: BTreeMap::new(),
            rights: new.rights,
            opened: at,
            funded: (new.spot_funds, new.futures_funds),
            references: BTreeMap::new(),
            spot: BTreeMap::new(),
            wallet: Decimal::ZERO,
            perpetuals: BTreeMap::new(),
            spot_orders: Registry::default(),
            order_lists: Registry::default(),
            amendments: VecDeque::new(),
            futures_orders: Registry::default(),
            algos: Registry::default(),
            fills: VecDeque::new(),
            income: VecDeque::new(),
            warned: false,
            dual: false,
            multi_assets: false,
            naked: Meter::default(),
        };
        account.fund();
        account
    }

    /// Resets all balances to what the account was opened with.
    pub(super) fn fund(&mut self) {
        self.spot.clear();
        self.spot_mut(crate::market::QUOTE).free = self.funded.0;
        self.wallet = self.funded.1;
    }

    /// The orders on spot or on futures.
    #[must_use]
    pub const fn orders(&self, kind: TradeType) -> &Registry<Order> {
        match kind {
            TradeType::Spot => &self.spot_orders,
            TradeType::Futures => &self.futures_orders,
        }
    }

    pub(super) const fn orders_mut(&mut self, kind: TradeType) -> &mut Registry<Order> {
        match kind {
            TradeType::Spot => &mut self.spot_orders,
            TradeType::Futures => &mut self.futures_orders,
        }
    }

    /// The spot order lists.
    #[must_use]
    pub const fn order_lists(&self) -> &Registry<OrderList> {
        &self.order_lists
    }

    /// The retained amendments of spot orders, oldest first.
    pub fn amendments(&self) -> impl DoubleEndedIterator<Item = &Amendment> {
        self.amendments.iter()
    }

    /// The conditional orders.
    #[must_use]
    pub const fn algos(&self) -> &Registry<AlgoOrder> {
        &self.algos
    }

    /// The retained fills, oldest first.
    pub fn fills(&self) -> impl DoubleEndedIterator<Item = &Fill> {
        self.fills.iter()
    }

    /// The income history of the futures wallet, oldest first.
    pub fn income(&self) -> impl DoubleEndedIterator<Item = &Income> {
        self.income.iter()
    }

    /// Leverage and margin mode that a perpetual is set to.
    #[must_use]
    pub fn setting(&self, pair: Pair) -> (u16, MarginMode) {
        let perpetual = self.perpetual(pair);
        (perpetual.leverage, perpetual.mode)
    }

    /// Whether the account is in hedge mode.
    #[must_use]
    pub const fn dual(&self) -> bool {
        self.dual
    }

    /// Whether the account is in multi-assets mode.
    #[must_use]
    pub const fn multi_assets(&self) -> bool {
        self.multi_assets
    }

    /// The balances of all spot assets, sorted by asset name.
    #[must_use]
    pub fn spot_balances(&self) -> Vec<SpotBalance> {
        self.spot.keys().map(|asset| self.spot_balance(asset)).collect()
    }

    pub(super) fn spot_balance(&self, asset: &str) -> SpotBalance {
        let holding = self.spot.get(asset).copied().unwrap_or_default();
        SpotBalance { asset: asset.to_owned(), free: holding.free, locked: holding.locked }
    }

    pub(super) fn spot_free(&self, asset: &str) -> Decimal {
        self.spot.get(asset).map_or(Decimal::ZERO, |h| h.free)
    }

    pub(super) fn spot_mut(&mut self, asset: &str) -> &mut Holding {
        self.spot.entry(asset.to_owned()).or_default()
    }

    pub(super) fn perpetual(&self, pair: Pair) -> Perpetual {
        self.perpetuals.get(&pair).copied().unwrap_or_default()
    }

    pub(super) fn perpetual_mut(&mut self, pair: Pair) -> &mut Perpetual {
        self.perpetuals.entry(pair).or_default()
    }

    /// The part of the futures wallet that is not margin of an isolated position.
    pub(super) fn cross_wallet(&self) -> Decimal {
        self.wallet - self.perpetuals.values().map(|p| p.isolated).sum::<Decimal>()
    }

    pub(super) fn keep_fill(&mut self, fill: Fill) {
        keep(&mut self.fills, fill);
    }

    pub(super) fn keep_income(&mut self, entry: Income) {
        keep(&mut self.income, entry);
    }
}

fn keep<T>(list: &mut VecDeque<T>, entry: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(entry);
}

/// A futures account at the current mark prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FuturesView {
    /// Wallet balance including isolated margin.
    pub wallet: Decimal,
    /// Wallet balance excluding isolated margin.
    pub cross_wallet: Decimal,
    /// Unrealized profit and loss of all positions.
    pub unrealized: Decimal,
    /// Unrealized profit and loss of the cross positions.
    pub cross_unrealized: Decimal,
    /// Initial margin of the positions.
    pub position_margin: Decimal,
    /// Initial margin of the open orders.
    pub order_margin: Decimal,
    /// Maintenance margin of all positions.
    pub maintenance: Decimal,
    /// Balance available for new orders.
    pub available: Decimal,
    /// Balance that can be transferred to spot.
    pub withdrawable: Decimal,
    /// The positions of every pair, including those of size zero.
    pub positions: Vec<PositionView>,
}

impl FuturesView {
    /// Wallet balance plus unrealized profit and loss (`marginBalance`).
    #[must_use]
    pub fn margin_balance(&self) -> Decimal {
        self.wallet + self.unrealized
    }

    /// The sum of position and order initial margin (`initialMargin`).
    #[must_use]
    pub fn initial_margin(&self) -> Decimal {
        self.position_margin + self.order_margin
    }
}

/// A position at the current mark price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PositionView {
    /// The perpetual.
    pub pair: Pair,
    /// Size in base units, negative for a short (`positionAmt`).
    pub amount: Decimal,
    /// Average entry price; zero without a position.
    pub entry_price: Decimal,
    /// The break-even price including fees; here always equal to the entry price.
    pub break_even: Decimal,
    /// The mark price.
    pub mark_price: Decimal,
    /// Unrealized profit and loss at the mark price.
    pub unrealized: Decimal,
    /// Profit realized by fills since the position was opened.
    pub realized: Decimal,
    /// The mark price at which the engine would liquidate it; `None` if no price would.
    pub liquidation_price: Option<Decimal>,
    /// Size times mark price, with the sign of the size.
    pub notional: Decimal,
    /// The leverage, as a multiple of the margin.
    pub leverage: u16,
    /// The largest position allowed at that leverage, in quote units.
    pub max_notional: Decimal,
    /// Cross or isolated.
    pub mode: MarginMode,
    /// Isolated margin, excluding profit and loss (`isolatedWallet`).
    pub isolated: Decimal,
    /// Initial margin of the position.
    pub initial_margin: Decimal,
    /// Initial margin of its open orders.
    pub order_margin: Decimal,
    /// Maintenance margin: the position is liquidated when the collateral falls to it.
    pub maintenance: Decimal,
    /// Notional of the open buy orders (`bidNotional`).
    pub bid_notional: Decimal,
    /// Notional of the open sell orders (`askNotional`).
    pub ask_notional: Decimal,
    /// Time of the last change.
    pub updated: Micros,
}

impl PositionView {
    /// Long or short; `None` without a position.
    #[must_use]
    pub fn side(&self) -> Option<PositionSide> {
        match self.amount {
            a if a.is_zero() => None,
            a if a.is_sign_negative() => Some(PositionSide::Short),
            _ => Some(PositionSide::Long),
        }
    }
}
