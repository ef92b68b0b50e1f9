//! The rules of one entry: judged before it is sized, and again with its size.

use super::{measure::RuleBook, trip};
use crate::{error::Result, following::Following, trading::account_cache::CachedAccount};
use domain::{
    ExchangeKeyId, FollowId,
    copy::Reason,
    risk_rule::{EntryTerms, Measured, Objection, RiskRule, Trip, Verdict, first_objection, judge},
};
use store::{
    copy::Work,
    risk_rule::{Bound, Capacity, OwnedRule},
};

/// The rules of an entry with their readings.
pub(crate) struct EntryRules {
    judged: Vec<(RiskRule, Measured)>,
    /// The rules that are judged once more where the entry begins.
    bounds: Vec<Bound>,
}

impl EntryRules {
    /// Reads the rules of a queued entry, whose account was read before.
    pub(crate) async fn read(desk: &Following, work: &Work, account: &CachedAccount) -> Result<Self> {
        let rules = store::risk_rule::list_by_user(&desk.db, work.user_id).await?;
        let own = work.exchange_key_id;
        if rules.is_empty() {
            return Ok(Self { judged: Vec::new(), bounds: Vec::new() });
        }
        let keys = store::key::list_by_user(&desk.db, work.user_id).await?;
        let book = RuleBook::of(desk, work.user_id, rules, &keys, Vec::new()).await?;
        let rules = book.of_follow(work.follow_id, own);
        let mut others = book.keys_to_read(&rules, Some(own));
        others.retain(|key| *key != own);
        let mut profits = book.read_cached(desk, others).await?;
        profits.insert(own, book.profits_in(own, account));
        let bounding = rules.iter().filter(|rule| rule.terms.kind.is_bound());
        let bounds =
            bounding.map(|rule| Bound { rule: *rule, keys: book.keys_of(rule, Some(own)) }).collect();
        let mut judged = Vec::with_capacity(rules.len());
        for rule in rules {
            let measured = book.measure(desk, &rule, Some(own), &profits).await?;
            judged.push((rule, Measured { signal_at: Some(work.signal_at), ..measured }));
        }
        Ok(Self { judged, bounds })
    }

    /// The capacity that must be left when the sized entry begins; `None` if no rule bounds it.
    pub(crate) fn capacity(&self, work: &Work, entry: EntryTerms) -> Option<Box<Capacity>> {
        let capacity =
            || Capacity { user_id: work.user_id, copy: work.id, entry, bounds: self.bounds.clone() };
        (!self.bounds.is_empty()).then(|| Box::new(capacity()))
    }

    /// The first objection that needs no size. Missing data objects only with the size, because it is the last reason.
    pub(crate) fn before_size(&self) -> Option<Objection> {
        self.objection(None).filter(|objection| objection.reason != Reason::RuleUnknown)
    }

    /// The first objection to a sized entry.
    pub(crate) fn of_sized(&self, entry: EntryTerms) -> Option<Objection> {
        self.objection(Some(entry))
    }

    fn objection(&self, entry: Option<EntryTerms>) -> Option<Objection> {
        let judged = self
            .judged
            .iter()
            .map(|(rule, measured)| (rule, judge(rule, &Measured { entry, ..measured.clone() })));
        let now = self.judged.first().map_or_else(Default::default, |(_, measured)| measured.now);
        first_objection(judged, now)
    }

    /// Notifies the owner that a rule skips an entry: once an hour for each rule. Rules that stay tripped are reported by
    /// their trip, which is recorded here if the account is flat: the watch sees only users with open or just ended copies.
    pub(crate) async fn notify(&self, desk: &Following, work: &Work, objection: &Objection) -> Result<()> {
        let Some((rule, measured)) = self.judged.iter().find(|(rule, _)| rule.id == objection.rule) else {
            return Ok(());
        };
        if !rule.terms.kind.latches() || objection.reason == Reason::RuleUnknown {
            return trip::report_skip(desk, work, rule, objection).await;
        }
        match judge(rule, measured) {
            Verdict::Broken { seen, until }
                if rule.active_trip(measured.now).is_none() && measured.positions == 0 =>
            {
                let owned = OwnedRule { user_id: work.user_id, rule: *rule };
                let new = Trip { at: measured.now, until, seen, first: None, closing: trip::flattens(rule) };
                trip::record_trip(desk, &owned, new).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

impl RuleBook {
    /// The first objection of the rules of a follow, before there is a signal. Accounts are read from the cache, or at
    /// their exchange if it answers soon.
    pub(crate) async fn objection(
        &self,
        desk: &Following,
        follow: FollowId,
        key: ExchangeKeyId,
    ) -> Result<Option<Objection>> {
        let rules = self.of_follow(follow, key);
        if rules.is_empty() {
            return Ok(None);
        }
        let profits = self.read_cached(desk, self.keys_to_read(&rules, Some(key))).await?;
        let mut judged = Vec::with_capacity(rules.len());
        for rule in &rules {
            judged.push((rule, judge(rule, &self.measure(desk, rule, Some(key), &profits).await?)));
        }
        Ok(first_objection(judged.into_iter(), desk.clock.now()))
    }
}
