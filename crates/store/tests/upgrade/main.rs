//! Upgrades a database of an earlier release, stored as SQL: every position and resting entry in it gets its
//! desired state, every order and copy that opened something becomes a trade, and its orders and copies stay unchanged.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use domain::{IntentId, PositionSlot, Side};
use store::{
    protection::{self, Wanted},
    testing::{self, TestDb},
};
use uuid::Uuid;

/// The last migration of the release that wrote the stored databases.
const BEFORE: i64 = 37;
const SQLITE: &str = include_str!("before_0044.sqlite.sql");
const POSTGRES: &str = include_str!("before_0044.postgres.sql");

/// The ids of the stored rows end with these numbers.
const MANUAL: u64 = 16;
const MANUAL_WITHOUT_STOP: u64 = 17;
const MANUAL_WAITING: u64 = 18;
const MANUAL_WORKING: u64 = 19;
const COPY_SENDING: u64 = 33;
const COPY_OPEN: u64 = 34;
const COPY_STOP_REFUSED: u64 = 37;

/// The states of intents, legs and copies, which an upgrade must not change.
const STATES: &str = "select 'intent ' || status || ' ' || symbol || ' ' || created_at as state from intents \
     union all select 'leg ' || client_order_id || ' ' || status || ' ' || body from intent_legs \
       where client_order_id is not null \
     union all select 'copy ' || action || ' ' || status || ' ' || symbol || ' ' || coalesce(reason, '-') from copies \
     order by 1";

/// The trades of earlier orders and copies.
const TRADES: &str = "select source || ' ' || side || ' ' || status || ' ' || amount || ' ' || coalesce(entry_price, '-') || ' ' || \
     coalesce(realized, '-') || ' ' || coalesce(exit_reason, '-') || case when opened_at is null then '' else ' opened' end || \
     case when closed_at is null then '' else ' ended' end as state from trades order by intent_id";

async fn upgraded(db: &TestDb, sql: &'static str) {
    db.migrate_to(BEFORE).await.unwrap();
    db.script(sql).await;
    db.execute("update follows set daily_loss_limit_usd = '50'").await;
    let before = db.texts(STATES).await;
    assert!(before.len() > 40, "the kept database was read");
    db.migrate().await.unwrap();
    assert_eq!(db.texts(STATES).await, before);
    let rules = "select level || ' ' || kind || ' ' || threshold || ' ' || action as state from risk_rules";
    assert_eq!(db.texts(rules).await, ["FOLLOW DAY_LOSS 50 STOP_ENTRIES"]);

    let rows = protection::list_all(&**db).await.unwrap();
    let number = |id: IntentId| u64::try_from(id.0.as_u128() & 0xff).unwrap();
    let known: Vec<_> =
        rows.iter().map(|r| (number(r.intent_id), r.side, r.wanted, r.entered_at.is_some())).collect();
    assert_eq!(
        known,
        [
            (MANUAL, Side::Buy, Wanted::Stop, true),
            (MANUAL_WITHOUT_STOP, Side::Sell, Wanted::NoStop, true),
            (MANUAL_WAITING, Side::Buy, Wanted::Stop, false),
            (MANUAL_WORKING, Side::Sell, Wanted::Stop, false),
            (COPY_SENDING, Side::Buy, Wanted::Stop, false),
            (COPY_OPEN, Side::Buy, Wanted::Stop, true),
            (COPY_STOP_REFUSED, Side::Buy, Wanted::Stop, true),
        ],
        "closing intents, spot orders, and what had ended have none"
    );
    assert_eq!(
        db.texts(TRADES).await,
        [
            "MANUAL BUY OPEN 0 - - - opened",
            "MANUAL SELL OPEN 0 - - - opened",
            "MANUAL BUY OPENING 0 - - -",
            "MANUAL SELL OPENING 0 - - -",
            "MANUAL BUY CANCELED 0 - - - ended",
            "MANUAL BUY FAILED 0 - - - ended",
            "COPY BUY OPENING 0 - - -",
            "COPY BUY OPEN 0.05 20000 - - opened",
            "COPY BUY CLOSED 0.05 20000 -50 STOP opened ended",
            "COPY BUY OPEN 0 - - - opened",
            "COPY BUY FAILED 0 - - - ended",
        ],
        "a copy's record counts where its entry order was stored before it filled"
    );
    for row in rows {
        let intent = store::intent::get_intent(&**db, row.intent_id).await.unwrap().unwrap();
        assert_eq!((row.user_id, row.exchange_key_id), (intent.user_id, intent.exchange_key_id));
        assert_eq!((row.symbol, row.created_at), (intent.symbol, intent.created_at));
        assert_eq!((row.position_side, row.told_at, row.ended_at), (PositionSlot::Both, None, None));
    }
    let kept = IntentId(Uuid::parse_str("019a0000-0000-7000-8000-000000000015").unwrap());
    assert!(
        store::intent::get_intent(&**db, kept).await.unwrap().is_some(),
        "an order that had ended is history"
    );
}

#[tokio::test]
async fn sqlite() {
    upgraded(&testing::empty_sqlite().await, SQLITE).await;
}

#[tokio::test]
async fn postgres() {
    if let Some(db) = testing::empty_postgres().await {
        upgraded(&db, POSTGRES).await;
    }
}
