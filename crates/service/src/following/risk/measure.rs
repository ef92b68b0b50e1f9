//! Reads what rules count: copies from the rows, and the profit of open ones from the accounts.

use crate::{
    error::{Error, Result},
    following::{Following, follow},
    trading::{account_cache::CachedAccount, key, order::Access},
};
use domain::{
    Decimal, ExchangeKey, ExchangeKeyId, FollowId, Micros, Position, PositionSlot, Symbol, UserId,
    copy::Status,
    risk_rule::{Ended, Kind, Measured, RiskRule, Scope, covered_keys, start},
};
use futures::future::join_all;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use store::{
    copy::EntryRow,
    follow::Follow,
    risk_rule::{CountedCopy, list_counted},
};
use tokio::sync::Mutex;

/// How long a page waits for an account that is not cached.
const WITHIN: Duration = Duration::from_secs(1);

/// The profit of open positions by market and position side.
pub(super) type ByMarket = HashMap<(Symbol, PositionSlot), Decimal>;

/// The profit of the open positions of accounts, by market. An account that could not be read has no entry.
pub(crate) type Profits = HashMap<ExchangeKeyId, ByMarket>;

/// A user's rules with the keys, follows and copies that they count.
pub(crate) struct RuleBook {
    rules: Vec<RiskRule>,
    pub(super) copies: Vec<CountedCopy>,
    follows: Vec<Follow>,
    covered: Vec<ExchangeKeyId>,
    now: Micros,
    /// The accounts that were read, so that the follows of a page read each once; `None` if one could not be read.
    read: Mutex<HashMap<ExchangeKeyId, Option<ByMarket>>>,
    /// The equity of accounts at times that was read, for the same reason.
    equity: Mutex<HashMap<(ExchangeKeyId, Micros), Option<Decimal>>>,
}

impl RuleBook {
    /// Reads a user's rules. Without rules nothing else is read.
    pub(crate) async fn read(desk: &Following, user: UserId) -> Result<Self> {
        let rules = store::risk_rule::list_by_user(&desk.db, user).await?;
        Self::with(desk, user, rules).await
    }

    /// Reads what these rules count.
    pub(super) async fn with(desk: &Following, user: UserId, rules: Vec<RiskRule>) -> Result<Self> {
        let since = first_counted(&rules, desk.clock.now());
        Self::with_ended(desk, user, rules, since).await
    }

    /// Reads what these rules count, with the copies that have ended since `since`.
    pub(super) async fn with_ended(
        desk: &Following,
        user: UserId,
        rules: Vec<RiskRule>,
        since: Micros,
    ) -> Result<Self> {
        if rules.is_empty() {
            return Self::counting(desk, user, rules, &[], Vec::new(), since).await;
        }
        let keys = store::key::list_by_user(&desk.db, user).await?;
        let follows = store::follow::list_by_user(&desk.db, user).await?;
        Self::counting(desk, user, rules, &keys, follows, since).await
    }

    /// Reads the copies that these rules count. Keys and follows were read before.
    pub(crate) async fn of(
        desk: &Following,
        user: UserId,
        rules: Vec<RiskRule>,
        keys: &[ExchangeKey],
        follows: Vec<Follow>,
    ) -> Result<Self> {
        let since = first_counted(&rules, desk.clock.now());
        Self::counting(desk, user, rules, keys, follows, since).await
    }

    /// Finds what these rules count among a user's entries, which were read before like the keys.
    pub(crate) fn of_entries(
        desk: &Following,
        rules: Vec<RiskRule>,
        keys: &[ExchangeKey],
        entries: &[EntryRow],
    ) -> Self {
        let now = desk.clock.now();
        let since = first_counted(&rules, now);
        let copies = entries.iter().filter_map(|entry| entry.counted(since)).collect();
        Self::new(rules, copies, Vec::new(), keys, now)
    }

    fn new(
        rules: Vec<RiskRule>,
        copies: Vec<CountedCopy>,
        follows: Vec<Follow>,
        keys: &[ExchangeKey],
        now: Micros,
    ) -> Self {
        let covered = covered_keys(keys);
        Self { rules, copies, follows, covered, now, read: Mutex::default(), equity: Mutex::default() }
    }

    async fn counting(
        desk: &Following,
        user: UserId,
        rules: Vec<RiskRule>,
        keys: &[ExchangeKey],
        follows: Vec<Follow>,
        since: Micros,
    ) -> Result<Self> {
        let now = desk.clock.now();
        let copies = if rules.is_empty() { Vec::new() } else { list_counted(&desk.db, user, since).await? };
        Ok(Self::new(rules, copies, follows, keys, now))
    }

    /// The user's rules, oldest first.
    pub(crate) fn rules(&self) -> &[RiskRule] {
        &self.rules
    }

    /// The rules that apply to a follow.
    pub(super) fn of_follow(&self, follow: FollowId, key: ExchangeKeyId) -> Vec<RiskRule> {
        let applies = |rule: &&RiskRule| rule.applies(follow, key, &self.covered);
        self.rules.iter().filter(applies).copied().collect()
    }

    /// The keys whose copies a rule counts. `own` is the key of the rule's follow, if the caller knows it.
    pub(super) fn keys_of(&self, rule: &RiskRule, own: Option<ExchangeKeyId>) -> Vec<ExchangeKeyId> {
        match rule.scope {
            Scope::Follow(id) => {
                let follow = || self.follows.iter().find(|follow| follow.id == id);
                own.or_else(|| follow().map(|follow| follow.exchange_key_id)).into_iter().collect()
            }
            Scope::Key(key) => vec![key],
            Scope::Person => self.covered.clone(),
        }
    }

    /// The copies that a rule stops or closes.
    pub(super) fn concerned(&self, rule: &RiskRule) -> Vec<&CountedCopy> {
        let applies = |copy: &&CountedCopy| rule.applies(copy.follow_id, copy.exchange_key_id, &self.covered);
        self.copies.iter().filter(applies).collect()
    }

    /// The keys with open copies whose profit these rules need.
    pub(super) fn keys_to_read(&self, rules: &[RiskRule], own: Option<ExchangeKeyId>) -> Vec<ExchangeKeyId> {
        let needing = rules.iter().filter(|rule| rule.terms.kind.may_flatten());
        let keys: BTreeSet<_> = needing.flat_map(|rule| self.keys_of(rule, own)).collect();
        let open = |key: &ExchangeKeyId| self.open().any(|copy| copy.exchange_key_id == *key);
        keys.into_iter().filter(open).collect()
    }

    fn open(&self) -> impl Iterator<Item = &CountedCopy> {
        self.copies.iter().filter(|copy| copy.status == Status::Open)
    }

    /// Collects what a rule counts, without an entry. `profits` has the accounts of [`Self::keys_to_read`].
    pub(super) async fn measure(
        &self,
        desk: &Following,
        rule: &RiskRule,
        own: Option<ExchangeKeyId>,
        profits: &Profits,
    ) -> Result<Measured> {
        let keys = self.keys_of(rule, own);
        let base = match rule.terms.kind {
            Kind::DayLossPercent | Kind::WeekLossPercent | Kind::Drawdown => {
                self.equity_at(desk, &keys, start(rule, self.now)).await?
            }
            _ => None,
        };
        let of_keys = |copy: &&CountedCopy| keys.contains(&copy.exchange_key_id);
        let own = rule.own_follow();
        let of_rule = |copy: &&CountedCopy| own.is_none_or(|follow| copy.follow_id == follow);
        let counted = || self.copies.iter().filter(of_keys).filter(of_rule);
        let active = || counted().filter(|copy| copy.finished_at.is_none());
        let mut ended: Vec<_> = counted().filter_map(ended).collect();
        ended.sort_by_key(|ended| ended.at);
        Ok(Measured {
            now: self.now,
            ended,
            unrealized: self.unrealized(&keys, profits),
            positions: active().count(),
            exposure: active().filter_map(value).sum(),
            base,
            signal_at: None,
            entry: None,
        })
    }

    /// The equity of some keys at a time; `None` if one of them is unknown.
    async fn equity_at(
        &self,
        desk: &Following,
        keys: &[ExchangeKeyId],
        at: Micros,
    ) -> Result<Option<Decimal>> {
        let (mut read, mut sum) = (self.equity.lock().await, Decimal::ZERO);
        for key in keys {
            let known = match read.get(&(*key, at)).copied() {
                Some(known) => known,
                None => {
                    let point = store::equity::as_of(&desk.db, *key, at).await?;
                    let found = point.map(|point| point.total_usd);
                    read.insert((*key, at), found);
                    found
                }
            };
            let Some(equity) = known else { return Ok(None) };
            sum += equity;
        }
        Ok(Some(sum))
    }

    /// The profit of the open copies of some keys; `None` if an account is unknown.
    fn unrealized(&self, keys: &[ExchangeKeyId], profits: &Profits) -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        for copy in self.open().filter(|copy| keys.contains(&copy.exchange_key_id)) {
            let account = profits.get(&copy.exchange_key_id)?;
            sum += profit_of(copy, account);
        }
        Some(sum)
    }

    /// The profit of the open copies of an account, as the account shows it.
    pub(super) fn profits_in(&self, key: ExchangeKeyId, account: &CachedAccount) -> ByMarket {
        let of_key = self.open().filter(|copy| copy.exchange_key_id == key);
        let profit = |copy: &CountedCopy| {
            let held = account.held(&copy.symbol, copy.side?)?;
            Some(((copy.symbol.clone(), held.position_side), held.unrealized_pnl))
        };
        of_key.filter_map(profit).collect()
    }

    /// The profit of the open copies of an account at the mark price, by the positions that its stream has reported; `None`
    /// if a position or a price is not known.
    pub(super) async fn profits_streamed(&self, desk: &Following, key: ExchangeKeyId) -> Option<ByMarket> {
        let account = desk.accounts.streamed(key, desk.clock.now())?;
        let mut profits = ByMarket::new();
        for copy in self.open().filter(|copy| copy.exchange_key_id == key) {
            let mark = follow::mark_of(desk, &copy.symbol).await?;
            let held = account.held(&copy.symbol, copy.side?)?;
            profits.insert((copy.symbol.clone(), held.position_side), held.profit_at(mark)?);
        }
        Some(profits)
    }

    /// Reads accounts together, from the cache or at their exchange if it answers soon. Accounts that cannot be read are
    /// left out.
    pub(super) async fn read_cached(&self, desk: &Following, keys: Vec<ExchangeKeyId>) -> Result<Profits> {
        let mut read = self.read.lock().await;
        let missing: Vec<_> = keys.iter().copied().filter(|key| !read.contains_key(key)).collect();
        let each = missing.into_iter().map(|key| async move { (key, self.read_soon(desk, key).await) });
        for (key, profits) in join_all(each).await {
            read.insert(key, profits?);
        }
        Ok(keys.into_iter().filter_map(|key| Some((key, read.get(&key)?.clone()?))).collect())
    }

    /// Reads an account; `None` if that fails or takes too long.
    async fn read_soon(&self, desk: &Following, key: ExchangeKeyId) -> Result<Option<ByMarket>> {
        let Some(copy) = self.open().find(|copy| copy.exchange_key_id == key) else { return Ok(None) };
        let Some(access) = access(desk, key).await? else { return Ok(None) };
        let read = desk.accounts.of(desk, &access, copy.symbol.quote());
        Ok(match tokio::time::timeout(WITHIN, read).await {
            Ok(Ok(account)) => Some(self.profits_in(key, &account)),
            Ok(Err(_)) | Err(_) => None,
        })
    }
}

/// The earliest time from which any of these rules counts.
fn first_counted(rules: &[RiskRule], now: Micros) -> Micros {
    rules.iter().map(|rule| start(rule, now)).min().unwrap_or(now)
}

/// A key with its credentials; `None` if it was deleted.
pub(super) async fn access(desk: &Following, id: ExchangeKeyId) -> Result<Option<Access>> {
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(None) };
    Ok(Some(Access { who: key::credentials(desk, &row)?, row }))
}

/// Reads the profit of the open positions of an account at its exchange, on the mark price.
pub(super) async fn read_now(desk: &Following, id: ExchangeKeyId) -> Result<ByMarket> {
    let access = access(desk, id).await?.ok_or(Error::NotFound)?;
    let positions = desk.exchange.positions(&access.who, None).await;
    let positions = access.take(desk, positions).await?;
    let by_market = |held: Position| ((held.symbol, held.position_side), held.unrealized_pnl);
    Ok(positions.into_iter().map(by_market).collect())
}

/// The profit of the position of a copy; zero without a position.
fn profit_of(copy: &CountedCopy, account: &ByMarket) -> Decimal {
    let Some(side) = copy.side else { return Decimal::ZERO };
    let at = |hedged| account.get(&(copy.symbol.clone(), PositionSlot::opened_by(side, hedged)));
    at(false).or_else(|| at(true)).copied().unwrap_or_default()
}

fn ended(copy: &CountedCopy) -> Option<Ended> {
    Some(Ended { at: copy.finished_at?, profit: copy.profit_usd?.0 })
}

/// The value of a copy at its entry price, in quote units.
pub(super) fn value(copy: &CountedCopy) -> Option<Decimal> {
    copy.amount?.0.checked_mul(copy.entry_price?.0)
}
