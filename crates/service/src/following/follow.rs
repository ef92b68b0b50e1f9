//! Copy trading: exchange keys follow strategies and copy their signals at the risk chosen by their owner.

mod change;
mod copies;
mod open_copy;
mod overview;
mod performance;
mod preview;

pub use change::{
    FollowChange, NewFollow, create_follow, limit_problems, pause_follow, resume_follow, stop_follow,
    unknown_choices, update_follow,
};
pub use copies::{Copies, copies};
pub(crate) use copies::{shown as shown_copy, targets};
pub use open_copy::{OpenCopy, open_copy};
pub use overview::{Overview, overview};
pub(in crate::following) use performance::{OpenReads, mark_of};
pub use performance::{performance, performances};
pub use preview::preview;

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::{Following, risk::RuleBook, strategy},
    identity::plan,
    trading::{eligibility, first_day, key},
};
use domain::{
    Decimal, ExchangeKey, ExchangeKeyId, FollowId, Refusal, StrategyType,
    copy::{Facts, FollowState, KeyState, PlanBalance, Status, eligibility as judge},
    first_day::FirstDayLimits,
    follow::{Follow, RiskProfile},
    risk_rule::{Kind, RuleAction, Scope},
    strategy::Strategy,
};
use std::collections::HashMap;
use store::{
    copy::{CopyTrade, EntryRow},
    follow::{Follow as FollowRow, FollowingKeys},
};

/// The most stopped follows that are listed. Nothing limits how often a user stops copying and starts again.
const MOST_STOPPED: usize = 100;

/// Returns the caller's follows, oldest first.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_follows(desk: &Following, actor: &Actor) -> Result<Vec<Follow>> {
    FollowContext::read(desk, actor).await?.all(desk, |_| true).await
}

/// Returns a key's follows, oldest first.
///
/// # Errors
/// Not found; 1106 for a key that is not AUTOMATED.
pub async fn list_by_key(desk: &Following, actor: &Actor, id: ExchangeKeyId) -> Result<Vec<Follow>> {
    automated(&key::find_key(desk, actor, id).await?.key)?;
    FollowContext::read(desk, actor).await?.all(desk, |row| row.exchange_key_id == id).await
}

/// Returns the last hundred of the caller's follows that were stopped, the last one first. Those of deleted keys, and of strategies that the
/// caller cannot see any more, are left out.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_stopped(desk: &Following, actor: &Actor) -> Result<Vec<Follow>> {
    FollowContext::read(desk, actor).await?.stopped(desk).await
}

/// Returns a follow that has not been stopped.
///
/// # Errors
/// Not found.
pub async fn get_follow(desk: &Following, actor: &Actor, id: FollowId) -> Result<Follow> {
    let follow = find_follow(desk, actor, id).await?;
    if follow.stopped_at.is_none() { Ok(follow) } else { Err(Error::NotFound) }
}

/// Returns a follow, whether or not it was stopped.
///
/// # Errors
/// Not found.
async fn find_follow(desk: &Following, actor: &Actor, id: FollowId) -> Result<Follow> {
    FollowContext::read(desk, actor).await?.one(desk, id).await
}

/// Checks that the key is an AUTOMATED one, since only those may follow strategies.
fn automated(key: &ExchangeKey) -> std::result::Result<(), Refusal> {
    if key.strategy_type == StrategyType::Automated { Ok(()) } else { Err(Refusal::KeyTypeInvalid) }
}

/// Checks that the key is enabled and accepted by its exchange.
fn usable(key: &ExchangeKey) -> std::result::Result<(), Refusal> {
    let good = key.active && key.status == domain::ApiKeyStatus::Authorized;
    if good { Ok(()) } else { Err(Refusal::KeyInactive) }
}

/// A user's follows with the data that they are displayed with: one read of each kind, however many follows there are.
struct FollowContext {
    keys: Vec<ExchangeKey>,
    /// The follows that were not stopped, oldest first.
    rows: Vec<FollowRow>,
    /// The follows that were stopped, the last one first.
    stopped: Vec<FollowRow>,
    strategies: Vec<Strategy>,
    profiles: Vec<RiskProfile>,
    /// The newest copies of each key, the open ones and those that ended today; newest first.
    copies: Vec<CopyTrade>,
    plan_includes_strategies: bool,
    /// The plan's balance limit for keys that count against it; `None` if there is none, or if an account's
    /// value is unknown.
    plan_balance: Option<PlanBalance>,
    all_paused: bool,
    /// The first-day limits that apply to the keys.
    first_day: HashMap<ExchangeKeyId, FirstDayLimits>,
    /// The risk rules with what they count.
    book: RuleBook,
}

impl FollowContext {
    async fn read(desk: &Following, actor: &Actor) -> Result<Self> {
        Self::with_copies(desk, actor, 1, None).await
    }

    /// Reads the context with this many of each key's newest copies. What risk rules count is taken from the user's
    /// entries if they were read before.
    async fn with_copies(
        desk: &Following,
        actor: &Actor,
        newest: u16,
        entries: Option<&[EntryRow]>,
    ) -> Result<Self> {
        let FollowingKeys { keys, follows, stopped, withdrawn, all_paused } =
            store::follow::following_keys(&desk.db, actor.user).await?;
        // A follow outlasts the approval of its source: its owner must see it and can stop it.
        let strategies = strategy::list_visible_or_followed(desk, actor, &withdrawn).await?;
        let profiles = strategy::risk_profiles(desk).await?;
        let limits = plan::limits_of(desk, actor.user).await?;
        let plan_balance = match keys.iter().find(|key| !key.sandbox || desk.settings.sandbox_plan_limits) {
            Some(key) => eligibility::plan_balance(desk, actor.user, &limits, key).await.ok().flatten(),
            None => None,
        };
        let rules = store::risk_rule::list_by_user(&desk.db, actor.user).await?;
        let book = match entries {
            Some(entries) => RuleBook::of_entries(desk, rules, &keys, entries),
            None => RuleBook::of(desk, actor.user, rules, &keys, Vec::new()).await?,
        };
        Ok(Self {
            plan_balance,
            keys,
            rows: follows,
            stopped,
            strategies,
            profiles,
            copies: store::copy::current(&desk.db, actor.user, newest, desk.clock.now().day()).await?,
            plan_includes_strategies: limits.strategy_automated,
            all_paused,
            first_day: first_day::active_of_user(desk, actor.user).await?,
            book,
        })
    }

    /// Returns the follows that `wanted` chooses.
    async fn all(&self, desk: &Following, wanted: impl Fn(&FollowRow) -> bool) -> Result<Vec<Follow>> {
        let rows: Vec<_> = self.rows.iter().filter(|row| wanted(row)).collect();
        self.list(desk, &rows).await
    }

    /// Returns the last [`MOST_STOPPED`] follows that were stopped, the last one first.
    async fn stopped(&self, desk: &Following) -> Result<Vec<Follow>> {
        self.list(desk, &self.stopped.iter().take(MOST_STOPPED).collect::<Vec<_>>()).await
    }

    async fn list(&self, desk: &Following, rows: &[&FollowRow]) -> Result<Vec<Follow>> {
        let mut follows = Vec::with_capacity(rows.len());
        for row in rows {
            match self.shown(desk, row).await {
                Ok(follow) => follows.push(follow),
                // It was stopped, or is stopped between two reads, and its strategy is no longer visible.
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(follows)
    }

    async fn one(&self, desk: &Following, id: FollowId) -> Result<Follow> {
        let row = self.rows.iter().chain(&self.stopped).find(|row| row.id == id);
        self.shown(desk, row.ok_or(Error::NotFound)?).await
    }

    async fn shown(&self, desk: &Following, row: &FollowRow) -> Result<Follow> {
        let key = self.keys.iter().find(|key| key.id == row.exchange_key_id).ok_or(Error::NotFound)?;
        let strategy = self.strategies.iter().find(|strategy| strategy.id == row.strategy_id);
        let strategy = strategy.ok_or(Error::NotFound)?.clone();
        let profile = self.profiles.iter().find(|profile| profile.id == row.risk_profile_id);
        let profile = profile.ok_or(Error::NotFound)?.clone();
        let mut facts = self.facts(row, key, &strategy);
        facts.key = facts.key.map(|state| state.reviewed(desk.reviews.since(key.id).is_some()));
        // The account is read only if nothing else blocks the next entry.
        if judge(&facts).is_ok() {
            facts.rule = self.book.objection(desk, row.id, key.id).await?;
        }
        Ok(Follow {
            id: row.id,
            key: key.id,
            key_name: key.name.clone(),
            strategy,
            profile,
            active: row.active,
            paused: row.paused_reason,
            blocked: judge(&facts).err(),
            max_leverage: row.max_leverage.and_then(|times| u16::try_from(times).ok()),
            daily_loss_limit_usd: self.daily_limit(row.id),
            in_position: self.open().any(|copy| copy.follow_id == row.id),
            last_copy_at: row.last_copy_at,
            stopped_at: row.stopped_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    /// The daily loss limit of a follow: one of its risk rules.
    fn daily_limit(&self, follow: FollowId) -> Option<Decimal> {
        let mut rules = self.book.rules().iter();
        let rule = rules.find(|rule| {
            rule.scope == Scope::Follow(follow)
                && rule.terms.kind == Kind::DayLoss
                && rule.terms.action == RuleAction::StopEntries
        });
        rule.map(|rule| rule.terms.threshold)
    }

    /// The copies with open positions.
    fn open(&self) -> impl Iterator<Item = &CopyTrade> {
        self.copies.iter().filter(|copy| copy.status == Status::Open)
    }

    /// Collects the known facts about the next entry, before there is a signal.
    fn facts(&self, row: &FollowRow, key: &ExchangeKey, strategy: &Strategy) -> Facts {
        Facts {
            follow: Some(FollowState::of(row.active, row.paused_reason, row.stopped_at.is_some())),
            key: Some(KeyState::of(key)),
            other_first_day_market: self
                .first_day
                .get(&key.id)
                .map(|limits| !limits.allows_market(&row.symbol)),
            plan_includes_strategies: Some(self.plan_includes_strategies),
            plan_balance: self.plan_balance.filter(|_| !key.sandbox),
            all_paused: Some(self.all_paused),
            strategy_active: Some(strategy.active),
            ..Facts::default()
        }
    }
}
