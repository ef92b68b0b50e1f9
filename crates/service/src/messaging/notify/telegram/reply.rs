//! Replies of the bot. What a command does comes first, in `crate::bot`: a [`BotReply`] then changes the link and
//! puts the reply into the outbox in one transaction.

use super::{
    link::{self, Linked},
    words::EN,
};
use crate::{
    error::{Error, Result},
    messaging::{
        Messaging,
        notify::{Content, announce_credential, outbox, plain::shown, preferences, words::fill},
    },
    platform::audit::{self, Via},
};
use domain::{UserId, account::Credential, notification::Channel};
use store::{Tx, telegram as links};

/// Reply to a message to the bot.
pub(crate) struct BotReply {
    text: String,
    action: ReplyAction,
}

/// The change made when the reply is written.
pub(crate) enum ReplyAction {
    /// No change.
    Nothing,
    /// Links the chat, using the typed code. The text of the reply depends on the result.
    Link(String),
    /// Unlinks the chat.
    Unlink,
    /// Time at which the panic button was requested; `None` resets it after it was pressed.
    Panic(Option<domain::Micros>),
}

impl BotReply {
    /// A reply that changes something when it is written.
    pub(crate) fn new(text: impl Into<String>, action: ReplyAction) -> Self {
        Self { text: text.into(), action }
    }

    /// A reply that changes nothing.
    pub(crate) fn text_only(text: impl Into<String>) -> Self {
        Self::new(text, ReplyAction::Nothing)
    }

    /// The list of commands.
    pub(crate) fn help() -> Self {
        Self::text_only(EN.help)
    }

    /// Reply after an error: try again, if a retry may succeed in a moment.
    pub(super) fn failed(error: &Error) -> Self {
        Self::text_only(if matches!(error, Error::Unavailable { .. }) { EN.later } else { EN.sorry })
    }

    /// Makes the change and enqueues the reply; `once` identifies the message that it answers.
    pub(super) async fn write(self, desk: &Messaging, tx: &mut Tx, chat: i64, once: &str) -> Result<()> {
        let text = match self.action {
            ReplyAction::Nothing => self.text,
            ReplyAction::Link(code) => linked(desk, tx, chat, &code, once).await?,
            ReplyAction::Unlink => {
                if let Some(link) = links::of_chat(&mut *tx, chat).await? {
                    link::unlinked(desk, tx, link.user_id).await?;
                    let (user, action) = (Some(link.user_id), audit::AuditAction::ChatUnlinked);
                    audit::record(desk, tx, user, action, "", Via::Telegram).await?;
                }
                self.text
            }
            ReplyAction::Panic(asked_at) => {
                links::set_panic_requested(tx, chat, asked_at).await?;
                self.text
            }
        };
        put(desk, tx, chat, once, &text).await
    }
}

async fn linked(desk: &Messaging, tx: &mut Tx, chat: i64, code: &str, once: &str) -> Result<String> {
    Ok(match link::link(desk, tx, chat, code).await? {
        Linked::Yes { user, before } => {
            audit::record(desk, tx, Some(user), audit::AuditAction::ChatLinked, "", Via::Telegram).await?;
            announce(desk, tx, user, chat).await?;
            if let Some(before) = before {
                put(desk, tx, before, &format!("{once}:moved"), EN.moved).await?;
            }
            let person = store::user::get_user(&mut *tx, user).await?.ok_or(Error::NotFound)?;
            let switches = preferences::get_preferences(tx, user).await?.switches;
            let mut parts = vec![fill(EN.linked, &[&shown(&person.email)])];
            if switches == switches.without_telegram() {
                parts.push(fill(EN.nothing_ticked, &[&desk.settings.public_url]));
            }
            parts.push(EN.help.to_owned());
            parts.join("\n\n")
        }
        Linked::Anothers => EN.anothers.to_owned(),
        Linked::No => EN.no_code.to_owned(),
    })
}

/// Notifies the owner that a chat was linked. By mail only: an intruder may hold the chat.
async fn announce(desk: &Messaging, tx: &mut Tx, user: UserId, chat: i64) -> Result<()> {
    let now = desk.clock.now();
    links::set_active(tx, chat, false, now).await?;
    announce_credential(desk, tx, user, Credential::ChatLinked, (&chat.to_string(), "")).await?;
    links::set_active(tx, chat, true, now).await?;
    Ok(())
}

/// Sends a text to a chat, once per `once`.
async fn put(desk: &Messaging, tx: &mut Tx, chat: i64, once: &str, text: &str) -> Result<()> {
    let content = Content::plain("", text);
    let to = chat.to_string();
    let draft = outbox::PlainMessage {
        user: None,
        channel: Channel::Telegram,
        to: &to,
        once: Some(once),
        content: &content,
    };
    outbox::put(desk, tx, &draft).await.map(drop)
}
