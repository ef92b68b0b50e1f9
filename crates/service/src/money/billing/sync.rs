//! Reads a user's subscriptions from the provider and stores them.

use super::{
    gateway, letters,
    news::{News, news},
    provider_error,
};
use crate::{
    error::{Error, Result},
    messaging::{mail, notify::announce_credential},
    money::Money,
    platform::{
        audit::{self, AuditAction, Via},
        recipient::lang_of_user,
        user_events,
    },
};
use domain::{
    Micros, PlanId, UserId,
    account::Credential,
    live::{LiveEvent, LiveEventKind},
    subscription::Subscription,
};
use store::{
    Tx,
    billing::{self as rows, Status},
    subscription::{self, StoredSubscription},
};

/// Maximum attempts when another instance writes the same subscription concurrently.
const TRIES: usize = 5;

/// Reads and stores the user's subscriptions. A user without a customer id at the provider has none.
pub(super) async fn sync_user(desk: &Money, user: UserId) -> Result<()> {
    let Some((asked_at, all)) = fetch_subscriptions(desk, user).await? else { return Ok(()) };
    let mut tx = desk.db.begin().await?;
    store_subscriptions(desk, &mut tx, user, all, asked_at).await?;
    Ok(tx.commit().await?)
}

/// The provider's data, and the time of the request.
pub(super) async fn fetch_subscriptions(
    desk: &Money,
    user: UserId,
) -> Result<Option<(Micros, Vec<Subscription>)>> {
    let Some(gateway) = gateway(desk) else { return Ok(None) };
    let Some(customer) = rows::customer(&desk.db, user).await? else { return Ok(None) };
    let asked_at = desk.clock.now();
    let all = gateway.subscriptions(&customer).await.map_err(provider_error)?;
    Ok(Some((asked_at, all)))
}

/// Stores the complete list of a user's subscriptions.
pub(super) async fn store_subscriptions(
    desk: &Money,
    tx: &mut Tx,
    user: UserId,
    all: Vec<Subscription>,
    asked_at: Micros,
) -> Result<()> {
    let paid = all.iter().any(Subscription::live);
    apply(desk, tx, user, all, asked_at).await?;
    rows::record_query(tx, user, asked_at).await?;
    // Paid: the checkout page is no longer needed.
    if paid && let Some(op) = rows::find_operation(&mut *tx, user, Status::Open).await? {
        rows::end_operation(tx, op.id, Status::Done, desk.clock.now()).await?;
    }
    Ok(())
}

/// Stores some of a user's subscriptions. Prices that belong to no plan of this desk are ignored.
pub(super) async fn apply(
    desk: &Money,
    tx: &mut Tx,
    user: UserId,
    some: Vec<Subscription>,
    asked_at: Micros,
) -> Result<()> {
    for subscription in some {
        let Some(plan_id) = subscription.plan else { continue };
        if store::plan::get_plan(&mut *tx, plan_id).await?.is_none() {
            continue;
        }
        one(desk, tx, user, &subscription, asked_at).await?;
    }
    Ok(())
}

async fn one(
    desk: &Money,
    tx: &mut Tx,
    user: UserId,
    reported: &Subscription,
    asked_at: Micros,
) -> Result<()> {
    let Some(plan_id) = reported.plan else { return Ok(()) };
    for _ in 0..TRIES {
        let before = subscription::of_user(&mut *tx, user).await?;
        let before = before.into_iter().find(|kept| kept.subscription.id == reported.id);
        if before.as_ref().is_some_and(|kept| kept.asked_at > asked_at) {
            return Ok(());
        }
        let mut after = match before.clone() {
            Some(kept) => StoredSubscription { subscription: reported.clone(), plan_id, asked_at, ..kept },
            None => fresh(user, reported, plan_id, asked_at),
        };
        let found = news(before.as_ref(), &mut after, desk.clock.now());
        let written = match before {
            Some(_) => subscription::update_subscription(tx, &after).await?,
            None => subscription::insert_subscription(tx, &after).await?,
        };
        if written {
            return record_and_notify(desk, tx, &after, &found, Via::PaymentProvider).await;
        }
    }
    Err(Error::Unavailable { retry_after_s: 1 })
}

fn fresh(user: UserId, reported: &Subscription, plan_id: PlanId, asked_at: Micros) -> StoredSubscription {
    StoredSubscription {
        subscription: reported.clone(),
        user_id: user,
        plan_id,
        asked_at,
        version: 1,
        told_failed: None,
        told_ending: None,
        told_lapsed: None,
    }
}

/// Records changes in the audit and notifies the owner where needed.
pub(super) async fn record_and_notify(
    desk: &Money,
    tx: &mut Tx,
    kept: &StoredSubscription,
    found: &[News],
    via: Via<'_>,
) -> Result<()> {
    for news in found {
        let action = match news {
            News::Started => AuditAction::PlanStarted,
            News::Changed => AuditAction::PlanChanged,
            News::EndSet => AuditAction::PlanEndSet,
            News::Failed => AuditAction::PaymentFailed,
            News::Lapsed => AuditAction::PlanEnded,
        };
        audit::record(desk, tx, Some(kept.user_id), action, &kept.subscription.id, via).await?;
        let plan =
            store::plan::get_plan(&mut *tx, kept.plan_id).await?.map(|plan| plan.name).unwrap_or_default();
        if *news == News::Changed {
            let about = (kept.subscription.id.as_str(), plan.as_str());
            announce_credential(desk, tx, kept.user_id, Credential::PlanChanged, about).await?;
        }
        let what = match news {
            News::Failed => Some(LiveEventKind::PaymentFailed(plan.clone())),
            News::Lapsed => Some(LiveEventKind::PlanEnded(plan.clone())),
            News::Started | News::Changed | News::EndSet => None,
        };
        if let Some(what) = what {
            let event = LiveEvent { key: None, at: desk.clock.now(), what };
            user_events::append(tx, kept.user_id, &event).await?;
        }
        let lang = lang_of_user(desk, &mut *tx, kept.user_id).await?;
        if let Some(letter) = letters::plan_letter(desk, lang, *news, &plan, kept) {
            send(desk, tx, kept.user_id, &letter).await?;
        }
    }
    Ok(())
}

/// Enqueues a mail to a user.
pub(super) async fn send(desk: &Money, tx: &mut Tx, user: UserId, letter: &mail::Letter) -> Result<()> {
    let Some(person) = store::user::get_user(&mut *tx, user).await? else { return Ok(()) };
    mail::enqueue(desk, tx, Some(user), &person.email, letter).await
}
