//! The rules of one entry: judged before it is sized, and again with its size.

use super::{measure::RuleBook, trip};
use crate::{error::Result, following::Following, trading::account_cache::CachedAccount};
use domain::{
    ExchangeKeyId, FollowId,
    copy::Reason,
    risk_rule::{EntryTerms, Kind, Measured, Objection, RiskRule, first_objection, judge},
};
use store::copy::Work;
use tokio::sync::OwnedMutexGuard;

/// The rules of an entry with their readings.
pub(crate) struct EntryRules {
    judged: Vec<(RiskRule, Measured)>,
    /// Held until the entry is recorded, so that two entries of a user cannot both take the last place that a rule
    /// allows.
    _lock: Option<OwnedMutexGuard<()>>,
}

impl EntryRules {
    /// Reads the rules of a queued entry, whose account was read before.
    pub(crate) async fn read(desk: &Following, work: &Work, account: &CachedAccount) -> Result<Self> {
        let mut rules = store::risk_rule::list_by_user(&desk.db, work.user_id).await?;
        let mut lock = None;
        if rules.iter().any(|rule| matches!(rule.terms.kind, Kind::OpenPositions | Kind::Exposure)) {
            lock = Some(desk.rule_locks.at(work.user_id).await);
            rules = store::risk_rule::list_by_user(&desk.db, work.user_id).await?;
        }
        let own = work.exchange_key_id;
        if rules.is_empty() {
            return Ok(Self { judged: Vec::new(), _lock: None });
        }
        let keys = store::key::list_by_user(&desk.db, work.user_id).await?;
        let book = RuleBook::of(desk, work.user_id, rules, &keys, Vec::new()).await?;
        let rules = book.of_follow(work.follow_id, own);
        let mut others = book.keys_to_read(&rules, Some(own));
        others.retain(|key| *key != own);
        let mut profits = book.read_cached(desk, others).await?;
        profits.insert(own, book.profits_in(own, account));
        let mut judged = Vec::with_capacity(rules.len());
        for rule in rules {
            let measured = book.measure(desk, &rule, Some(own), &profits).await?;
            judged.push((rule, Measured { signal_at: Some(work.signal_at), ..measured }));
        }
        Ok(Self { judged, _lock: lock })
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
    /// their trip.
    pub(crate) async fn notify(&self, desk: &Following, work: &Work, objection: &Objection) -> Result<()> {
        let rule = self.judged.iter().map(|(rule, _)| rule).find(|rule| rule.id == objection.rule);
        match rule {
            Some(rule) if !rule.terms.kind.latches() || objection.reason == Reason::RuleUnknown => {
                trip::report_skip(desk, work, rule, objection).await
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
