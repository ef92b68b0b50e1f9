//! What we know a person by at the payment provider, what we asked of it, and which of its messages we heard.

use crate::{Result, Source, Tx};
use domain::{BillingOperationId, Micros, PlanId, UserId, text_column, words};
use sqlx::FromRow;

words! {
    /// What is asked of the provider.
    pub Kind {
        /// A page to pay at.
        Checkout = "checkout",
        /// Another plan, or the end of the subscription.
        Change = "change",
    }
}

words! {
    /// What became of it.
    pub Status {
        /// Asked, or about to be; the answer is not known.
        Working = "working",
        /// A page to pay at stands open.
        Open = "open",
        /// Carried out.
        Done = "done",
        /// Refused, or never asked.
        Failed = "failed",
    }
}

text_column!(Kind, |kind| kind.word().to_owned(), Kind::parse);
text_column!(Status, |status| status.word().to_owned(), Status::parse);

/// Something asked of the provider. Written as it is read; its id is the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Operation {
    /// Its id.
    pub id: BillingOperationId,
    /// For whom.
    pub user_id: UserId,
    /// What.
    pub kind: Kind,
    /// What became of it.
    pub status: Status,
    /// Towards which plan.
    pub plan_id: Option<PlanId>,
    /// Of which subscription.
    pub subscription_id: Option<String>,
    /// Whether the subscription is to end with its period; none leaves that as it is.
    pub cancel: Option<bool>,
    /// The page to pay at: the provider's id of it.
    pub session_id: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// When it closes.
    pub expires_at: Option<Micros>,
    /// When it was decided.
    pub created_at: Micros,
}

/// Writes an operation before it is asked.
///
/// # Errors
/// [`crate::Kind::Unique`] while another of the person's is working.
pub async fn begin(tx: &mut Tx, op: &Operation) -> Result<()> {
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

/// The person's operation in this status, of which there is one at most (`working`, `open`).
///
/// # Errors
/// A database error.
pub async fn current(from: impl Source, user: UserId, status: Status) -> Result<Option<Operation>> {
    rows!(
        Operation,
        from,
        fetch_optional,
        "select id, user_id, kind, status, plan_id, subscription_id, cancel, session_id, url, expires_at, created_at \
         from billing_operations where user_id = $1 and status = $2 order by id desc limit 1",
        user,
        status
    )
}

/// One operation of a person's.
///
/// # Errors
/// A database error.
pub async fn operation(from: impl Source, user: UserId, id: BillingOperationId) -> Result<Option<Operation>> {
    rows!(
        Operation,
        from,
        fetch_optional,
        "select id, user_id, kind, status, plan_id, subscription_id, cancel, session_id, url, expires_at, created_at \
         from billing_operations where user_id = $1 and id = $2",
        user,
        id
    )
}

/// Operations whose answer has not come since `before`, oldest first.
///
/// # Errors
/// A database error.
pub async fn unanswered(from: impl Source, before: Micros, limit: i64) -> Result<Vec<Operation>> {
    rows!(
        Operation,
        from,
        fetch_all,
        "select id, user_id, kind, status, plan_id, subscription_id, cancel, session_id, url, expires_at, created_at \
         from billing_operations where status = 'working' and updated_at < $1 order by updated_at limit $2",
        before,
        limit
    )
}

/// Notes that an unanswered operation was asked again, so that others come before it the next time.
///
/// # Errors
/// A database error.
pub async fn asked_again(tx: &mut Tx, id: BillingOperationId, now: Micros) -> Result<()> {
    exec!(tx, "update billing_operations set updated_at = $2 where id = $1", id, now)?;
    Ok(())
}

/// The page to pay at stands open; whether the operation was still working.
///
/// # Errors
/// [`crate::Kind::Unique`] while another page of the person's stands open.
pub async fn opened(
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

/// Ends an operation; whether it had not ended before.
///
/// # Errors
/// A database error.
pub async fn end(tx: &mut Tx, id: BillingOperationId, status: Status, now: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update billing_operations set status = $2, updated_at = $3 where id = $1 and status in ('working', 'open')",
        id,
        status,
        now
    )?;
    Ok(rows == 1)
}

/// The provider's id of a person.
///
/// # Errors
/// A database error.
pub async fn customer(from: impl Source, user: UserId) -> Result<Option<String>> {
    value!(String, from, "select customer_id from billing_customers where user_id = $1", user)
}

/// Whom the provider means.
///
/// # Errors
/// A database error.
pub async fn user_of(from: impl Source, customer: &str) -> Result<Option<UserId>> {
    value!(UserId, from, "select user_id from billing_customers where customer_id = $1", customer)
}

/// Notes the provider's id of a person. The first one stays.
///
/// # Errors
/// A database error.
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

/// Notes when the provider was asked about a person.
///
/// # Errors
/// A database error.
pub async fn asked(tx: &mut Tx, user: UserId, at: Micros) -> Result<()> {
    exec!(tx, "update billing_customers set asked_at = $2 where user_id = $1 and asked_at < $2", user, at)?;
    Ok(())
}

/// People about whom the provider should be asked: who may be paying this minute and was not asked about since `soon`, and
/// everyone who was not asked about since `late`.
///
/// # Errors
/// A database error.
pub async fn due(from: impl Source, soon: Micros, late: Micros, limit: i64) -> Result<Vec<UserId>> {
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

/// Whether a message was acted upon.
///
/// # Errors
/// A database error.
pub async fn heard(from: impl Source, event: &str) -> Result<bool> {
    Ok(value!(i64, from, "select count(*) from billing_events where id = $1", event)?.unwrap_or(0) > 0)
}

/// Notes that a message is acted upon; false when it was already.
///
/// # Errors
/// A database error.
pub async fn hear(tx: &mut Tx, event: &str, now: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into billing_events (id, handled_at) values ($1, $2) on conflict (id) do nothing",
        event,
        now
    )?;
    Ok(rows == 1)
}

/// Forgets messages that are older than the provider would send again.
///
/// # Errors
/// A database error.
pub async fn prune(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from billing_events where handled_at < $1", before)
}
