//! `/metrics`: who may see it, and what it contains.

use super::call::{ADA, Front, request};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, StatusCode},
};
use domain::{Clock as _, time::SECOND};
use service::{
    identity::maintenance,
    platform::settings::{EdgeSettings, Secret, Settings},
};
use std::net::SocketAddr;
use store::testing::TestDb;

store::each_engine!(
    figures_are_by_template_and_for_the_admin,
    the_lag_of_a_job_is_by_the_databases_clock,
    without_a_token_only_this_machine_reads_metrics
);

const TOKEN: &str = "a token of the admin's";

/// The value of a series.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().unwrap()
}

async fn figures_are_by_template_and_for_the_admin(db: &TestDb) {
    let metrics_token = Some(Secret(TOKEN.to_owned()));
    let front = Front::edge(db, EdgeSettings { metrics_token, ..EdgeSettings::default() });
    let ada = front.token(ADA).await;
    for _ in 0..3 {
        let path = "/v1/priv/account/exchange/key/0199c0de-0000-7000-8000-000000000000/balance?token=hunter2";
        assert_eq!(front.get(path, &[("authorization", &ada)]).await.status, StatusCode::NOT_FOUND);
    }
    front.get("/no/such/hunter2", &[]).await;
    front.call(request(Method::from_bytes(b"HUNTER2").unwrap(), "/healthz", &[], Body::empty())).await;
    for wrong in [None, Some("Bearer hunter2"), Some(TOKEN), Some("Basic hunter2")] {
        let header: Vec<_> = wrong.map(|value| ("authorization", value)).into_iter().collect();
        let answer = front.get("/metrics", &header).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert!(!answer.text.contains("slipstream_"));
    }
    maintenance::command(&front.desk, true, "").await.unwrap();
    let bearer = format!("Bearer {TOKEN}");
    let answer = front.get("/metrics", &[("authorization", &bearer)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = answer.text;
    let route = "route=\"/v1/priv/account/exchange/key/{id}/balance\",method=\"GET\"";
    let request = format!("slipstream_http_requests_total{{{route},status=\"404\"}}");
    assert!((value(&text, &request) - 3.0).abs() < 0.1);
    assert!((value(&text, &format!("slipstream_http_request_seconds_count{{{route}}}")) - 3.0).abs() < 0.1);
    assert!(value(&text, "slipstream_database_up") > 0.0 && value(&text, "slipstream_maintenance") > 0.0);
    assert!(value(&text, "process_resident_memory_bytes") > 100_000.0);
    for name in [
        "slipstream_info{version=",
        "slipstream_copies{state=\"queued\"}",
        "slipstream_outbox_waiting",
        "slipstream_websockets_open",
        "slipstream_database_connections{state=\"idle\"}",
        "process_cpu_seconds_total",
    ] {
        assert!(text.contains(name), "no {name} in\n{text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("0199c0de"), "{text}");
}

async fn the_lag_of_a_job_is_by_the_databases_clock(db: &TestDb) {
    let front = Front::new(db);
    let database = store::instance::now(&**db).await.unwrap();
    if let Some(database) = database {
        // This instance is ten minutes ahead.
        front.clock.advance(database.since(front.clock.now()) + 600 * SECOND);
    }
    let now = database.unwrap_or_else(|| front.clock.now());
    let mut tx = front.desk.db.begin().await.unwrap();
    store::lease::claim_job(&mut tx, "mail", "one", now, now.plus(300 * SECOND)).await.unwrap();
    // A row that an earlier release left for an account's feed is not a job.
    store::lease::claim_job(&mut tx, "events:1:BTC/USDT", "one", now, now.plus(1)).await.unwrap();
    tx.commit().await.unwrap();
    let mut request = request(Method::GET, "/metrics", &[], Body::empty());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
    let text = front.call(request).await.text;
    assert!(value(&text, "slipstream_job_lag_seconds{job=\"mail\"}") < 1.0, "{text}");
    assert!(!text.contains("events:"), "{text}");
}

async fn without_a_token_only_this_machine_reads_metrics(db: &TestDb) {
    let front = Front::new(db);
    let look = async |peer: Option<&str>, headers: &[(&str, &str)]| {
        let mut request = request(Method::GET, "/metrics", headers, Body::empty());
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        }
        front.call(request).await.status
    };
    assert_eq!(look(Some("127.0.0.1:9"), &[]).await, StatusCode::OK);
    assert_eq!(look(Some("[::1]:9"), &[]).await, StatusCode::OK);
    assert_eq!(look(Some("192.0.2.1:9"), &[]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(look(None, &[]).await, StatusCode::UNAUTHORIZED);
    // Whatever a trusted proxy reports about its client: the connection counts.
    let trusting = Front::behind(db, Settings::default(), &[[192, 0, 2, 1].into()]);
    let mut request = request(Method::GET, "/metrics", &[("x-forwarded-for", "127.0.0.1")], Body::empty());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 9))));
    assert_eq!(trusting.call(request).await.status, StatusCode::UNAUTHORIZED);
    // A proxy on this machine forwards requests from elsewhere.
    for forwarded in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "desk.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-scheme", "https"),
        ("x-forwarded-ssl", "on"),
        ("x-forwarded-prefix", "/desk"),
        ("x-forwarded-by", "proxy"),
        ("cf-connecting-ip", "192.0.2.7"),
        ("true-client-ip", "192.0.2.7"),
        ("x-client-ip", "192.0.2.7"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        assert_eq!(look(Some("127.0.0.1:9"), &[forwarded]).await, StatusCode::UNAUTHORIZED, "{forwarded:?}");
    }
}
