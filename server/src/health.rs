//! `/healthz`: how the desk really is (`service::health`).

use crate::{jobs, network};
use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::time::SECOND;
use serde::Serialize;
use serde_json::json;
use service::{
    Mode, SharedDesk,
    health::{self, Parts, Status},
    maintenance,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};
use utoipa::ToSchema;

/// The exchange is asked at most this often, however often we are, and only while its prices are silent: it counts what
/// we ask.
const KEEP: Duration = Duration::from_secs(5);
/// The database is asked at most this often: anyone may ask us.
const FRESH: Duration = Duration::from_secs(1);
/// Longer than this is as good as no answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the desk is.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Health {
    /// The worst of the parts: `ok`; `degraded`: people can use the desk, and somebody should look; `down`: they cannot,
    /// or it is stuck.
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
    /// Each part; none while the database does not answer.
    parts: Option<Told>,
}

/// The parts, in whole seconds.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// Whether the database can be written.
    writes: Writes,
    /// The exchange and its prices.
    exchange: Exchange,
    /// Background jobs.
    jobs: Jobs,
    /// This instance's own lease.
    instance: Instance,
    /// The settling of orders.
    orders: Standing,
    /// The copying of signals.
    copies: Standing,
    /// The outbox.
    outbox: Outbox,
    /// The stops of open positions.
    protection: Protection,
    /// Accounts whose orders at the exchange differ from the database.
    reviews: Reviews,
}

/// Accounts whose orders at the exchange differ from the database.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Reviews {
    status: &'static str,
    /// Accounts that take no new entries until an operator has confirmed the differences.
    accounts: usize,
}

/// The stops of open positions.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Protection {
    status: &'static str,
    /// Open positions and resting entries that the desk supervises.
    supervised: usize,
    /// Positions that are without their stop now.
    unprotected: usize,
    /// For how long the first of them has been.
    oldest_seconds: i64,
    /// Positions without a stop by their owner's choice.
    without_stop_by_choice: usize,
}

/// Whether the database can be written.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Writes {
    /// `degraded`: a write failed within the last seconds.
    status: &'static str,
}

/// The exchange and its prices.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Exchange {
    status: &'static str,
    /// How long ago a price came.
    stream_age_seconds: i64,
}

/// This instance's own lease.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Instance {
    status: &'static str,
    /// Another process has taken this instance's name: this one sends no more orders.
    name_taken: bool,
}

/// Background jobs.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Jobs {
    status: &'static str,
    /// By how much the most overdue one is.
    lag_seconds: i64,
    /// Which that is; none while all are in time.
    latest: Option<String>,
}

/// Standing work of every process.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Standing {
    status: &'static str,
    /// How long ago this process last went over all of it.
    last_reconciliation_seconds: i64,
    /// For how long the first that should have been done by now has waited.
    lag_seconds: i64,
}

/// The outbox.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Outbox {
    status: &'static str,
    /// For how long the first message has waited; without a mail server, mails do not count.
    lag_seconds: i64,
}

/// What was found out, and when.
type Last<T> = Arc<Mutex<Option<(Instant, T)>>>;

/// Looks at the desk, and remembers for a moment what it saw.
#[derive(Clone)]
pub(crate) struct Probe {
    desk: SharedDesk,
    seen: Last<(StatusCode, Health)>,
    exchange: Last<bool>,
}

/// What is remembered, or what `fetch` brings; while one caller fetches, the others wait for its answer.
async fn remembered<T: Clone>(last: &Last<T>, lifetime: Duration, fetch: impl Future<Output = T>) -> T {
    let mut last = last.lock().await;
    if let Some((at, value)) = last.as_ref()
        && at.elapsed() < lifetime
    {
        return value.clone();
    }
    let value = fetch.await;
    *last = Some((Instant::now(), value.clone()));
    value
}

impl Probe {
    pub(crate) fn new(desk: SharedDesk) -> Self {
        Self { desk, seen: Last::default(), exchange: Last::default() }
    }

    async fn exchange(&self, parts: Option<&Parts>) -> bool {
        if parts.is_some_and(Parts::exchange_speaks) {
            return true;
        }
        let ask = async { matches!(timeout(PATIENCE, self.desk.exchange.server_time()).await, Ok(Ok(_))) };
        remembered(&self.exchange, KEEP, ask).await
    }

    async fn look(&self) -> (StatusCode, Health) {
        let jobs = jobs::leased(&self.desk);
        let looked = timeout(PATIENCE, health::look(&self.desk, &jobs));
        // Side by side: neither waits for the other, and both have their bound.
        let (looked, writes) = tokio::join!(looked, health::writes_succeed(&self.desk));
        let parts = match looked {
            Ok(Ok(parts)) => Some(parts),
            Ok(Err(error)) => {
                tracing::warn!(%error, "health check: the database is not responding");
                None
            }
            Err(_) => None,
        };
        let exchange = self.exchange(parts.as_ref()).await;
        let writes = if writes { Status::Ok } else { Status::Degraded };
        let status = parts.as_ref().map_or(Status::Down, |parts| worst(parts, exchange).max(writes));
        let code = if status == Status::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        let mode = match self.desk.settings.mode {
            Mode::Sandbox => "sandbox",
            Mode::Live => "live",
        };
        let health = Health {
            status: status.word(),
            database: parts.is_some(),
            exchange,
            maintenance: false,
            mode,
            version: env!("CARGO_PKG_VERSION"),
            parts: parts.map(|parts| told(parts, exchange, writes)),
        };
        (code, health)
    }
}

fn worst(parts: &Parts, exchange: bool) -> Status {
    let all = [
        parts.exchange(exchange),
        parts.instance(),
        parts.jobs(),
        parts.orders(),
        parts.copies(),
        parts.outbox(),
        parts.protection(),
        parts.reviews(),
    ];
    all.into_iter().max().unwrap_or(Status::Ok)
}

fn told(parts: Parts, exchange: bool, writes: Status) -> Told {
    let seconds = |micros: i64| micros / SECOND;
    Told {
        writes: Writes { status: writes.word() },
        exchange: Exchange {
            status: parts.exchange(exchange).word(),
            stream_age_seconds: seconds(parts.stream_age),
        },
        instance: Instance { status: parts.instance().word(), name_taken: parts.name_taken },
        orders: Standing {
            status: parts.orders().word(),
            last_reconciliation_seconds: seconds(parts.orders_age),
            lag_seconds: seconds(parts.order_lag.unwrap_or(0)),
        },
        copies: Standing {
            status: parts.copies().word(),
            last_reconciliation_seconds: seconds(parts.copies_age),
            lag_seconds: seconds(parts.copy_lag.unwrap_or(0)),
        },
        outbox: Outbox {
            status: parts.outbox().word(),
            lag_seconds: seconds(parts.message_lag.unwrap_or(0)),
        },
        protection: Protection {
            status: parts.protection().word(),
            supervised: parts.positions.positions,
            unprotected: parts.positions.differing,
            oldest_seconds: seconds(parts.positions.oldest),
            without_stop_by_choice: parts.positions.by_choice,
        },
        reviews: Reviews { status: parts.reviews().word(), accounts: parts.under_review },
        jobs: Jobs {
            status: parts.jobs().word(),
            lag_seconds: seconds(parts.latest_job.as_ref().map_or(0, |job| job.1)),
            latest: parts.latest_job.map(|job| job.0),
        },
    }
}

/// 200 while people can use the desk, 503 when they cannot or it is stuck.
/// The operator sees all of it; everyone else the status, which says nothing of the inside.
pub(crate) async fn show(State(probe): State<Probe>, request: Request) -> Response {
    let (code, health) = remembered(&probe.seen, FRESH, probe.look()).await;
    if !network::is_operator(&probe.desk, &request) {
        return (code, Json(json!({ "status": health.status }))).into_response();
    }
    // A database that has just not answered is not asked again.
    let maintenance = health.database
        && matches!(timeout(PATIENCE, maintenance::closed(&probe.desk)).await, Ok(Ok(Some(_))));
    (code, Json(Health { maintenance, ..health })).into_response()
}
