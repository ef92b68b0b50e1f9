//! A strategy on BTC/USDT and its followers, as rows.

use domain::{ExchangeId, ExchangeKeyId, FollowId, RiskProfileId, StrategyId, Symbol, UserId};
use service::Desk;
use store::{follow::Follow, strategy::Strategy};

/// The market of the strategy.
pub(crate) fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

/// Adds an active strategy without rules.
pub(crate) async fn add_strategy(desk: &Desk, name: &str) -> StrategyId {
    let now = desk.clock.now();
    let id = StrategyId::mint(&*desk.clock, &*desk.entropy);
    let row = Strategy {
        id,
        name: name.to_owned(),
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

/// Lets a user's key follow the strategy, without limits.
pub(crate) async fn add_follow(
    desk: &Desk,
    (user, key): (UserId, ExchangeKeyId),
    strategy: StrategyId,
    profile: RiskProfileId,
) -> Follow {
    let now = desk.clock.now();
    let follow = Follow {
        id: FollowId::mint(&*desk.clock, &*desk.entropy),
        user_id: user,
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
    follow
}
