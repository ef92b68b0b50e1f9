//! Retention: old rows are archived before they are deleted, and only what nothing reads.

use super::setting::{btc, entered, key, person, usd, write};
use domain::{Clock as _, IntentId, MessageId, notification::Channel, time::DAY};
use serde_json::Value;
use service::{
    Actor, SharedDesk,
    platform::{
        archive::{self, Archive, ArchiveBatch, Archived},
        settings::{Retention, Settings},
    },
    testing::{self, Setup, TestClock},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use store::{
    fill::Fill,
    intent::{LegStatus, LegUpdate, NewLeg},
    message::NewMessage,
    testing::TestDb,
};

store::each_engine!(
    old_rows_are_archived_and_what_is_read_stays,
    rows_stay_until_their_batch_is_stored,
    a_clock_that_is_ahead_removes_nothing,
    the_operator_decides_how_long_rows_stay
);

#[derive(Default)]
struct Memory {
    batches: Mutex<Vec<ArchiveBatch>>,
    full: AtomicBool,
}

#[async_trait::async_trait]
impl Archive for Memory {
    async fn put(&self, batch: ArchiveBatch) -> anyhow::Result<()> {
        anyhow::ensure!(!self.full.load(Ordering::SeqCst), "no space left");
        self.batches.lock().unwrap().push(batch);
        Ok(())
    }
}

impl Memory {
    /// The archived rows of a table.
    fn rows(&self, table: &str) -> Vec<Value> {
        let batches = self.batches.lock().unwrap();
        let of_table = batches.iter().filter(|batch| batch.table == table);
        of_table
            .flat_map(|batch| batch.lines.split(|byte| *byte == b'\n').map(<[u8]>::to_vec))
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(&line).unwrap())
            .collect()
    }
}

/// A desk whose clock is so many days behind the database's, and its clock.
async fn desk_behind(db: &TestDb, days: i64, retention: Retention) -> (SharedDesk, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    if let Some(database) = store::instance::now(&**db).await.unwrap() {
        clock.advance(database.since(clock.now()) - days * DAY);
    }
    let settings = Settings { retention, ..Settings::default() };
    let setup = Setup { settings, clock: Arc::<TestClock>::clone(&clock), ..Setup::default() };
    (testing::desk_with((**db).clone(), setup), clock)
}

/// A finished order with a stop, two fills, a delivered message and an event, all of now.
async fn a_day_of_trading(desk: &SharedDesk, ada: &Actor) -> IntentId {
    let now = desk.clock.now();
    let account = key(desk, ada, "main", false).await;
    let id = IntentId::mint(&*desk.clock, &*desk.entropy);
    entered(desk, ada, account, id, now).await;
    let stop = NewLeg {
        seq: 3,
        role: "stop".into(),
        client_order_id: Some(format!("{id}-3")),
        body: "{\"seq\":3}".into(),
    };
    let message = MessageId::mint(&*desk.clock, &*desk.entropy);
    let letter = NewMessage {
        id: message,
        user_id: Some(ada.user),
        channel: Channel::Email,
        to_address: "ada@example.org",
        once: None,
        sealed_body: &[1, 2, 3],
        created_at: now,
    };
    let fill = |trade: &str, after: i64| Fill {
        key: account,
        symbol: btc(),
        trade: trade.to_owned(),
        at: now.plus(after),
        fee_usd: usd(12),
        detail: None,
    };
    write(desk, async |tx| {
        store::intent::add_legs(tx, id, &[stop], now).await?;
        let placed = LegUpdate { seq: 3, status: LegStatus::Placed, order_json: Some("{}"), failure: None };
        store::intent::set_legs(tx, id, &[placed], now).await?;
        store::message::insert_message(tx, &letter).await?;
        store::message::mark_sent(tx, message, now).await?;
        store::fill::insert(tx, &fill("1", 0)).await?;
        store::fill::insert(tx, &fill("2", 1)).await?;
        store::event::append_event(tx, ada.user, "{}", now).await
    })
    .await;
    id
}

async fn old_rows_are_archived_and_what_is_read_stays(db: &TestDb) {
    let (desk, clock) = desk_behind(db, 401, Retention::default()).await;
    let ada = person(&desk, "ada@example.org").await;
    let start = desk.clock.now();
    let id = a_day_of_trading(&desk, &ada).await;
    let audited = store::audit::list_latest(&desk.db, 99).await.unwrap();
    let memory = Memory::default();
    assert_eq!(archive::run(&desk, &memory).await.unwrap(), Archived::default(), "nothing is old");

    clock.advance(401 * DAY);
    let done = archive::run(&desk, &memory).await.unwrap();
    assert_eq!((done.messages, done.legs, done.fills), (1, 1, 1));
    assert!(done.events > 0);
    assert_eq!(store::event::last_seq(&desk.db, ada.user).await.unwrap(), 0);

    let legs = memory.rows("intent_legs");
    assert_eq!(legs.len(), 1);
    assert_eq!(legs[0]["intent_id"], id.to_string());
    assert_eq!(legs[0]["role"], "stop");
    assert_eq!(legs[0]["status"], "placed");
    assert_eq!(legs[0]["body"], "{\"seq\":3}");
    let fills = memory.rows("fills");
    assert_eq!(fills.len(), 1);
    assert_eq!(fills[0]["trade_id"], "1");
    assert_eq!(fills[0]["fee_usd"], "0.12");
    let messages = memory.rows("messages");
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["to_address"], "ada@example.org");
    assert_eq!(messages[0].get("sealed_body"), None, "a body may hold a link that opens the account");

    let traded =
        store::report::list_traded_markets(&desk.db, ada.user, start, start.plus(DAY)).await.unwrap();
    assert_eq!(traded.len(), 1, "the history still has the entry");
    assert_eq!(store::audit::list_latest(&desk.db, 99).await.unwrap(), audited);
    let stored = memory.batches.lock().unwrap().len();
    assert_eq!(archive::run(&desk, &memory).await.unwrap(), Archived::default());
    assert_eq!(memory.batches.lock().unwrap().len(), stored);
}

async fn rows_stay_until_their_batch_is_stored(db: &TestDb) {
    let (desk, clock) = desk_behind(db, 401, Retention::default()).await;
    let ada = person(&desk, "ada@example.org").await;
    let id = a_day_of_trading(&desk, &ada).await;
    clock.advance(401 * DAY);
    let memory = Memory { full: true.into(), ..Memory::default() };
    assert!(archive::run(&desk, &memory).await.is_err());
    assert_eq!(store::intent::list_legs(&desk.db, id).await.unwrap().len(), 2);
    memory.full.store(false, Ordering::SeqCst);
    let done = archive::run(&desk, &memory).await.unwrap();
    assert_eq!((done.messages, done.legs, done.fills), (1, 1, 1));
    assert_eq!(store::intent::list_legs(&desk.db, id).await.unwrap().len(), 1);
}

async fn a_clock_that_is_ahead_removes_nothing(db: &TestDb) {
    if !db.is_shared() {
        return;
    }
    let (desk, clock) = desk_behind(db, 0, Retention::default()).await;
    let ada = person(&desk, "ada@example.org").await;
    a_day_of_trading(&desk, &ada).await;
    clock.advance(401 * DAY);
    let memory = Memory::default();
    assert_eq!(archive::run(&desk, &memory).await.unwrap(), Archived::default());
}

async fn the_operator_decides_how_long_rows_stay(db: &TestDb) {
    let retention = Retention { events_days: 30, messages_days: 365, orders_days: 90 };
    let (desk, clock) = desk_behind(db, 91, retention).await;
    let ada = person(&desk, "ada@example.org").await;
    a_day_of_trading(&desk, &ada).await;
    let memory = Memory::default();
    clock.advance(29 * DAY);
    assert_eq!(archive::run(&desk, &memory).await.unwrap(), Archived::default());
    clock.advance(2 * DAY);
    let done = archive::run(&desk, &memory).await.unwrap();
    assert!(done.events > 0);
    assert_eq!(Archived { events: 0, ..done }, Archived::default());
    clock.advance(60 * DAY);
    let done = archive::run(&desk, &memory).await.unwrap();
    assert_eq!(done, Archived { legs: 1, fills: 1, ..Archived::default() });
}
