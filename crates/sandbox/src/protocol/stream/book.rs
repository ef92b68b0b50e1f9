//! Diff depth streams: the changes of a whole order book, continuous with its snapshots.

use crate::{
    book_feed::BookChange,
    market::MarketId,
    protocol::{
        limits::Venue,
        shape::{amount, price},
        shared::ServerState,
        time_unit::stamp,
    },
};
use domain::{Decimal, Micros};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Keeps a market's book among the followed ones until it is dropped.
pub(super) struct FollowedBook {
    shared: Arc<ServerState>,
    market: MarketId,
}

impl FollowedBook {
    /// `None` if the exchange has stopped.
    pub(super) fn new(shared: &Arc<ServerState>, market: MarketId) -> Option<Self> {
        shared.exchange.follow_book(market).ok()?;
        Some(Self { shared: Arc::clone(shared), market })
    }
}

impl Drop for FollowedBook {
    fn drop(&mut self) {
        self.shared.exchange.leave_book(self.market);
    }
}

/// Changes that have not been sent yet. A level that changed twice has its last state.
struct Pending {
    before: u64,
    after: u64,
    bids: BTreeMap<Decimal, Decimal>,
    asks: BTreeMap<Decimal, Decimal>,
}

/// One subscription of a diff depth stream.
pub(super) struct BookStream {
    book: FollowedBook,
    pending: Option<Pending>,
}

impl BookStream {
    pub(super) const fn new(book: FollowedBook) -> Self {
        Self { book, pending: None }
    }

    pub(super) const fn market(&self) -> MarketId {
        self.book.market
    }

    /// Adds the change of one step, if it is of this book.
    pub(super) fn add(&mut self, changes: &[BookChange]) {
        for change in changes.iter().filter(|change| change.market == self.book.market) {
            let pending = self.pending.get_or_insert_with(|| Pending {
                before: change.before,
                after: change.after,
                bids: BTreeMap::new(),
                asks: BTreeMap::new(),
            });
            pending.after = change.after;
            pending.bids.extend(change.bids.iter().map(|level| (level.price, level.amount)));
            pending.asks.extend(change.asks.iter().map(|level| (level.price, level.amount)));
        }
    }

    /// The message with everything that has been added since the last one.
    pub(super) fn message(&mut self, venue: Venue, at: Micros) -> Option<Value> {
        let Pending { before, after, bids, asks } = self.pending.take()?;
        let market = self.book.market;
        let row = |(at, size): (&Decimal, &Decimal)| [price(market, *at), amount(market, *size)];
        let bids: Vec<_> = bids.iter().rev().map(row).collect();
        let asks: Vec<_> = asks.iter().map(row).collect();
        let mut body = json!({
            "e": "depthUpdate",
            "E": stamp(at),
            "s": market.pair.joined(),
            "U": before + 1,
            "u": after,
            "b": bids,
            "a": asks,
        });
        if venue == Venue::Futures {
            body["T"] = stamp(at).into();
            body["pu"] = before.into();
        }
        Some(body)
    }
}
