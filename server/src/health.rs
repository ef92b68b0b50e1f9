//! `/healthz`: the state of the desk (`service::health`).

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
    SharedDesk,
    health::{self, Parts, Status},
    identity::maintenance,
    platform::settings::Mode,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};
use utoipa::ToSchema;

/// How long the result of an exchange check is cached. The exchange is queried only while its prices are
/// silent, and rarely, because it counts our requests.
const KEEP: Duration = Duration::from_secs(5);
/// How long the result of a database check is cached, because anyone may call this route.
const FRESH: Duration = Duration::from_secs(1);
/// Timeout of a check; a slower answer counts as none.
const PATIENCE: Duration = Duration::from_secs(2);

/// The health of the desk.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Health {
    /// The worst status of the parts: `ok`; `degraded`: the desk is usable but needs attention; `down`: it is
    /// unusable or stuck.
    #[schema(example = "ok")]
    status: &'static str,
    /// Whether the database responds.
    database: bool,
    /// Whether the exchange responds.
    exchange: bool,
    /// Whether maintenance mode is on.
    maintenance: bool,
    /// `sandbox` or `live`.
    #[schema(example = "sandbox")]
    mode: &'static str,
    /// The program's version.
    version: &'static str,
    /// The health of each part; null while the database does not respond.
    parts: Option<HealthParts>,
}

/// The health of each part; durations are in whole seconds.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Told)]
struct HealthParts {
    /// Whether the database can be written.
    writes: Writes,
    /// The exchange and its prices.
    exchange: Exchange,
    /// Background jobs.
    jobs: Jobs,
    /// This instance's own lease.
    instance: Instance,
    /// Order reconciliation.
    orders: QueueHealth,
    /// Copy trading.
    copies: QueueHealth,
    /// The outbox.
    outbox: Outbox,
    /// The stop orders of open positions.
    protection: Protection,
    /// Accounts whose orders at the exchange differ from the database.
    reviews: Reviews,
    /// The audit log.
    audit: AuditLog,
}

/// The audit log.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AuditLog {
    /// `degraded`: rows or seals were changed in the database.
    status: &'static str,
    /// The difference found; null while the log is intact.
    fault: Option<String>,
}

/// Accounts whose orders at the exchange differ from the database.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Reviews {
    status: &'static str,
    /// Accounts that take no new entries until an operator has confirmed the differences.
    accounts: usize,
}

/// The stop orders of open positions.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Protection {
    status: &'static str,
    /// Open positions and resting entry orders that the desk supervises.
    supervised: usize,
    /// Positions that currently lack their stop order.
    unprotected: usize,
    /// How long the longest-unprotected position has lacked its stop.
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
    /// Age of the latest price.
    stream_age_seconds: i64,
}

/// This instance's own lease.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Instance {
    status: &'static str,
    /// Another process has taken this instance's name; this one no longer sends orders.
    name_taken: bool,
}

/// Background jobs.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Jobs {
    status: &'static str,
    /// Lag of the most overdue job.
    lag_seconds: i64,
    /// Name of the most overdue job; null while all are on time.
    latest: Option<String>,
}

/// Recurring work that every process does.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Standing)]
struct QueueHealth {
    status: &'static str,
    /// Time since this process last completed a full pass.
    last_reconciliation_seconds: i64,
    /// Age of the oldest overdue item.
    lag_seconds: i64,
}

/// The outbox.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Outbox {
    status: &'static str,
    /// How long the oldest message has waited. Without a mail server, mails do not count.
    lag_seconds: i64,
}

/// A cached result and its time.
type Last<T> = Arc<Mutex<Option<(Instant, T)>>>;

/// Checks the desk and caches the result briefly.
#[derive(Clone)]
pub(crate) struct Probe {
    desk: SharedDesk,
    seen: Last<(StatusCode, Health)>,
    exchange: Last<bool>,
}

/// Returns the cached value if it is fresh, else fetches it. Single-flight: concurrent callers wait for the
/// same fetch.
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
        if parts.is_some_and(Parts::exchange_answers) {
            return true;
        }
        let ask = async { matches!(timeout(PATIENCE, self.desk.exchange.server_time()).await, Ok(Ok(_))) };
        remembered(&self.exchange, KEEP, ask).await
    }

    async fn measure(&self) -> (StatusCode, Health) {
        let jobs = jobs::leased(&self.desk);
        let looked = timeout(PATIENCE, health::measure(&self.desk, &jobs));
        // Concurrently: neither waits for the other, and both have a timeout.
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
            parts: parts.map(|parts| health_parts(parts, exchange, writes)),
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
        parts.audit(),
    ];
    all.into_iter().max().unwrap_or(Status::Ok)
}

fn health_parts(parts: Parts, exchange: bool, writes: Status) -> HealthParts {
    let seconds = |micros: i64| micros / SECOND;
    HealthParts {
        writes: Writes { status: writes.word() },
        exchange: Exchange {
            status: parts.exchange(exchange).word(),
            stream_age_seconds: seconds(parts.stream_age),
        },
        instance: Instance { status: parts.instance().word(), name_taken: parts.name_taken },
        orders: QueueHealth {
            status: parts.orders().word(),
            last_reconciliation_seconds: seconds(parts.orders_age),
            lag_seconds: seconds(parts.order_lag.unwrap_or(0)),
        },
        copies: QueueHealth {
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
        audit: AuditLog { status: parts.audit().word(), fault: parts.audit_fault.clone() },
        jobs: Jobs {
            status: parts.jobs().word(),
            lag_seconds: seconds(parts.latest_job.as_ref().map_or(0, |job| job.1)),
            latest: parts.latest_job.map(|job| job.0),
        },
    }
}

/// Returns 200 while the desk is usable, 503 when it is unusable or stuck. The operator sees all details;
/// everyone else sees the status only, which reveals no internals.
pub(crate) async fn show(State(probe): State<Probe>, request: Request) -> Response {
    let (code, health) = remembered(&probe.seen, FRESH, probe.measure()).await;
    if !network::is_operator(&probe.desk, &request) {
        return (code, Json(json!({ "status": health.status }))).into_response();
    }
    // If the database has just not answered, it is not queried again.
    let maintenance = health.database
        && matches!(timeout(PATIENCE, maintenance::closed(&probe.desk)).await, Ok(Ok(Some(_))));
    (code, Json(Health { maintenance, ..health })).into_response()
}
