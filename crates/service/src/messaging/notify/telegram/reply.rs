//! Replies of the bot. What a command does comes first, in `crate::bot`: a [`BotReply`] then changes the link and
//! puts the reply into the outbox in one transaction.

use super::{
    link::{self, Linked},
    words::words,
};
use crate::{
    error::{Error, Result},
    messaging::{
        Messaging,
        notify::{Content, announce_credential, outbox, plain::shown, preferences},
    },
    platform::{
        audit::{self, Via},
        recipient::{lang_of_chat, lang_of_user},
    },
};
use domain::{UserId, account::Credential, notification::Channel};
use language::Lang;
use store::{Tx, telegram as links};

/// Reply to a message to the bot.
pub(crate) struct BotReply {
    text: ReplyText,
    action: ReplyAction,
}

/// The text of a reply.
enum ReplyText {
    /// Composed by the command, in the language of the chat.
    Composed(String),
    /// The list of commands.
    Help,
    /// The command failed.
    Sorry,
    /// The command failed, but a retry may succeed in a moment.
    Later,
}

impl ReplyText {
    fn into_text(self, lang: Lang) -> String {
        let words = words(lang);
        match self {
            Self::Composed(text) => text,
            Self::Help => words.commands(),
            Self::Sorry => words.sorry.to_owned(),
            Self::Later => words.later.to_owned(),
        }
    }
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
        Self { text: ReplyText::Composed(text.into()), action }
    }

    /// A reply that changes nothing.
    pub(crate) fn text_only(text: impl Into<String>) -> Self {
        Self::new(text, ReplyAction::Nothing)
    }

    /// The list of commands.
    pub(crate) fn help() -> Self {
        Self { text: ReplyText::Help, action: ReplyAction::Nothing }
    }

    /// Reply after an error: try again, if a retry may succeed in a moment.
    pub(super) fn failed(error: &Error) -> Self {
        let later = matches!(error, Error::Unavailable { .. });
        let text = if later { ReplyText::Later } else { ReplyText::Sorry };
        Self { text, action: ReplyAction::Nothing }
    }

    /// Makes the change and enqueues the reply; `once` identifies the message that it answers.
    pub(super) async fn write(self, desk: &Messaging, tx: &mut Tx, chat: i64, once: &str) -> Result<()> {
        let link = links::of_chat(&mut *tx, chat).await?;
        let lang = lang_of_chat(desk, &mut *tx, link.as_ref()).await?;
        let text = match self.action {
            ReplyAction::Nothing => self.text.into_text(lang),
            ReplyAction::Link(code) => linked(desk, tx, chat, &code, once).await?,
            ReplyAction::Unlink => {
                if let Some(link) = link {
                    link::unlinked(desk, tx, link.user_id).await?;
                    let (user, action) = (Some(link.user_id), audit::AuditAction::ChatUnlinked);
                    audit::record(desk, tx, user, action, "", Via::Telegram).await?;
                }
                self.text.into_text(lang)
            }
            ReplyAction::Panic(asked_at) => {
                links::set_panic_requested(tx, chat, asked_at).await?;
                self.text.into_text(lang)
            }
        };
        put(desk, tx, chat, once, &text).await
    }
}

/// Links a chat, and returns the reply. Before the chat is linked, it has the language of its link.
async fn linked(desk: &Messaging, tx: &mut Tx, chat: i64, code: &str, once: &str) -> Result<String> {
    let (user, before) = match link::link(desk, tx, chat, code).await? {
        Linked::Yes { user, before } => (user, before),
        rejected => {
            let link = links::of_chat(&mut *tx, chat).await?;
            let words = words(lang_of_chat(desk, &mut *tx, link.as_ref()).await?);
            let anothers = matches!(rejected, Linked::Anothers);
            return Ok(if anothers { words.anothers("/stop") } else { words.no_code.to_owned() });
        }
    };
    audit::record(desk, tx, Some(user), audit::AuditAction::ChatLinked, "", Via::Telegram).await?;
    announce(desk, tx, user, chat).await?;
    let words = words(lang_of_user(desk, &mut *tx, user).await?);
    if let Some(before) = before {
        put(desk, tx, before, &format!("{once}:moved"), words.moved).await?;
    }
    let person = store::user::get_user(&mut *tx, user).await?.ok_or(Error::NotFound)?;
    let switches = preferences::get_preferences(tx, user).await?.switches;
    let mut parts = vec![words.linked(&shown(&person.email))];
    if switches == switches.without_telegram() {
        parts.push(words.nothing_ticked(&format!("{}/settings/notifications", desk.settings.public_url)));
    }
    parts.push(words.commands());
    Ok(parts.join("\n\n"))
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
