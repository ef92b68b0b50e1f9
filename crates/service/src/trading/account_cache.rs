//! In-memory cache of account balances and positions. User-data streams keep it current; an entry
//! that is missing, too old or incomplete is read from the exchange.

use crate::trading::{Trading, order::Access};
use domain::{Decimal, ExchangeKeyId, Micros, PositionSlot, Side, Symbol, time};
use exchange::{ExchangeResult, HeldPosition, Holdings, HoldingsChange};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Cached accounts older than this are read again.
const FRESH: i64 = 60 * time::SECOND;

/// An account as of its last reading or stream update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachedAccount {
    /// Wallet balance, without unrealized profit.
    wallet: Decimal,
    /// Margin available for a new position; `None` after a stream update that did not report it.
    available: Option<Decimal>,
    held: HashMap<(Symbol, PositionSlot), HeldPosition>,
    at: Micros,
}

impl CachedAccount {
    fn read(holdings: &Holdings, quote: &str, at: Micros) -> Self {
        let funds = holdings.balance.assets.get(quote).copied().unwrap_or_default();
        let held: HashMap<_, _> = holdings.held.iter().map(|h| (place(h), h.clone())).collect();
        let pnl: Decimal = held.values().map(|h| h.unrealized_pnl).sum();
        Self { wallet: funds.total - pnl, available: Some(funds.free), held, at }
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

    /// Returns the account's equity.
    pub(crate) fn equity(&self) -> Decimal {
        self.wallet + self.held.values().map(|h| h.unrealized_pnl).sum::<Decimal>()
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
    /// The leverage we last set per market of live accounts. Their streams report every change.
    leverage: Mutex<HashMap<(ExchangeKeyId, Symbol), u16>>,
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
        let (key, now) = (access.row.key.id, desk.clock.now());
        if let Some(account) = self.cached(key, now) {
            return Ok(account);
        }
        let live = self.is_live(key);
        let account = CachedAccount::read(&desk.exchange.holdings(&access.who).await?, quote, now);
        if live {
            locked(&self.known).insert(key, account.clone());
        }
        Ok(account)
    }

    /// Returns the account from the cache while its stream is connected and the entry is fresh.
    pub(crate) fn cached(&self, key: ExchangeKeyId, now: Micros) -> Option<CachedAccount> {
        let live = self.is_live(key);
        let known = locked(&self.known).get(&key).cloned();
        known.filter(|account| live && account.available.is_some() && now.since(account.at) < FRESH)
    }

    /// Whether the account's stream is connected.
    pub(crate) fn is_live(&self, key: ExchangeKeyId) -> bool {
        locked(&self.live).contains(&key)
    }

    /// Records whether the stream is connected. Both transitions drop what was cached, since changes may have
    /// been missed.
    pub(crate) fn set_live(&self, key: ExchangeKeyId, live: bool) {
        self.forget(key);
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

    /// Records the leverage that we have set on a market.
    pub(crate) fn leverage_was_set(&self, key: ExchangeKeyId, symbol: &Symbol, leverage: u16) {
        if self.is_live(key) {
            locked(&self.leverage).insert((key, symbol.clone()), leverage);
        }
    }

    /// Drops the cached leverage after a market's leverage or margin mode has changed.
    pub(crate) fn forget_leverage(&self, key: ExchangeKeyId, symbol: &Symbol) {
        locked(&self.leverage).remove(&(key, symbol.clone()));
    }

    /// Drops the cached account after an order, so that the next use reads it.
    pub(crate) fn forget(&self, key: ExchangeKeyId) {
        locked(&self.known).remove(&key);
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
        accounts.leverage_was_set(key, &btc, 5);
        assert!(!accounts.has_leverage(key, &btc, 5), "no stream would report a change");
        accounts.set_live(key, true);
        accounts.leverage_was_set(key, &btc, 5);
        assert!(accounts.has_leverage(key, &btc, 5));
        assert!(!accounts.has_leverage(key, &btc, 6));
        accounts.forget_leverage(key, &btc);
        assert!(!accounts.has_leverage(key, &btc, 5), "the owner changed it");
        accounts.leverage_was_set(key, &btc, 5);
        accounts.set_live(key, false);
        accounts.set_live(key, true);
        assert!(!accounts.has_leverage(key, &btc, 5), "it may have changed meanwhile");
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
