//! Compiles the rules and applies them to passages.

use super::pattern::{Pattern, Word, words};
use super::place::{Passage, Place};
use super::rules::{self, Rule};
use super::shape::{self, Length};
use std::collections::HashMap;

/// A rule that fired.
#[derive(Debug)]
pub(super) struct Hit {
    pub(super) rule: &'static Rule,
    /// Lines between the passage's first and the match.
    pub(super) below: usize,
    /// The words that matched.
    pub(super) words: String,
}

struct Compiled {
    rule: &'static Rule,
    patterns: Vec<Pattern>,
    except: Vec<Pattern>,
}

/// Every rule, and by which words its patterns begin.
pub(super) struct Matcher {
    rules: Vec<Compiled>,
    /// Indices of rule and pattern.
    by_first: HashMap<&'static str, Vec<(usize, usize)>>,
}

impl Matcher {
    /// Compiles the table.
    pub(super) fn new() -> Self {
        let compile = |texts: &[&'static str]| texts.iter().map(|text| Pattern::new(text)).collect();
        let rules: Vec<Compiled> = rules::all()
            .map(|rule| Compiled { rule, patterns: compile(rule.patterns), except: compile(rule.except) })
            .collect();
        let mut by_first: HashMap<&'static str, Vec<(usize, usize)>> = HashMap::new();
        for (at, compiled) in rules.iter().enumerate() {
            for (nth, pattern) in compiled.patterns.iter().enumerate() {
                for word in pattern.first() {
                    by_first.entry(word).or_default().push((at, nth));
                }
            }
        }
        Self { rules, by_first }
    }

    /// Applies the rules to a passage; each reports once per line.
    pub(super) fn hits(&self, passage: &Passage) -> Vec<Hit> {
        let name = matches!(passage.place, Place::Type | Place::Alias | Place::Name);
        let split = if name { split(&passage.text) } else { String::new() };
        let text = if name { split.as_str() } else { passage.text.as_str() };
        let words = words(text);
        let mut found = self.shapes(passage, &words);
        for (at, word) in words.iter().enumerate() {
            for (rule, nth) in self.by_first.get(word.key.as_str()).into_iter().flatten() {
                let compiled = &self.rules[*rule];
                let pattern = &compiled.patterns[*nth];
                if compiled.rule.places.contains(&passage.place)
                    && pattern.matches(text, &words, at)
                    && !excepted(compiled, text, &words, at, pattern.len())
                {
                    let range = word.start..words[at + pattern.len() - 1].end;
                    found.push(hit(compiled.rule, text, range));
                }
            }
        }
        found.dedup_by(|next, last| next.rule.id == last.rule.id && next.below == last.below);
        found
    }

    fn shapes(&self, passage: &Passage, words: &[Word]) -> Vec<Hit> {
        let fires = |rule: &Rule| match rule.id {
            "riddle" => shape::length(passage, words) == Length::Riddle,
            "short-comment" => shape::length(passage, words) == Length::Short,
            "std-name" => shape::takes_std_name(passage.place, &passage.text),
            _ => false,
        };
        let shaped = self.rules.iter().map(|compiled| compiled.rule).filter(|rule| rule.patterns.is_empty());
        shaped
            .filter(|rule| rule.places.contains(&passage.place) && fires(rule))
            .map(|rule| {
                hit(rule, &passage.text, words.first().map_or(0, |word| word.start)..passage.text.len())
            })
            .collect()
    }
}

fn hit(rule: &'static Rule, text: &str, range: std::ops::Range<usize>) -> Hit {
    let words = text[range.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    Hit { rule, below: text[..range.start].matches('\n').count(), words }
}

/// Whether the match is part of a phrase that the rule allows.
fn excepted(compiled: &Compiled, text: &str, words: &[Word], at: usize, length: usize) -> bool {
    compiled.except.iter().any(|phrase| {
        let earliest = (at + length).saturating_sub(phrase.len());
        (earliest..=at).any(|start| phrase.matches(text, words, start))
    })
}

/// `MarketState`, `market_state` and `MARKET_STATE` as words.
fn split(name: &str) -> String {
    let signs: Vec<char> = name.strip_prefix("r#").unwrap_or(name).chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    for (at, sign) in signs.iter().enumerate() {
        let last = at.checked_sub(1).and_then(|at| signs.get(at));
        let after_small = last.is_some_and(|last| !last.is_uppercase());
        let before_small = signs.get(at + 1).is_some_and(|next| next.is_lowercase());
        if *sign == '_' {
            out.push(' ');
            continue;
        }
        if last.is_some_and(|last| *last != '_') && sign.is_uppercase() && (after_small || before_small) {
            out.push(' ');
        }
        out.push(*sign);
    }
    out
}

#[cfg(test)]
mod tests;
