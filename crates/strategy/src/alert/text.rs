//! Alerts as free text, as chat channels write them: `BTC long 60000 SL 59000 TP 61000 62000`.
//!
//! Only known words are read. An unknown word makes the alert unreadable, because a trade must not follow from half
//! a sentence.

use super::{
    BODY, ReadAlert,
    direction::{Wanted, parse},
};
use domain::{
    Decimal, Side, money,
    signal::Action,
    validation::{FieldProblem, Problem},
};

/// The most words that are read.
const MOST_WORDS: usize = 100;

/// The meaning of the next number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Price,
    Stop,
    Target,
}

/// The meaning of a word that is not a number.
enum Word {
    Direction(Wanted),
    Slot(Slot),
    /// A word without a meaning of its own.
    Filler,
}

/// Reads a text.
///
/// # Errors
/// All problems together.
pub(super) fn read(text: &str) -> Result<ReadAlert, Vec<FieldProblem>> {
    let words = words(text);
    if words.len() > MOST_WORDS {
        return Err(vec![FieldProblem::new(BODY, Problem::AlertUnreadable)]);
    }
    let mut sentence = Sentence::default();
    for word in &words {
        sentence.take(word);
    }
    sentence.finish()
}

/// Splits a text into words: at white space and at signs that separate a name from its value.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '=' | '@' | '(' | ')')) {
        let part = part.trim_matches([',', '#', '$', '!', '*', ':']).trim_end_matches('.');
        // `SL:59000` is a name with its value, `BINANCE:BTCUSDT` a market.
        match part.split_once(':') {
            Some((name, value)) if matches!(meaning(name), Some(Word::Slot(_))) => {
                words.push(name.to_owned());
                words.push(value.to_owned());
            }
            _ => words.push(part.to_owned()),
        }
    }
    words.retain(|word| word.chars().any(char::is_alphanumeric));
    words
}

fn meaning(word: &str) -> Option<Word> {
    if let Some(direction) = parse(word) {
        return Some(Word::Direction(direction));
    }
    let lower = word.to_ascii_lowercase();
    let slot = match lower.as_str() {
        "sl" | "stop" | "stoploss" | "stop-loss" => Slot::Stop,
        "target" | "targets" | "take" | "takeprofit" | "take-profit" => Slot::Target,
        "entry" | "price" | "at" => Slot::Price,
        "loss" | "profit" | "profits" | "market" | "now" => return Some(Word::Filler),
        // TP, TP1, TP2 ...
        other => {
            let number = other.strip_prefix("tp")?;
            number.bytes().all(|byte| byte.is_ascii_digit()).then_some(Slot::Target)?
        }
    };
    Some(Word::Slot(slot))
}

/// The parts of the sentence that were read so far.
#[derive(Default)]
struct Sentence {
    wanted: Option<Wanted>,
    exits: Option<Side>,
    slot: Option<Slot>,
    ticker: Option<String>,
    price: Option<Decimal>,
    stop: Option<Decimal>,
    targets: Vec<Decimal>,
    problems: Vec<FieldProblem>,
}

impl Sentence {
    fn take(&mut self, word: &str) {
        if let Ok(number) = money::parse(word) {
            return self.number(number);
        }
        match meaning(word) {
            Some(Word::Direction(direction)) => self.direction(direction),
            Some(Word::Slot(slot)) => self.slot = Some(slot),
            Some(Word::Filler) => {}
            None if self.ticker.is_none() && is_ticker(word) => self.ticker = Some(word.to_owned()),
            None => self.problem(BODY, Problem::AlertUnreadable),
        }
    }

    fn number(&mut self, number: Decimal) {
        let (place, field) = match self.slot.unwrap_or(Slot::Price) {
            Slot::Target => return self.targets.push(number),
            Slot::Price => (&mut self.price, "price"),
            Slot::Stop => (&mut self.stop, "stop"),
        };
        if place.replace(number).is_some() {
            self.problem(field, Problem::Contradicts);
        }
    }

    fn direction(&mut self, direction: Wanted) {
        self.wanted = match (self.wanted, direction) {
            (None, new) => Some(new),
            // "close long" and "enter short" are one instruction.
            (Some(Wanted::Exit), Wanted::Enter(side)) | (Some(Wanted::Enter(side)), Wanted::Exit) => {
                self.exits = side;
                Some(Wanted::Exit)
            }
            (Some(Wanted::Enter(None)), new) | (Some(new), Wanted::Enter(None)) => Some(new),
            (Some(one), other) => {
                if one != other {
                    self.problem("side", Problem::Contradicts);
                }
                Some(one)
            }
        };
    }

    fn problem(&mut self, field: &str, problem: Problem) {
        let found = FieldProblem::new(field, problem);
        if !self.problems.contains(&found) {
            self.problems.push(found);
        }
    }

    fn finish(mut self) -> Result<ReadAlert, Vec<FieldProblem>> {
        if self.wanted.is_none() {
            self.problem("side", Problem::Required);
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        Ok(match self.wanted {
            Some(Wanted::Enter(side)) => ReadAlert {
                ticker: self.ticker,
                price: self.price,
                stop: self.stop,
                targets: self.targets,
                ..ReadAlert::new(Action::Enter, side)
            },
            _ => ReadAlert {
                ticker: self.ticker,
                exits: self.exits,
                price: self.price,
                ..ReadAlert::new(Action::Exit, None)
            },
        })
    }
}

/// Whether a word can be the name of a market.
fn is_ticker(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b':' | b'.' | b'-' | b'_');
    (2..=40).contains(&word.len()) && word.bytes().all(plain)
}
