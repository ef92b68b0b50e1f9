//! `/metrics` for Prometheus. Requests are counted as they are answered, by route template, never by path;
//! everything else is collected on each scrape.

mod exposition;
mod process;
mod requests;

use crate::{events::Streams, network};
use axum::{
    Json,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use exposition::{Exposition, labels};
use requests::Requests;
use serde_json::json;
use service::{SharedDesk, health, identity::maintenance};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

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

/// Totals that are collected, with their descriptions.
const TOTALS: &[(&str, &str)] = &[
    ("slipstream_exchange_requests_total", "Requests to the exchange"),
    ("process_cpu_seconds_total", "User and system CPU time"),
];

/// The metrics of one desk.
#[derive(Clone)]
pub(crate) struct Meters(Arc<Inner>);

struct Inner {
    desk: SharedDesk,
    streams: Streams,
    requests: Requests,
    /// The last value of each collected metric, by its labels. A value that cannot be read now keeps the last one.
    collected: Mutex<BTreeMap<&'static str, BTreeMap<String, String>>>,
}

impl Meters {
    /// The metrics of a desk that has not answered a request yet.
    pub(crate) fn new(desk: SharedDesk, streams: Streams) -> Self {
        Self(Arc::new(Inner { desk, streams, requests: Requests::default(), collected: Mutex::default() }))
    }

    /// Counts a response.
    pub(crate) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        self.0.requests.count(method, route, status, took);
    }
}

impl Inner {
    fn gauge(&self, name: &'static str, of: &[(&str, &str)], value: f64) {
        self.set(name, of, value.to_string());
    }

    fn total(&self, name: &'static str, of: &[(&str, &str)], value: u64) {
        self.set(name, of, value.to_string());
    }

    fn set(&self, name: &'static str, of: &[(&str, &str)], value: String) {
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        collected.entry(name).or_default().insert(labels(of), value);
    }

    fn text(&self) -> String {
        let mut text = Exposition::default();
        self.requests.write(&mut text);
        let collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, metrics) in [("counter", TOTALS), ("gauge", GAUGES)] {
            for (name, about) in metrics {
                let Some(values) = collected.get(name) else { continue };
                text.metric(name, kind, about);
                values.iter().for_each(|(labels, value)| text.sample(name, labels, value));
            }
        }
        text.into_text()
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
        // Leases end by the database's clock, as in `/healthz`.
        let lease_clock = store::instance::now(db).await?.unwrap_or(now);
        for lease in store::lease::list_job_leases(db).await? {
            let lag = lease_clock.since(lease.until).max(0);
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
    (kind, meters.0.text()).into_response()
}
