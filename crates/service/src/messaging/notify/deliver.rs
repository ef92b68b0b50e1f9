//! From notices to delivered messages: notices are gathered into messages, and messages are sent.
//!
//! A message is marked before it is sent and after. If the process is cut off in between, it is sent again: a
//! mail under the same Message-ID, by which mail programs detect the duplicate; a Telegram message with a
//! line that marks it as repeated.

use super::{
    compose::{compose, unreadable},
    content::Content,
    email::{self, Envelope},
    event::NotificationEvent,
    outbox::{self, PlainMessage},
    telegram::{self, Undelivered},
    words::words,
};
use crate::{
    error::Result,
    messaging::Messaging,
    platform::recipient::{lang_of_chat, lang_of_user},
};
use domain::{
    MessageId, Micros,
    notification::{Channel, DeliveryFailure, FailureKind, jittered},
    time::{DAY, HOUR, MINUTE},
};
use language::Lang;
use store::{
    Tx, message as rows,
    notice::{self, Group, Notice},
};

/// Number of failures after which a message is marked as failed; the admin sees it in the outbox and can
/// retry it.
const ATTEMPTS: i64 = 10;
/// A burst of events is sent after this long at the latest, even if it continues.
const PATIENCE: i64 = MINUTE;
/// Messages per round.
const ROUND: i64 = 20;
/// Longer than any attempt takes; afterwards another instance may try.
const CLAIM: i64 = 2 * MINUTE;
/// How long sent notices and events are kept.
const KEPT: i64 = 90 * DAY;
/// For an attempt whose outcome is unknown.
const CUT_OFF: FailureKind = FailureKind::Interrupted;
/// For a message whose chat is unlinked.
const NO_CHAT: FailureKind = FailureKind::NoChat;
/// For a message about events that cannot be read.
const UNREADABLE: FailureKind = FailureKind::EventUnreadable;

/// Turns waiting notices into messages; returns the number of groups that became messages.
///
/// # Errors
/// When the database cannot be used. The error of one group is returned after the others are gathered.
pub async fn gather(desk: &Messaging) -> Result<usize> {
    let now = desk.clock.now();
    let (mut made, mut failed) = (0, None);
    for group in notice::list_due_groups(&desk.db, now, now.plus(-PATIENCE), 100).await? {
        match gather_one(desk, &group).await {
            Ok(new) => made += usize::from(new),
            Err(error) => {
                tracing::error!(user = %group.user_id, channel = %group.channel, group = %group.group_key, %error,
                    "notices could not be turned into a message");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(made), Err)
}

async fn gather_one(desk: &Messaging, group: &Group) -> Result<bool> {
    let waiting = notice::list_waiting(&desk.db, group).await?;
    if waiting.is_empty() {
        // Another instance was first.
        return Ok(false);
    }
    let (events, broken) = parsed(&waiting);
    let mut contents: Vec<(Content, Option<FailureKind>)> = Vec::new();
    if !events.is_empty() {
        contents.push((compose(desk, group.user_id, &events).await?, None));
    }
    if !broken.is_empty() {
        let lang = lang_of_user(desk, &desk.db, group.user_id).await?;
        contents.push((unreadable(desk, words(lang), &broken), Some(UNREADABLE)));
    }
    let mut id = MessageId::mint(&*desk.clock, &*desk.entropy);
    let mut tx = desk.db.begin().await?;
    let gathered = notice::assign_to_message(&mut tx, group, id).await?;
    if gathered != waiting.len() as u64 {
        // Another instance was first, or another notice was added meanwhile: left to the next round.
        return Ok(false);
    }
    let to = recipient(&mut tx, group).await?;
    for (content, failure) in &contents {
        let draft = PlainMessage {
            user: Some(group.user_id),
            channel: group.channel,
            to: to.as_deref().unwrap_or_default(),
            once: None,
            content,
        };
        outbox::put_as(desk, &mut tx, id, &draft).await?;
        if let Some(why) = failure.or_else(|| to.is_none().then_some(NO_CHAT)) {
            rows::give_up(&mut tx, id, desk.clock.now(), why.word()).await?;
        }
        id = MessageId::mint(&*desk.clock, &*desk.entropy);
    }
    tx.commit().await?;
    Ok(true)
}

/// Parses the events of notices. Those that cannot be parsed are returned separately, so that they keep no
/// other event waiting.
fn parsed(waiting: &[Notice]) -> (Vec<(&Notice, NotificationEvent)>, Vec<&Notice>) {
    let (mut events, mut broken) = (Vec::new(), Vec::new());
    for notice in waiting {
        match serde_json::from_str(&notice.body) {
            Ok(event) => events.push((notice, event)),
            Err(error) => {
                tracing::error!(event_id = %notice.event_key, kind = notice.kind.word(), %error,
                    "an event cannot be read: its notification is marked as failed");
                broken.push(notice);
            }
        }
    }
    (events, broken)
}

/// The mailbox or chat of a group's user; `None` if there is none.
async fn recipient(tx: &mut Tx, group: &Group) -> Result<Option<String>> {
    Ok(match group.channel {
        Channel::Email => store::user::get_user(tx, group.user_id).await?.map(|user| user.email),
        Channel::Telegram => {
            let link = store::telegram::get_link(tx, group.user_id).await?;
            link.filter(|link| link.active).and_then(|link| link.chat_id).map(|chat| chat.to_string())
        }
    })
}

/// Sends what is due on every channel; returns the number of messages accepted. A failing channel does not
/// delay the other, and notices that cannot be gathered delay neither.
///
/// # Errors
/// When the database cannot be used. A rejecting server is not an error here: the message is retried with
/// growing delays.
pub async fn deliver(desk: &Messaging) -> Result<usize> {
    let gathered = gather(desk).await;
    let (by_email, by_telegram) =
        tokio::join!(deliver_to(desk, Channel::Email), deliver_to(desk, Channel::Telegram));
    gathered?;
    Ok(by_email? + by_telegram?)
}

/// Releases the messages that this instance was sending when it stopped, so that they are retried
/// immediately.
///
/// # Errors
/// When the database cannot be used.
pub async fn resume(desk: &Messaging) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    rows::let_go(&mut tx, &desk.instance).await?;
    telegram::leave_behind(desk, &mut tx).await?;
    Ok(tx.commit().await?)
}

/// Deletes notices and events after [`KEPT`].
///
/// # Errors
/// When the database cannot be used.
pub async fn prune(desk: &Messaging, now: Micros) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    notice::prune_before(&mut tx, now.plus(-KEPT)).await?;
    store::event::forget_before(&mut tx, now.plus(-KEPT)).await?;
    Ok(tx.commit().await?)
}

/// Sends the due messages of one channel.
pub(crate) async fn deliver_to(desk: &Messaging, channel: Channel) -> Result<usize> {
    let now = desk.clock.now();
    let open = match channel {
        Channel::Email => desk.mailer.sends(),
        Channel::Telegram => telegram::can_send(desk, now).await?,
    };
    if !open {
        return Ok(0);
    }
    let mut taken = 0;
    for row in rows::list_due(&desk.db, channel, now, ROUND).await? {
        if !claim(desk, &row).await? {
            continue;
        }
        match hand_over(desk, &row).await? {
            Ok(()) => taken += 1,
            Err(failure) => {
                let stop = failure.stops();
                undelivered(desk, &row, failure).await?;
                if stop {
                    break;
                }
                continue;
            }
        }
        let mut tx = desk.db.begin().await?;
        rows::mark_sent(&mut tx, row.id, desk.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(taken)
}

async fn claim(desk: &Messaging, row: &rows::Message) -> Result<bool> {
    let now = desk.clock.now();
    let cut_off = row.holder.is_some().then_some(CUT_OFF.word());
    let mut tx = desk.db.begin().await?;
    let ours = rows::claim_message(&mut tx, row.id, &desk.instance, now, now.plus(CLAIM), cut_off).await?;
    tx.commit().await?;
    Ok(ours)
}

async fn hand_over(desk: &Messaging, row: &rows::Message) -> Result<std::result::Result<(), Undelivered>> {
    let content = match outbox::read(desk, row) {
        Ok(content) => content,
        // The master key was lost: the message stays in the outbox as failed, and the others are delivered.
        Err(_) => return Ok(Err(never(FailureKind::Undecryptable))),
    };
    match row.channel {
        Channel::Email => {
            let mail = match email::write(desk, &Envelope { row, content: &content }).await {
                Ok(mail) => mail,
                Err(_) => {
                    return Ok(Err(never(FailureKind::NoMail)));
                }
            };
            Ok(desk.mailer.send(mail).await.map_err(|error| Undelivered::Passing {
                failure: error.failure,
                unreachable: error.unreachable,
            }))
        }
        Channel::Telegram => {
            let Ok(chat) = row.to_address.parse() else {
                return Ok(Err(never(NO_CHAT)));
            };
            let lang = lang_of_row(desk, row, chat).await?;
            telegram::send(desk, row, chat, &telegram_text(row, &content, lang), lang).await
        }
    }
}

/// The language of a message to a chat. Replies of the bot have no user, but the chat may be linked to one.
async fn lang_of_row(desk: &Messaging, row: &rows::Message, chat: i64) -> Result<Lang> {
    match row.user_id {
        Some(user) => lang_of_user(desk, &desk.db, user).await,
        None => {
            let link = store::telegram::of_chat(&desk.db, chat).await?;
            lang_of_chat(desk, &desk.db, link.as_ref()).await
        }
    }
}

fn telegram_text(row: &rows::Message, content: &Content, lang: Lang) -> String {
    // The last attempt may have succeeded, on this or another instance.
    let failure = row.failure.as_deref().map(DeliveryFailure::read);
    let again = row.holder.is_some() || failure.is_some_and(|failure| failure.may_have_arrived());
    let again = again.then_some(words(lang).perhaps_again);
    let parts = [again, Some(content.subject.as_str()), Some(content.body.as_str())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

const fn never(kind: FailureKind) -> Undelivered {
    Undelivered::Never(DeliveryFailure::of(kind))
}

async fn undelivered(desk: &Messaging, row: &rows::Message, failure: Undelivered) -> Result<()> {
    let now = desk.clock.now();
    let (at, why) = match failure {
        Undelivered::Passing { failure, .. } if row.attempts + 1 >= ATTEMPTS => (None, failure),
        Undelivered::Passing { failure, .. } => {
            (Some(jittered(&*desk.clock, &*desk.entropy, pause(row.attempts))), failure)
        }
        Undelivered::Later { until, failure } => (Some(until), failure),
        Undelivered::Never(failure) => (None, failure),
    };
    tracing::warn!(message = %row.id, channel = %row.channel, %why, attempts = row.attempts + 1, "could not deliver a message");
    let mut tx = desk.db.begin().await?;
    match at {
        Some(at) => rows::postpone_message(&mut tx, row.id, at, &why.stored()).await?,
        None => rows::give_up(&mut tx, row.id, now, &why.stored()).await?,
    }
    Ok(tx.commit().await?)
}

/// The delay before the next attempt: one minute, doubled each time, at most an hour.
fn pause(attempts: i64) -> i64 {
    (MINUTE << attempts.clamp(0, 6)).min(HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_an_hour() {
        assert_eq!([0, 1, 5, 6, 60, -1].map(pause).map(|p| p / MINUTE), [1, 2, 32, 60, 60, 1]);
    }
}
