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
    let word = value.as_str().ok_or(Problem::NotText)?.trim().to_ascii_lowercase();
    match word.as_str() {
        "buy" | "long" => Ok(Wanted::Enter(Some(Side::Buy))),
        "sell" | "short" => Ok(Wanted::Enter(Some(Side::Sell))),
        "enter" => Ok(Wanted::Enter(None)),
        "exit" | "close" | "flat" => Ok(Wanted::Exit),
        _ => Err(Problem::NotSide),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{problems, read};
    use domain::{Side, signal::Action, validation::Problem};

    #[test]
    fn a_position_gives_the_orders_target_state() {
        for (body, action, side) in [
            // Exit from a long position by selling; the message template also has fields for stop and
            // targets.
            (r#"{"position":"flat","action":"sell","stop":"NaN","targets":["NaN"]}"#, Action::Exit, None),
            (r#"{"position":"flat","stop":9}"#, Action::Exit, None),
            (r#"{"position":"long","action":"buy","stop":9}"#, Action::Enter, Some(Side::Buy)),
            (r#"{"position":"short","stop":9}"#, Action::Enter, Some(Side::Sell)),
        ] {
            let alert = read(body).unwrap();
            assert_eq!((alert.request.action, alert.request.side), (action, side), "{body}");
            assert_eq!(alert.request.stop.is_some(), action == Action::Enter, "{body}");
        }
        assert_eq!(problems(r#"{"position":"{{strategy.market_position}}"}"#).len(), 1);
    }

    #[test]
    fn contradictions_are_refused() {
        for (body, field) in [
            (r#"{"side":"buy","action":"sell","stop":1}"#, "side"),
            (r#"{"side":"exit","action":"sell","stop":1}"#, "side"),
            (r#"{"position":"long","action":"sell","stop":1}"#, "position"),
            (r#"{"position":"long","action":"exit"}"#, "position"),
            (r#"{"position":"flat","action":"enter"}"#, "position"),
        ] {
            assert_eq!(problems(body), [(field.to_owned(), Problem::Contradicts)], "{body}");
        }
        assert!(read(r#"{"side":"buy","action":"long","stop":1}"#).is_ok(), "twice the same");
    }
}
