//! The user-data subscriptions of one connection.

use crate::{
    engine::AccountId,
    exchange::EventBatch,
    protocol::{
        failure::{Reply, SandboxFailure},
        fault::Faults,
        limits::Venue,
        stream::user,
        time_unit::stamp,
    },
};
use domain::Micros;
use serde_json::{Value, json};

/// Maximum number of active subscriptions of a connection.
const MOST_ACTIVE: usize = 1_000;
/// Maximum number of subscriptions of a connection over its lifetime.
const MOST: u64 = 65_535;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Active {
    id: u64,
    account: AccountId,
    /// It was made by the session, and ends with it.
    by_session: bool,
}

/// The active subscriptions, and how many there have been.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    active: Vec<Active>,
    made: u64,
}

impl Subscriptions {
    pub(super) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// Subscribes to an account's events. Returns the subscription's id.
    pub(super) fn add(&mut self, account: AccountId, by_session: bool) -> Reply<u64> {
        if self.active.iter().any(|active| active.account == account) {
            return Err(SandboxFailure::refused(-2035, "User Data Stream subscription already active."));
        }
        if self.active.len() >= MOST_ACTIVE {
            let msg = format!(
                "Too many subscriptions. Connection may create up to '{MOST_ACTIVE}' subscriptions at a time."
            );
            return Err(SandboxFailure::refused(-1191, msg));
        }
        if self.made >= MOST {
            return Err(SandboxFailure::refused(
                -2042,
                "Maximum subscription ID reached for this connection.",
            ));
        }
        let id = self.made;
        self.made += 1;
        self.active.push(Active { id, account, by_session });
        Ok(id)
    }

    /// Ends one subscription, or all of them.
    pub(super) fn end(&mut self, id: Option<u64>, now: Micros) -> Reply<Vec<Value>> {
        let ended = self.end_where(now, |active| id.is_none_or(|id| active.id == id));
        if ended.is_empty() {
            return Err(SandboxFailure::refused(-2036, "User Data Stream subscription not active."));
        }
        Ok(ended)
    }

    /// Ends the subscription of an account.
    pub(super) fn end_account(&mut self, account: AccountId, now: Micros) -> Vec<Value> {
        self.end_where(now, |active| active.account == account)
    }

    /// Ends the subscription that the session made.
    pub(super) fn end_session(&mut self, now: Micros) -> Vec<Value> {
        self.end_where(now, |active| active.by_session)
    }

    /// Returns the event that ends each.
    fn end_where(&mut self, now: Micros, ends: impl Fn(&Active) -> bool) -> Vec<Value> {
        let ended: Vec<_> =
            self.active.iter().filter(|active| ends(active)).map(|active| active.id).collect();
        self.active.retain(|active| !ends(active));
        let event = json!({ "e": "eventStreamTerminated", "E": stamp(now) });
        ended.into_iter().map(|id| wrapped(id, event.clone())).collect()
    }

    /// As `session.subscriptions` lists them.
    pub(super) fn list(&self) -> Value {
        self.active.iter().map(|active| json!({ "subscriptionId": active.id })).collect()
    }

    /// The events of one batch, in Binance's envelope.
    pub(super) fn events(&self, faults: &Faults, batch: &EventBatch) -> Vec<Value> {
        let mut messages = Vec::new();
        for active in &self.active {
            let mine = batch.events.iter().filter(|event| event.account == Some(active.account));
            let rows: Vec<Value> = mine.filter_map(|event| user::message(Venue::Spot, event)).collect();
            messages.extend(faults.garbled(rows).into_iter().map(|row| wrapped(active.id, row)));
        }
        messages
    }
}

fn wrapped(id: u64, event: Value) -> Value {
    json!({ "subscriptionId": id, "event": event })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(reply: Reply<T>) -> i32 {
        reply.err().map_or(0, |failure| failure.code)
    }

    #[test]
    fn an_account_has_one_subscription_and_each_has_its_own_id() {
        let mut all = Subscriptions::default();
        let (one, two) = (AccountId(1), AccountId(2));
        assert_eq!((all.add(one, true), all.add(two, false)), (Ok(0), Ok(1)));
        assert_eq!(code(all.add(one, false)), -2035);
        assert_eq!(all.list(), json!([{ "subscriptionId": 0 }, { "subscriptionId": 1 }]));
        let ended = json!({ "subscriptionId": 0, "event": { "e": "eventStreamTerminated", "E": 7 } });
        assert_eq!(all.end_session(Micros(7_000)), [ended]);
        assert_eq!(code(all.end(Some(0), Micros(0))), -2036);
        assert_eq!(all.add(one, false), Ok(2));
        assert_eq!(all.end(None, Micros(0)).map(|ended| ended.len()), Ok(2));
        assert_eq!(code(all.end(None, Micros(0))), -2036);
        assert!(all.is_empty());
    }

    #[test]
    fn a_connection_has_only_so_many() {
        let mut all = Subscriptions::default();
        for number in 0..1_000 {
            assert_eq!(all.add(AccountId(number), false), Ok(number));
        }
        assert_eq!(code(all.add(AccountId(1_000), false)), -1191);
        all.end(None, Micros(0)).unwrap();
        all.made = MOST;
        assert_eq!(code(all.add(AccountId(1), false)), -2042);
    }
}
