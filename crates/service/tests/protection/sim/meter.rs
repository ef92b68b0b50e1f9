//! The uncovered-time meter: how long a position was open without the stop that its owner wants.

use domain::time::SECOND;

/// A span of virtual time in microseconds, from and to.
pub(crate) type Span = (i64, i64);

/// Measures the spans with an uncovered position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    spans: Vec<Span>,
    since: Option<i64>,
    /// Time in which the desk could not have known or acted: no desk running, exchange unreachable.
    excused: Vec<Span>,
}

impl Meter {
    /// Records whether a position is uncovered from now on.
    pub(crate) fn note(&mut self, at: i64, naked: bool) {
        match (self.since, naked) {
            (None, true) => self.since = Some(at),
            (Some(from), false) => {
                self.since = None;
                if at > from {
                    self.spans.push((from, at));
                }
            }
            _ => {}
        }
    }

    /// Excludes a span from the measurement.
    pub(crate) fn excuse(&mut self, from: i64, to: i64) {
        self.excused.push((from, to));
    }

    /// Returns the spans so far; an open one ends now.
    pub(crate) fn spans(&self, now: i64) -> Vec<Span> {
        let open = self.since.filter(|from| now > *from).map(|from| (from, now));
        self.spans.iter().copied().chain(open).collect()
    }

    /// Returns how long `span` lasted, without its excused part.
    pub(crate) fn counted(&self, span: Span) -> i64 {
        let mut excused: Vec<Span> =
            self.excused.iter().map(|e| (e.0.max(span.0), e.1.min(span.1))).filter(|e| e.0 < e.1).collect();
        excused.sort_unstable();
        let mut left = span.1 - span.0;
        let mut until = span.0;
        for (from, to) in excused {
            let from = from.max(until);
            if to > from {
                left -= to - from;
                until = to;
            }
        }
        left
    }

    /// Returns the longest counted span up to now, in microseconds.
    pub(crate) fn longest(&self, now: i64) -> i64 {
        self.spans(now).into_iter().map(|span| self.counted(span)).max().unwrap_or_default()
    }
}

/// Formats microseconds as seconds, for messages.
pub(crate) fn seconds(micros: i64) -> String {
    format!("{}.{:03} s", micros / SECOND, micros % SECOND / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excused_time_does_not_count_twice() {
        let mut meter = Meter::default();
        meter.note(10, true);
        meter.note(60, false);
        meter.excuse(0, 20);
        meter.excuse(15, 30);
        meter.excuse(50, 90);
        assert_eq!(meter.spans(100), [(10, 60)]);
        assert_eq!(meter.longest(100), 20);
    }
}
