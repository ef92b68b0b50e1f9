//! How often the copy trading page reads the database.

use super::call::{ADA, Front, PASSWORD};
use axum::http::StatusCode;
use domain::{
    ApiKeyStatus, CopyId, Decimal, ExchangeId, ExchangeKey, ExchangeKeyId, FollowId, Micros, RiskProfileId,
    RiskRuleId, Side, SignalId, StrategyId, StrategyType, TradeType, UserId,
    signal::{Action, Source},
};
use service::{Origin, identity::session};
use store::{
    DecimalText,
    copy::{EntrySize, NewCopy},
    follow::Follow,
    key::{KeyRow, SealedSecret},
    signal::Signal,
    strategy::Strategy,
    testing::TestDb,
};
use uuid::Uuid;

store::each_engine!(the_copy_trading_page_reads_the_database_eight_times_for_ten_keys);

/// How many keys there are.
const KEYS: u128 = 10;
const STRATEGY: StrategyId = StrategyId(Uuid::from_u128(500));
const SIGNAL: SignalId = SignalId(Uuid::from_u128(600));

fn key(owner: UserId, number: u128, at: Micros) -> KeyRow {
    KeyRow {
        key: ExchangeKey {
            id: ExchangeKeyId(Uuid::from_u128(number)),
            exchange_id: ExchangeId::Binance,
            trade_type: TradeType::Futures,
            strategy_type: StrategyType::Automated,
            active: true,
            name: format!("Key {number}"),
            api_key: format!("api-{number}"),
            status: ApiKeyStatus::Authorized,
            sandbox: true,
            ip_restricted: false,
            account_mode: domain::AccountMode::OneWay,
            may_withdraw: false,
            expires_at: None,
            traded_elsewhere: false,
            created_at: at,
            updated_at: at,
        },
        user_id: owner,
        sealed: SealedSecret {
            secret: vec![1; 48],
            data_key: vec![1; 60],
            master_key_id: "m1".into(),
            version: 1,
        },
    }
}

fn follow(owner: UserId, number: u128, profile: RiskProfileId, at: Micros) -> Follow {
    Follow {
        id: FollowId(Uuid::from_u128(100 + number)),
        user_id: owner,
        exchange_key_id: ExchangeKeyId(Uuid::from_u128(number)),
        strategy_id: STRATEGY,
        symbol: "BTC/USDT".parse().unwrap(),
        risk_profile_id: profile,
        active: true,
        max_leverage: Some(10),
        paused_reason: None,
        last_copy_at: None,
        stopped_at: None,
        created_at: at,
        updated_at: at,
    }
}

fn strategy(at: Micros) -> Strategy {
    Strategy {
        id: STRATEGY,
        name: "Ten keys".into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: "BTC/USDT".parse().unwrap(),
        timeframe_s: 60,
        definition: None,
        active: true,
        position: 1,
        created_at: at,
        updated_at: at,
    }
}

fn entry(at: Micros) -> Signal {
    Signal {
        id: SIGNAL,
        strategy_id: STRATEGY,
        source: Source::Hook,
        action: Action::Enter,
        side: Some(Side::Buy),
        price: Some(DecimalText(Decimal::from(100))),
        market_price: Some(DecimalText(Decimal::from(100))),
        stop: Some(DecimalText(Decimal::from(90))),
        targets: "[]".into(),
        external_id: Some("alert-1".into()),
        bar_at: None,
        at,
        fanned_out_at: None,
        seq: 1,
    }
}

/// Ten keys that follow a strategy, each with a copy; the last one's is an open position.
async fn ten_keys(front: &Front, owner: UserId) {
    let (db, now) = (&front.desk.db, front.desk.clock.now());
    let profile = store::follow::risk_profiles(db).await.unwrap()[0].id;
    let copies: Vec<NewCopy> = (1..=KEYS)
        .map(|number| NewCopy {
            id: CopyId(Uuid::from_u128(700 + number)),
            follow_id: FollowId(Uuid::from_u128(100 + number)),
            user_id: owner,
            exchange_key_id: ExchangeKeyId(Uuid::from_u128(number)),
            symbol: "BTC/USDT".parse().unwrap(),
            risk_percent: Decimal::TWO,
            skipped: None,
            detail: None,
            exit_percent: None,
        })
        .collect();
    let sized = EntrySize {
        equity: Decimal::from(10_000),
        amount: Decimal::ONE,
        leverage: 3,
        price: Decimal::from(100),
        stop: Decimal::from(90),
        targets: "[]".into(),
    };
    let open = CopyId(Uuid::from_u128(700 + KEYS));
    let mut tx = db.begin().await.unwrap();
    store::strategy::insert(&mut tx, &strategy(now)).await.unwrap();
    store::signal::insert_signal(&mut tx, &entry(now)).await.unwrap();
    for number in 1..=KEYS {
        store::key::insert_key(&mut tx, &key(owner, number, now)).await.unwrap();
        let follow = follow(owner, number, profile, now);
        store::follow::insert_follow(&mut tx, &follow).await.unwrap();
        // The last key has no limit: with an open position its account would be read at the exchange.
        let limit = (number < KEYS).then(|| Decimal::from(50));
        let rule = RiskRuleId(Uuid::from_u128(800 + number));
        store::risk_rule::set_daily_limit(&mut tx, owner, follow.id, limit, rule, now).await.unwrap();
    }
    store::copy::insert_all(&mut tx, SIGNAL, Action::Enter, Some(Side::Buy), &copies, now).await.unwrap();
    store::copy::claim_copies(&mut tx, "one", now, now.plus(30), 99).await.unwrap();
    assert!(store::copy::begin_sending(&mut tx, open, "one", Some(&sized), now).await.unwrap());
    let price = Decimal::from(101);
    assert!(store::copy::open_position(&mut tx, open, "77", price, Decimal::ONE, now).await.unwrap());
    tx.commit().await.unwrap();
}

/// Session, bell, the entries, the keys with their follows, the strategies, the risk rules, the current copies, and the
/// credentials of the account with an open position, whose profit is read from the exchange.
async fn the_copy_trading_page_reads_the_database_eight_times_for_ten_keys(db: &TestDb) {
    let front = Front::new(db);
    let form = format!("email={ADA}&password={}", PASSWORD.replace(' ', "+"));
    let cookie = front.post_form("/api/sign-up", &form, &[]).await.cookie();
    let token = cookie.split_once('=').unwrap().1;
    let origin = Origin::new([127, 0, 0, 1].into(), "");
    let ada = session::find(&front.desk, token, &origin).await.unwrap().unwrap();
    ten_keys(&front, ada.user).await;
    let follows = async || front.get("/follows", &[("cookie", &cookie)]).await;
    // The first request also reads the maintenance mode, which is then cached.
    follows().await;
    let before = front.desk.db.calls();
    let page = follows().await;
    let reads = front.desk.db.calls() - before;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let count = |text: &str| page.text.matches(text).count();
    assert_eq!(count("data-testid=\"follow-line\""), 10);
    assert!(page.text.contains("In position"), "{}", page.text);
    assert!(reads <= 8, "{reads} reads");
}
