//! The results: a table for the terminal, JSON for programs.

use super::load::{Load, micros};
use serde_json::{Map, Value, json};
use std::fmt;
use std::time::Duration;

/// Whether a target was reached, and its text.
type Verdict = Option<(bool, String)>;

#[derive(Default)]
pub(super) struct Table {
    rows: Vec<(String, String, Verdict)>,
    values: Map<String, Value>,
}

impl Table {
    pub(super) fn add(
        &mut self,
        key: &str,
        name: &str,
        value: impl Into<Value>,
        shown: &str,
        verdict: Verdict,
    ) {
        self.values.insert(key.to_owned(), value.into());
        self.rows.push((name.to_owned(), shown.to_owned(), verdict));
    }

    pub(super) fn load(&mut self, key: &str, name: &str, load: &Load, verdict: Verdict) {
        let shown = format!(
            "{:.0}/s, {:.0} us CPU each, p50 {:.2} ms, p99 {:.2} ms",
            load.per_second,
            1e6 / load.per_cpu_second(),
            load.p50.as_secs_f64() * 1e3,
            load.p99.as_secs_f64() * 1e3
        );
        self.add(key, name, load.json(), &shown, verdict);
    }

    /// Adds the round-trip times of orders.
    pub(super) fn round_trip(&mut self, kind: &str, times: &[Duration]) {
        let mut sorted = times.to_vec();
        sorted.sort();
        let at =
            |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)));
        let (p50, p99) = (at(50).copied().unwrap_or_default(), at(99).copied().unwrap_or_default());
        let shown = format!("p50 {:.2} ms, p99 {:.2} ms", p50.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3);
        let value = json!({ "orders": sorted.len(), "p50Micros": micros(p50), "p99Micros": micros(p99) });
        let verdict = Some((p50 < Duration::from_millis(10), "p50 10 ms".to_owned()));
        self.add(&format!("order.{kind}"), &format!("order round trip, {kind}"), value, &shown, verdict);
    }

    pub(super) fn json(&self) -> Value {
        Value::Object(self.values.clone())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        for (name, shown, verdict) in &self.rows {
            let verdict = match verdict {
                Some((true, target)) => format!("   (reached: {target})"),
                Some((false, target)) => format!("   (MISSED: {target})"),
                None => String::new(),
            };
            writeln!(out, "{name:<width$}   {shown}{verdict}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_verdicts_are_shown() {
        let mut table = Table::default();
        table.round_trip("LIMIT", &(1..=100).map(Duration::from_millis).collect::<Vec<_>>());
        table.round_trip("NONE", &[]);
        let text = table.to_string();
        assert!(text.contains("p50 51.00 ms, p99 100.00 ms   (MISSED: p50 10 ms)"), "{text}");
        assert_eq!(table.json()["order.LIMIT"]["p99Micros"], 100_000);
    }
}
