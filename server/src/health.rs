//! `/healthz`: how the desk really is.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use service::{Mode, SharedDesk, maintenance};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};
use utoipa::ToSchema;

/// The exchange is asked at most this often, however often we are: it counts what we ask.
const KEEP: Duration = Duration::from_secs(5);
/// Longer than this is as good as no answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the desk is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`; `degraded` when the exchange does not answer; `down` when the database does not.
    #[schema(example = "ok")]
    status: &'static str,
    /// The database answers.
    database: bool,
    /// The exchange answers.
    exchange: bool,
    /// The operator has closed the desk to everybody else.
    maintenance: bool,
    /// `sandbox` or `live`.
    #[schema(example = "sandbox")]
    mode: &'static str,
    /// The program's version.
    version: &'static str,
}

/// What the exchange last did when it was asked.
type Last = Arc<Mutex<Option<(Instant, bool)>>>;

/// Asks for a sign of life, and remembers the exchange's.
#[derive(Clone)]
pub(crate) struct Probe {
    desk: SharedDesk,
    last: Last,
}

impl Probe {
    pub(crate) fn new(desk: SharedDesk) -> Self {
        Self { desk, last: Last::default() }
    }

    async fn database(&self) -> bool {
        matches!(timeout(PATIENCE, self.desk.db.ping()).await, Ok(Ok(())))
    }

    async fn exchange(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, answered)) = *last
            && at.elapsed() < KEEP
        {
            return answered;
        }
        let answered = matches!(timeout(PATIENCE, self.desk.exchange.server_time()).await, Ok(Ok(_)));
        *last = Some((Instant::now(), answered));
        answered
    }
}

/// 200 while people can use the desk, 503 when the database is gone. Both are asked now.
pub(crate) async fn show(State(probe): State<Probe>) -> (StatusCode, Json<Health>) {
    let (database, exchange, closed) =
        tokio::join!(probe.database(), probe.exchange(), maintenance::closed(&probe.desk));
    let maintenance = matches!(closed, Ok(Some(_)));
    let (code, status) = match (database, exchange) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        (true, false) => (StatusCode::OK, "degraded"),
        (true, true) => (StatusCode::OK, "ok"),
    };
    let mode = match probe.desk.settings.mode {
        Mode::Sandbox => "sandbox",
        Mode::Live => "live",
    };
    (code, Json(Health { status, database, exchange, maintenance, mode, version: env!("CARGO_PKG_VERSION") }))
}
