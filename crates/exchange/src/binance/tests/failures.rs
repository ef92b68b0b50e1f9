//! Every class of failure, and that an order is never sent twice.

use super::{
    adapter, btc,
    fake::{self, Fake, Reply, no, ok},
    order, pair, validity, who,
};
use crate::{ExchangeFailure, MarketData, OrderRequest, Positions, Trading, Urgency, binance::Binance};
use domain::TradeType;
use serde_json::json;
use std::{sync::atomic::Ordering, time::Duration};

const POST: &str = "POST /fapi/v1/order";
const TICKER: &str = "GET /fapi/v1/ticker/24hr";

async fn place(binance: &Binance) -> ExchangeFailure {
    binance.place(&who(), &order(), validity()).await.unwrap_err()
}

async fn refusal(reply: Reply) -> ExchangeFailure {
    let (fake, binance) = pair().await;
    fake.on(POST, [reply]);
    let failure = place(&binance).await;
    assert_eq!(fake.seen(POST).len(), 1, "an order is sent once, whatever comes back");
    failure
}

fn unknown(failure: &ExchangeFailure) -> bool {
    matches!(failure, ExchangeFailure::Unknown(_)) && !failure.nothing_happened()
}

#[tokio::test]
async fn a_missing_server_is_unreachable() {
    let fake = Fake::start().await;
    let base = fake.base.clone();
    drop(fake);
    // The port is free again, so no one accepts the connection.
    let binance = loop {
        let binance = adapter(&base);
        if tokio::net::TcpStream::connect(base.trim_start_matches("http://")).await.is_err() {
            break binance;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(place(&binance).await, ExchangeFailure::Unreachable);
    assert_eq!(binance.ticker(TradeType::Futures, &btc()).await, Err(ExchangeFailure::Unreachable));
}

#[tokio::test]
async fn no_answer_in_time_is_unknown() {
    let failure = refusal(Reply::Hang).await;
    assert_eq!(failure, ExchangeFailure::Unknown("timed out".into()));
}

#[tokio::test]
async fn a_broken_answer_is_unknown() {
    assert!(unknown(&refusal(Reply::Break).await));
}

#[tokio::test]
async fn a_connection_dropped_without_a_word_is_unknown() {
    let (base, taken) = fake::hangs_up().await;
    assert!(unknown(&place(&adapter(&base)).await));
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_unknown() {
    for body in ["", "<html>", "{}", "[]", r#"{"orderId":1}"#, "\u{0}"] {
        assert!(unknown(&refusal(Reply::Body(200, Vec::new(), body.into())).await), "{body}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_unknown() {
    assert!(unknown(&refusal(Reply::Body(200, Vec::new(), " ".repeat(9 << 20))).await));
}

#[tokio::test]
async fn trouble_inside_the_exchange_is_unknown() {
    for reply in [
        no(503, -1008, "Request throttled."),
        no(500, -1000, "An unknown error occurred."),
        no(400, -1007, "Timeout waiting for response from backend server."),
        no(400, -1006, "An unexpected response was received from the message bus."),
        no(200, -1007, "Timeout waiting for response from backend server."),
        Reply::Body(502, Vec::new(), "<html>Bad Gateway</html>".into()),
    ] {
        assert!(unknown(&refusal(reply).await));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (fake, binance) = pair().await;
    fake.on(POST, [Reply::Body(307, vec![("location", "/elsewhere")], String::new())]);
    assert!(unknown(&place(&binance).await));
    assert!(fake.seen("POST /elsewhere").is_empty());
}

#[tokio::test]
async fn refusals_keep_code_and_words() {
    assert_eq!(refusal(no(400, -1121, "Invalid symbol.")).await, ExchangeFailure::UnknownSymbol);
    for reply in [
        no(401, -2015, "Invalid API-key, IP, or permissions for action"),
        no(400, -2015, "Invalid API-key, IP, or permissions for action, request ip: 1.2.3.4"),
        no(401, -2014, "API-key format invalid."),
        no(400, -1022, "Signature for this request is not valid."),
        Reply::Body(401, Vec::new(), String::new()),
    ] {
        assert_eq!(refusal(reply).await, ExchangeFailure::Unauthorized);
    }
    let refused = refusal(no(400, -2019, "Margin is insufficient.")).await;
    assert_eq!(refused, ExchangeFailure::Refused { code: -2019, message: "Margin is insufficient.".into() });
    assert!(refused.nothing_happened());
}

#[tokio::test]
async fn a_retry_after_blocks_all_callers() {
    let (fake, binance) = pair().await;
    let limited = json!({ "code": -1003, "msg": "Too many requests." }).to_string();
    fake.on(POST, [Reply::Body(429, vec![("retry-after", "7")], limited)]);
    fake.on(TICKER, [ok(json!({}))]);
    assert_eq!(place(&binance).await, ExchangeFailure::Limited(Duration::from_secs(7)));
    // From now on the local budget rejects: nothing more is sent, not even for other callers.
    assert_eq!(place(&binance).await, ExchangeFailure::Limited(Duration::from_secs(7)));
    let ticker = binance.ticker(TradeType::Futures, &btc()).await;
    assert_eq!(ticker, Err(ExchangeFailure::Limited(Duration::from_secs(7))));
    assert_eq!((fake.seen(POST).len(), fake.seen(TICKER).len()), (1, 0));
}

#[tokio::test]
async fn the_weight_that_the_exchange_counts_is_obeyed() {
    let (fake, binance) = pair().await;
    let used = vec![("x-mbx-used-weight-1m", "2400")];
    fake.on("GET /fapi/v1/time", [Reply::Body(200, used, json!({ "serverTime": 1 }).to_string())]);
    binance.server_time().await.unwrap();
    assert!(matches!(place(&binance).await, ExchangeFailure::Limited(_)));
    assert!(fake.seen(POST).is_empty());
}

#[tokio::test]
async fn when_the_reserve_is_touched_entries_stop_and_protection_goes_on() {
    let (fake, binance) = pair().await;
    // Four fifths of 2,400.
    let used = vec![("x-mbx-used-weight-1m", "1920")];
    let time = json!({ "serverTime": super::NOW.millis() }).to_string();
    fake.on("GET /fapi/v1/time", [Reply::Body(200, used, time)]);
    binance.server_time().await.unwrap();
    fake.on(POST, [no(400, -2019, "x")]);
    fake.on("GET /fapi/v2/positionRisk", [ok(json!([]))]);
    assert!(matches!(place(&binance).await, ExchangeFailure::Limited(_)));
    assert!(matches!(binance.positions(&who(), Some(&btc())).await, Err(ExchangeFailure::Limited(_))));
    assert_eq!(binance.position_for_stop(&who(), &btc(), domain::PositionSlot::Both).await, Ok(None));
    let close = OrderRequest { urgency: Urgency::Protection, ..order() };
    let placed = binance.place(&who(), &close, validity()).await;
    assert!(matches!(placed, Err(ExchangeFailure::Refused { .. })), "it was sent: {placed:?}");
    let futures = binance.budgets().into_iter().find(|budget| budget.api == "futures").unwrap();
    assert_eq!((futures.reserved, futures.left), (480, 480 - 5 - 1));
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_but_the_order_is_left_to_its_sender() {
    let (fake, binance) = pair().await;
    fake.on(POST, [no(400, -1021, "Timestamp is outside of the recvWindow."), no(400, -2019, "x")]);
    let ahead = super::NOW.millis() + 90_000;
    binance.server_time().await.unwrap();
    fake.set_time(ahead);
    assert_eq!(place(&binance).await, ExchangeFailure::Expired);
    assert_eq!(fake.seen(POST).len(), 1, "the adapter does not sign it again");
    assert!(matches!(place(&binance).await, ExchangeFailure::Refused { code: -2019, .. }));
    let sent = fake.seen(POST);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].param("timestamp").unwrap(), super::NOW.millis().to_string());
    assert_eq!(sent[1].param("timestamp").unwrap(), ahead.to_string());
    assert_eq!(sent[0].param("newClientOrderId"), sent[1].param("newClientOrderId"));
}

#[tokio::test]
async fn a_persistent_clock_error_does_not_reject_the_order() {
    let (fake, binance) = pair().await;
    fake.on(POST, [no(400, -1021, "Timestamp is outside of the recvWindow.")]);
    let failure = place(&binance).await;
    assert!(failure.passing() && failure.nothing_happened(), "{failure}");
    assert_eq!(fake.seen(POST).len(), 1);
}

#[tokio::test]
async fn without_the_exchanges_time_nothing_is_sent() {
    let (fake, binance) = pair().await;
    fake.on("GET /fapi/v1/time", [Reply::Body(503, Vec::new(), String::new())]);
    let failure = place(&binance).await;
    assert!(failure.nothing_happened(), "the order was not sent: {failure}");
    assert!(fake.seen(POST).is_empty());
}

#[tokio::test]
async fn reads_are_tried_again_a_few_times() {
    let (fake, binance) = pair().await;
    let broken = Reply::Body(503, Vec::new(), String::new());
    fake.on("GET /fapi/v1/premiumIndex", [broken.clone(), Reply::Break, ok(json!({ "markPrice": "1.50" }))]);
    let price = binance.mark_price(TradeType::Futures, &btc()).await;
    assert_eq!(price, Ok(super::d("1.5")));
    fake.on(TICKER, [broken]);
    assert!(unknown(&binance.ticker(TradeType::Futures, &btc()).await.unwrap_err()));
    assert_eq!(fake.seen(TICKER).len(), 3);
}

#[tokio::test]
async fn failures_reveal_nothing_of_the_key() {
    for reply in [Reply::Hang, Reply::Break, Reply::Body(500, Vec::new(), "x".into())] {
        let reported = format!("{:?}", refusal(reply).await);
        for secret in ["the-key", "the-secret", "signature", "127.0.0.1"] {
            assert!(!reported.contains(secret), "{reported}");
        }
    }
}
