//! Prometheus' text format, version 0.0.4.

use std::fmt::{Display, Write as _};

/// The text of one scrape.
#[derive(Default)]
pub(super) struct Exposition(String);

impl Exposition {
    /// Begins a metric.
    pub(super) fn metric(&mut self, name: &str, kind: &str, about: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP {name} {about}\n# TYPE {name} {kind}");
    }

    /// Adds a value to the metric. `labels` are as [`labels`] writes them.
    pub(super) fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Names and values of labels, in the order given.
pub(super) fn labels(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    pairs.join(",")
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_separated_and_labels_escaped() {
        let mut text = Exposition::default();
        text.metric("a", "gauge", "The first");
        text.sample("a", "", 1.0);
        text.metric("b_total", "counter", "The second");
        text.sample("b_total", &labels(&[("x", "a\"b\\c\nd"), ("y", "")]), 0.5);
        let wanted = "# HELP a The first\n# TYPE a gauge\na 1\n\n\
                      # HELP b_total The second\n# TYPE b_total counter\n\
                      b_total{x=\"a\\\"b\\\\c\\nd\",y=\"\"} 0.5\n";
        assert_eq!(text.into_text(), wanted);
    }
}
