//! Alerts as JSON with our field names, such as the messages of TradingView alerts.

use super::{
    ReadAlert,
    direction::{Wanted, agreed, direction},
};
use domain::{
    Decimal, Micros, Side, money,
    signal::Action,
    validation::{FieldProblem, Problem},
};
use serde_json::Value;

/// A placeholder that TradingView could not replace, such as `{{close}}`.
const PLACEHOLDER: &str = "{{";

/// Reads an alert whose fields `lookup` returns; it returns `None` for `null`.
///
/// # Errors
/// All problems together.
pub fn read<'v>(lookup: &dyn Fn(&str) -> Option<&'v Value>) -> Result<ReadAlert, Vec<FieldProblem>> {
    let mut reader = Reader { lookup, problems: Vec::new() };
    let (action, side) = reader.wanted();
    // One message template serves entries and exits: stop and targets are ignored for an exit, whatever the
    // sender fills in.
    let leaves = action == Some(Action::Exit);
    let alert = ReadAlert {
        price: reader.field("price", number),
        stop: if leaves { None } else { reader.field("stop", number) },
        targets: if leaves { None } else { reader.field("targets", numbers) }.unwrap_or_default(),
        id: reader.field("id", own_id),
        time: reader.field("time", time),
        ..ReadAlert::new(action.unwrap_or(Action::Exit), side)
    };
    if reader.problems.is_empty() { Ok(alert) } else { Err(reader.problems) }
}

/// Reads fields and gathers their problems.
pub(super) struct Reader<'v, 'r> {
    /// Returns the value of a field.
    pub(super) lookup: &'r dyn Fn(&str) -> Option<&'v Value>,
    /// The problems found so far.
    pub(super) problems: Vec<FieldProblem>,
}

impl Reader<'_, '_> {
    /// Reads a field by a rule; `None` if it is absent or has a problem.
    pub(super) fn field<T>(
        &mut self,
        name: &str,
        rule: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> Option<T> {
        let value = (self.lookup)(name)?;
        match unreplaced(value).and_then(|()| rule(value)) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(FieldProblem::new(name, problem));
                None
            }
        }
    }

    /// Reads the direction. One word suffices: buy, sell or exit. With `action` ENTER or EXIT, `side` gives
    /// the direction; `position` gives the resulting position.
    fn wanted(&mut self) -> (Option<Action>, Option<Side>) {
        let (action, side) = (self.field("action", direction), self.field("side", direction));
        let position = self.field("position", direction);
        let given = |name| (self.lookup)(name).is_some();
        if !given("action") && !given("side") && !given("position") {
            self.problems.push(FieldProblem::new("side", Problem::Required));
        }
        match agreed(action, side, position) {
            Ok(Some(Wanted::Exit)) => (Some(Action::Exit), None),
            Ok(Some(Wanted::Enter(side))) => (Some(Action::Enter), side),
            Ok(None) => (None, None),
            Err(field) => {
                self.problems.push(FieldProblem::new(field, Problem::Contradicts));
                (None, None)
            }
        }
    }
}

/// Rejects text in which a placeholder was not replaced.
fn unreplaced(value: &Value) -> Result<(), Problem> {
    let is = |value: &Value| value.as_str().is_some_and(|text| text.contains(PLACEHOLDER));
    let any = match value {
        Value::Array(many) => many.iter().any(is),
        one => is(one),
    };
    if any { Err(Problem::Placeholder) } else { Ok(()) }
}

/// Reads a number, written as JSON number or as text.
///
/// # Errors
/// [`Problem::NotNumber`].
pub fn number(value: &Value) -> Result<Decimal, Problem> {
    let written = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return Err(Problem::NotNumber),
    };
    money::parse(&written).map_err(|_| Problem::NotNumber)
}

/// Reads a list of numbers, or a single number.
///
/// # Errors
/// [`Problem::NotNumber`].
pub fn numbers(value: &Value) -> Result<Vec<Decimal>, Problem> {
    match value {
        Value::Array(many) => many.iter().map(number).collect(),
        one => number(one).map(|one| vec![one]),
    }
}

/// Reads the sender's own id.
pub(super) fn own_id(value: &Value) -> Result<String, Problem> {
    match value {
        Value::String(text) if text.chars().any(char::is_control) => Err(Problem::NotText),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Problem::NotText),
    }
}

/// Reads ISO 8601, or seconds or milliseconds since the epoch.
pub(super) fn time(value: &Value) -> Result<Micros, Problem> {
    let text = value.as_str().unwrap_or_default();
    if let Some(at) = Micros::from_date(text).or_else(|| Micros::from_iso(text)) {
        return Ok(at);
    }
    let units = number(value).ok().and_then(|number| i64::try_from(number.trunc()).ok());
    match units.ok_or(Problem::NotDate)? {
        // Below this limit, values are seconds (until the year 5138); from it on, milliseconds (from 1973).
        seconds @ 0..100_000_000_000 => Ok(Micros::from_millis(seconds.saturating_mul(1_000))),
        millis @ 100_000_000_000.. => Ok(Micros::from_millis(millis)),
        _ => Err(Problem::NotDate),
    }
}
