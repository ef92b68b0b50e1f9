//! The last known positions and orders of a user's accounts, and the profit that follows from them.

use crate::trading::{SharedTrading, live::market_feed::MarketFeed};
use domain::{
    Decimal, ExchangeKeyId, Order, OrderStatus, Position, PositionSide, Symbol,
    live::{OpenProfit, Portfolio},
    profit,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// Largest number of markets whose prices are streamed for one user. The profit of positions on further markets changes
/// with each read of their account.
const MOST_MARKETS: usize = 24;

/// The open positions and orders of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenAccount {
    /// The open positions.
    pub positions: Vec<Position>,
    /// The open orders.
    pub orders: Vec<Order>,
}

/// The accounts of a user, and the markets of their positions.
#[derive(Default)]
pub(super) struct Holdings {
    accounts: BTreeMap<ExchangeKeyId, OpenAccount>,
    // Held to keep their upstreams alive.
    markets: HashMap<Symbol, Arc<MarketFeed>>,
    /// The accounts that could not be read when they were read last.
    failed: HashSet<ExchangeKeyId>,
    revision: i64,
}

/// The parts of an account whose change makes a page read it again.
type Shape<'a> = (
    Vec<(&'a Symbol, PositionSide, Decimal, Decimal)>,
    Vec<(&'a str, OrderStatus, Decimal, Option<Decimal>, Option<Decimal>)>,
);

impl OpenAccount {
    fn shape(&self) -> Shape<'_> {
        let positions = self.positions.iter().map(|p| (&p.symbol, p.side, p.contracts, p.entry_price));
        let orders = self
            .orders
            .iter()
            .map(|o| (o.client_order_id.as_str(), o.status, o.filled, o.price, o.stop_price));
        let (mut positions, mut orders): Shape<'_> = (positions.collect(), orders.collect());
        // Exchanges list both in no particular order.
        positions.sort();
        orders.sort();
        (positions, orders)
    }
}

impl Holdings {
    /// No accounts, with the revision from which changes are counted.
    pub(super) fn starting_at(revision: i64) -> Self {
        Self { revision, ..Self::default() }
    }

    /// Takes the accounts that were just read; `None` keeps what was known of one that could not be read. Accounts that
    /// are not `active` are dropped.
    pub(super) fn update(
        &mut self,
        desk: &SharedTrading,
        active: &HashSet<ExchangeKeyId>,
        read: Vec<(ExchangeKeyId, Option<OpenAccount>)>,
    ) {
        self.take(active, read);
        let positions = self.accounts.values().flat_map(|account| &account.positions);
        let symbols: BTreeSet<&Symbol> = positions.map(|position| &position.symbol).collect();
        let mut markets = HashMap::new();
        for symbol in symbols.into_iter().take(MOST_MARKETS) {
            let known = self.markets.remove(symbol);
            markets.insert(symbol.clone(), known.unwrap_or_else(|| desk.hub.market(desk, symbol)));
        }
        self.markets = markets;
    }

    /// Whether the account was read before, or could not be.
    pub(super) fn knows(&self, key: ExchangeKeyId) -> bool {
        self.accounts.contains_key(&key)
    }

    /// Whether the account could not be read when it was read last.
    pub(super) fn has_failed(&self, key: ExchangeKeyId) -> bool {
        self.failed.contains(&key)
    }

    /// The markets of an account's positions whose prices are not streamed: their profit changes with each read only.
    pub(super) fn unpriced(&self, key: ExchangeKeyId) -> BTreeSet<Symbol> {
        self.unpriced_at(key, |symbol| self.mark(symbol))
    }

    fn unpriced_at(&self, key: ExchangeKeyId, mark: impl Fn(&Symbol) -> Option<Decimal>) -> BTreeSet<Symbol> {
        let positions = self.accounts.get(&key).into_iter().flat_map(|account| &account.positions);
        let markets = positions.map(|position| &position.symbol);
        markets.filter(|symbol| mark(symbol).is_none()).cloned().collect()
    }

    /// The account with these markets replaced by what was read of them.
    pub(super) fn with_markets(
        &self,
        key: ExchangeKeyId,
        markets: &BTreeSet<Symbol>,
        read: OpenAccount,
    ) -> OpenAccount {
        let mut account = self.accounts.get(&key).cloned().unwrap_or_default();
        account.positions.retain(|position| !markets.contains(&position.symbol));
        account.orders.retain(|order| !markets.contains(&order.symbol));
        account.positions.extend(read.positions.into_iter().filter(|p| markets.contains(&p.symbol)));
        account.orders.extend(read.orders.into_iter().filter(|o| markets.contains(&o.symbol)));
        account
    }

    fn mark(&self, symbol: &Symbol) -> Option<Decimal> {
        self.markets.get(symbol).and_then(|market| market.mark())
    }

    fn take(&mut self, active: &HashSet<ExchangeKeyId>, read: Vec<(ExchangeKeyId, Option<OpenAccount>)>) {
        let mut accounts = self.accounts.clone();
        accounts.retain(|key, _| active.contains(key));
        self.failed.retain(|key| active.contains(key));
        let mut recovered = false;
        for (key, account) in read {
            if let Some(account) = account {
                accounts.insert(key, account);
                // A page that was made meanwhile does not have this account.
                recovered |= self.failed.remove(&key);
            } else {
                accounts.entry(key).or_default();
                self.failed.insert(key);
            }
        }
        let same = accounts.len() == self.accounts.len()
            && accounts
                .iter()
                .zip(&self.accounts)
                .all(|((key, new), (other, old))| key == other && new.shape() == old.shape());
        self.accounts = accounts;
        if recovered || !same {
            self.revision += 1;
        }
    }

    /// The profit of all positions at the last mark prices.
    pub(super) fn portfolio(&self) -> Portfolio {
        self.at(|symbol| self.mark(symbol))
    }

    fn at(&self, mark: impl Fn(&Symbol) -> Option<Decimal>) -> Portfolio {
        let mut positions = Vec::new();
        for (key, account) in &self.accounts {
            for p in &account.positions {
                let now =
                    mark(&p.symbol).map(|mark| profit::unrealized(p.side, p.contracts, p.entry_price, mark));
                let unrealized = now.unwrap_or(p.unrealized_pnl).round_dp(2);
                positions.push(OpenProfit { key: *key, symbol: p.symbol.clone(), side: p.side, unrealized });
            }
        }
        let unrealized = positions.iter().map(|position| position.unrealized).sum();
        Portfolio { revision: self.revision, complete: self.failed.is_empty(), unrealized, positions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{MarginMode, Micros, money::parse};

    fn d(text: &str) -> Decimal {
        parse(text).unwrap()
    }

    fn key(number: u128) -> ExchangeKeyId {
        ExchangeKeyId(uuid::Uuid::from_u128(number))
    }

    fn position(symbol: &str, contracts: &str, unrealized: &str) -> Position {
        Position {
            symbol: symbol.parse().unwrap(),
            contracts: d(contracts),
            unrealized_pnl: d(unrealized),
            leverage: 10,
            liquidation_price: None,
            collateral: d("10"),
            notional: d("100"),
            mark_price: d("100"),
            entry_price: d("100"),
            initial_margin: d("10"),
            initial_margin_percentage: d("0.1"),
            maintenance_margin: d("1"),
            maintenance_margin_percentage: d("0.01"),
            margin_ratio: None,
            at: Micros(0),
            margin_mode: MarginMode::Crossed,
            side: PositionSide::Long,
            percentage: d("0"),
            position_side: domain::PositionSlot::Both,
        }
    }

    fn take(holdings: &mut Holdings, read: Vec<(ExchangeKeyId, Option<OpenAccount>)>) {
        let active = read.iter().map(|(key, _)| *key).collect();
        holdings.take(&active, read);
    }

    fn account(positions: Vec<Position>) -> Option<OpenAccount> {
        Some(OpenAccount { positions, orders: Vec::new() })
    }

    #[test]
    fn profit_follows_the_mark_price_and_the_revision_does_not() {
        let mut holdings = Holdings::default();
        let open = |pnl: &str| vec![position("BTC/USDT", "2", pnl), position("ETH/USDT", "1", "-0.5")];
        take(&mut holdings, vec![(key(1), account(open("1"))), (key(2), account(vec![]))]);
        let mark = |symbol: &Symbol| (symbol.base() == "BTC").then(|| d("101.255"));
        let shown = holdings.at(mark);
        let profits: Vec<_> = shown.positions.iter().map(|p| p.unrealized).collect();
        assert_eq!(profits, [d("2.51"), d("-0.5")], "the second one has no price stream");
        assert_eq!((shown.unrealized, shown.revision, shown.complete), (d("2.01"), 1, true));
        take(&mut holdings, vec![(key(1), account(open("7"))), (key(2), account(vec![]))]);
        assert_eq!(holdings.at(|_| None).revision, 1, "only the profit has changed");
        assert_eq!(holdings.at(|_| None).unrealized, d("6.5"));
    }

    #[test]
    fn a_change_of_size_or_of_the_accounts_is_a_new_revision() {
        let mut holdings = Holdings::default();
        let mut revisions = Vec::new();
        for read in [
            vec![(key(1), account(vec![position("BTC/USDT", "2", "1")]))],
            vec![(key(1), account(vec![position("BTC/USDT", "1", "1")]))],
            vec![(key(1), account(vec![]))],
            vec![(key(1), account(vec![])), (key(2), account(vec![]))],
        ] {
            take(&mut holdings, read);
            revisions.push(holdings.at(|_| None).revision);
        }
        assert_eq!(revisions, [1, 2, 3, 4]);
    }

    #[test]
    fn an_account_that_cannot_be_read_keeps_its_positions() {
        let mut holdings = Holdings::default();
        take(&mut holdings, vec![(key(1), account(vec![position("BTC/USDT", "2", "1")]))]);
        take(&mut holdings, vec![(key(1), None)]);
        let shown = holdings.at(|_| None);
        assert_eq!((shown.positions.len(), shown.complete, shown.revision), (1, false, 1));
        assert!(holdings.knows(key(1)) && holdings.has_failed(key(1)) && !holdings.knows(key(2)));
        holdings.take(&[key(1), key(2)].into(), vec![(key(2), account(vec![]))]);
        assert!(!holdings.at(|_| None).complete, "the first one was not read again");
        holdings.take(&[key(2)].into(), vec![]);
        let left = holdings.at(|_| None);
        assert_eq!((left.positions.len(), left.complete), (0, true));
    }

    #[test]
    fn a_market_is_replaced_and_the_others_stay() {
        let mut holdings = Holdings::default();
        let both = vec![position("BTC/USDT", "2", "1"), position("ETH/USDT", "1", "-0.5")];
        take(&mut holdings, vec![(key(1), account(both))]);
        let market = BTreeSet::from(["BTC/USDT".parse().unwrap()]);
        let other = account(vec![position("SOL/USDT", "4", "0")]).unwrap();
        let left = holdings.with_markets(key(1), &market, other);
        let symbols: Vec<_> = left.positions.iter().map(|p| p.symbol.to_string()).collect();
        assert_eq!(symbols, ["ETH/USDT"], "the position was closed, and only this market was read");
        let more = account(vec![position("BTC/USDT", "3", "1")]).unwrap();
        assert_eq!(holdings.with_markets(key(1), &market, more).positions.len(), 2);
        let unpriced = holdings.unpriced_at(key(1), |symbol| (symbol.base() == "ETH").then(|| d("100")));
        assert_eq!(unpriced, market);
    }

    #[test]
    fn an_account_that_can_be_read_again_is_a_new_revision() {
        let mut holdings = Holdings::default();
        let open = || account(vec![position("BTC/USDT", "2", "1")]);
        let mut seen = Vec::new();
        for read in [open(), None, None, open(), open()] {
            take(&mut holdings, vec![(key(1), read)]);
            let shown = holdings.at(|_| None);
            seen.push((shown.revision, shown.complete));
        }
        assert_eq!(seen, [(1, true), (1, false), (1, false), (2, true), (2, true)]);
    }

    #[test]
    fn revisions_count_from_where_they_start() {
        let mut holdings = Holdings::starting_at(1_000);
        take(&mut holdings, vec![(key(1), account(vec![position("BTC/USDT", "2", "1")]))]);
        assert_eq!(holdings.at(|_| None).revision, 1_001);
    }
}
