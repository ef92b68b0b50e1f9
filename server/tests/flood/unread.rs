//! Responses that no one reads.

use crate::{DESCRIPTORS, Desk, Trader, client, common::process::answers};
use std::time::Duration;
use tokio::time::timeout;

/// Asks twice for a response that is longer than what the sockets of one connection hold.
const LONG_ANSWERS: &str = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n\
                            GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// Within this time a peer that reads nothing has to give way: after 3 seconds, and the machine may be busy. A timeout
/// would end its connection only after 30.
const GIVES_WAY: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_notices_nothing_of_responses_that_are_not_read() {
    let desk = Desk::start(DESCRIPTORS, &[]).await;
    let trader = Trader::come(&desk).await;
    let mut live = trader.watch().await;
    let long = client().get(format!("{}/openapi.json", desk.process.base)).send().await.expect("an answer");
    assert!(long.bytes().await.unwrap().len() > 256 * 1_024, "longer than what sockets hold");
    // Two other addresses have as many connections as they may, which together are all, and read nothing.
    let (second, third) =
        tokio::join!(desk.open_from(2, 320, LONG_ANSWERS), desk.open_from(3, 320, LONG_ANSWERS));
    assert!(second.len() + third.len() > 600, "{} and {}", second.len(), third.len());
    let health = format!("{}/healthz", desk.process.base);
    timeout(GIVES_WAY, answers(&client(), "a new connection", &health)).await.expect("a place is free");
    for _ in 0..3 {
        trader.trades(&mut live).await;
    }
    // The trader's own address, with fewer requests than an address may send in a minute.
    let own = desk.open(600, LONG_ANSWERS).await;
    timeout(GIVES_WAY, answers(&client(), "a new connection", &health)).await.expect("a place is free");
    for _ in 0..3 {
        trader.trades(&mut live).await;
    }
    drop((second, third, own));
}
