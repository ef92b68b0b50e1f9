//! Notices: a user's events in order, with the position up to which they have been read.

use crate::{actor::Actor, error::Result, messaging::Messaging};
use domain::{ExchangeKeyId, Micros, live::LiveEvent};
use store::event::Event;

/// Unread notices are counted up to this many; beyond, the bell shows "more".
pub const MOST_UNREAD: usize = 99;
/// Events read for the count; not every event is shown as a notice.
const COUNTED: i64 = 300;
/// Events per page.
const PAGE: i64 = 200;

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Sequence number, ascending.
    pub seq: i64,
    /// Time of the event.
    pub at: Micros,
    /// The event.
    pub event: LiveEvent,
    /// Name of the exchange key concerned; `None` if there is none or it was deleted.
    pub key_name: Option<String>,
    /// Whether it was unread before this page was opened.
    pub unread: bool,
}

/// A page of notices, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticePage {
    /// The notices.
    pub items: Vec<Notice>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<i64>,
}

/// Number of the user's unread notices; one more than [`MOST_UNREAD`] if there are more than that.
///
/// # Errors
/// When the database cannot be read.
pub async fn unread(desk: &Messaging, actor: &Actor) -> Result<usize> {
    let events = store::read_mark::list_unread(&desk.db, actor.user, COUNTED).await?;
    Ok(events.iter().filter_map(news).take(MOST_UNREAD + 1).count())
}

/// The user's notices before the sequence number `before`. The first page is what the bell opens; it marks
/// everything as read.
///
/// # Errors
/// When the database cannot be used.
pub async fn read_page(desk: &Messaging, actor: &Actor, before: Option<i64>) -> Result<NoticePage> {
    let seen = store::read_mark::last_seen(&desk.db, actor.user).await?;
    let events =
        store::read_mark::list_newest(&desk.db, actor.user, before.unwrap_or(i64::MAX), PAGE).await?;
    let newest = events.first().map_or(0, |event| event.seq);
    if before.is_none() && newest > seen {
        let mut tx = desk.db.begin().await?;
        store::read_mark::mark(&mut tx, actor.user, newest).await?;
        tx.commit().await?;
    }
    let full = i64::try_from(events.len()).is_ok_and(|count| count == PAGE);
    let next = events.last().filter(|_| full).map(|event| event.seq);
    let keys = store::key::list_by_user(&desk.db, actor.user).await?;
    let name_of = |id: ExchangeKeyId| keys.iter().find(|key| key.id == id).map(|key| key.name.clone());
    let items = events.iter().filter_map(|event| {
        let live = news(event)?;
        Some(Notice {
            seq: event.seq,
            at: event.at,
            key_name: live.key.and_then(name_of),
            event: live,
            unread: event.seq > seen,
        })
    });
    Ok(NoticePage { items: items.collect(), next })
}

/// The event, if it is shown as a notice. Events of another version that cannot be parsed are skipped.
fn news(event: &Event) -> Option<LiveEvent> {
    event.body.value().ok().filter(|live| live.what.is_news())
}
