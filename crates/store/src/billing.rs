//! The payment provider: customer ids, the operations requested of it, and the events received from it.

use crate::{Result, Source, Tx};
use domain::{BillingOperationId, Micros, PlanId, UserId, text_column, words};
use sqlx::FromRow;

words! {
    /// The kind of an operation.
    pub Kind {
        /// Opening a checkout page.
        Checkout = "checkout",
        /// A change of the plan, or the end of the subscription.
        Change = "change",
    }
}

words! {
    /// The status of an operation.
    pub Status {
        /// Requested, or about to be; the response is not known.
        Working = "working",
        /// The checkout page is open.
        Open = "open",
        /// Completed.
        Done = "done",
        /// Rejected, or never requested.
        Failed = "failed",
    }
}

text_column!(Kind, |kind| kind.word().to_owned(), Kind::parse);
text_column!(Status, |status| status.word().to_owned(), Status::parse);

/// An operation requested of the provider, as read and written. Its id is the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Operation {
    /// Id of the operation.
    pub id: BillingOperationId,
    /// The user it is for.
    pub user_id: UserId,
    /// Kind of operation.
    pub kind: Kind,
    /// Current status.
    pub status: Status,
    /// The new plan.
    pub plan_id: Option<PlanId>,
    /// The subscription that is changed.
    pub subscription_id: Option<String>,
    /// Whether the subscription should end with its period; `None` leaves that unchanged.
    pub cancel: Option<bool>,
    /// The provider's id of the checkout page.
    pub session_id: Option<String>,
    /// URL of the checkout page.
    pub url: Option<String>,
    /// When the checkout page expires.
    pub expires_at: Option<Micros>,
    /// When it was decided.
    pub created_at: Micros,
}

/// Records an operation before it is requested.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] while another operation of the user is working.
pub async fn insert_operation(tx: &mut Tx, op: &Operation) -> Result<()> {
    exec!(
        tx,
        "insert into billing_operations (id, user_id, kind, status, plan_id, subscription_id, cancel, session_id, url, \
           expires_at, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        op.id,
        op.user_id,
        op.kind,
        op.status,
        op.plan_id,
        op.subscription_id.as_deref(),
        op.cancel,
        op.session_id.as_deref(),
        op.url.as_deref(),
        op.expires_at,
        op.created_at,
        op.created_at
    )?;
    Ok(())
}

select! {
    operations -> Operation,
    "id, user_id, kind, status, plan_id, subscription_id, cancel, session_id, url, expires_at, \
     created_at",
    "from billing_operations"
}

/// Returns the user's operation with this status, of which there is at most one (`working`, `open`).
pub async fn find_operation(from: impl Source, user: UserId, status: Status) -> Result<Option<Operation>> {
    operations!(
        from,
        fetch_optional,
        "where user_id = $1 and status = $2 order by id desc limit 1",
        user,
        status
    )
}

/// Returns one of a user's operations.
pub async fn get_operation(
    from: impl Source,
    user: UserId,
    id: BillingOperationId,
) -> Result<Option<Operation>> {
    operations!(from, fetch_optional, "where user_id = $1 and id = $2", user, id)
}

/// Lists operations that have been without a response since `before`, oldest first.
pub async fn list_unanswered(from: impl Source, before: Micros, limit: i64) -> Result<Vec<Operation>> {
    operations!(
        from,
        fetch_all,
        "where status = 'working' and updated_at < $1 order by updated_at limit $2",
        before,
        limit
    )
}

/// Records that an operation without a response was requested again, which moves it to the end of the queue.
pub async fn record_retry(tx: &mut Tx, id: BillingOperationId, now: Micros) -> Result<()> {
    exec!(tx, "update billing_operations set updated_at = $2 where id = $1", id, now)?;
    Ok(())
}

/// Records that the checkout page is open; returns whether the operation was still working.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] while another checkout page of the user is open.
pub async fn mark_open(
    tx: &mut Tx,
    id: BillingOperationId,
    session: &str,
    url: &str,
    expires_at: Micros,
    now: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update billing_operations set status = 'open', session_id = $2, url = $3, expires_at = $4, updated_at = $5 \
         where id = $1 and status = 'working'",
        id,
        session,
        url,
        expires_at,
        now
    )?;
    Ok(rows == 1)
}

/// Ends an operation; returns whether it was still working or open.
pub async fn end_operation(tx: &mut Tx, id: BillingOperationId, status: Status, now: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update billing_operations set status = $2, updated_at = $3 where id = $1 and status in ('working', 'open')",
        id,
        status,
        now
    )?;
    Ok(rows == 1)
}

/// Returns the provider's customer id of a user.
pub async fn customer(from: impl Source, user: UserId) -> Result<Option<String>> {
    value!(String, from, "select customer_id from billing_customers where user_id = $1", user)
}

/// Returns the user with a customer id.
pub async fn user_of(from: impl Source, customer: &str) -> Result<Option<UserId>> {
    value!(UserId, from, "select user_id from billing_customers where customer_id = $1", customer)
}

/// Stores the provider's customer id of a user. An existing one is kept.
pub async fn set_customer(tx: &mut Tx, user: UserId, customer: &str, now: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into billing_customers (user_id, customer_id, created_at, asked_at) values ($1, $2, $3, $4) \
         on conflict (user_id) do nothing",
        user,
        customer,
        now,
        now
    )?;
    Ok(())
}

/// Records when the provider was queried about a user.
pub async fn record_query(tx: &mut Tx, user: UserId, at: Micros) -> Result<()> {
    exec!(tx, "update billing_customers set asked_at = $2 where user_id = $1 and asked_at < $2", user, at)?;
    Ok(())
}

/// Lists the users whose state should be queried at the provider: those with an open checkout page that were not
/// queried since `soon`, and all that were not queried since `late`.
pub async fn list_due_users(
    from: impl Source,
    soon: Micros,
    late: Micros,
    limit: i64,
) -> Result<Vec<UserId>> {
    let rows = rows!(
        Due,
        from,
        fetch_all,
        "select user_id from billing_customers where asked_at < $2 or (asked_at < $1 and user_id in \
           (select user_id from billing_operations where status = 'open')) order by asked_at limit $3",
        soon,
        late,
        limit
    )?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

#[derive(FromRow)]
struct Due {
    user_id: UserId,
}

/// Returns whether an event of the provider was handled.
pub async fn is_handled(from: impl Source, event: &str) -> Result<bool> {
    Ok(value!(i64, from, "select count(*) from billing_events where id = $1", event)?.unwrap_or(0) > 0)
}

/// Records that an event of the provider is handled; returns `false` if it was already.
pub async fn record_handled(tx: &mut Tx, event: &str, now: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into billing_events (id, handled_at) values ($1, $2) on conflict (id) do nothing",
        event,
        now
    )?;
    Ok(rows == 1)
}

/// Deletes the records of events that are too old for the provider to resend.
pub async fn prune(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from billing_events where handled_at < $1", before)
}
