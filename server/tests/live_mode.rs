//! The real program in live mode, with Binance's quirks between it and the exchange: unknown fields and words,
//! maintenance pages, limits, firewalls, broken and compressed responses, a wrong clock, and lost streams. Nothing is
//! lost: each order enters once, every position keeps its stop, and what happens meanwhile is noticed.
//!
//! All responses and events of these tests have unknown fields and words, and all responses are compressed.
//! `SLIPSTREAM_DEEP=1` also plays the faults that take a minute each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod disturbance;
mod dress;
mod follower;
mod proxy;
mod reply;
mod spot_stream;
mod world;

use crate::common::process::PATIENCE;
use domain::copy::Status;
use proxy::{Fault, When};
use reply::Reply;
use reqwest::{Method, StatusCode};
use store::testing::TestDb;
use world::World;

const ORDER: &str = "/fapi/v1/order";
const ALGO: &str = "/fapi/v1/algoOrder";
/// A stop that no price of these tests reaches.
const FAR: i64 = 100;

fn deep() -> bool {
    std::env::var_os("SLIPSTREAM_DEEP").is_some()
}

fn once(method: Method, path: &'static str, when: When, reply: Reply) -> Fault {
    Fault { method, path, when, reply, opening: false, left: 1 }
}

/// A fault of an entry. The order that closes the position of the round before has the same path.
fn entering(when: When, reply: Reply) -> Fault {
    Fault { opening: true, ..once(Method::POST, ORDER, when, reply) }
}

/// The faults around an entry and its stop, each in a round of its own.
fn faults() -> Vec<Fault> {
    let maintenance = || Reply::Page(200, "System maintenance", None);
    let unavailable = || Reply::Page(503, "Service Unavailable", None);
    let firewall = |seconds| Reply::Page(403, "Request blocked", seconds);
    let mut faults = vec![
        entering(When::After, unavailable()),
        entering(When::After, Reply::HalfGzip),
        entering(When::Before, firewall(Some("1"))),
        entering(When::Before, Reply::Error(429, -1003, Some("1"))),
        entering(When::Before, Reply::Error(418, -1003, Some("2"))),
        entering(When::Before, Reply::Error(429, -1015, Some("1"))),
        entering(When::Before, Reply::Error(400, -1021, None)),
        once(Method::POST, ORDER, When::After, maintenance()),
        once(Method::POST, ALGO, When::After, maintenance()),
        once(Method::POST, ALGO, When::After, Reply::Broken),
        once(Method::POST, ALGO, When::Before, firewall(Some("1"))),
        once(Method::GET, "/fapi/v2/positionRisk", When::After, Reply::HalfGzip),
        once(Method::GET, "/fapi/v1/openOrders", When::After, maintenance()),
    ];
    if deep() {
        faults.extend([
            entering(When::Before, unavailable()),
            entering(When::Before, Reply::Error(400, -1007, None)),
            once(Method::POST, ALGO, When::Before, unavailable()),
            once(Method::DELETE, ALGO, When::After, unavailable()),
            // A firewall does not name a time, so the desk waits for a minute.
            entering(When::Before, firewall(None)),
        ]);
    }
    faults
}

async fn orders_survive_what_is_in_front_of_the_exchange(db: &TestDb) {
    let world = World::begin(db).await;
    world.settled(1, FAR).await;
    world.check(1).await;
    for (number, fault) in faults().into_iter().enumerate() {
        let (round, met) = (number + 2, world.proxy.met());
        let name = format!("{fault:?}");
        world.proxy.arm(fault);
        world.settled(round, FAR).await;
        assert!(world.proxy.met() > met, "the fault did not occur: {name}");
        world.check(round).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_waits_for_the_end_of_a_maintenance() {
    let db = store::testing::sqlite().await;
    let world = World::begin(&db).await;
    world.settled(1, FAR).await;
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        let reply = Reply::Page(503, "System maintenance", None);
        world.proxy.arm(Fault { left: u32::MAX, ..once(method, "", When::Before, reply) });
    }
    let refused = world.order(2, FAR).await;
    assert!(refused.as_ref().is_none_or(|(status, _)| *status != StatusCode::OK), "{refused:?}");
    world.proxy.disarm();
    world.check(1).await;
    world.settled(2, FAR).await;
    world.check(2).await;
}

async fn a_stop_is_noticed_after_its_stream_was_lost(db: &TestDb) {
    let world = World::begin(db).await;
    let follower = world.follower().await;
    let price = world.price().await;
    let stop = price * 97 / 100;
    world.settled(1, stop).await;
    world.copied(&follower, stop).await;
    for who in [&world.trader, &follower.who] {
        world.streamed(who, 1, PATIENCE).await;
    }

    // Every stream is 24 hours old: nothing is lost by connecting again.
    world.proxy.close_sockets();
    for who in [&world.trader, &follower.who] {
        world.streamed(who, 2, PATIENCE).await;
    }
    world.check(1).await;

    // The follower's listen key expires, and the exchange has no other one yet when the stop fills.
    let unavailable = Reply::Page(503, "Service Unavailable", None);
    let no_key = once(Method::POST, "/fapi/v1/listenKey", When::Before, unavailable);
    world.proxy.arm(Fault { left: 3, ..no_key });
    world.proxy.expire_listen_key(&follower.who.api_key);
    world.move_price(price * 96 / 100).await;
    world.copy_becomes(&follower, Status::Closed).await;
    world.streamed(&follower.who, 3, PATIENCE).await;
    for who in [&world.trader, &follower.who] {
        world.flat(who, PATIENCE).await;
    }

    if deep() {
        world.settled(2, price * 80 / 100).await;
        world.proxy.freeze_sockets();
        // The exchange answers no ping; a minute of silence ends the stream.
        world.move_price(price * 79 / 100).await;
        world.flat(&world.trader, PATIENCE * 2).await;
        world.streamed(&world.trader, 3, PATIENCE * 2).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_clock_delays_an_order_and_never_doubles_it() {
    let db = store::testing::sqlite().await;
    let world = World::begin(&db).await;
    // Within the receive window, so nothing is refused.
    world.proxy.drift(-1_500);
    measured_again(&world, 1).await;
    world.settled(1, FAR).await;
    world.check(1).await;
    // Ahead of the exchange: it refuses what is signed with this time, until the time is measured correctly.
    world.proxy.drift(1_500);
    world.proxy.arm(entering(When::Before, Reply::Error(400, -1021, None)));
    let refused = world.order(2, FAR).await;
    assert!(refused.as_ref().is_none_or(|(status, _)| *status != StatusCode::OK), "{refused:?}");
    world.proxy.drift(0);
    world.settled(2, FAR).await;
    world.check(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_rehearsed_without_placing_anything() {
    let db = store::testing::sqlite().await;
    let world = World::begin(&db).await;
    let price = world.price().await;
    let good = world.rehearse("0.01", price * 97 / 100, price * 103 / 100).await;
    assert!(good.agree, "{}", good.report);
    assert!(good.report.starts_with("entry: BUY market 0.01\n    desk      accepted\n"), "{}", good.report);
    assert!(good.report.contains("exchange  accepted") && good.report.contains("sandbox   accepted"));
    assert!(good.report.contains("stop: SELL stop_market the whole position"), "{}", good.report);
    assert!(good.report.contains("cannot be tested without placing it"), "{}", good.report);
    let last = good.report.lines().last().unwrap();
    assert!(last.starts_with("Not tested by the exchange: stop, target. "), "{}", good.report);

    // More digits than the market's lot allows.
    let bad = world.rehearse("0.0123456", price * 97 / 100, price * 103 / 100).await;
    let entry: Vec<&str> = bad.report.lines().take(4).collect();
    assert!(entry[1..].iter().all(|verdict| verdict.contains("rejected: ")), "{}", bad.report);

    // An exchange that judges differently than the desk is noticed.
    world.proxy.arm(once(Method::POST, "/order/test", When::Before, Reply::Error(400, -4131, None)));
    let other = world.rehearse("0.01", price * 97 / 100, price * 103 / 100).await;
    assert!(!other.agree && other.report.contains("The verdicts differ."), "{}", other.report);

    let (orders, open, positions) = world.state(&world.trader).await;
    assert!(orders.is_empty() && open.is_empty() && positions.is_empty(), "{orders:?}");
}

/// Has the desk measure the exchange's clock: it does after a refused timestamp.
async fn measured_again(world: &World, round: usize) {
    world.proxy.arm(entering(When::Before, Reply::Error(400, -1021, None)));
    let met = world.proxy.met();
    let _ = world.order(round, FAR).await;
    assert!(world.proxy.met() > met, "no order was sent");
}

store::each_engine![
    orders_survive_what_is_in_front_of_the_exchange,
    a_stop_is_noticed_after_its_stream_was_lost,
];
