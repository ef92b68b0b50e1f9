//! The direction fields of an alert: parsing each of them and combining them.

use domain::{Side, validation::Problem};
use serde_json::Value;

/// Combines the three fields; the error is the name of the field that contradicts the others.
pub(super) fn agreed(
    action: Option<Wanted>,
    side: Option<Wanted>,
    position: Option<Wanted>,
) -> Result<Option<Wanted>, &'static str> {
    use Wanted::{Enter, Exit};
    // An exit is an order of the opposite side, so it may name a side; an entry cannot be an exit.
    let order = match (action, side) {
        (Some(Enter(None)), Some(Enter(side))) => Some(Enter(side)),
        (Some(Exit), _) => Some(Exit),
        (Some(Enter(_)), Some(Exit)) => return Err("side"),
        (Some(Enter(one)), Some(Enter(other))) if other.is_some() && one != other => return Err("side"),
        (action, side) => action.or(side),
    };
    match (position, order) {
        (None, order) => Ok(order),
        (Some(Exit), Some(Enter(None))) | (Some(Enter(_)), Some(Exit)) => Err("position"),
        (Some(Enter(wanted)), Some(Enter(ordered))) if ordered.is_some() && wanted != ordered => {
            Err("position")
        }
        (position, _) => Ok(position),
    }
}

/// The meaning of a direction word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Enter; with the side, if it is given.
    Enter(Option<Side>),
    /// Exit.
    Exit,
}

/// Parses a direction word.
pub(super) fn direction(value: &Value) -> Result<Wanted, Problem> {
    parse(value.as_str().ok_or(Problem::NotText)?).ok_or(Problem::NotSide)
}

/// Parses a direction word; `None` for any other text.
pub(super) fn parse(word: &str) -> Option<Wanted> {
    match word.trim().to_ascii_lowercase().as_str() {
        "buy" | "long" => Some(Wanted::Enter(Some(Side::Buy))),
        "sell" | "short" => Some(Wanted::Enter(Some(Side::Sell))),
        "enter" => Some(Wanted::Enter(None)),
        "exit" | "close" | "flat" => Some(Wanted::Exit),
        _ => None,
    }
}
