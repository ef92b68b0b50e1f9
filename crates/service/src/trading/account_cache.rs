//! In-memory cache of account balances, positions and leverage. User-data streams keep it current; an entry
//! that is missing, too old or incomplete is read from the exchange. Accounts that follow strategies are read ahead of the
//! next signal, so that an entry sends nothing but orders.

use crate::trading::{Trading, order::Access};
use domain::{Decimal, ExchangeKeyId, Micros, PositionSlot, Side, Symbol, time};
use exchange::{ExchangeResult, HeldPosition, Holdings, HoldingsChange};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Cached accounts with open positions are read again after this.
const FRESH: i64 = 60 * time::SECOND;
/// Cached accounts without positions are read again after this: whatever changes them is reported by their stream, and the
/// profit of a position is not part of them.
const FRESH_FLAT: i64 = 10 * time::MINUTE;

/// An account as of its last reading or stream update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachedAccount {
    /// Wallet balance, without unrealized profit.
    wallet: Decimal,
    /// Margin available for a new position; `None` after a stream update that did not report it.
    available: Option<Decimal>,
    held: HashMap<(Symbol, PositionSlot), HeldPosition>,
    /// Whether orders have changed since it was read, so that the balance has to be read again before an entry.
    ordered: bool,
    at: Micros,
}

impl CachedAccount {
    fn read(holdings: &Holdings, quote: &str, at: Micros) -> Self {
        let funds = holdings.balance.assets.get(quote).copied().unwrap_or_default();
        let held: HashMap<_, _> = holdings.held.iter().map(|h| (place(h), h.clone())).collect();
        let pnl: Decimal = held.values().map(|h| h.unrealized_pnl).sum();
        Self { wallet: funds.total - pnl, available: Some(funds.free), held, ordered: false, at }
    }

    fn apply(&mut self, change: &HoldingsChange, quote: &str, at: Micros) {
        if let Some(wallet) = change.wallets.get(quote) {
            self.wallet = *wallet;
        }
        for held in &change.held {
            if held.amount.is_zero() {
                self.held.remove(&place(held));
            } else {
                self.held.insert(place(held), held.clone());
            }
        }
        // The stream does not report the margin that positions use. Without positions the whole wallet is
        // available.
        self.available = self.held.is_empty().then_some(self.wallet);
        self.at = at;
    }

    /// Whether an entry can be sized by it at `now`.
    fn is_usable(&self, now: Micros) -> bool {
        self.available.is_some() && !self.ordered && now.since(self.at) < self.lifetime()
    }

    /// Returns the account's equity.
    pub(crate) fn equity(&self) -> Decimal {
        self.wallet + self.held.values().map(|h| h.unrealized_pnl).sum::<Decimal>()
    }

    /// How long it may be used after its last reading or stream update.
    fn lifetime(&self) -> i64 {
        if self.held.is_empty() { FRESH_FLAT } else { FRESH }
    }

    /// Returns the margin available for a new position.
    pub(crate) fn available(&self) -> Decimal {
        self.available.unwrap_or_default()
    }

    /// Returns the open position on a market that an order of this side opens or closes: the only one, or the one of that
    /// side in hedge mode.
    pub(crate) fn held(&self, symbol: &Symbol, side: Side) -> Option<&HeldPosition> {
        let at = |hedged| self.held.get(&(symbol.clone(), PositionSlot::opened_by(side, hedged)));
        at(false).or_else(|| at(true)).filter(|h| !h.amount.is_zero())
    }
}

/// Where a position is cached.
fn place(held: &HeldPosition) -> (Symbol, PositionSlot) {
    (held.symbol.clone(), held.position_side)
}

/// Cached accounts, and which of them have a connected user-data stream.
#[derive(Default)]
pub(crate) struct Accounts {
    known: Mutex<HashMap<ExchangeKeyId, CachedAccount>>,
    live: Mutex<HashSet<ExchangeKeyId>>,
    /// The leverage per market of live accounts, as last set or reported. Their streams report every change.
    leverage: Mutex<HashMap<(ExchangeKeyId, Symbol), u16>>,
    /// How often an account has changed. A reading that was under way during a change is not kept.
    changes: Mutex<HashMap<ExchangeKeyId, u64>>,
}

impl Accounts {
    /// Returns the account from the cache while its stream is connected and the entry is fresh, otherwise
    /// reads it from the exchange.
    pub(crate) async fn of(
        &self,
        desk: &Trading,
        access: &Access,
        quote: &str,
    ) -> ExchangeResult<CachedAccount> {
        match self.cached(access.row.key.id, desk.clock.now()) {
            Some(account) => Ok(account),
            None => self.read(desk, access, quote).await,
        }
    }

    /// Reads the account from the exchange.
    pub(crate) async fn read(
        &self,
        desk: &Trading,
        access: &Access,
        quote: &str,
    ) -> ExchangeResult<CachedAccount> {
        let (key, now) = (access.row.key.id, desk.clock.now());
        let (live, changes) = (self.is_live(key), self.changes_of(key));
        let account = CachedAccount::read(&desk.exchange.holdings(&access.who).await?, quote, now);
        let mut known = locked(&self.known);
        if live && self.changes_of(key) == changes {
            known.insert(key, account.clone());
        }
        drop(known);
        Ok(account)
    }

    /// Returns the account with its positions as its connected stream has reported them. Its balance may be unknown.
    pub(crate) fn streamed(&self, key: ExchangeKeyId, now: Micros) -> Option<CachedAccount> {
        let live = self.is_live(key);
        let known = locked(&self.known).get(&key).cloned();
        known.filter(|account| live && now.since(account.at) < FRESH_FLAT)
    }

    /// Whether nothing is cached of the account, or too little for an entry.
    pub(crate) fn is_unknown(&self, key: ExchangeKeyId) -> bool {
        locked(&self.known).get(&key).is_none_or(|account| account.available.is_none() || account.ordered)
    }

    fn changes_of(&self, key: ExchangeKeyId) -> u64 {
        locked(&self.changes).get(&key).copied().unwrap_or_default()
    }

    /// Notes that the account has changed, before the cache does.
    fn note_change(&self, key: ExchangeKeyId) {
        *locked(&self.changes).entry(key).or_default() += 1;
    }

    /// Returns the account from the cache while its stream is connected and the entry is fresh.
    pub(crate) fn cached(&self, key: ExchangeKeyId, now: Micros) -> Option<CachedAccount> {
        let live = self.is_live(key);
        let known = locked(&self.known).get(&key).cloned();
        known.filter(|account| live && account.is_usable(now))
    }

    /// Whether the account's stream is connected.
    pub(crate) fn is_live(&self, key: ExchangeKeyId) -> bool {
        locked(&self.live).contains(&key)
    }

    /// Records whether the stream is connected. Both transitions drop what was cached, since changes may have
    /// been missed.
    pub(crate) fn set_live(&self, key: ExchangeKeyId, live: bool) {
        self.note_change(key);
        locked(&self.known).remove(&key);
        locked(&self.leverage).retain(|(of, _), _| *of != key);
        if live {
            locked(&self.live).insert(key);
        } else {
            locked(&self.live).remove(&key);
        }
    }

    /// Applies an account update from the user-data stream. Without balances, or for an account that is not
    /// cached, drops the entry so that the next use reads it.
    pub(crate) fn apply(&self, key: ExchangeKeyId, change: Option<&HoldingsChange>, quote: &str, at: Micros) {
        self.note_change(key);
        let mut known = locked(&self.known);
        match (change, known.get_mut(&key)) {
            (Some(change), Some(account)) => account.apply(change, quote, at),
            _ => drop(known.remove(&key)),
        }
    }

    /// Whether a market of a live account is known to have this leverage, so that it need not be set again.
    pub(crate) fn has_leverage(&self, key: ExchangeKeyId, symbol: &Symbol, leverage: u16) -> bool {
        let known = locked(&self.leverage).get(&(key, symbol.clone())).copied();
        known == Some(leverage) && self.is_live(key)
    }

    /// Whether the leverage of a market is not known.
    pub(crate) fn lacks_leverage(&self, key: ExchangeKeyId, symbol: &Symbol) -> bool {
        !locked(&self.leverage).contains_key(&(key, symbol.clone()))
    }

    /// Records the leverage of a market, as we have set it or as the exchange has reported it.
    pub(crate) fn set_leverage(&self, key: ExchangeKeyId, symbol: &Symbol, leverage: u16) {
        if self.is_live(key) {
            locked(&self.leverage).insert((key, symbol.clone()), leverage);
        }
    }

    /// Drops the cached leverage after a market's leverage or margin mode has changed.
    pub(crate) fn forget_leverage(&self, key: ExchangeKeyId, symbol: &Symbol) {
        locked(&self.leverage).remove(&(key, symbol.clone()));
    }

    /// Notes an order of the account, so that its next entry reads it. The stream reports what the order does to positions.
    pub(crate) fn note_order(&self, key: ExchangeKeyId) {
        self.note_change(key);
        if let Some(account) = locked(&self.known).get_mut(&key) {
            account.ordered = true;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Balance, Funds};

    #[test]
    fn leverage_is_known_only_while_the_stream_reports_changes() {
        let accounts = Accounts::default();
        let key = ExchangeKeyId(uuid::Uuid::nil());
        let btc = "BTC/USDT".parse::<Symbol>().unwrap();
        accounts.set_leverage(key, &btc, 5);
        assert!(!accounts.has_leverage(key, &btc, 5), "no stream would report a change");
        accounts.set_live(key, true);
        accounts.set_leverage(key, &btc, 5);
        assert!(accounts.has_leverage(key, &btc, 5));
        assert!(!accounts.has_leverage(key, &btc, 6));
        accounts.forget_leverage(key, &btc);
        assert!(!accounts.has_leverage(key, &btc, 5), "the owner changed it");
        accounts.set_leverage(key, &btc, 5);
        accounts.set_live(key, false);
        accounts.set_live(key, true);
        assert!(!accounts.has_leverage(key, &btc, 5), "it may have changed meanwhile");
    }

    #[test]
    fn an_account_without_positions_stays_known_for_longer() {
        let (accounts, key) = (Accounts::default(), ExchangeKeyId(uuid::Uuid::nil()));
        let btc = "BTC/USDT".parse::<Symbol>().unwrap();
        let account = |held: &[HeldPosition]| {
            let balance =
                Balance { assets: [("USDT".to_owned(), Funds::default())].into(), ..Balance::default() };
            CachedAccount::read(&Holdings { balance, held: held.to_vec() }, "USDT", Micros(0))
        };
        accounts.set_live(key, true);
        locked(&accounts.known).insert(key, account(&[]));
        let minutes = |minutes| Micros(minutes * time::MINUTE);
        assert!(accounts.cached(key, minutes(9)).is_some() && accounts.cached(key, minutes(10)).is_none());
        let position = HeldPosition {
            symbol: btc,
            position_side: PositionSlot::Both,
            amount: 1.into(),
            unrealized_pnl: 0.into(),
            entry_price: None,
        };
        locked(&accounts.known).insert(key, account(&[position]));
        assert!(accounts.cached(key, minutes(1)).is_none(), "its profit changes with the price");
        assert!(accounts.streamed(key, minutes(9)).is_some(), "the stream reports its positions");
        locked(&accounts.known).insert(key, account(&[]));
        accounts.note_order(key);
        assert!(accounts.is_unknown(key) && accounts.cached(key, Micros(1)).is_none());
        assert!(accounts.streamed(key, Micros(1)).is_some());
    }

    #[test]
    fn a_change_moves_the_worth_and_hides_what_is_available_until_all_is_closed() {
        let (d, btc) = (Decimal::from, "BTC/USDT".parse::<Symbol>().unwrap());
        let funds = Funds { free: d(900), used: d(100), total: d(1_010) };
        let balance = Balance { assets: [("USDT".to_owned(), funds)].into(), unrealized_pnl: d(10) };
        let long = |amount, pnl| HeldPosition {
            symbol: btc.clone(),
            amount: d(amount),
            unrealized_pnl: d(pnl),
            position_side: PositionSlot::Both,
            entry_price: None,
        };
        let holdings = Holdings { balance, held: vec![long(1, 10)] };
        let mut account = CachedAccount::read(&holdings, "USDT", Micros(0));
        assert_eq!((account.equity(), account.available()), (d(1_010), d(900)));

        let more = HoldingsChange { wallets: [("USDT".to_owned(), d(995))].into(), held: vec![long(2, -5)] };
        account.apply(&more, "USDT", Micros(1));
        assert_eq!((account.equity(), account.available), (d(990), None));
        assert_eq!(account.held(&btc, Side::Buy).unwrap().amount, d(2));

        let flat = HoldingsChange { wallets: [("USDT".to_owned(), d(980))].into(), held: vec![long(0, 0)] };
        account.apply(&flat, "USDT", Micros(2));
        assert_eq!((account.equity(), account.available()), (d(980), d(980)));
        assert_eq!(account.held(&btc, Side::Buy), None);
    }

    #[test]
    fn both_positions_of_hedge_mode_are_held_beside_each_other() {
        let (d, btc) = (Decimal::from, "BTC/USDT".parse::<Symbol>().unwrap());
        let held = |position_side, amount, unrealized_pnl| HeldPosition {
            symbol: btc.clone(),
            position_side,
            amount: d(amount),
            unrealized_pnl: d(unrealized_pnl),
            entry_price: None,
        };
        let both = vec![held(PositionSlot::Long, 2, 5), held(PositionSlot::Short, -1, -3)];
        let balance = Balance { assets: [].into(), unrealized_pnl: d(2) };
        let mut account = CachedAccount::read(&Holdings { balance, held: both }, "USDT", Micros(0));
        assert_eq!(account.held(&btc, Side::Buy).unwrap().amount, d(2));
        assert_eq!(account.held(&btc, Side::Sell).unwrap().amount, d(-1));
        assert_eq!(account.equity(), d(0), "the wallet is what the profits of both leave of nothing");
        let closed = HoldingsChange { wallets: [].into(), held: vec![held(PositionSlot::Long, 0, 0)] };
        account.apply(&closed, "USDT", Micros(1));
        assert_eq!(account.held(&btc, Side::Buy), None);
        assert_eq!(account.held(&btc, Side::Sell).unwrap().amount, d(-1));
    }
}
