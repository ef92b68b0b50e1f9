//! Telegram: linking chats, reading and sending messages. Without a bot token, the page `/telegram` simulates
//! the chat, with the same commands and the same code. The commands are in `crate::bot`.

mod api;
mod link;
mod poll;
mod reply;
mod simulator;
mod words;

pub(crate) use link::bot_url;
pub use link::{is_linked, unlink};
pub(crate) use poll::poll;
pub use poll::polls;
pub(crate) use reply::{BotReply, ReplyAction};
pub use simulator::chat;
pub(crate) use simulator::post;

use super::preferences;
use crate::{
    error::Result,
    messaging::{Messaging, mail},
    platform::{recipient::lang_of_user, settings::TelegramSettings},
};
pub(super) use api::Bot;
use api::TelegramFailure;
use domain::{
    Micros, Role, UserId,
    notification::{DeliveryFailure, FailureKind},
    time::{MINUTE, SECOND},
};
use language::Lang;
use store::{
    Tx, message as rows,
    telegram::{self as links, bot},
};

/// The bot; `None` selects the simulator.
pub(crate) struct Telegram(Option<Bot>);

impl Telegram {
    pub(crate) fn new(settings: &TelegramSettings) -> anyhow::Result<Self> {
        let bot = settings.token.as_ref().map(|token| Bot::new(&settings.api_base, token.clone()));
        Ok(Self(bot.transpose()?))
    }

    /// Whether a bot is configured.
    pub(crate) const fn real(&self) -> bool {
        self.0.is_some()
    }
}

/// Why a message was not delivered.
pub(super) enum Undelivered {
    /// A temporary failure.
    Passing { failure: DeliveryFailure, unreachable: bool },
    /// The next attempt is not before `until`; this one does not count as a failure.
    Later { until: Micros, failure: DeliveryFailure },
    /// A permanent failure.
    Never(DeliveryFailure),
}

impl Undelivered {
    /// Whether no other message of the channel needs to be tried now.
    pub(super) const fn stops(&self) -> bool {
        matches!(self, Self::Passing { unreachable: true, .. } | Self::Later { .. })
    }
}

/// Delay before a rejected token is tried again: the operator may have fixed it.
const REFUSED_FOR: i64 = 5 * MINUTE;

/// The setting with the token, as mails name it.
const TOKEN_VARIABLE: &str = "TELEGRAM_BOT_TOKEN";

/// Whether messages can be sent now.
pub(super) async fn can_send(desk: &Messaging, now: Micros) -> Result<bool> {
    let Some(bot) = &desk.telegram.0 else { return Ok(true) };
    Ok(bot::get(&desk.db, bot.name()).await?.is_none_or(|bot| bot.paused_until <= now))
}

/// Sends a message.
pub(super) async fn send(
    desk: &Messaging,
    row: &rows::Message,
    chat: i64,
    text: &str,
    lang: Lang,
) -> Result<std::result::Result<(), Undelivered>> {
    let Some(bot) = &desk.telegram.0 else {
        return simulator::arrive(desk, row, chat, text).await.map(Ok);
    };
    if simulator::is_simulated(chat) {
        return Ok(Err(Undelivered::Never(DeliveryFailure::of(FailureKind::SimulatedChat))));
    }
    match bot.send(chat, text, lang).await {
        Ok(()) => Ok(Ok(())),
        Err(failure) => handle_failure(desk, bot, chat, failure).await.map(Err),
    }
}

/// Handles a failure of Telegram: its consequences for the message, the chat and the bot.
async fn handle_failure(
    desk: &Messaging,
    bot: &Bot,
    chat: i64,
    failure: TelegramFailure,
) -> Result<Undelivered> {
    let now = desk.clock.now();
    Ok(match failure {
        TelegramFailure::Unreachable(kind) => {
            Undelivered::Passing { failure: DeliveryFailure::of(kind), unreachable: true }
        }
        TelegramFailure::Limited(seconds) => {
            let until = pause(desk, bot, seconds).await?;
            Undelivered::Later { until, failure: DeliveryFailure::of(FailureKind::RateLimited) }
        }
        TelegramFailure::Unauthorized => {
            refused(desk, bot).await?;
            Undelivered::Later {
                until: now.plus(REFUSED_FOR),
                failure: DeliveryFailure::of(FailureKind::TokenRejected),
            }
        }
        TelegramFailure::Blocked => {
            let mut tx = desk.db.begin().await?;
            if let Some(link) = links::of_chat(&mut tx, chat).await? {
                links::set_active(&mut tx, chat, false, now).await?;
                preferences::without_telegram(desk, &mut tx, link.user_id).await?;
            }
            tx.commit().await?;
            Undelivered::Never(DeliveryFailure::of(FailureKind::BotBlocked))
        }
        TelegramFailure::Refused(code) => {
            Undelivered::Never(DeliveryFailure::with_code(FailureKind::TelegramRejected, code))
        }
        TelegramFailure::Broken(code) => Undelivered::Passing {
            failure: DeliveryFailure::with_code(FailureKind::TelegramFailed, code),
            unreachable: true,
        },
    })
}

/// Pauses all requests to Telegram, in all instances, for as long as it demands.
async fn pause(desk: &Messaging, bot: &Bot, seconds: i64) -> Result<Micros> {
    let until = desk.clock.now().plus(seconds.clamp(1, 3_600) * SECOND);
    let mut tx = desk.db.begin().await?;
    bot::pause(&mut tx, bot.name(), until).await?;
    tx.commit().await?;
    Ok(until)
}

/// Telegram rejects the token: notifies the admins once, by mail.
async fn refused(desk: &Messaging, bot: &Bot) -> Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if bot::refuse(&mut tx, bot.name(), now).await? {
        for admin in store::user::list_by_role(&mut tx, Role::Admin).await? {
            let words = words::words(lang_of_user(desk, &mut tx, admin.id).await?);
            let letter = mail::Letter {
                subject: words.token_refused.to_owned(),
                body: words.token_refused_why(TOKEN_VARIABLE),
                secret: false,
                alarm: false,
            };
            mail::enqueue(desk, &mut tx, Some(admin.id), &admin.email, &letter).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Unlinks a user's chat and deletes their unused link code.
pub(crate) async fn forget_chat(desk: &Messaging, tx: &mut Tx, user: UserId) -> Result<()> {
    links::forget_code(tx, user, desk.clock.now()).await?;
    link::unlinked(desk, tx, user).await.map(drop)
}

/// Unlinks the chats of the simulator if there is a bot, and those of a bot if there is none: messages to
/// them would not arrive.
pub(super) async fn leave_behind(desk: &Messaging, tx: &mut Tx) -> Result<()> {
    let real = desk.telegram.real();
    links::leave_behind(tx, simulator::BOUND, real, desk.clock.now()).await?;
    Ok(())
}
