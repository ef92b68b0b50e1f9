//! What followers' accounts are worth and hold: told by their streams, with its age, and read when that is not good
//! enough. A copy of what the exchange knows, kept in memory only.

use crate::{Desk, order::Access};
use domain::{Decimal, ExchangeKeyId, Micros, Symbol, time};
use exchange::{Answer, Held, Holdings, HoldingsChange};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What was told longer ago is read again.
const FRESH: i64 = 60 * time::SECOND;

/// An account as last heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Without what open positions have won or lost.
    wallet: Decimal,
    /// What can stand behind a new position; none when a change did not tell.
    available: Option<Decimal>,
    held: HashMap<Symbol, Held>,
    at: Micros,
}

impl Account {
    fn read(holdings: &Holdings, quote: &str, at: Micros) -> Self {
        let funds = holdings.balance.assets.get(quote).copied().unwrap_or_default();
        let held: HashMap<_, _> = holdings.held.iter().map(|h| (h.symbol.clone(), h.clone())).collect();
        let pnl: Decimal = held.values().map(|h| h.unrealized_pnl).sum();
        Self { wallet: funds.total - pnl, available: Some(funds.free), held, at }
    }

    fn told(&mut self, change: &HoldingsChange, quote: &str, at: Micros) {
        if let Some(wallet) = change.wallets.get(quote) {
            self.wallet = *wallet;
        }
        for held in &change.held {
            if held.amount.is_zero() {
                self.held.remove(&held.symbol);
            } else {
                self.held.insert(held.symbol.clone(), held.clone());
            }
        }
        // The stream does not tell what margin positions bind; without any, all is available.
        self.available = self.held.is_empty().then_some(self.wallet);
        self.at = at;
    }

    /// What the account is worth.
    pub(crate) fn equity(&self) -> Decimal {
        self.wallet + self.held.values().map(|h| h.unrealized_pnl).sum::<Decimal>()
    }

    /// What can stand behind a new position.
    pub(crate) fn available(&self) -> Decimal {
        self.available.unwrap_or_default()
    }

    /// The position on a market.
    pub(crate) fn held(&self, symbol: &Symbol) -> Option<&Held> {
        self.held.get(symbol).filter(|h| !h.amount.is_zero())
    }
}

/// The accounts that were heard of, and those whose stream stands.
#[derive(Default)]
pub(crate) struct Accounts {
    known: Mutex<HashMap<ExchangeKeyId, Account>>,
    live: Mutex<HashSet<ExchangeKeyId>>,
    /// The leverage of the markets of live accounts, as it was last set by us. Their streams report every change.
    leverage: Mutex<HashMap<(ExchangeKeyId, Symbol), u16>>,
}

impl Accounts {
    /// The account, from its stream when that stands and has told it not too long ago; read otherwise.
    pub(crate) async fn of(&self, desk: &Desk, access: &Access, quote: &str) -> Answer<Account> {
        let (key, now) = (access.row.key.id, desk.clock.now());
        let live = locked(&self.live).contains(&key);
        let known = locked(&self.known).get(&key).cloned();
        if let Some(account) = known.filter(|a| live && a.available.is_some() && now.since(a.at) < FRESH) {
            return Ok(account);
        }
        let account = Account::read(&desk.exchange.holdings(&access.who).await?, quote, now);
        if live {
            locked(&self.known).insert(key, account.clone());
        }
        Ok(account)
    }

    /// Whether the account's stream is connected.
    pub(crate) fn is_live(&self, key: ExchangeKeyId) -> bool {
        locked(&self.live).contains(&key)
    }

    /// The stream stands, or does not any more: what was known is not trusted either way.
    pub(crate) fn set_live(&self, key: ExchangeKeyId, live: bool) {
        self.forget(key);
        locked(&self.leverage).retain(|(of, _), _| *of != key);
        if live {
            locked(&self.live).insert(key);
        } else {
            locked(&self.live).remove(&key);
        }
    }

    /// The stream told a change. Without figures, or about an account never read, it is to be read.
    pub(crate) fn told(&self, key: ExchangeKeyId, change: Option<&HoldingsChange>, quote: &str, at: Micros) {
        let mut known = locked(&self.known);
        match (change, known.get_mut(&key)) {
            (Some(change), Some(account)) => account.told(change, quote, at),
            _ => drop(known.remove(&key)),
        }
    }

    /// Whether a market of a live account is known to have this leverage, so that it need not be set.
    pub(crate) fn has_leverage(&self, key: ExchangeKeyId, symbol: &Symbol, leverage: u16) -> bool {
        let known = locked(&self.leverage).get(&(key, symbol.clone())).copied();
        known == Some(leverage) && self.is_live(key)
    }

    /// We have set a market's leverage.
    pub(crate) fn leverage_was_set(&self, key: ExchangeKeyId, symbol: &Symbol, leverage: u16) {
        if self.is_live(key) {
            locked(&self.leverage).insert((key, symbol.clone()), leverage);
        }
    }

    /// A market's leverage or margin mode was changed.
    pub(crate) fn forget_leverage(&self, key: ExchangeKeyId, symbol: &Symbol) {
        locked(&self.leverage).remove(&(key, symbol.clone()));
    }

    /// It has been traded on: it is read before the next time.
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
        assert!(!accounts.has_leverage(key, &btc, 5), "nobody would report a change");
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
        let long = |amount, pnl| Held { symbol: btc.clone(), amount: d(amount), unrealized_pnl: d(pnl) };
        let holdings = Holdings { balance, held: vec![long(1, 10)] };
        let mut account = Account::read(&holdings, "USDT", Micros(0));
        assert_eq!((account.equity(), account.available()), (d(1_010), d(900)));

        let more = HoldingsChange { wallets: [("USDT".to_owned(), d(995))].into(), held: vec![long(2, -5)] };
        account.told(&more, "USDT", Micros(1));
        assert_eq!((account.equity(), account.available), (d(990), None));
        assert_eq!(account.held(&btc).unwrap().amount, d(2));

        let flat = HoldingsChange { wallets: [("USDT".to_owned(), d(980))].into(), held: vec![long(0, 0)] };
        account.told(&flat, "USDT", Micros(2));
        assert_eq!((account.equity(), account.available()), (d(980), d(980)));
        assert_eq!(account.held(&btc), None);
    }
}
