//! Records trips, and reports them to the owner.

use crate::{
    error::Result,
    following::Following,
    messaging::notify::{Notification, NotificationEvent, RuleNews},
};
use async_trait::async_trait;
use domain::{
    UserId,
    risk_rule::{Objection, RiskRule, RuleAction, Scope, Trip},
    time::HOUR,
};
use store::{Tx, copy::Work, group_commit::BatchedWrite, risk_rule::OwnedRule};

/// Records a trip of a rule and notifies its owner, in one transaction. Returns whether the trip is new: a rule trips
/// once, also if several instances find it.
pub(super) async fn record_trip(desk: &Following, owned: &OwnedRule, trip: Trip) -> Result<bool> {
    let OwnedRule { user_id, rule } = owned;
    let news = RuleNews {
        about: name_of(desk, *user_id, rule).await?,
        key: key_of(rule),
        kind: rule.terms.kind,
        seen: trip.seen,
        limit: rule.terms.threshold,
        closing: trip.closing,
        until: trip.until,
        first: trip.first,
        copy: None,
    };
    let once = format!("rule-tripped:{}:{}", rule.id, trip.at.0);
    let event = NotificationEvent::RuleTripped(news);
    let notification = Notification::new(*user_id, once, &event, trip.at)?;
    let mut tx = desk.db.begin().await?;
    if !store::risk_rule::trip_rule(&mut tx, owned, &trip).await? {
        return Ok(false);
    }
    notification.write(&mut tx).await?;
    tx.commit().await?;
    tracing::info!(rule = %rule.id, kind = %rule.terms.kind, "a risk rule tripped");
    Ok(true)
}

/// Notifies the owner that a rule skips an entry, once an hour for each rule.
pub(super) async fn report_skip(
    desk: &Following,
    work: &Work,
    rule: &RiskRule,
    objection: &Objection,
) -> Result<()> {
    let now = desk.clock.now();
    let news = RuleNews {
        about: name_of(desk, work.user_id, rule).await?,
        key: Some(work.exchange_key_id),
        kind: rule.terms.kind,
        seen: objection.seen,
        limit: objection.limit,
        closing: false,
        until: None,
        first: None,
        copy: Some(work.id),
    };
    let once = format!("rule-skipped:{}:{}", rule.id, now.0.div_euclid(HOUR));
    let notification = Notification::new(work.user_id, once, &NotificationEvent::RuleTripped(news), now)?;
    desk.group_commit.write(&desk.db, SkipNotice(notification)).await?;
    Ok(())
}

/// The notification of a skipped entry. Many followers have the same rule, so it shares its transaction.
struct SkipNotice(Notification);

#[async_trait]
impl BatchedWrite for SkipNotice {
    fn appends_for(&self) -> Option<UserId> {
        Some(self.0.user())
    }

    async fn write(&self, tx: &mut Tx) -> store::Result<bool> {
        self.0.write(tx).await.map(|()| true)
    }
}

/// Whether a rule closes positions when it trips.
pub(super) fn flattens(rule: &RiskRule) -> bool {
    rule.terms.action == RuleAction::Flatten && rule.terms.kind.may_flatten()
}

const fn key_of(rule: &RiskRule) -> Option<domain::ExchangeKeyId> {
    match rule.scope {
        Scope::Key(key) => Some(key),
        Scope::Follow(_) | Scope::Person => None,
    }
}

/// The name of what a rule applies to: the strategy, the key, or the owner's e-mail address.
async fn name_of(desk: &Following, owner: UserId, rule: &RiskRule) -> Result<String> {
    let name = match rule.scope {
        Scope::Follow(id) => match store::follow::get_follow(&desk.db, owner, id).await? {
            Some(follow) => {
                let strategy = store::strategy::get_strategy(&desk.db, follow.strategy_id).await?;
                strategy.map(|strategy| strategy.name)
            }
            None => None,
        },
        Scope::Key(id) => store::key::get_any(&desk.db, id).await?.map(|row| row.key.name),
        Scope::Person => store::user::get_user(&desk.db, owner).await?.map(|user| user.email),
    };
    Ok(name.unwrap_or_default())
}
