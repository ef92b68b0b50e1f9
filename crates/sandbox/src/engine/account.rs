//! Accounts: keys, spot balances, the futures wallet and its positions.

use super::{
    AlgoOrder, Amendment, ApiSecret, Fill, Income, MarginMove, NewAccount, Order, OrderList, Registry,
    Rights, SpotAmendment, WalletTransfer,
    futures_state::FuturesState,
    naked::Meter,
    position::Perpetual,
    terms::{PositionId, PositionSlot, is_default},
};
use crate::market::Pair;
use domain::{Decimal, MarginMode, Micros, TradeType};
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
    pub(super) spot_amendments: VecDeque<SpotAmendment>,
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
    /// Hedge mode's positions and what else earlier releases did not have.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) state: FuturesState,
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
            spot_amendments: VecDeque::new(),
            futures_orders: Registry::default(),
            algos: Registry::default(),
            fills: VecDeque::new(),
            income: VecDeque::new(),
            warned: false,
            dual: false,
            multi_assets: false,
            naked: Meter::default(),
            state: FuturesState::default(),
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

    /// The ids of the open orders that match, oldest first.
    pub(super) fn open_order_ids(&self, kind: TradeType, which: impl Fn(&Order) -> bool) -> Vec<u64> {
        self.orders(kind).open().filter(|order| which(order)).map(|order| order.id).collect()
    }

    /// The ids of the open conditional orders that match, oldest first.
    pub(super) fn open_algo_ids(&self, which: impl Fn(&AlgoOrder) -> bool) -> Vec<u64> {
        self.algos.open().filter(|algo| which(algo)).map(|algo| algo.id).collect()
    }

    /// The spot order lists.
    #[must_use]
    pub const fn order_lists(&self) -> &Registry<OrderList> {
        &self.order_lists
    }

    /// The retained amendments of spot orders, oldest first.
    pub fn spot_amendments(&self) -> impl DoubleEndedIterator<Item = &SpotAmendment> {
        self.spot_amendments.iter()
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
        let perpetual = self.perpetual(PositionId::both(pair));
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

    /// The retained amendments of futures orders, oldest first.
    pub fn amendments(&self) -> impl DoubleEndedIterator<Item = &Amendment> {
        self.state.amendments.iter()
    }

    /// The retained adjustments of isolated margin, oldest first.
    pub fn margin_moves(&self) -> impl DoubleEndedIterator<Item = &MarginMove> {
        self.state.margin_moves.iter()
    }

    /// The retained transfers between spot and futures, oldest first.
    pub fn transfers(&self) -> impl DoubleEndedIterator<Item = &WalletTransfer> {
        self.state.transfers.iter()
    }

    /// Whether the account pays fees in BNB if it holds any.
    #[must_use]
    pub const fn fee_burn(&self) -> bool {
        self.state.fee_burn
    }

    /// A position. All positions of a pair have the leverage and margin mode of the pair.
    pub(super) fn perpetual(&self, id: PositionId) -> Perpetual {
        let settings = || self.perpetuals.get(&id.pair).map(Perpetual::settings).unwrap_or_default();
        self.slot(id.slot).get(&id.pair).copied().unwrap_or_else(settings)
    }

    pub(super) fn perpetual_mut(&mut self, id: PositionId) -> &mut Perpetual {
        let fresh = self.perpetual(id);
        let slot = match id.slot {
            PositionSlot::Both => &mut self.perpetuals,
            PositionSlot::Long => &mut self.state.longs,
            PositionSlot::Short => &mut self.state.shorts,
        };
        slot.entry(id.pair).or_insert(fresh)
    }

    const fn slot(&self, slot: PositionSlot) -> &BTreeMap<Pair, Perpetual> {
        match slot {
            PositionSlot::Both => &self.perpetuals,
            PositionSlot::Long => &self.state.longs,
            PositionSlot::Short => &self.state.shorts,
        }
    }

    /// All positions, including those of size zero that once existed.
    pub(super) fn positions(&self) -> impl Iterator<Item = (PositionId, &Perpetual)> {
        PositionSlot::ALL.iter().flat_map(move |&slot| {
            self.slot(slot).iter().map(move |(&pair, perpetual)| (PositionId { pair, slot }, perpetual))
        })
    }

    /// The positions of a pair that exist, or once did.
    pub(super) fn positions_of(&self, pair: Pair) -> impl Iterator<Item = (PositionId, &Perpetual)> {
        PositionSlot::ALL.iter().filter_map(move |&slot| {
            self.slot(slot).get(&pair).map(|perpetual| (PositionId { pair, slot }, perpetual))
        })
    }

    /// Changes a setting in all positions of a pair.
    pub(super) fn configure(&mut self, pair: Pair, change: impl Fn(&mut Perpetual)) {
        change(self.perpetual_mut(PositionId::both(pair)));
        let hedged = [&mut self.state.longs, &mut self.state.shorts];
        hedged.into_iter().filter_map(|slot| slot.get_mut(&pair)).for_each(change);
    }

    /// The positions of a pair that the account's mode shows, and those that an enforced change of the mode left.
    pub(super) fn shown(&self, pair: Pair) -> impl Iterator<Item = PositionId> {
        PositionSlot::ALL.iter().map(move |&slot| PositionId { pair, slot }).filter(move |id| {
            let listed = self.dual || id.slot == PositionSlot::Both;
            listed || !self.perpetual(*id).amount.is_zero()
        })
    }

    /// The part of the futures wallet that is not margin of an isolated position.
    pub(super) fn cross_wallet(&self) -> Decimal {
        self.wallet - self.positions().map(|(_, p)| p.isolated).sum::<Decimal>()
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
