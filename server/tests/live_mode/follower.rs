//! A follower of a strategy on the desk in live mode.

use super::world::{World, btc};
use crate::common::process::PATIENCE;
use domain::{
    ExchangeId, ExchangeKeyId, FollowId, Side, StrategyId,
    copy::Status,
    signal::{Action, Source},
};
use exchange::Credentials;
use service::{
    Desk,
    following::signal::{self, NewSignal},
};
use std::time::Duration;
use store::{copy::CopyTrade, follow::Follow, strategy::Strategy};

const FOLLOWER: &str = "bea@example.org";

/// A follower of the strategy.
pub(crate) struct Follower {
    strategy: StrategyId,
    pub(crate) who: Credentials,
}

impl World {
    /// Creates a strategy and its follower.
    pub(crate) async fn follower(&self) -> Follower {
        let strategy = a_strategy(&self.direct).await;
        let who = self.account().await;
        let (_, key) = self.join(FOLLOWER, "AUTOMATED", &who).await;
        follow(&self.direct, strategy, FOLLOWER, key.parse().unwrap()).await;
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

async fn a_strategy(desk: &Desk) -> StrategyId {
    let now = desk.clock.now();
    let id = StrategyId::mint(&*desk.clock, &*desk.entropy);
    let row = Strategy {
        id,
        name: "Rehearsal".into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: btc(),
        timeframe_s: 60,
        definition: None,
        active: true,
        position: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::strategy::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Adds a user's follow of the strategy with this key.
async fn follow(desk: &Desk, strategy: StrategyId, email: &str, key: ExchangeKeyId) {
    let now = desk.clock.now();
    let user = store::user::by_email(&desk.db, email).await.unwrap().expect("the follower");
    let profile = store::follow::risk_profiles(&desk.db).await.unwrap()[0].id;
    let follow = Follow {
        id: FollowId::mint(&*desk.clock, &*desk.entropy),
        user_id: user.id,
        exchange_key_id: key,
        strategy_id: strategy,
        symbol: btc(),
        risk_profile_id: profile,
        active: true,
        max_leverage: None,
        paused_reason: None,
        last_copy_at: None,
        stopped_at: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::follow::insert_follow(&mut tx, &follow).await.unwrap();
    tx.commit().await.unwrap();
}
