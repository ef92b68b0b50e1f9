//! A user's plan and paying for it.

use super::{
    bodies::{CheckoutBody, SubscriptionChangeBody},
    error::{HandlerResult, MudawylFailure, PrivateErrors},
    present::{HeldPlan, InvoiceItem, OpenedCheckout, StripeSubscription},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, flag, id},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use domain::{PlanId, validation::Problem};
use service::{
    SharedDesk,
    identity::plan,
    money::billing::{self, PlanChange},
};

/// Get User Subscription
///
/// Returns the user's plan, paid for or assigned by an admin, or `null` without one.
#[utoipa::path(
    get,
    path = "/v1/priv/account/subscription",
    operation_id = "getSubscription",
    tag = "Account Subscription",
    responses(
        (status = 200, body = Option<HeldPlan>, example = json!(super::examples::subscription())),
        PrivateErrors,
    )
)]
pub(super) async fn get_subscription(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<Option<HeldPlan>> {
    Ok(Json(HeldPlan::of(plan::user_plans(&desk, &actor).await?)))
}

/// Get Stripe Subscription
///
/// This endpoint retrieves the customer's first active subscription data.
///
/// Amount is in cents.
///
/// Returns `null` without a subscription.
#[utoipa::path(
    get,
    path = "/v1/priv/account/subscription/stripe",
    operation_id = "getStripeSubscription",
    tag = "Account Subscription",
    responses(
        (status = 200, body = Option<StripeSubscription>, example = json!(super::examples::stripe_subscription())),
        PrivateErrors,
    )
)]
pub(super) async fn get_stripe_subscription(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<Option<StripeSubscription>> {
    Ok(Json(billing::current_subscription(&desk, &actor).await?.map(StripeSubscription::from)))
}

/// Create Stripe Subscription Checkout
///
/// This endpoint creates a Stripe subscription checkout URL if no active subscription exists. If you need to change the
/// subscription plan, refer to Update Stripe Subscription. The payment type must be STRIPE if other options are
/// available.
///
/// A repeated request for the same plan returns the same URL while it can be paid.
#[utoipa::path(
    post,
    path = "/v1/priv/account/subscription/stripe/checkout",
    operation_id = "createStripeCheckout",
    tag = "Account Subscription",
    request_body = CheckoutBody,
    responses(
        (status = 200, body = OpenedCheckout, example = json!(super::examples::checkout())),
        PrivateErrors,
    )
)]
pub(super) async fn create_stripe_checkout(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<OpenedCheckout> {
    let plan = wanted(&request)?;
    let opened = billing::checkout(&desk, &actor, plan).await.map_err(|error| request.refuse(error))?;
    Ok(Json(OpenedCheckout::from(opened)))
}

/// Update Stripe Subscription
///
/// This endpoint updates the customer's active Stripe subscription.
///
/// Amount is in cents.
///
/// Changes the plan, cancels the subscription at the end of the period, or resumes it. The price difference of a larger
/// plan is charged immediately.
#[utoipa::path(
    put,
    path = "/v1/priv/account/subscription/stripe",
    operation_id = "updateStripeSubscription",
    tag = "Account Subscription",
    request_body = SubscriptionChangeBody,
    responses(
        (status = 200, body = StripeSubscription, example = json!(super::examples::stripe_subscription())),
        PrivateErrors,
    )
)]
pub(super) async fn update_stripe_subscription(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<StripeSubscription> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let cancel_at_period_end = check.optional("cancelAtPeriodEnd", flag);
    let plan = check.optional("subscriptionId", id(Problem::NotPlan));
    for problem in billing::unknown_plan(&desk, plan).await? {
        check.fail(&problem.field, problem.problem);
    }
    let change = check.finish(Some(PlanChange { plan, cancel_at_period_end }))?;
    let changed = billing::change_plan(&desk, &actor, change).await.map_err(|error| request.refuse(error))?;
    Ok(Json(StripeSubscription::from(changed)))
}

/// List Stripe Billing History
///
/// This endpoint retrieves the customer's finalized paid Stripe Invoices.
///
/// Amount is in cents.
///
/// Invoices are sorted newest first.
#[utoipa::path(
    get,
    path = "/v1/priv/account/subscription/stripe/billing/history",
    operation_id = "listBillingHistory",
    tag = "Account Subscription",
    responses(
        (status = 200, body = Vec<InvoiceItem>, example = json!(super::examples::billing_history())),
        PrivateErrors,
    )
)]
pub(super) async fn list_billing_history(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<Vec<InvoiceItem>> {
    let all = billing::list_invoices(&desk, &actor).await?;
    Ok(Json(all.into_iter().map(InvoiceItem::from).collect()))
}

/// Parses the plan of a checkout.
///
/// # Errors
/// 422 for an invalid plan id.
pub fn wanted(request: &RawRequest) -> Result<PlanId, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let plan = check.required("subscriptionId", id(Problem::NotPlan));
    check.finish(plan)
}
