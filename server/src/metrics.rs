//! `/metrics` for Prometheus. Requests are counted as they are answered, by route template, never by path;
//! everything else is collected on each scrape.

mod process;

use crate::{events::Streams, network};
use axum::{
    Json,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use metrics::{Counter, Histogram, Key, KeyName, Label, Level, Metadata, Recorder as _, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use serde_json::json;
use service::{SharedDesk, health, maintenance};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// Upper bounds of the duration buckets, in seconds.
const BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Measurements are folded into the buckets once per this many requests, even if nothing scrapes them.
const FOLD: u32 = 1_024;
/// Methods that are counted separately; a caller may invent others.
const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
const ABOUT: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// The gauges and their descriptions.
const GAUGES: &[(&str, &str)] = &[
    ("slipstream_info", "The running version"),
    ("slipstream_database_up", "1 if the database responds"),
    ("slipstream_database_connections", "Pooled database connections"),
    ("slipstream_copies", "Unfinished copies by status"),
    ("slipstream_copies_oldest_queued_seconds", "Age of the oldest queued copy"),
    ("slipstream_orders_unfinished", "Unsettled orders"),
    ("slipstream_outbox_waiting", "Messages waiting in the outbox"),
    ("slipstream_job_lag_seconds", "Seconds since a job lease expired; 0 while an instance runs the job"),
    ("slipstream_websockets_open", "Open event streams"),
    ("slipstream_exchange_weight_left", "Exchange request weight left in the current minute"),
    ("slipstream_positions_supervised", "Supervised open positions and resting entries"),
    ("slipstream_positions_unprotected", "Positions currently without their stop loss"),
    (
        "slipstream_positions_unprotected_oldest_seconds",
        "Seconds that the longest unprotected position has been without its stop loss",
    ),
    ("slipstream_positions_without_stop_by_choice", "Positions without a stop loss by the user's choice"),
    (
        "slipstream_positions_round_seconds",
        "Seconds for one round of inspections of all positions of this instance when idle",
    ),
    ("slipstream_exchange_weight_reserved", "Exchange request weight per minute reserved for protection"),
    ("slipstream_maintenance", "1 if maintenance mode is on"),
    ("process_resident_memory_bytes", "Resident memory"),
];

type Series = (Counter, Histogram);
/// The series of one route, by method (its index in `METHODS`) and status.
type ByAnswer = HashMap<(usize, u16), Series>;

/// The metrics of one desk.
#[derive(Clone)]
pub(crate) struct Meters(Arc<Inner>);

struct Inner {
    desk: SharedDesk,
    streams: Streams,
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// By route template.
    requests: RwLock<HashMap<String, ByAnswer>>,
    answered: AtomicU32,
}

impl Meters {
    /// Registers all metrics.
    ///
    /// # Errors
    /// If the buckets are invalid.
    pub(crate) fn new(desk: SharedDesk, streams: Streams) -> anyhow::Result<Self> {
        let recorder = PrometheusBuilder::new().set_buckets(BUCKETS)?.build_recorder();
        let handle = recorder.handle();
        let describe = |name: &'static str, about: &'static str| {
            recorder.describe_gauge(KeyName::from_const_str(name), None, about.into());
        };
        GAUGES.iter().for_each(|(name, about)| describe(name, about));
        let name = KeyName::from_const_str;
        recorder.describe_counter(
            name("slipstream_http_requests_total"),
            None,
            "Completed HTTP requests".into(),
        );
        let seconds = "Time to the first byte of the response".into();
        recorder.describe_histogram(name("slipstream_http_request_seconds"), Some(Unit::Seconds), seconds);
        recorder.describe_counter(
            name("slipstream_exchange_requests_total"),
            None,
            "Requests to the exchange".into(),
        );
        recorder.describe_counter(name("process_cpu_seconds_total"), None, "User and system CPU time".into());
        let (requests, answered) = (RwLock::default(), AtomicU32::new(0));
        Ok(Self(Arc::new(Inner { desk, streams, recorder, handle, requests, answered })))
    }

    /// Counts a response.
    pub(crate) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let inner = &*self.0;
        if inner.answered.fetch_add(1, Ordering::Relaxed) % FOLD == FOLD - 1 {
            inner.handle.run_upkeep();
        }
        let method = METHODS.iter().position(|known| known == method).unwrap_or(METHODS.len());
        let (counter, histogram) = inner.series(route, (method, status.as_u16()));
        counter.increment(1);
        histogram.record(took.as_secs_f64());
    }
}

impl Inner {
    fn series(&self, route: &str, of: (usize, u16)) -> Series {
        let known = self.requests.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(route).and_then(|all| all.get(&of)) {
            return series.clone();
        }
        drop(known);
        let labels = vec![
            Label::new("route", route.to_owned()),
            Label::new("method", METHODS.get(of.0).map_or("other", Method::as_str).to_owned()),
        ];
        let with_status: Vec<_> =
            labels.iter().cloned().chain([Label::new("status", of.1.to_string())]).collect();
        let counter = Key::from_parts("slipstream_http_requests_total", with_status);
        let histogram = Key::from_parts("slipstream_http_request_seconds", labels);
        let series = (
            self.recorder.register_counter(&counter, &ABOUT),
            self.recorder.register_histogram(&histogram, &ABOUT),
        );
        let mut all = self.requests.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(route.to_owned()).or_default().entry(of).or_insert(series).clone()
    }

    fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)], value: f64) {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| Label::new(*name, (*value).to_owned())).collect();
        self.recorder.register_gauge(&Key::from_parts(name, labels), &ABOUT).set(value);
    }

    fn total(&self, name: &'static str, labels: &[(&'static str, &str)], value: u64) {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| Label::new(*name, (*value).to_owned())).collect();
        self.recorder.register_counter(&Key::from_parts(name, labels), &ABOUT).absolute(value);
    }

    /// Collects everything that is not counted as it happens.
    async fn collect(&self) {
        let connections = self.desk.db.connections();
        self.gauge("slipstream_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        self.gauge("slipstream_database_connections", &[("state", "open")], connections.open as f64);
        self.gauge("slipstream_database_connections", &[("state", "idle")], connections.idle as f64);
        self.gauge("slipstream_websockets_open", &[], self.streams.open() as f64);
        for budget in self.desk.exchange.budgets() {
            let of = [("api", budget.api)];
            self.gauge("slipstream_exchange_weight_left", &of, f64::from(budget.left));
            self.gauge("slipstream_exchange_weight_reserved", &of, f64::from(budget.reserved));
            self.total("slipstream_exchange_requests_total", &of, budget.requests);
        }
        let positions = health::unprotected(&self.desk);
        self.gauge("slipstream_positions_supervised", &[], positions.positions as f64);
        self.gauge("slipstream_positions_unprotected", &[], positions.differing as f64);
        self.gauge("slipstream_positions_unprotected_oldest_seconds", &[], seconds(positions.oldest));
        self.gauge("slipstream_positions_without_stop_by_choice", &[], positions.by_choice as f64);
        self.gauge("slipstream_positions_round_seconds", &[], seconds(positions.round));
        let up = self
            .stored()
            .await
            .inspect_err(|error| tracing::warn!(%error, "could not read database metrics"));
        self.gauge("slipstream_database_up", &[], f64::from(u8::from(up.is_ok())));
        if let Some(usage) = process::usage() {
            self.gauge("process_resident_memory_bytes", &[], usage.resident_bytes as f64);
            self.total("process_cpu_seconds_total", &[], usage.cpu_seconds);
        }
    }

    async fn stored(&self) -> service::Result<()> {
        let (db, now) = (&self.desk.db, self.desk.clock.now());
        let waiting = store::gauge::waiting(db).await?;
        let copies = [("queued", waiting.queued), ("sending", waiting.sending), ("open", waiting.open)];
        for (state, count) in copies {
            self.gauge("slipstream_copies", &[("state", state)], count as f64);
        }
        let age = waiting.queued_since.map_or(0, |since| now.since(since).max(0));
        self.gauge("slipstream_copies_oldest_queued_seconds", &[], seconds(age));
        self.gauge("slipstream_orders_unfinished", &[], waiting.unfinished_orders as f64);
        self.gauge("slipstream_outbox_waiting", &[], waiting.mails as f64);
        for lease in store::gauge::leases(db).await? {
            let lag = now.since(lease.until).max(0);
            self.gauge("slipstream_job_lag_seconds", &[("job", &lease.name)], seconds(lag));
        }
        let closed = maintenance::closed(&self.desk).await?.is_some();
        self.gauge("slipstream_maintenance", &[], f64::from(u8::from(closed)));
        Ok(())
    }
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Returns the metrics, to the operator only.
pub(crate) async fn show(State(meters): State<Meters>, request: Request) -> Response {
    if !network::is_operator(&meters.0.desk, &request) {
        let body = Json(json!({ "message": "unauthorized" }));
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], body).into_response();
    }
    meters.0.collect().await;
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, meters.0.handle.render()).into_response()
}
