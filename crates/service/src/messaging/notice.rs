//! Notices: a user's events in order, with the position up to which they have been read. All events of one order are one
//! notice.

use crate::{actor::Actor, error::Result, messaging::Messaging};
use domain::{
    Decimal, ExchangeKeyId, Micros, Symbol,
    live::{LiveEvent, LiveEventKind, Results},
};
use std::collections::{HashMap, HashSet, hash_map::Entry};
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
    /// Time of the event; of an order's newest one.
    pub at: Micros,
    /// The event; of an order's the one with its last state.
    pub event: LiveEvent,
    /// Name of the exchange key concerned; `None` if there is none or it was deleted.
    pub key_name: Option<String>,
    /// Whether it was unread before this page was opened.
    pub unread: bool,
    /// The result of the event's order, in quote units ([`Results`]).
    pub result: Option<Decimal>,
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
    let mut orders = HashSet::new();
    let is_first = |live: &LiveEvent| order_of(live).is_none_or(|order| orders.insert(order));
    let notices = events.iter().filter_map(news).filter(is_first);
    Ok(notices.take(MOST_UNREAD + 1).count())
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
    // The events after this page, as many as a page has: an order among them is shown there.
    let later = match before {
        Some(before) => store::event::after(&desk.db, actor.user, before.saturating_sub(1), PAGE).await?,
        None => Vec::new(),
    };
    Ok(NoticePage { items: gather(&events, &later, seen, name_of), next })
}

/// The account, market and exchange order id of an order's events.
type OrderName = (Option<ExchangeKeyId>, Symbol, String);

/// Returns which order an event is about; `None` for any other event.
fn order_of(live: &LiveEvent) -> Option<OrderName> {
    match &live.what {
        LiveEventKind::Order(order, _) => Some((live.key, order.symbol.clone(), order.id.clone())),
        _ => None,
    }
}

/// How far an event's order has got: a final status is further than any fill.
fn progress(live: &LiveEvent) -> Option<(bool, Decimal)> {
    match &live.what {
        LiveEventKind::Order(order, _) => Some((order.is_final(), order.filled)),
        _ => None,
    }
}

/// Makes notices of events, which are ordered from the newest. An order has one notice, with its last state; it is left
/// out if it has events among the `later` ones, because another page shows it.
fn gather(
    events: &[Event],
    later: &[Event],
    seen: i64,
    name_of: impl Fn(ExchangeKeyId) -> Option<String>,
) -> Vec<Notice> {
    let mut notices: Vec<Notice> = Vec::new();
    let elsewhere = later.iter().filter_map(news).filter_map(|live| order_of(&live));
    let mut orders: HashMap<OrderName, Option<usize>> = elsewhere.map(|order| (order, None)).collect();
    let results = results_of(events);
    for event in events {
        let Some(live) = news(event) else { continue };
        let unread = event.seq > seen;
        if let Some(order) = order_of(&live) {
            match orders.entry(order) {
                Entry::Vacant(new) => {
                    new.insert(Some(notices.len()));
                }
                Entry::Occupied(known) => {
                    let notice = known.get().and_then(|index| notices.get_mut(index));
                    if let Some(notice) = notice {
                        notice.unread |= unread;
                        // The exchange may report a fill late: the newest event is not always the last state.
                        if progress(&live) > progress(&notice.event) {
                            notice.event = live;
                        }
                    }
                    continue;
                }
            }
        }
        let key_name = live.key.and_then(&name_of);
        let result = order_of(&live).and_then(|order| results.get(&order).copied());
        notices.push(Notice { seq: event.seq, at: event.at, event: live, key_name, unread, result });
    }
    notices
}

/// The results of the orders of events, which are ordered from the newest.
fn results_of(events: &[Event]) -> HashMap<OrderName, Decimal> {
    let mut results = Results::default();
    let live = events.iter().rev().filter_map(news);
    live.filter_map(|live| Some((order_of(&live)?, results.add(&live)?))).collect()
}

/// The event, if it is shown as a notice. Events of another version that cannot be parsed are skipped.
fn news(event: &Event) -> Option<LiveEvent> {
    event.body.value().ok().filter(|live| live.what.is_news())
}
