//! A follower of a strategy on the desk in live mode.

use super::world::World;
use crate::common::{
    copying::{add_follow, add_strategy},
    process::PATIENCE,
};
use domain::{
    Side, StrategyId,
    copy::Status,
    signal::{Action, Source},
};
use exchange::Credentials;
use service::following::signal::{self, NewSignal};
use std::time::Duration;
use store::copy::CopyTrade;

const FOLLOWER: &str = "bea@example.org";

/// A follower of the strategy.
pub(crate) struct Follower {
    strategy: StrategyId,
    pub(crate) who: Credentials,
}

impl World {
    /// Creates a strategy and its follower.
    pub(crate) async fn follower(&self) -> Follower {
        let strategy = add_strategy(&self.direct, "Rehearsal").await;
        let who = self.account().await;
        let (_, key) = self.join(FOLLOWER, "AUTOMATED", &who).await;
        let user = store::user::by_email(&self.direct.db, FOLLOWER).await.unwrap().expect("the follower");
        let profile = store::follow::risk_profiles(&self.direct.db).await.unwrap()[0].id;
        add_follow(&self.direct, (user.id, key.parse().unwrap()), strategy, profile).await;
        Follower { strategy, who }
    }

    /// Sends a signal to buy with this stop, and waits until the follower's copy is open.
    pub(crate) async fn copied(&self, follower: &Follower, stop: i64) {
        let new = NewSignal {
            strategy: follower.strategy,
            source: Source::Hand,
            action: Action::Enter,
            side: Some(Side::Buy),
            price: None,
            stop: Some(stop.into()),
            targets: vec![900_000.into()],
            external_id: None,
            bar_at: None,
            sent_at: None,
        };
        signal::accept(&self.direct, new).await.unwrap();
        self.copy_becomes(follower, Status::Open).await;
    }

    /// Waits until the follower's copy has this status.
    pub(crate) async fn copy_becomes(&self, follower: &Follower, wanted: Status) {
        let mut last = None;
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                last = self.copy(follower).await.map(|copy| (copy.status, copy.reason, copy.detail));
                if last.as_ref().is_some_and(|(status, ..)| *status == wanted) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        assert!(found.await.is_ok(), "the copy is {last:?}");
    }

    async fn copy(&self, follower: &Follower) -> Option<CopyTrade> {
        let db = &self.direct.db;
        let signals = store::signal::list_by_strategy(db, follower.strategy, None, 9).await.unwrap();
        store::copy::list_by_signal(db, signals.first()?.id, None, 9).await.unwrap().pop()
    }
}
