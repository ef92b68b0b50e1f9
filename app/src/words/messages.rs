//! Texts of the pages about messages.

use super::{Lang, table, texts};
use domain::notification::{DeliveryFailure, FailureKind};

table! {
    /// Notification settings, the simulated Telegram chat, the outbox.
    Messages, messages {
        title: "Notifications",
        edit: "Edit notifications",
        of_all(on, all): "{on} of {all} on",
        lead: "Everything that happens is listed under Activity. Security alerts are always sent: a rejected exchange key, a position without a stop, a new sign-in, a changed password or a plan that ends.",
        by_email: "E-mail",
        by_telegram: "Telegram",
        reports: "E-mail reports",
        new_order: "New orders",
        take_profit: "Take profit hit",
        stop_loss: "Stop loss hit",
        weekly: "Weekly report",
        monthly: "Monthly report",
        save: "Save changes",
        link_first: "Connect Telegram below to turn these on.",
        telegram: "Telegram",
        linked: "Connected",
        linked_so: "Notifications are sent to your Telegram chat.",
        nothing_ticked: "Only security alerts are sent to your Telegram chat. Choose more notifications above.",
        not_linked: "Not connected",
        link_steps(time): "Open the bot and send it this command. The code works once, until {time}.",
        confirm_first: "To connect a chat, confirm your password first.",
        confirm_button: "Confirm password",
        open_bot: "Open the bot",
        another(time): "To connect another chat, send the bot this command from there. The code works once, until {time}.",
        unlink: "Disconnect Telegram",
        unlink_sure: "Disconnect Telegram? You'll get no more messages in this chat.",
        chat_title: "Telegram simulator",
        chat_lead: "This server has no Telegram bot. This page simulates the chat, with the same commands and answers. Times are in UTC.",
        chat_empty: "No messages yet. Send /start and the code from Settings, Notifications.",
        chat_label: "Conversation",
        chat_you: "You",
        chat_bot: "Bot",
        chat_text: "Message",
        chat_send: "Send message",
        chat_reload: "Check for messages",
        unsubscribe: "Unsubscribe",
        unsubscribe_button: "Unsubscribe",
        unsubscribe_invalid: "This link isn't valid. Choose your e-mails in the notification settings.",
        unsubscribe_settings: "Notification settings",
        unsubscribe_weekly: "Stop getting the weekly report by e-mail?",
        unsubscribe_monthly: "Stop getting the monthly report by e-mail?",
        unsubscribe_order: "Stop getting e-mails about new orders?",
        unsubscribe_profit: "Stop getting e-mails about take profits hit?",
        unsubscribe_loss: "Stop getting e-mails about stop losses hit?",
        outbox: "Outbox",
        outbox_lead: "E-mails and Telegram messages of this server: failed, then waiting, then sent. Without a mail server, e-mails stay waiting. Times are in UTC.",
        outbox_empty: "No messages.",
        withheld: "The text is hidden because it gives access to the account. Without a mail server, run slipstream reset-link on the server.",
        unreadable: "Unreadable message",
        unreadable_why: "This message can't be decrypted. It was encrypted with a master key that this server doesn't have, or its data is damaged.",
        to(address): "To {address}",
        sent: "Sent",
        waiting: "Waiting",
        sending: "Sending",
        again: "Next attempt",
        dead: "Failed",
        dead_count(count): "Failed: {count}",
        attempts(count): plural { one: "{count} attempt", other: "{count} attempts" },
        failure_coded(failure, code): "{failure} (code {code})",
        retry: "Resend message",
        as_mailed: "Preview",
        channel: "Channel",
        stage: "Status",
        all: "All",
        show: "Apply filters",
        older: "Older",
        newest: "Newest",
    }
}

texts! {
    /// The kind of a failed delivery.
    failure_kind(FailureKind) {
        FailureKind::Interrupted => "The delivery was interrupted, so the message may have arrived",
        FailureKind::NoChat => "No Telegram chat is connected anymore",
        FailureKind::EventUnreadable => "The event of this message can't be read",
        FailureKind::Undecryptable => "The message can't be decrypted",
        FailureKind::NoMail => "The message can't be formatted as an e-mail",
        FailureKind::SimulatedChat => "The chat belongs to the simulator, but a Telegram bot is configured",
        FailureKind::RateLimited => "Telegram's rate limit is reached",
        FailureKind::TokenRejected => "Telegram rejected the bot token",
        FailureKind::BotBlocked => "The user blocked the bot",
        FailureKind::TelegramRejected => "Telegram rejected the message",
        FailureKind::TelegramFailed => "Telegram isn't working correctly",
        FailureKind::TelegramSilent => "Telegram didn't answer, so the message may have arrived",
        FailureKind::TelegramUnreachable => "Telegram can't be reached",
        FailureKind::NoMailServer => "No mail server is configured",
        FailureKind::MailRejected => "The mail server rejected the message",
        FailureKind::MailServerSilent => "The mail server didn't answer in time",
        FailureKind::MailServerUnreachable => "The mail server can't be reached",
    }
}

/// Why a message was not delivered. A sentence that an earlier release stored is shown as it is.
pub(crate) fn delivery_failure(lang: Lang, failure: &DeliveryFailure) -> String {
    match failure {
        DeliveryFailure::Known(kind, None) => failure_kind(lang, *kind).to_owned(),
        DeliveryFailure::Known(kind, Some(code)) => {
            messages(lang).failure_coded(failure_kind(lang, *kind), &code.to_string())
        }
        DeliveryFailure::Sentence(text) => text.clone(),
    }
}
