//! Forms for notifications, the simulated Telegram chat, and the outbox.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader, visitor};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
    visit::encoded,
};
use leptos::prelude::*;
use service::{
    Error, bot,
    messaging::notify::{self, Wish, telegram},
};

const PAGE: &str = "/settings/notifications";

/// Sets the notification preferences. A box that is not ticked is not sent and counts as off.
#[server(endpoint = "notification-set")]
pub async fn set_notifications(#[server(default)] on: Vec<String>) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let ticked = |name: &str| Some(on.iter().any(|word| word == name));
    let wish = Wish {
        weekly_report: ticked("weeklyReport"),
        monthly_report: ticked("monthlyReport"),
        email_new_order: ticked("emailNewOrder"),
        email_take_profit: ticked("emailTakeProfit"),
        email_stop_loss: ticked("emailStopLoss"),
        telegram_new_order: ticked("telegramNewOrder"),
        telegram_take_profit: ticked("telegramTakeProfit"),
        telegram_stop_loss: ticked("telegramStopLoss"),
    };
    let set = notify::set(&visit.desk, &actor, &wish).await;
    let done = set.map(|_| Done::at(PAGE).with_notice(PageNotice::NotificationsSaved));
    form("notification-set", PAGE).answer(&visit, done).await
}

/// Unlinks the Telegram chat.
#[server(endpoint = "telegram-unlink")]
pub async fn unlink_telegram() -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let unlinked = telegram::unlink(&visit.desk, &actor).await;
    let done = unlinked.map(|()| Done::at(PAGE).with_notice(PageNotice::TelegramUnlinked));
    form("telegram-unlink", PAGE).answer(&visit, done).await
}

/// Sends a message in the simulated Telegram chat.
#[server(endpoint = "telegram-say")]
pub async fn send_telegram_message(#[server(default)] text: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let said = bot::post(&visit.desk, &actor, &text).await;
    form("telegram-say", "/telegram")
        .keep("text", &text)
        .answer(&visit, said.map(|()| Done::at("/telegram#say")))
        .await
}

/// The button on the page that a mail's unsubscribe link opens.
#[server(endpoint = "unsubscribe")]
pub async fn unsubscribe(#[server(default)] token: String) -> Result<Done, FormFailure> {
    let visit = visitor()?;
    let back = format!("/unsubscribe?token={}", encoded(&token));
    let stopped = notify::unsubscribe(&visit.desk, &token).await;
    let done = stopped.map(|_| Done::at(back.clone()).with_notice(PageNotice::Unsubscribed));
    form("unsubscribe", back).answer(&visit, done).await
}

/// Retries a failed message.
#[server(endpoint = "message-retry")]
pub async fn retry_message(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let retried = match id.parse() {
        Ok(id) => notify::retry(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = retried.map(|()| Done::at("/admin/outbox").with_notice(PageNotice::MessageRetried));
    form("message-retry", "/admin/outbox").answer(&visit, done).await
}
