//! Logging, and the id of each request. A log line contains the route's template, never the path or the
//! query, because they may contain a token.

use crate::{
    metrics::Meters,
    pages,
    rest::{error_response::error_response, surface::Surface, surface_error::SurfaceError},
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use domain::{Clock, Entropy};
use futures::FutureExt as _;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};
use tracing::Instrument as _;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// The header with the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging to standard error. `RUST_LOG` raises the level; request logs of dependencies stay off by
/// default.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,hyper=warn,reqwest=warn"));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    // A second start, as in a test of the whole program, has no effect.
    let started = if json {
        registry.with(lines.json()).try_init()
    } else {
        registry.with(lines.with_target(false)).try_init()
    };
    if started.is_err() {
        tracing::debug!("logging is already set up");
    }
}

/// The state of [`observe`]: the source of ids and the request metrics.
#[derive(Clone)]
pub(crate) struct Ids {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) meters: Meters,
}

impl Ids {
    fn next(&self) -> String {
        let mut random = [0_u8; 10];
        self.entropy.fill(&mut random);
        let millis = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().simple().to_string()
    }
}

/// Assigns the request id, logs the request once it is answered, and responds for it if it panics. An id sent
/// by the caller is ignored: it could be another request's.
pub(crate) async fn observe(State(ids): State<Ids>, request: Request, next: Next) -> Response {
    let id = ids.next();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("-", MatchedPath::as_str);
    let span = tracing::info_span!("request", id = %id, %method, %route);
    let started = Instant::now();
    let mut response = async {
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response = answered.unwrap_or_else(|_| {
            tracing::error!("a request handler panicked");
            panicked(&method, route)
        });
        let status = response.status().as_u16();
        let took = started.elapsed();
        ids.meters.count(&method, route, response.status(), took);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if response.status().is_server_error() {
            tracing::warn!(status, micros, "request completed");
        } else {
            tracing::debug!(status, micros, "request completed");
        }
        response
    }
    .instrument(span)
    .await;
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The panic message is logged by the standard hook; the caller does not see it.
fn panicked(method: &Method, route: &str) -> Response {
    let programs = [
        "/v1/",
        "/ver1/",
        "/public/",
        "/api/v1/",
        "/v2/",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/events",
    ];
    if programs.iter().any(|start| route.starts_with(start)) || method == Method::HEAD {
        return error_response(Surface::of(route), SurfaceError::Broken);
    }
    pages::sorry()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, http::StatusCode, middleware::from_fn_with_state, routing::get};
    use service::{
        Origin, SharedDesk,
        identity::account,
        platform::{audit, settings::Settings},
        testing::{Setup, TestClock, TestEntropy},
    };
    use std::{
        io,
        pin::Pin,
        sync::{Mutex, PoisonError},
    };
    use store::testing::CommitHook;
    use tower::ServiceExt as _;

    const PASSWORD: &str = "correct horse battery";

    /// The captured log.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    async fn logged(route: &str, uri: &str) -> (Response, String) {
        let log = Log::default();
        let writer = log.clone();
        let lines = fmt().with_max_level(tracing::Level::TRACE);
        let _logging = tracing::subscriber::set_default(lines.with_writer(move || writer.clone()).finish());
        let db = store::testing::sqlite().await;
        let (desk, _) = service::testing::desk((*db).clone());
        let meters =
            Meters::new(desk.clone(), crate::events::Streams::new(desk, crate::front::Limits::default()));
        let (clock, entropy) = (Arc::new(TestClock::default()), Arc::new(TestEntropy::default()));
        let ids = Ids { clock, entropy, meters };
        let routes = Router::new()
            .route("/v1/fine/{id}", get(|| async { "fine" }))
            .route("/v1/broken/{id}", get(|| async { panic!("the inside") as &str }))
            .layer(from_fn_with_state(ids, observe));
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let response = routes.oneshot(request).await.unwrap();
        let text = log.text();
        assert!(text.contains(route), "{text}");
        (response, text)
    }

    #[tokio::test]
    async fn a_line_carries_the_template_and_no_secret_of_path_or_query() {
        let (response, text) = logged("/v1/fine/{id}", "/v1/fine/hunter2?token=hunter3").await;
        let id = response.headers()[REQUEST_ID].to_str().unwrap();
        assert!(text.contains(id) && text.contains("status=200"), "{text}");
        assert!(!text.contains("hunter"), "{text}");
    }

    #[tokio::test]
    async fn a_panic_fails_one_request_and_reveals_nothing() {
        let (response, text) = logged("/v1/broken/{id}", "/v1/broken/7").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.headers().contains_key(REQUEST_ID) && text.contains("panicked"));
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        assert_eq!(&body[..], br#"{"message":"internal server error"}"#);
    }

    fn capture() -> (Log, tracing::subscriber::DefaultGuard) {
        let log = Log::default();
        let writer = log.clone();
        let lines = fmt().with_max_level(tracing::Level::INFO);
        let guard = tracing::subscriber::set_default(lines.with_writer(move || writer.clone()).finish());
        (log, guard)
    }

    fn desk(db: store::Db, log_audit: bool) -> SharedDesk {
        let settings = Settings { log_audit, ..Settings::default() };
        service::testing::desk_with(db, Setup { settings, ..Setup::default() })
    }

    #[tokio::test]
    async fn sealed_audit_rows_are_logged_where_it_is_wanted() {
        let (log, _logging) = capture();
        let db = store::testing::sqlite().await;
        for log_audit in [false, true] {
            let desk = desk((*db).clone(), log_audit);
            let origin = Origin::new([192, 0, 2, 1].into(), "Test/1.0\" action=made-admin");
            let email = format!("{log_audit}@example.org");
            account::sign_up(&desk, origin, &email, PASSWORD).await.unwrap();
            assert!(audit::seal(&desk).await.unwrap() > 0);
            let text = log.text();
            let row = text.lines().find(|line| line.contains("action=signed-up"));
            assert_eq!(row.is_some(), log_audit, "{text}");
            if let Some(row) = row {
                assert!(row.contains("address=192.0.2.1") && row.contains(" seal="), "{row}");
                assert!(row.contains(r#" client="Test/1.0\" action=made-admin" "#), "{row}");
            }
        }
    }

    /// The commits take effect, but their answers are lost, as when the process ends just then.
    struct Unanswered;

    impl CommitHook for Unanswered {
        fn before(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
            Box::pin(async { true })
        }

        fn after(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
            Box::pin(async { false })
        }
    }

    #[tokio::test]
    async fn no_sealed_audit_row_is_missing_in_the_log() {
        let (log, _logging) = capture();
        let db = store::testing::sqlite().await;
        let first = desk((*db).clone(), true);
        let origin = Origin::new([192, 0, 2, 1].into(), "Test/1.0");
        account::sign_up(&first, origin.clone(), "ada@example.org", PASSWORD).await.unwrap();
        audit::seal(&first).await.unwrap();
        let sign_ins = || log.text().lines().filter(|line| line.contains("action=signed-in")).count();
        assert_eq!(sign_ins(), 1);
        account::sign_in(&first, origin, "ada@example.org", PASSWORD).await.unwrap();
        let second = desk((*db).clone().with_commit_hook(Arc::new(Unanswered)), true);
        audit::seal(&second).await.unwrap_err();
        assert_eq!(audit::seal(&first).await.unwrap(), 0, "it is sealed");
        assert_eq!(sign_ins(), 2);
    }
}
