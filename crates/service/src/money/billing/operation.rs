//! Requests to the payment provider, each carried out once. An operation is committed before the request is
//! sent, and its id is the idempotency key: whichever process finds it unanswered repeats the request and
//! gets the first answer.

use super::{gateway, provider_error, sync};
use crate::{
    error::{Error, Result},
    money::Money,
};
use domain::{
    BillingOperationId, PlanId, Refusal, UserId,
    time::{HOUR, MINUTE},
};
use payment::{Checkout, NewCheckout, PaymentFailure, PaymentGateway, SubscriptionChange};
use store::billing::{self as rows, Kind, Operation, Status};

/// The provider keeps idempotency keys for a day. Older operations are not repeated; the subscriptions are
/// read instead.
const REMEMBERED: i64 = 23 * HOUR;
/// Minimum remaining life of a checkout page that is reused: time enough to enter a card.
const SHORT: i64 = 5 * MINUTE;

/// Result of an operation.
pub(super) enum OperationOutcome {
    /// A checkout page is open.
    Open(Operation),
    /// The subscription was changed.
    Changed,
}

/// A new operation.
pub(super) struct New {
    pub(super) kind: Kind,
    pub(super) plan: Option<PlanId>,
    pub(super) subscription: Option<String>,
    pub(super) cancel: Option<bool>,
}

/// Records an operation and sends it. The caller holds the user's billing lock and has settled earlier
/// operations.
pub(super) async fn send_operation(desk: &Money, user: UserId, new: New) -> Result<OperationOutcome> {
    let New { kind, plan, subscription, cancel } = new;
    let op = Operation {
        id: BillingOperationId::mint(&*desk.clock, &*desk.entropy),
        user_id: user,
        kind,
        status: Status::Working,
        plan_id: plan,
        subscription_id: subscription,
        cancel,
        session_id: None,
        url: None,
        expires_at: None,
        created_at: desk.clock.now(),
    };
    let mut tx = desk.db.begin().await?;
    match rows::insert_operation(&mut tx, &op).await {
        // Another instance is running an operation of the same user.
        Err(error) if error.is_unique() => return Err(Error::Unavailable { retry_after_s: 1 }),
        other => other?,
    }
    tx.commit().await?;
    run(desk, op).await
}

/// Completes the user's earlier operation whose answer was lost.
pub(super) async fn settle_earlier(desk: &Money, user: UserId) -> Result<()> {
    let Some(op) = rows::find_operation(&desk.db, user, Status::Working).await? else { return Ok(()) };
    match run(desk, op).await {
        // A rejection of the earlier operation has no bearing on the present one.
        Err(Error::Unavailable { retry_after_s }) => Err(Error::Unavailable { retry_after_s }),
        Err(Error::Fault(fault)) => Err(Error::Fault(fault)),
        _ => Ok(()),
    }
}

/// Sends or repeats the request. If the answer remains unknown, the operation stays as it is.
pub(super) async fn run(desk: &Money, op: Operation) -> Result<OperationOutcome> {
    let Some(gateway) = gateway(desk) else { return Err(Refusal::PlanInvalid.into()) };
    if desk.clock.now().since(op.created_at) > REMEMBERED {
        end(desk, &op, Status::Failed).await?;
        sync::sync_user(desk, op.user_id).await?;
        return Err(Error::Unavailable { retry_after_s: 1 });
    }
    let outcome = match op.kind {
        Kind::Checkout => open(desk, gateway, &op).await,
        Kind::Change => change(desk, gateway, &op).await,
    };
    match outcome {
        Ok(done) => Ok(done),
        Err(OperationError::Here(error)) => Err(error),
        Err(OperationError::There(failure)) if failure.passing() => {
            tracing::warn!(operation = %op.id, %failure, "the outcome of a billing operation is unknown; will ask again");
            Err(provider_error(failure))
        }
        Err(OperationError::There(failure)) => {
            end(desk, &op, Status::Failed).await?;
            tracing::warn!(operation = %op.id, %failure, "the payment provider rejected a billing operation");
            refused(desk, &op, failure).await
        }
    }
}

/// Handles a rejection that the desk did not foresee because its data was outdated: refreshes them.
async fn refused(desk: &Money, op: &Operation, failure: PaymentFailure) -> Result<OperationOutcome> {
    if failure == PaymentFailure::Declined {
        return Err(Refusal::PaymentDeclined.into());
    }
    sync::sync_user(desk, op.user_id).await?;
    match (op.kind, super::live(desk, op.user_id).await?) {
        (Kind::Change, None) => Err(Refusal::NoStripeSubscription.into()),
        _ => Err(provider_error(failure)),
    }
}

/// Where the operation failed: in the desk or at the provider.
enum OperationError {
    Here(Error),
    There(PaymentFailure),
}

impl From<PaymentFailure> for OperationError {
    fn from(failure: PaymentFailure) -> Self {
        Self::There(failure)
    }
}

impl From<Error> for OperationError {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

impl From<store::Error> for OperationError {
    fn from(error: store::Error) -> Self {
        Self::Here(error.into())
    }
}

async fn open(
    desk: &Money,
    gateway: &dyn PaymentGateway,
    op: &Operation,
) -> std::result::Result<OperationOutcome, OperationError> {
    let plan = plan(desk, op).await?;
    let customer = customer(desk, gateway, op.user_id).await?;
    let price = gateway.price(&plan).await?;
    let (success_url, cancel_url) = (success_url(desk, op.id), cancel_url(desk));
    let new = NewCheckout {
        customer: &customer,
        price: &price,
        user: op.user_id,
        success_url: &success_url,
        cancel_url: &cancel_url,
    };
    let Checkout { id, url, expires_at } = gateway.open_checkout(&op.id.to_string(), &new).await?;
    let url = url.ok_or_else(|| PaymentFailure::Unknown("a checkout session has no URL".to_owned()))?;
    let mut tx = desk.db.begin().await?;
    rows::mark_open(&mut tx, op.id, &id, &url, expires_at, desk.clock.now()).await?;
    tx.commit().await?;
    let (session_id, url, expires_at) = (Some(id), Some(url), Some(expires_at));
    Ok(OperationOutcome::Open(Operation { status: Status::Open, session_id, url, expires_at, ..op.clone() }))
}

async fn change(
    desk: &Money,
    gateway: &dyn PaymentGateway,
    op: &Operation,
) -> std::result::Result<OperationOutcome, OperationError> {
    let kept = store::subscription::of_user(&desk.db, op.user_id).await?;
    let kept = kept.into_iter().find(|kept| Some(&kept.subscription.id) == op.subscription_id.as_ref());
    let kept = kept.ok_or_else(|| Error::fault("the subscription to change does not exist"))?;
    let price = match op.plan_id {
        Some(_) => Some(gateway.price(&plan(desk, op).await?).await?),
        None => None,
    };
    let change = SubscriptionChange {
        subscription: &kept.subscription.id,
        price: price.as_deref().map(|price| (kept.subscription.item.as_str(), price)),
        cancel_at_period_end: op.cancel,
    };
    let asked_at = desk.clock.now();
    let changed = gateway.change(&op.id.to_string(), &change).await?;
    let mut tx = desk.db.begin().await?;
    sync::apply(desk, &mut tx, op.user_id, vec![changed], asked_at).await?;
    rows::end_operation(&mut tx, op.id, Status::Done, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(OperationOutcome::Changed)
}

async fn plan(desk: &Money, op: &Operation) -> Result<domain::Plan> {
    let id = op.plan_id.ok_or_else(|| Error::fault("a billing operation has no plan"))?;
    store::plan::get_plan(&desk.db, id)
        .await?
        .ok_or_else(|| Error::fault("the plan of a billing operation no longer exists"))
}

/// The user's customer id at the provider; creates the customer on first use.
async fn customer(
    desk: &Money,
    gateway: &dyn PaymentGateway,
    user: UserId,
) -> std::result::Result<String, OperationError> {
    if let Some(known) = store::billing::customer(&desk.db, user).await? {
        return Ok(known);
    }
    let person = store::user::get_user(&desk.db, user).await?.ok_or(Error::NotFound)?;
    let made = gateway.create_customer(&format!("customer-{user}"), user, &person.email).await?;
    let mut tx = desk.db.begin().await?;
    rows::set_customer(&mut tx, user, &made, desk.clock.now()).await?;
    tx.commit().await?;
    // If two instances create one, the first to be stored is used.
    Ok(store::billing::customer(&desk.db, user).await?.unwrap_or(made))
}

/// Where the browser returns to after paying: a page that waits for the provider's confirmation.
pub(super) fn success_url(desk: &Money, op: BillingOperationId) -> String {
    format!("{}/billing?checkout={op}", desk.settings.public_url)
}

/// Where it returns to otherwise.
pub(super) fn cancel_url(desk: &Money) -> String {
    format!("{}/plans", desk.settings.public_url)
}

/// Returns the open checkout page if it is for this plan and can still be paid; otherwise closes it. So at
/// most one of all the pages a user has ever opened can be paid.
pub(super) async fn reuse_open_page(
    desk: &Money,
    gateway: &dyn PaymentGateway,
    user: UserId,
    plan: PlanId,
) -> Result<Option<Operation>> {
    let Some(op) = rows::find_operation(&desk.db, user, Status::Open).await? else { return Ok(None) };
    let session = op.session_id.clone().unwrap_or_default();
    let there = match gateway.checkout(&session).await {
        Ok(there) => Some(there),
        Err(PaymentFailure::Missing) => None,
        Err(failure) => return Err(provider_error(failure)),
    };
    let usable = there.filter(|c| c.url.is_some());
    let lasts = usable.as_ref().is_some_and(|c| c.expires_at > desk.clock.now().plus(SHORT));
    if op.plan_id == Some(plan) && lasts {
        // The provider's own address of the page: the stored one may have been changed.
        return Ok(Some(Operation { url: usable.and_then(|page| page.url), ..op }));
    }
    if usable.is_some() {
        gateway.close_checkout(&session).await.map_err(provider_error)?;
    }
    // It may have been paid during the check.
    sync::sync_user(desk, user).await?;
    end(desk, &op, Status::Done).await?;
    Ok(None)
}

async fn end(desk: &Money, op: &Operation, status: Status) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    rows::end_operation(&mut tx, op.id, status, desk.clock.now()).await?;
    Ok(tx.commit().await?)
}
