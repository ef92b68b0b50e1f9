//! Black-box rounds: the real program and a separate sandbox, while the machine, the disk, Postgres or
//! another instance misbehaves. After each round there is one entry per order request, one position, one stop
//! and one target, and by the sandbox's own record the position was never without its stop for longer than
//! the desk could prevent.
//!
//! They take minutes and run only with `SLIPSTREAM_DEEP=1`. `SLIPSTREAM_BIN` names another program than the
//! one built with the tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod common;

use common::{
    process::{PATIENCE, until},
    story::Story,
};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::{future::Future, pin::pin, time::Duration};
use store::testing::{self, TestDb};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
    time::sleep,
};

/// The longest time without a stop, in milliseconds, once the desk can act again.
const NAKED_MS: i64 = 10_000;

fn deep() -> bool {
    std::env::var_os("SLIPSTREAM_DEEP").is_some()
}

/// Runs `work` for at most `delay`; returns its result if it finished.
async fn interrupted<T>(work: impl Future<Output = T>, delay: Duration) -> Option<T> {
    let mut work = pin!(work);
    tokio::select! {
        done = &mut work => Some(done),
        () = sleep(delay) => None,
    }
}

/// Checks that the longest time without a stop is at most the outage plus the desk's allowance.
async fn covered(story: &Story, outage: Duration) {
    let naked: Value = story.naked_since(0).await;
    let markets = naked["markets"].as_array().unwrap();
    let longest = markets.iter().filter_map(|market| market["longestMs"].as_i64()).max().unwrap_or(0);
    let most = i64::try_from(outage.as_millis()).unwrap() + NAKED_MS;
    assert!(longest <= most, "without a stop for {longest} ms: {naked}");
}

async fn healthy(story: &Story) {
    until("health", PATIENCE, async || {
        let (status, health) = story.call(Method::GET, "/healthz", None).await?;
        (status == StatusCode::OK && health["status"] == "ok").then_some(())
    })
    .await;
}

/// Delays within an order's life, in milliseconds.
const DELAYS_MS: [u64; 4] = [5, 25, 60, 120];

async fn a_paused_desk(db: &TestDb) {
    if !deep() {
        return;
    }
    let story = Story::begin(db.url()).await;
    let pause = Duration::from_secs(40);
    for (round, moment) in (1..).zip(DELAYS_MS) {
        let answer = interrupted(story.order(round), Duration::from_millis(moment)).await;
        story.desk.signal("STOP");
        sleep(pause).await;
        story.desk.signal("CONT");
        let settled = story.settled(round).await;
        if let Some(Some((StatusCode::OK, before))) = answer {
            assert_eq!(before, settled, "what was acknowledged is what is remembered");
        }
        story.check(round).await;
    }
    covered(&story, pause).await;
}

async fn a_desk_that_gets_a_stop_signal(db: &TestDb) {
    if !deep() {
        return;
    }
    let mut story = Story::begin(db.url()).await;
    for (round, moment) in (1..).zip(DELAYS_MS) {
        drop(interrupted(story.order(round), Duration::from_millis(moment)).await);
        story.desk.signal("TERM");
        assert!(story.desk.ended(), "it ends well");
        story.restart_desk().await;
        story.settled(round).await;
        story.check(round).await;
    }
    covered(&story, Duration::ZERO).await;
}

async fn killed_with_its_exchange(db: &TestDb) {
    if !deep() {
        return;
    }
    let mut story = Story::begin(db.url()).await;
    for (round, moment) in (1..).zip(DELAYS_MS) {
        story.round(round, Duration::from_millis(moment), true).await;
        story.settled(round).await;
        story.check(round).await;
    }
    covered(&story, Duration::from_secs(10)).await;
}

store::each_engine![a_paused_desk, a_desk_that_gets_a_stop_signal, killed_with_its_exchange];

/// The disk is full for half a minute: the desk reports it, loses nothing, and recovers by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk() {
    if !deep() {
        return;
    }
    let db = testing::sqlite().await;
    let mut story = Story::begin(db.url()).await;
    story.on_small_disk().await;
    story.settled(1).await;
    for (round, moment) in (2..).zip([0, 15, 40]) {
        let order = story.order(round);
        let order = interrupted(order, Duration::from_millis(moment)).await;
        story.desk.fill_disk();
        let refused = async || {
            let (status, _) = story.order(round + 100).await?;
            status.is_server_error().then_some(())
        };
        until("a refused order", PATIENCE, refused).await;
        until("a health that says so", Duration::from_secs(6), async || {
            let (_, health) = story.call(Method::GET, "/healthz", None).await?;
            (health["status"] != "ok").then_some(())
        })
        .await;
        sleep(Duration::from_secs(30)).await;
        story.desk.empty_disk();
        healthy(&story).await;
        let settled = story.settled(round).await;
        if let Some(Some((StatusCode::OK, before))) = order {
            assert_eq!(before, settled);
        }
        story.check(round).await;
    }
    covered(&story, Duration::from_secs(30)).await;
}

/// A proxy to Postgres that can be frozen and cut.
struct Line {
    port: u16,
    frozen: watch::Sender<bool>,
    cut: watch::Sender<u64>,
}

impl Line {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (frozen, is_frozen) = watch::channel(false);
        let (cut, is_cut) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let (is_frozen, mut is_cut) = (is_frozen.clone(), is_cut.clone());
                is_cut.mark_unchanged();
                tokio::spawn(async move {
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = pass(from_client, to_server, is_frozen.clone()) => {}
                        () = pass(from_server, to_client, is_frozen) => {}
                        _ = is_cut.changed() => {}
                    }
                });
            }
        });
        Self { port, frozen, cut }
    }
}

async fn pass(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut bytes = vec![0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let thawed = frozen.wait_for(|frozen| !*frozen).await.is_ok();
        if !thawed || to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

/// Returns the server's address in a database URL, and the URL with another port of this machine in its
/// place.
fn through(url: &str, port: u16) -> (String, String) {
    let after = url.find('@').map_or_else(|| url.find("//").unwrap() + 2, |at| at + 1);
    let end = after + url[after..].find('/').unwrap();
    (url[after..end].to_owned(), format!("{}127.0.0.1:{port}{}", &url[..after], &url[end..]))
}

/// Postgres does not respond for a while, and then all its connections break, as in a restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_frozen_and_restarted() {
    let Some(db) = testing::postgres().await.filter(|_| deep()) else { return };
    let line = Line::to(through(db.url(), 0).0).await;
    let story = Story::begin(&through(db.url(), line.port).1).await;
    let freeze = Duration::from_secs(20);
    for (round, moment) in (1..).zip(DELAYS_MS) {
        drop(interrupted(story.order(round), Duration::from_millis(moment)).await);
        if round % 2 == 0 {
            line.cut.send_modify(|count| *count += 1);
        } else {
            line.frozen.send_replace(true);
            sleep(freeze).await;
            line.frozen.send_replace(false);
        }
        story.settled(round).await;
        story.check(round).await;
        healthy(&story).await;
    }
    covered(&story, freeze).await;
}

/// One of two desks is paused in the middle of an order, which its caller repeats at the other one, and
/// resumes later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_desks_of_which_one_is_paused() {
    let Some(db) = testing::postgres().await.filter(|_| deep()) else { return };
    let story = Story::begin(db.url()).await;
    let second = story.second_desk().await;
    let pause = Duration::from_secs(60);
    for (round, moment) in (1..).zip(DELAYS_MS) {
        drop(interrupted(story.order(round), Duration::from_millis(moment)).await);
        story.desk.signal("STOP");
        let elsewhere = until("the order at the other desk", PATIENCE * 2, async || {
            let (status, answer) = story.order_at(&second.base, round).await?;
            assert!(status == StatusCode::OK || status.is_server_error(), "{status}: {answer}");
            (status == StatusCode::OK).then_some(answer)
        })
        .await;
        story.desk.signal("CONT");
        assert_eq!(story.settled(round).await, elsewhere, "both desks report the same");
        sleep(Duration::from_secs(8)).await;
        story.check(round).await;
    }
    covered(&story, pause).await;
}
