//! The latest fills of users on one market, which are public trades beside the beats.

use crate::market::PublicTrade;
use domain::Micros;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many fills of users are kept per market.
const KEPT: usize = 2_000;
/// A fill of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Print {
    /// The number of the pair's latest beat before it.
    after: i64,
    trade: PublicTrade,
}

/// The latest fills of users on one market.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prints {
    /// The number of older fills.
    dropped: i64,
    rows: VecDeque<Print>,
}

impl Prints {
    pub(super) const fn new() -> Self {
        Self { dropped: 0, rows: VecDeque::new() }
    }

    pub(super) fn add(&mut self, after: i64, trade: PublicTrade) {
        if self.rows.len() == KEPT {
            self.rows.pop_front();
            self.dropped += 1;
        }
        self.rows.push_back(Print { after, trade });
    }

    /// The number of all fills.
    pub(super) fn count(&self) -> i64 {
        self.dropped + length(self.rows.len())
    }

    /// The id of the beat with this number.
    pub(super) fn id_of(&self, number: i64) -> u64 {
        let before = self.dropped + length(self.rows.partition_point(|print| print.after < number));
        (number + before).unsigned_abs()
    }

    /// The number of the first beat whose id is at least `id`.
    pub(super) fn number_of(&self, id: u64) -> i64 {
        let before = self.dropped + length(self.rows.partition_point(|print| print.trade.id < id));
        i64::try_from(id).unwrap_or(i64::MAX).saturating_sub(before)
    }

    /// The kept fills, oldest first.
    pub(super) fn kept(&self) -> impl ExactSizeIterator<Item = &PublicTrade> {
        self.rows.iter().map(|print| &print.trade)
    }

    /// The kept fills from a time on.
    pub(super) fn since(&self, at: Micros) -> impl Iterator<Item = &PublicTrade> {
        let first = self.rows.partition_point(|print| print.trade.at < at);
        self.rows.range(first..).map(|print| &print.trade)
    }
}

fn length(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}
