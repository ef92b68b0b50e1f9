//! Notices: what has happened to a person, in the order it did, and up to where they have read.

use crate::{Actor, Desk, Result, follow};
use domain::{Micros, live::Happening};
use store::event::Event;

/// Unread notices are counted up to this many: the bell says "more" then.
pub const MOST_UNREAD: usize = 99;
/// Events that are read for the count. Not each is worth a notice.
const LOOKED_AT: i64 = 300;
/// Events of a page.
const PAGE: i64 = 200;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number, growing.
    pub seq: i64,
    /// When.
    pub at: Micros,
    /// What.
    pub happening: Happening,
    /// The name of its key; none when it has none, or the key is gone.
    pub key_name: Option<String>,
    /// It has not been read before.
    pub unread: bool,
}

/// A page of notices, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The notices.
    pub items: Vec<Notice>,
    /// Where the next page begins; none after the last.
    pub next: Option<i64>,
}

/// How many notices a person has not read; one more than [`MOST_UNREAD`] when there are more than that.
///
/// # Errors
/// When the database cannot be asked.
pub async fn unread(desk: &Desk, actor: &Actor) -> Result<usize> {
    let events = store::read_mark::unread(&desk.db, actor.user, LOOKED_AT).await?;
    Ok(events.iter().filter_map(news).take(MOST_UNREAD + 1).count())
}

/// A person's notices from before number `before`. The first page is what the bell opens: with it everything is read.
///
/// # Errors
/// When the database cannot be used.
pub async fn open(desk: &Desk, actor: &Actor, before: Option<i64>) -> Result<Page> {
    let seen = store::read_mark::seen(&desk.db, actor.user).await?;
    let events = store::read_mark::newest(&desk.db, actor.user, before.unwrap_or(i64::MAX), PAGE).await?;
    let newest = events.first().map_or(0, |event| event.seq);
    if before.is_none() && newest > seen {
        let mut tx = desk.db.begin().await?;
        store::read_mark::mark(&mut tx, actor.user, newest).await?;
        tx.commit().await?;
    }
    let full = i64::try_from(events.len()).is_ok_and(|count| count == PAGE);
    let next = events.last().filter(|_| full).map(|event| event.seq);
    let names = follow::key_names(desk, actor).await?;
    let items = events.iter().filter_map(|event| {
        let happening = news(event)?;
        Some(Notice {
            seq: event.seq,
            at: event.at,
            key_name: happening.key.and_then(|key| names.get(&key).cloned()),
            happening,
            unread: event.seq > seen,
        })
    });
    Ok(Page { items: items.collect(), next })
}

/// What is worth a notice. An event of another version that we cannot read is none.
fn news(event: &Event) -> Option<Happening> {
    serde_json::from_str::<Happening>(&event.body).ok().filter(|happening| happening.what.is_news())
}
