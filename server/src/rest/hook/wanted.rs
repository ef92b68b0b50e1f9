//! The words of an alert that say which way: each alone, and all together.

use domain::{Side, validation::Problem};
use serde_json::Value;

/// What three words say together, or the one that contradicts.
pub(super) fn agreed(
    action: Option<Wanted>,
    side: Option<Wanted>,
    position: Option<Wanted>,
) -> Result<Option<Wanted>, &'static str> {
    use Wanted::{Enter, Exit};
    // Who leaves does so by an order of the other side; nobody enters by leaving.
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

/// What the word for a direction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Enter; which way, where it is told.
    Enter(Option<Side>),
    /// Leave.
    Exit,
}

/// Reads one.
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
    fn a_position_says_where_an_order_leads_to() {
        for (body, action, side) in [
            // Leaving a long by selling, with the stop and targets that the message has room for.
            (r#"{"position":"flat","action":"sell","stop":"NaN","targets":["NaN"]}"#, Action::Exit, None),
            (r#"{"position":"flat","stop":9}"#, Action::Exit, None),
            (r#"{"position":"long","action":"buy","stop":9}"#, Action::Enter, Some(Side::Buy)),
            (r#"{"position":"short","stop":9}"#, Action::Enter, Some(Side::Sell)),
        ] {
            let alert = read(body).unwrap();
            assert_eq!((alert.said.action, alert.said.side), (action, side), "{body}");
            assert_eq!(alert.said.stop.is_some(), action == Action::Enter, "{body}");
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
