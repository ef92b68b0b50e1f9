//! Exceptions in place: `// words: allow(rule): reason` on the line before.

use super::rules;

/// One exception. It holds for the text, comment or name that begins on the next line.
#[derive(Debug)]
pub(super) struct Allow {
    pub(super) line: usize,
    /// The rules that it suspends.
    pub(super) rules: Vec<String>,
    pub(super) reason: String,
}

impl Allow {
    /// Reads the inside of a comment; `None` when it is no exception. One without rules or reason is read too, so that
    /// [`Self::fault`] can name what is missing.
    pub(super) fn read(comment: &str, line: usize) -> Option<Self> {
        let rest = comment.trim().strip_prefix("words:")?.trim_start().strip_prefix("allow")?;
        let (names, reason) =
            rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).unwrap_or_default();
        let rules = names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let reason = reason.strip_prefix(':').unwrap_or_default().trim().to_owned();
        Some(Self { line, rules: rules.collect(), reason })
    }

    /// Describes the defect of the exception itself, if it has one.
    pub(super) fn fault(&self) -> Option<String> {
        if self.rules.is_empty() {
            return Some("names no rule".to_owned());
        }
        if self.reason.split_whitespace().count() < 2 {
            return Some("has no reason".to_owned());
        }
        let unknown = self.rules.iter().find(|name| rules::named(name).is_none())?;
        Some(format!("names the rule `{unknown}`, which does not exist"))
    }

    /// Whether it suspends a rule for a passage that begins on `start`, or for line `line` of it.
    pub(super) fn covers(&self, rule: &str, start: usize, line: usize) -> bool {
        (start == self.line + 1 || line == self.line + 1) && self.rules.iter().any(|name| name == rule)
    }
}

#[cfg(test)]
mod tests {
    use super::Allow;

    #[test]
    fn rules_and_reason_are_read() {
        let allow = Allow::read(" words: allow(told, stand): the exchange's own word", 4).unwrap();
        assert_eq!(allow.rules, ["told", "stand"]);
        assert_eq!(allow.reason, "the exchange's own word");
        assert!(allow.fault().is_none());
        assert!(allow.covers("told", 5, 9));
        assert!(allow.covers("stand", 2, 5));
        assert!(!allow.covers("hear", 5, 5));
        assert!(!allow.covers("told", 4, 6));
    }

    #[test]
    fn faults_are_named() {
        let fault = |text: &str| Allow::read(text, 1).unwrap().fault().unwrap();
        assert_eq!(fault("words: allow"), "names no rule");
        assert_eq!(fault("words: allow(told)"), "has no reason");
        assert_eq!(fault("words: allow(told): yes"), "has no reason");
        assert!(fault("words: allow(nonsense): a good reason").contains("nonsense"));
    }

    #[test]
    fn other_comments_are_no_exceptions() {
        assert!(Allow::read(" The words: allow none.", 1).is_none());
    }
}
