//! Retired and unknown paths, in Binance's words.

use crate::{desk::Desk, ear::Ear};
use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use serde_json::json;
use tower::ServiceExt;

const GONE: &str = "<html>\r\n<head><title>410 Gone</title></head>\r\n<body>\r\n<center><h1>410 Gone</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// A desk's router as the server builds it: the sandbox beside routes with a fallback of their own.
fn beside_pages(desk: &Desk) -> Router {
    let pages = Router::new().fallback(|| async { (StatusCode::NOT_FOUND, "<!DOCTYPE html>") });
    Router::new().nest("/sandbox", desk.sandbox.router()).merge(pages)
}

async fn answer(router: &Router, method: &str, path: &str) -> (StatusCode, String, String) {
    let request =
        Request::builder().method(method).uri(format!("/sandbox{path}")).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, kind.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn spot_listen_keys_are_retired_by_default() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    let router = beside_pages(&desk);
    for method in ["POST", "PUT", "DELETE"] {
        let gone = answer(&router, method, "/binance/api/v3/userDataStream").await;
        assert_eq!(gone, (StatusCode::GONE, "text/html".to_owned(), GONE.to_owned()), "{method}");
    }
    let mut api = Ear::open(address, "/ws-api/v3").await;
    api.send(json!({ "id": 1, "method": "userDataStream.start", "params": { "apiKey": desk.key } })).await;
    assert_eq!(api.receive().await["error"]["code"], -1020);
    // Futures still have them.
    desk.keyed("POST", "/binance/fapi/v1/listenKey", Body::empty()).await.ok();

    let desk = Desk::legacy().await;
    desk.keyed("POST", "/binance/api/v3/userDataStream", Body::empty()).await.ok();
    let mut api = Ear::open(desk.serve().await, "/ws-api/v3").await;
    api.send(json!({ "id": 1, "method": "userDataStream.start", "params": { "apiKey": desk.key } })).await;
    assert!(api.receive().await["result"]["listenKey"].is_string());
}

#[tokio::test]
async fn unknown_paths_and_methods_answer_in_binances_shape() {
    let router = beside_pages(&Desk::open().await);
    let body = json!({ "code": -1000, "msg": "Path not found." }).to_string();
    for (method, path) in [
        ("GET", "/binance/api/v3/nothing"),
        ("POST", "/binance/api/v3/nothing"),
        ("PUT", "/binance/fapi/v1/nothing/at/all"),
        ("DELETE", "/binance/sapi/v1/nothing"),
        ("GET", "/binance/dapi/v1/time"),
        ("GET", "/binance/futures/data/nothing"),
        ("PATCH", "/binance/fapi/v1/order"),
        ("GET", "/binance/spot/nothing"),
        ("POST", "/binance/spot/ws"),
        ("PUT", "/binance/api/v3/time"),
        ("GET", "/binance"),
        ("GET", "/binance/"),
        ("GET", "/control/nothing"),
    ] {
        let (status, kind, text) = answer(&router, method, path).await;
        assert_eq!(
            (status, kind.as_str()),
            (StatusCode::NOT_FOUND, "application/json"),
            "{method} {path}: {text}"
        );
        assert_eq!(text, body, "{method} {path}");
    }
    assert_eq!(answer(&router, "GET", "/elsewhere").await.2, "<!DOCTYPE html>");
}
