//! Pauses a strategy that sends more signals than a working one would: each entry reaches every follower.

use super::NewSignal;
use crate::{
    error::Result,
    following::Following,
    messaging::notify::{Notification, NotificationEvent},
    platform::audit::{self, AuditAction, Via},
};
use domain::{UserId, own_source::Visibility, time::MINUTE};
use store::{Tx, strategy::Strategy};

/// Pauses the strategy for entries if this signal is one too many within a minute, and notifies its owner or the admins;
/// returns whether it was paused. Rules decide once for each bar, so signals of bars are not limited.
pub(super) async fn pause_if_flooding(
    desk: &Following,
    tx: &mut Tx,
    strategy: &Strategy,
    new: &NewSignal,
) -> Result<bool> {
    if !strategy.active || new.bar_at.is_some() {
        return Ok(false);
    }
    let (now, most) = (desk.clock.now(), desk.settings.max_signals_per_minute);
    let earlier = store::signal::nth_newest_at(&mut *tx, strategy.id, i64::from(most)).await?;
    if earlier.is_none_or(|at| now.since(at) >= MINUTE) {
        return Ok(false);
    }
    store::strategy::set_active(&mut *tx, strategy.id, false, now).await?;
    audit::record(desk, tx, None, AuditAction::StrategyPaused, &strategy.id.to_string(), Via::Job).await?;
    for (user, own) in recipients(tx, strategy).await? {
        let event = NotificationEvent::StrategyPaused {
            strategy: strategy.id,
            name: strategy.name.clone(),
            signals: most,
            own,
        };
        let once = format!("strategy-paused:{}:{}", strategy.id, now.0);
        Notification::new(user, once, &event, now)?.write(tx).await?;
    }
    tracing::warn!(strategy = %strategy.id, signals = most, "a strategy sent too many signals within a minute and was paused");
    Ok(true)
}

/// The owner of a private source, and the admins of everything that others can follow; whether each is the owner.
async fn recipients(tx: &mut Tx, strategy: &Strategy) -> Result<Vec<(UserId, bool)>> {
    let source = store::own_source::of_strategy(&mut *tx, strategy.id).await?;
    let owner = source.as_ref().map(|source| source.user_id);
    let mut all: Vec<_> = owner.into_iter().map(|owner| (owner, true)).collect();
    if source.is_none_or(|source| source.visibility == Visibility::Approved) {
        let admins = store::user::list_admins(&mut *tx).await?.into_iter().map(|admin| admin.id);
        all.extend(admins.filter(|admin| Some(*admin) != owner).map(|admin| (admin, false)));
    }
    Ok(all)
}
