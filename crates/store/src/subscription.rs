//! Subscriptions as last reported by the payment provider.

use crate::{Result, Source, Tx};
use domain::{
    Micros, PlanId, UserId,
    subscription::{Interval, State, Subscription},
};
use sqlx::FromRow;

/// A subscription with its owner and the notifications sent about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSubscription {
    /// The subscription as reported by the provider.
    pub subscription: Subscription,
    /// The user who owns it.
    pub user_id: UserId,
    /// The plan that it pays for.
    pub plan_id: PlanId,
    /// When the provider was queried, so that an older response does not replace a newer one.
    // words: allow(asked): the name of the column.
    pub asked_at: Micros,
    /// Incremented with every change, for optimistic locking.
    pub version: i64,
    /// Start of the period about whose failed payment the owner was notified.
    // words: allow(told): the name of the column.
    pub told_failed: Option<Micros>,
    /// The end about which the owner was notified in advance.
    // words: allow(told): the name of the column.
    pub told_ending: Option<Micros>,
    /// When the owner was notified that it has lapsed.
    // words: allow(told): the name of the column.
    pub told_lapsed: Option<Micros>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    user_id: UserId,
    plan_id: PlanId,
    item_id: String,
    state: State,
    amount: i64,
    currency: String,
    billing_interval: Interval,
    trial_period_days: Option<i64>,
    period_start: Micros,
    period_end: Micros,
    cancel_at_period_end: bool,
    cancel_at: Option<Micros>,
    trial_start: Option<Micros>,
    trial_end: Option<Micros>,
    created_at: Micros,
    // words: allow(asked): the name of the column.
    asked_at: Micros,
    version: i64,
    // words: allow(told): the name of the column.
    told_failed: Option<Micros>,
    // words: allow(told): the name of the column.
    told_ending: Option<Micros>,
    // words: allow(told): the name of the column.
    told_lapsed: Option<Micros>,
}

impl From<Row> for StoredSubscription {
    fn from(row: Row) -> Self {
        let subscription = Subscription {
            id: row.id,
            item: row.item_id,
            plan: Some(row.plan_id),
            state: row.state,
            amount: row.amount,
            currency: row.currency,
            interval: row.billing_interval,
            trial_period_days: row.trial_period_days,
            period_start: row.period_start,
            period_end: row.period_end,
            cancel_at_period_end: row.cancel_at_period_end,
            cancel_at: row.cancel_at,
            trial_start: row.trial_start,
            trial_end: row.trial_end,
            created_at: row.created_at,
        };
        let Row { user_id, plan_id, asked_at, version, told_failed, told_ending, told_lapsed, .. } = row;
        Self { subscription, user_id, plan_id, asked_at, version, told_failed, told_ending, told_lapsed }
    }
}

select! {
    subscriptions -> Row,
    "id, user_id, plan_id, item_id, state, amount, currency, billing_interval, trial_period_days, \
     period_start, period_end, cancel_at_period_end, cancel_at, trial_start, trial_end, created_at, \
     asked_at, version, told_failed, told_ending, told_lapsed",
    "from subscriptions"
}

/// Lists a user's subscriptions, oldest first.
pub async fn of_user(from: impl Source, user: UserId) -> Result<Vec<StoredSubscription>> {
    let rows = subscriptions!(from, fetch_all, "where user_id = $1 order by created_at, id", user)?;
    Ok(rows.into_iter().map(StoredSubscription::from).collect())
}

/// Lists subscriptions whose owners may have to be notified: those that end before `soon`, those whose payment
/// failed, and those whose paid period ended before `over`.
pub async fn list_ending(
    from: impl Source,
    soon: Micros,
    over: Micros,
    limit: i64,
) -> Result<Vec<StoredSubscription>> {
    let rows = subscriptions!(
        from,
        fetch_all,
        "where told_lapsed is null and state in ('active', 'trialing', 'past_due') \
           and (state = 'past_due' or period_end < $2 or (cancel_at_period_end = true and period_end < $1 \
             and (told_ending is null or told_ending <> period_end))) \
         order by period_end, id limit $3",
        soon,
        over,
        limit
    )?;
    Ok(rows.into_iter().map(StoredSubscription::from).collect())
}

/// Adds a subscription; returns `false` if it already exists.
pub async fn insert_subscription(tx: &mut Tx, kept: &StoredSubscription) -> Result<bool> {
    let s = &kept.subscription;
    let rows = exec!(
        tx,
        "insert into subscriptions (id, user_id, plan_id, item_id, state, amount, currency, billing_interval, \
           trial_period_days, period_start, period_end, cancel_at_period_end, cancel_at, trial_start, trial_end, \
           created_at, asked_at, version, told_failed, told_ending, told_lapsed) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
         on conflict (id) do nothing",
        &s.id,
        kept.user_id,
        kept.plan_id,
        &s.item,
        s.state,
        s.amount,
        &s.currency,
        s.interval,
        s.trial_period_days,
        s.period_start,
        s.period_end,
        s.cancel_at_period_end,
        s.cancel_at,
        s.trial_start,
        s.trial_end,
        s.created_at,
        kept.asked_at,
        kept.version,
        kept.told_failed,
        kept.told_ending,
        kept.told_lapsed
    )?;
    Ok(rows == 1)
}

/// Updates a subscription that was read at `kept.version`; returns `false` if it was changed meanwhile.
pub async fn update_subscription(tx: &mut Tx, kept: &StoredSubscription) -> Result<bool> {
    let s = &kept.subscription;
    let rows = exec!(
        tx,
        "update subscriptions set plan_id = $3, item_id = $4, state = $5, amount = $6, currency = $7, \
           billing_interval = $8, trial_period_days = $9, period_start = $10, period_end = $11, \
           cancel_at_period_end = $12, cancel_at = $13, trial_start = $14, trial_end = $15, asked_at = $16, \
           told_failed = $17, told_ending = $18, told_lapsed = $19, version = version + 1 \
         where id = $1 and version = $2",
        &s.id,
        kept.version,
        kept.plan_id,
        &s.item,
        s.state,
        s.amount,
        &s.currency,
        s.interval,
        s.trial_period_days,
        s.period_start,
        s.period_end,
        s.cancel_at_period_end,
        s.cancel_at,
        s.trial_start,
        s.trial_end,
        kept.asked_at,
        kept.told_failed,
        kept.told_ending,
        kept.told_lapsed
    )?;
    Ok(rows == 1)
}
