//! A Postgres that neither responds nor closes the connection, like a machine that was paused or cut off.

use super::call::{from_here, request};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, StatusCode},
};
use serde_json::Value;
use service::testing;
use std::time::{Duration, Instant};
use store::{Db, Options};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower::ServiceExt as _;

/// Forwards bytes, except while it is frozen.
async fn proxy(server: String, frozen: watch::Receiver<bool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(&server).await else { continue };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pass(from_client, to_server, frozen.clone()));
            tokio::spawn(pass(from_server, to_client, frozen.clone()));
        }
    });
    port
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut frozen: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let thawed = frozen.wait_for(|frozen| !*frozen).await.is_ok();
        if !thawed || to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

async fn health(routes: &Router) -> (StatusCode, Value) {
    let request = from_here(request(Method::GET, "/healthz", &[], Body::empty()));
    let response = routes.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 100_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

/// Polls until the response has this status; returns it.
async fn until(routes: &Router, status: StatusCode) -> Value {
    let since = Instant::now();
    loop {
        let request = Instant::now();
        let (answered, health) = health(routes).await;
        assert!(request.elapsed() < Duration::from_secs(8), "an answer took {:?}", request.elapsed());
        if answered == status {
            return health;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "never {status}: {health}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_answers_within_its_bound_while_the_database_is_frozen() {
    let Some(db) = store::testing::postgres().await else { return };
    let (freeze, frozen) = watch::channel(false);
    let mut url: reqwest::Url = db.url().parse().unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    url.set_port(Some(proxy(server, frozen).await)).unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    let through = Db::connect(url.as_str(), &Options { connections: 4, ..Options::default() }).await.unwrap();
    let (desk, _) = testing::desk(through);
    let routes =
        server::router::build(&desk, &server::network::Network::default(), server::router::Beside::default())
            .unwrap();

    let well = until(&routes, StatusCode::OK).await;
    assert_eq!((&well["database"], &well["parts"]["writes"]["status"]), (&true.into(), &"ok".into()));
    freeze.send_replace(true);
    let gone = until(&routes, StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!((&gone["status"], &gone["database"]), (&"down".into(), &false.into()));
    freeze.send_replace(false);
    let thawed = Instant::now();
    while until(&routes, StatusCode::OK).await["parts"]["writes"]["status"] != "ok" {
        assert!(thawed.elapsed() < Duration::from_secs(30), "it is never well again");
    }
    // Queries made while it was frozen have ended: every connection is usable again.
    assert!(service::health::writes_succeed(&desk).await);
}
