//! Accounts: keys, spot balances, the futures wallet and its positions.

use super::{
    AlgoOrder, ApiSecret, Fill, Income, NewAccount, Order, Registry, Rights, naked::Meter,
    position::Perpetual,
};
use crate::market::Pair;
use domain::{Decimal, MarginMode, Micros, PositionSide, TradeType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How many fills and income entries an account keeps; the oldest are forgotten first.
const KEPT: usize = 20_000;

/// An account's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u64);

/// One asset on spot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotBalance {
    /// Which asset.
    pub asset: String,
    /// Can be used.
    pub free: Decimal,
    /// Held by open orders.
    pub locked: Decimal,
}

/// Free and locked amounts of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holding {
    pub(super) free: Decimal,
    pub(super) locked: Decimal,
}

/// An account. Its numbers are read through the engine's queries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its key.
    pub api_key: String,
    /// Its secret.
    pub secret: ApiSecret,
    /// What the key says of itself.
    pub rights: Rights,
    /// When it was opened.
    pub opened: Micros,
    pub(super) funded: (Decimal, Decimal),
    /// What became of funds from or to outside, by their references. Snapshots from before there were any have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) references: BTreeMap<String, bool>,
    pub(super) spot: BTreeMap<String, Holding>,
    /// Futures wallet balance in USDT, isolated margin included.
    pub(super) wallet: Decimal,
    pub(super) perpetuals: BTreeMap<Pair, Perpetual>,
    pub(super) spot_orders: Registry<Order>,
    pub(super) futures_orders: Registry<Order>,
    pub(super) algos: Registry<AlgoOrder>,
    pub(super) fills: VecDeque<Fill>,
    pub(super) income: VecDeque<Income>,
    /// A margin call was sent and not yet answered by better margin.
    pub(super) warned: bool,
    /// Hedge mode (`dualSidePosition`). Like what follows it is not in snapshots from before it existed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) dual: bool,
    /// Multi-assets mode.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) multi_assets: bool,
    /// When its positions were without a covering stop.
    #[serde(default, skip_serializing_if = "Meter::is_empty")]
    pub(super) naked: Meter,
}

impl Account {
    pub(super) fn open(id: AccountId, at: Micros, new: NewAccount) -> Self {
        let mut account = Self {
            id,
            api_key: new.api_key,
            secret: new.secret,
            rights: new.rights,
            opened: at,
            funded: (new.spot_funds, new.futures_funds),
            references: BTreeMap::new(),
            spot: BTreeMap::new(),
            wallet: Decimal::ZERO,
            perpetuals: BTreeMap::new(),
            spot_orders: Registry::default(),
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

    /// Sets every holding to what the account was opened with.
    pub(super) fn fund(&mut self) {
        self.spot.clear();
        self.spot_mut(crate::market::QUOTE).free = self.funded.0;
        self.wallet = self.funded.1;
    }

    /// The orders of one kind of market.
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

    /// The conditional orders.
    #[must_use]
    pub const fn algos(&self) -> &Registry<AlgoOrder> {
        &self.algos
    }

    /// The fills kept, oldest first.
    pub fn fills(&self) -> impl DoubleEndedIterator<Item = &Fill> {
        self.fills.iter()
    }

    /// The futures wallet's history, oldest first.
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

    /// Every asset on spot, by name.
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

    /// What no isolated position holds.
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

/// A futures account at the present marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FuturesView {
    /// Wallet balance, isolated margin included.
    pub wallet: Decimal,
    /// Wallet balance without isolated margin.
    pub cross_wallet: Decimal,
    /// Profit and loss of all positions.
    pub unrealized: Decimal,
    /// Profit and loss of the cross positions.
    pub cross_unrealized: Decimal,
    /// Initial margin of the positions.
    pub position_margin: Decimal,
    /// Initial margin of the open orders.
    pub order_margin: Decimal,
    /// Maintenance margin of all positions.
    pub maintenance: Decimal,
    /// Can be used for new orders.
    pub available: Decimal,
    /// Can be moved to spot.
    pub withdrawable: Decimal,
    /// Every pair's position, those of size zero too.
    pub positions: Vec<PositionView>,
}

impl FuturesView {
    /// Wallet balance with unrealised profit and loss (`marginBalance`).
    #[must_use]
    pub fn margin_balance(&self) -> Decimal {
        self.wallet + self.unrealized
    }

    /// Both initial margins (`initialMargin`).
    #[must_use]
    pub fn initial_margin(&self) -> Decimal {
        self.position_margin + self.order_margin
    }
}

/// A position at the present mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PositionView {
    /// Which perpetual.
    pub pair: Pair,
    /// Size in base units, negative for a short (`positionAmt`).
    pub amount: Decimal,
    /// Average price of its opening; zero without a position.
    pub entry_price: Decimal,
    /// The entry price that covers its fees; equal to the entry price here.
    pub break_even: Decimal,
    /// The mark price.
    pub mark_price: Decimal,
    /// Profit and loss at the mark.
    pub unrealized: Decimal,
    /// Profit that its fills have realised since it was opened.
    pub realized: Decimal,
    /// Where the engine would close it; none when no price would.
    pub liquidation_price: Option<Decimal>,
    /// Size times mark, with the size's sign.
    pub notional: Decimal,
    /// Times margin.
    pub leverage: u16,
    /// Largest position at that leverage.
    pub max_notional: Decimal,
    /// Cross or isolated.
    pub mode: MarginMode,
    /// Margin of its own (isolated), profit and loss apart (`isolatedWallet`).
    pub isolated: Decimal,
    /// Initial margin of the position.
    pub initial_margin: Decimal,
    /// Initial margin of its open orders.
    pub order_margin: Decimal,
    /// Below this collateral it is liquidated.
    pub maintenance: Decimal,
    /// Worth of the open buys (`bidNotional`).
    pub bid_notional: Decimal,
    /// Worth of the open sells (`askNotional`).
    pub ask_notional: Decimal,
    /// When it last changed.
    pub updated: Micros,
}

impl PositionView {
    /// Long or short; none without a position.
    #[must_use]
    pub fn side(&self) -> Option<PositionSide> {
        match self.amount {
            a if a.is_zero() => None,
            a if a.is_sign_negative() => Some(PositionSide::Short),
            _ => Some(PositionSide::Long),
        }
    }
}
