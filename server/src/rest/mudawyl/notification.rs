//! Notification settings and linking Telegram.

use super::{
    bodies::NotificationBody,
    error::{HandlerResult, PrivateErrors, StepUpDue},
    present::{Method, Notification},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, flag},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use service::{
    SharedDesk,
    identity::chat_link,
    messaging::notify::{self, Wish},
};

/// The fields that the service validates, in the document's order; the fields before them need no look-up.
const TELEGRAM: &[&str] = &["telegramNewOrder", "telegramTakeProfit", "telegramStopLoss"];

/// Get Alert Method
///
/// Returns how to link a Telegram chat. The code works once and expires after 15 minutes; then this endpoint returns a
/// new one. If no Telegram bot is configured, `telegramBotUrl` is a page that simulates it. Requires a password that was
/// confirmed within the last 10 minutes, because the code links a chat.
#[utoipa::path(
    get,
    path = "/v1/priv/account/notification/method",
    operation_id = "getNotificationMethod",
    tag = "Account Notification",
    responses((status = 200, body = Method, example = json!(super::examples::notification_method())), PrivateErrors, StepUpDue)
)]
pub(super) async fn get_notification_method(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<Method> {
    Ok(Json(chat_link::method(&desk, &actor).await?.into()))
}

/// Get Notification Settings
///
/// By default, e-mail notifications are on and Telegram notifications are off.
#[utoipa::path(
    get,
    path = "/v1/priv/account/notification",
    operation_id = "getNotificationSettings",
    tag = "Account Notification",
    responses((status = 200, body = Notification, example = json!(super::examples::notification())), PrivateErrors)
)]
pub(super) async fn get_notification_settings(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<Notification> {
    Ok(Json(notify::preferences(&desk, &actor).await?.into()))
}

/// Put Notification Settings
///
/// Changes only the fields that are sent. Telegram notifications can be turned on only after a chat is linked.
#[utoipa::path(
    put,
    path = "/v1/priv/account/notification",
    operation_id = "putNotificationSettings",
    tag = "Account Notification",
    request_body = NotificationBody,
    responses(
        (status = 200, body = Notification, example = json!(super::examples::updated_notification())),
        PrivateErrors
    )
)]
pub(super) async fn put_notification_settings(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Notification> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let wish = wish(&mut check);
    for problem in notify::unlinked(&desk, &actor, &wish).await? {
        check.fail(&problem.field, problem.problem);
    }
    let wish = check.finish(Some(wish)).map_err(|failure| failure.in_order(TELEGRAM))?;
    let set = notify::set(&desk, &actor, &wish).await.map_err(|error| request.refuse(error))?;
    Ok(Json(set.into()))
}

/// Parses the settings to change.
fn wish(check: &mut Check<'_>) -> Wish {
    Wish {
        weekly_report: check.optional("weeklyReport", flag),
        monthly_report: check.optional("monthlyReport", flag),
        email_new_order: check.optional("emailNewOrder", flag),
        email_take_profit: check.optional("emailTakeProfit", flag),
        email_stop_loss: check.optional("emailStopLoss", flag),
        telegram_new_order: check.optional("telegramNewOrder", flag),
        telegram_take_profit: check.optional("telegramTakeProfit", flag),
        telegram_stop_loss: check.optional("telegramStopLoss", flag),
    }
}
