//! When to alert: once when a desk goes down, once when it has recovered.

use domain::Micros;

/// A change of the desk's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DeskStateChange {
    /// The desk is down.
    Down {
        /// Time of the first consecutive failure.
        since: Micros,
        /// The reason of the last failure.
        why: String,
    },
    /// The desk has recovered.
    Up {
        /// Time at which it went down.
        since: Micros,
        /// Time at which it recovered.
        at: Micros,
    },
}

impl DeskStateChange {
    /// `down` or `ok`.
    pub(super) const fn status(&self) -> &'static str {
        match self {
            Self::Down { .. } => "down",
            Self::Up { .. } => "ok",
        }
    }

    /// Why it is down; empty if it has recovered.
    pub(super) fn why(&self) -> &str {
        match self {
            Self::Down { why, .. } => why,
            Self::Up { .. } => "",
        }
    }

    /// Time at which it went down.
    pub(super) const fn since(&self) -> Micros {
        match self {
            Self::Down { since, .. } | Self::Up { since, .. } => *since,
        }
    }
}

/// Counts consecutive failures.
pub(super) struct Watch {
    after: u32,
    failures: u32,
    since: Option<Micros>,
}

impl Watch {
    /// Alerts after this many consecutive failures.
    pub(super) const fn new(after: u32) -> Self {
        Self { after, failures: 0, since: None }
    }

    /// Records the result of a check; returns a change to report, if any.
    pub(super) fn saw(&mut self, seen: Result<(), String>, now: Micros) -> Option<DeskStateChange> {
        let Err(why) = seen else {
            let (gone, since) = (self.failures >= self.after, self.since.take());
            self.failures = 0;
            return since.filter(|_| gone).map(|since| DeskStateChange::Up { since, at: now });
        };
        let since = *self.since.get_or_insert(now);
        let before = self.failures;
        self.failures = before.saturating_add(1);
        (before < self.after && self.failures >= self.after).then_some(DeskStateChange::Down { since, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_once_when_down_and_once_when_up() {
        let mut watch = Watch::new(3);
        let mut minute = 0;
        let mut saw = |well: bool| {
            minute += 1;
            let seen = if well { Ok(()) } else { Err(format!("silence at {minute}")) };
            watch.saw(seen, Micros(minute))
        };
        assert_eq!(
            [saw(true), saw(false), saw(false), saw(true)],
            [None, None, None, None],
            "a hiccup is none"
        );
        assert_eq!([saw(false), saw(false)], [None, None]);
        assert_eq!(saw(false), Some(DeskStateChange::Down { since: Micros(5), why: "silence at 7".into() }));
        assert_eq!([saw(false), saw(false), saw(false)], [None, None, None]);
        assert_eq!(saw(true), Some(DeskStateChange::Up { since: Micros(5), at: Micros(11) }));
        assert_eq!([saw(true), saw(false)], [None, None]);
    }

    #[test]
    fn one_failure_can_be_enough() {
        let mut watch = Watch::new(1);
        assert!(matches!(watch.saw(Err("gone".into()), Micros(1)), Some(DeskStateChange::Down { .. })));
        assert_eq!(watch.saw(Err("gone".into()), Micros(2)), None);
        assert!(matches!(watch.saw(Ok(()), Micros(3)), Some(DeskStateChange::Up { .. })));
    }
}
