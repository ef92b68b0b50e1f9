//! Changes of the order books that depth streams follow.
//!
//! A change is computed once per step, under the exchange's lock. It contains every level that differs between
//! two states that a depth request could have read, so a copy of the book that is kept with it never drifts.

use crate::{
    engine::{Engine, Event, EventKind},
    market::{Depth, Level, MarketId},
};
use domain::Decimal;
use std::{cmp::Ordering, collections::BTreeMap};

/// The change of one book in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BookChange {
    pub(crate) market: MarketId,
    /// The update id before the change.
    pub(crate) before: u64,
    /// The update id after the change.
    pub(crate) after: u64,
    /// The new state of every changed bid, best first; an amount of zero means that the level is gone.
    pub(crate) bids: Vec<Level>,
    /// As `bids`.
    pub(crate) asks: Vec<Level>,
}

/// A followed book, and the number of streams that follow it.
#[derive(Debug)]
struct Followed {
    streams: usize,
    book: Depth,
}

/// The followed books, each as of the last published step.
#[derive(Debug, Default)]
pub(crate) struct BookFeed(BTreeMap<MarketId, Followed>);

impl BookFeed {
    pub(crate) fn follow(&mut self, engine: &Engine, market: MarketId) {
        let fresh = || Followed { streams: 0, book: whole(engine, market) };
        self.0.entry(market).or_insert_with(fresh).streams += 1;
    }

    pub(crate) fn leave(&mut self, market: MarketId) {
        let Some(followed) = self.0.get_mut(&market) else { return };
        followed.streams -= 1;
        if followed.streams == 0 {
            self.0.remove(&market);
        }
    }

    /// The changes of one step, whose events are `events`.
    pub(crate) fn changes(&mut self, engine: &Engine, events: &[Event]) -> Vec<BookChange> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut changes = Vec::new();
        for event in events {
            let EventKind::Market(update) = &event.kind else { continue };
            let Some(followed) = self.0.get_mut(&update.market) else { continue };
            if followed.book.update_id == update.book.update_id {
                continue;
            }
            let book = whole(engine, update.market);
            // A step can publish a market twice; the first time its final book was already compared.
            if followed.book.update_id != book.update_id {
                changes.push(change(update.market, &followed.book, &book));
                followed.book = book;
            }
        }
        changes
    }
}

fn whole(engine: &Engine, market: MarketId) -> Depth {
    engine.depth(market, usize::MAX)
}

fn change(market: MarketId, before: &Depth, after: &Depth) -> BookChange {
    BookChange {
        market,
        before: before.update_id,
        after: after.update_id,
        bids: changed(&before.bids, &after.bids, |a, b| b.cmp(&a)),
        asks: changed(&before.asks, &after.asks, |a, b| a.cmp(&b)),
    }
}

/// The levels of one side that differ, in its order.
fn changed(before: &[Level], after: &[Level], order: fn(Decimal, Decimal) -> Ordering) -> Vec<Level> {
    let (mut old, mut new) = (before.iter().copied().peekable(), after.iter().copied().peekable());
    let mut rows = Vec::new();
    loop {
        let next = match (old.peek(), new.peek()) {
            (Some(was), Some(is)) => order(was.price, is.price),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return rows,
        };
        let was = if next.is_le() { old.next() } else { None };
        let is = if next.is_ge() { new.next() } else { None };
        match (was, is) {
            (Some(was), None) => rows.push(Level { price: was.price, amount: Decimal::ZERO }),
            (_, Some(is)) if was != Some(is) => rows.push(is),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn level(price: i64, amount: i64) -> Level {
        Level { price: Decimal::from(price), amount: Decimal::from(amount) }
    }

    #[test]
    fn a_change_has_what_came_what_changed_and_what_went() {
        let before = [level(10, 1), level(12, 2), level(13, 3)];
        let after = [level(11, 4), level(12, 2), level(13, 5)];
        let rows = changed(&before, &after, |a, b| a.cmp(&b));
        assert_eq!(rows, [level(10, 0), level(11, 4), level(13, 5)]);
        assert!(changed(&after, &after, |a, b| a.cmp(&b)).is_empty());
    }

    proptest! {
        #[test]
        fn a_change_leads_from_one_side_to_the_next(
            before in proptest::collection::btree_map(1_i64..40, 1_i64..4, 0..20),
            after in proptest::collection::btree_map(1_i64..40, 1_i64..4, 0..20),
        ) {
            let side = |rows: &BTreeMap<i64, i64>| -> Vec<Level> {
                rows.iter().rev().map(|(price, amount)| level(*price, *amount)).collect()
            };
            let mut copy: BTreeMap<Decimal, Decimal> =
                side(&before).into_iter().map(|row| (row.price, row.amount)).collect();
            for row in changed(&side(&before), &side(&after), |a, b| b.cmp(&a)) {
                if row.amount.is_zero() {
                    prop_assert!(copy.remove(&row.price).is_some());
                } else {
                    prop_assert_ne!(copy.insert(row.price, row.amount), Some(row.amount));
                }
            }
            let whole: Vec<Level> =
                copy.iter().rev().map(|(price, amount)| Level { price: *price, amount: *amount }).collect();
            prop_assert_eq!(whole, side(&after));
        }
    }
}
