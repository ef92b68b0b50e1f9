//! Facts about the followers of an entry, read by the fan-out: a few statements for each signal, none for each follower. An
//! entry that certainly is not sent is not queued: its owner sees the reason immediately, and no worker is needed.

use crate::{
    error::Result,
    following::Following,
    identity::plan,
    platform::settings::Mode,
    trading::eligibility::{self, FreshUntil, No},
};
use domain::{
    ExchangeKeyId, Side, UserId,
    account::AccountState,
    copy::{Facts, FollowState, KeyState, Reason, eligibility as judge},
    first_day::FirstDayLimits,
    risk_rule::{Objection, RiskRule, Verdict, first_objection},
};
use std::collections::HashMap;
use store::{follow::Reached, signal::Signal};

/// The facts shared by the followers of an entry.
pub(super) struct EntryFacts {
    /// The side of the entry.
    side: Option<Side>,
    all_paused: bool,
    strategy_active: bool,
    superseded: bool,
    fresh_until: FreshUntil,
    /// Whether plans limit nothing on this install. Where they do, a worker reads a follower's plan.
    without_plans: bool,
    /// The first-day limits of the followers' keys that apply now.
    first_day: HashMap<ExchangeKeyId, FirstDayLimits>,
    /// The rules that stop entries now, by their owner.
    stopping: HashMap<UserId, Vec<RiskRule>>,
}

impl EntryFacts {
    pub(super) async fn read(desk: &Following, signal: &Signal, reached: &[Reached]) -> Result<Self> {
        let (strategy, now) = (signal.strategy_id, desk.clock.now());
        let newest = store::signal::newest_seq(&desk.db, strategy).await?;
        let followed = store::strategy::get_strategy(&desk.db, strategy).await?;
        let mut stopping: HashMap<UserId, Vec<RiskRule>> = HashMap::new();
        if reached.iter().any(|follow| follow.halted_until.is_some()) {
            for owned in store::risk_rule::list_stopping(&desk.db, strategy, now).await? {
                stopping.entry(owned.user_id).or_default().push(owned.rule);
            }
        }
        let first_day = match desk.settings.mode {
            Mode::Live => store::first_day::list_by_strategy(&desk.db, strategy).await?,
            Mode::Sandbox => Vec::new(),
        };
        Ok(Self {
            side: signal.side,
            all_paused: eligibility::all_paused(desk).await?,
            strategy_active: followed.is_some_and(|strategy| strategy.active),
            superseded: newest.is_some_and(|newest| newest > signal.seq),
            fresh_until: FreshUntil::of(desk, signal.at),
            without_plans: plan::unlimited(desk),
            first_day: first_day.into_iter().filter(|(_, limits)| limits.is_active(now)).collect(),
            stopping,
        })
    }

    /// Returns why an entry is not queued for a follow; `None` if it may be sent, or if a worker has to read more to know
    /// the first reason against it.
    pub(super) fn objection(&self, desk: &Following, follow: &Reached) -> Option<No> {
        let key = follow.exchange_key_id;
        let state =
            KeyState::of_row(follow.key_active, follow.key_status, follow.may_withdraw, follow.account_mode);
        let limits = self.first_day.get(&key);
        let owner = Facts {
            account: Some(AccountState::of(follow.frozen_at, follow.suspended_at)),
            // Stopped follows are not selected in the first place.
            follow: Some(FollowState::of(follow.active, follow.paused_reason, false)),
            key: Some(state.reviewed(desk.reviews.since(key).is_some())),
            other_first_day_market: Some(limits.is_some_and(|limits| !limits.allows_market(&follow.symbol))),
            ..Facts::default()
        };
        if let Err(reason) = judge(&owner) {
            let market = || limits.and_then(|limits| limits.market.as_ref()).map(ToString::to_string);
            return Some((reason, if reason == Reason::FirstDayMarket { market() } else { None }));
        }
        // The reasons of a plan come before the following ones.
        if !self.without_plans {
            return None;
        }
        let facts = Facts {
            plan_includes_strategies: Some(true),
            all_paused: Some(self.all_paused),
            strategy_active: Some(self.strategy_active),
            superseded: Some(self.superseded),
            too_old: Some(self.fresh_until.is_over(&*desk.clock)),
            in_position: desk
                .accounts
                .cached(key, desk.clock.now())
                .zip(self.side)
                .map(|(account, side)| account.held(&follow.symbol, side).is_some()),
            rule: self.rule(desk, follow),
            ..owner
        };
        match judge(&facts) {
            // A worker settles a position that has just ended.
            Err(Reason::InPosition) | Ok(()) => None,
            Err(reason) => Some(eligibility::in_words(reason, &facts, None)),
        }
    }

    /// The objection of the rules that stop the follow's entries now. With a copy on the market a worker judges them, after
    /// it has closed a position on the other side.
    fn rule(&self, desk: &Following, follow: &Reached) -> Option<Objection> {
        if follow.occupied == Some(true) {
            return None;
        }
        let rules = self.stopping.get(&follow.user_id)?;
        let covered = if follow.covered == Some(true) { vec![follow.exchange_key_id] } else { Vec::new() };
        let applies = |rule: &&RiskRule| rule.applies(follow.id, follow.exchange_key_id, &covered);
        let tripped = rules.iter().filter(applies).map(|rule| (rule, Verdict::Kept));
        first_objection(tripped, desk.clock.now())
    }
}
