//! Diff depth streams: a copy of the order book that is kept with them equals every snapshot.

use crate::{
    desk::{Desk, number},
    ear::Ear,
};
use domain::Decimal;
use proptest::prelude::*;
use sandbox::Limits;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The length of one beat of the market, in microseconds.
const BEAT: i64 = 250_000;

type Side = BTreeMap<Decimal, Decimal>;

/// A local copy of an order book.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LocalBook {
    id: u64,
    bids: Side,
    asks: Side,
}

fn levels(rows: &Value) -> impl Iterator<Item = (Decimal, Decimal)> + '_ {
    rows.as_array().unwrap().iter().map(|row| (number(&row[0]), number(&row[1])))
}

impl LocalBook {
    async fn snapshot(desk: &Desk, venue: &str) -> Self {
        let path = if venue == "spot" { "/api/v3" } else { "/fapi/v1" };
        let body = desk.get(&format!("{path}/depth?symbol=BTCUSDT&limit=1000")).await.ok();
        Self {
            id: body["lastUpdateId"].as_u64().unwrap(),
            bids: levels(&body["bids"]).collect(),
            asks: levels(&body["asks"]).collect(),
        }
    }

    /// Applies an event by the rules of Binance's documents.
    fn apply(&mut self, event: &Value) {
        for (side, rows) in [(&mut self.bids, &event["b"]), (&mut self.asks, &event["a"])] {
            for (price, amount) in levels(rows) {
                if amount.is_zero() {
                    side.remove(&price);
                } else {
                    side.insert(price, amount);
                }
            }
        }
        self.id = event["u"].as_u64().unwrap();
    }
}

/// A change of the market between two snapshots.
#[derive(Clone, Copy, Debug)]
enum Step {
    Beats(u8),
    Buy,
    Sell,
    Jump(u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1_u8..4).prop_map(Step::Beats),
        1 => Just(Step::Buy),
        1 => Just(Step::Sell),
        1 => (9_000_u16..12_000).prop_map(Step::Jump),
    ];
    proptest::collection::vec(step, 1..25)
}

async fn take(desk: &Desk, step: Step, venue: &str) {
    let path = if venue == "spot" { "/api/v3/order" } else { "/fapi/v1/order" };
    let order = |side: &str| format!("symbol=BTCUSDT&side={side}&type=MARKET&quantity=0.01");
    match step {
        Step::Beats(beats) => {
            for _ in 0..beats {
                desk.clock.forward(BEAT);
                desk.sandbox.tick(1).unwrap();
            }
        }
        // Spot rejects a sale of what the account does not have, which changes nothing.
        Step::Buy => drop(desk.call("POST", path, &order("BUY")).await),
        Step::Sell => drop(desk.call("POST", path, &order("SELL")).await),
        Step::Jump(price) => desk.jump("BTCUSDT", &price.to_string()).await,
    }
}

/// Follows a stream through these steps, and compares the copy that each snapshot leads to.
async fn follow(venue: &str, stream: &str, steps: &[Step]) {
    let desk = Desk::open_with(Limits::NONE).await;
    let address = desk.serve().await;
    let mut ear = Ear::open(address, &format!("/{venue}/ws/btcusdt@{stream}")).await;
    ear.settled().await;
    let mut snapshots = vec![LocalBook::snapshot(&desk, venue).await];
    for step in steps {
        take(&desk, *step, venue).await;
        snapshots.push(LocalBook::snapshot(&desk, venue).await);
    }
    // After a pause, the next move is due in streams of every speed, with all that was held back.
    desk.clock.forward(4 * BEAT);
    desk.sandbox.tick(1).unwrap();
    let last = LocalBook::snapshot(&desk, venue).await;
    let mut events = Vec::new();
    loop {
        let event = ear.receive().await;
        let reached = event["u"].as_u64() == Some(last.id);
        events.push(event);
        if reached {
            break;
        }
    }
    for pair in events.windows(2) {
        assert_eq!(pair[1]["U"].as_u64().unwrap(), pair[0]["u"].as_u64().unwrap() + 1);
        if venue == "futures" {
            assert_eq!(pair[1]["pu"], pair[0]["u"]);
        }
    }
    for mut copy in snapshots {
        let id = copy.id;
        let mut later = events.iter().filter(|event| event["u"].as_u64().unwrap() > id).peekable();
        let first = later.peek().expect("the last event is later than every snapshot");
        assert!(first["U"].as_u64().unwrap() <= id + 1, "{first} leaves a gap after {id}");
        for event in later {
            copy.apply(event);
        }
        assert_eq!(copy, last, "{venue} {stream}, from the snapshot {id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]
    #[test]
    fn a_copy_kept_with_the_stream_equals_every_snapshot(steps in steps(), which in 0_usize..5) {
        let (venue, stream) = [
            ("spot", "depth"),
            ("spot", "depth@100ms"),
            ("futures", "depth"),
            ("futures", "depth@100ms"),
            ("futures", "depth@500ms"),
        ][which];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(follow(venue, stream, &steps));
    }
}

#[tokio::test]
async fn an_event_has_the_documents_fields_and_the_book_really_changes() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    for (venue, names) in [
        ("spot", vec!["E", "U", "a", "b", "e", "s", "u"]),
        ("futures", vec!["E", "T", "U", "a", "b", "e", "pu", "s", "u"]),
    ] {
        let mut ear = Ear::open(address, &format!("/{venue}/ws/btcusdt@depth@100ms")).await;
        ear.settled().await;
        let before = LocalBook::snapshot(&desk, venue).await;
        desk.sandbox.tick(1).unwrap();
        let event = ear.receive().await;
        let mut fields: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, names);
        assert_eq!((&event["e"], &event["s"]), (&json!("depthUpdate"), &json!("BTCUSDT")));
        assert_eq!((event["U"].as_u64(), event["u"].as_u64()), (Some(before.id + 1), Some(before.id + 1)));
        let rows: Vec<_> = levels(&event["b"]).collect();
        assert!(rows.iter().any(|(price, amount)| amount.is_zero() && before.bids.contains_key(price)));
        assert!(rows.iter().any(|(price, amount)| !amount.is_zero() && !before.bids.contains_key(price)));
        // Best first on both sides.
        assert!(rows.is_sorted_by(|a, b| a.0 > b.0));
        assert!(levels(&event["a"]).is_sorted_by(|a, b| a.0 < b.0));
    }
}

#[tokio::test]
async fn slow_streams_wait_for_their_interval() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let mut slow = Ear::open(address, "/spot/stream?streams=btcusdt@depth/btcusdt@depth5").await;
    let mut fast = Ear::open(address, "/spot/stream?streams=btcusdt@depth@100ms/btcusdt@depth5@100ms").await;
    slow.settled().await;
    fast.settled().await;
    let mut diffs = Vec::new();
    for _ in 0..9 {
        desk.clock.forward(BEAT);
        desk.sandbox.tick(1).unwrap();
        diffs.push(fast.receive().await);
        assert_eq!(fast.receive().await["stream"], "btcusdt@depth5@100ms");
    }
    // Nine beats touch three seconds, and a second's first beat sends what was held back.
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(slow.receive().await["data"]["u"].as_u64().unwrap());
        assert_eq!(slow.receive().await["stream"], "btcusdt@depth5");
    }
    let sent: Vec<_> = diffs.iter().map(|diff| diff["data"]["u"].as_u64().unwrap()).collect();
    assert_eq!(ids, [sent[0], sent[3], sent[7]]);
    slow.settled().await;
}
