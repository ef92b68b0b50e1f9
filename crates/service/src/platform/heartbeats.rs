//! Heartbeats of the work that every process does periodically. The health check reads them.

use domain::Micros;
use std::sync::atomic::{AtomicI64, Ordering};

/// Heartbeats: when this process last ran the work that every process does periodically.
pub(crate) struct JobHeartbeats {
    /// Start of this process.
    pub(crate) started: Micros,
    orders: AtomicI64,
    copies: AtomicI64,
}

impl JobHeartbeats {
    /// Starts all heartbeats at `now`.
    pub(crate) const fn new(now: Micros) -> Self {
        Self { started: now, orders: AtomicI64::new(now.0), copies: AtomicI64::new(now.0) }
    }

    /// Records a pass over unfinished orders.
    pub(crate) fn orders_reconciled(&self, now: Micros) {
        self.orders.store(now.0, Ordering::Relaxed);
    }

    /// Records a pass over open copies.
    pub(crate) fn copies_reconciled(&self, now: Micros) {
        self.copies.store(now.0, Ordering::Relaxed);
    }

    /// Time of the last pass over unfinished orders.
    pub(crate) fn orders_at(&self) -> Micros {
        Micros(self.orders.load(Ordering::Relaxed))
    }

    /// Time of the last pass over open copies.
    pub(crate) fn copies_at(&self) -> Micros {
        Micros(self.copies.load(Ordering::Relaxed))
    }
}
