//! The fields of `stop` for the automation of an open trade. Not in the original document.

use super::{
    protection_fields::stop_of,
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, decimal, whole},
};
use domain::{
    ticket::MOST_TARGETS,
    trade::{AutomationChange, PriceSource, Setting, StopChange},
    validation::Problem,
};
use serde_json::{Map, Value};

/// The fields of an order for the stop loss.
const PLACED: [&str; 3] = ["price", "type", "limitPrice"];
/// The fields for what the desk does by itself.
const AUTOMATIC: [&str; 5] = ["breakevenAfter", "trailingPercent", "trailingAtr", "trigger", "timeLimit"];

/// Reads the stop loss of `stop`; `None` if only what the desk does by itself is given.
///
/// # Errors
/// As [`stop_of`].
pub(super) fn placed_stop_of(stop: &Value) -> Result<Option<StopChange>, Problem> {
    let has = |names: &[&str]| names.iter().any(|name| stop.get(name).is_some());
    if has(&AUTOMATIC) && !has(&PLACED) { Ok(None) } else { stop_of(stop).map(Some) }
}

/// Reads what the desk does by itself. What is absent stays, and `null` switches it off.
pub(super) fn automation_of(request: &RawRequest, check: &mut Check<'_>) -> AutomationChange {
    let stop = request.field(FieldLocation::Body, "stop").and_then(Value::as_object);
    let Some(stop) = stop else { return AutomationChange::default() };
    let most = u16::try_from(MOST_TARGETS).unwrap_or(u16::MAX);
    let number = whole(1, most, Problem::NotTargetNumber);
    let source = |value: &Value| value.as_str().and_then(PriceSource::parse).ok_or(Problem::NotPriceSource);
    AutomationChange {
        breakeven_after: setting(check, stop, "breakevenAfter", number),
        trailing_percent: setting(check, stop, "trailingPercent", decimal),
        trailing_atr: match setting(check, stop, "trailingAtr", decimal) {
            Setting::Set(multiple) => Some(multiple),
            Setting::Keep | Setting::Clear => None,
        },
        trigger: match setting(check, stop, "trigger", source) {
            Setting::Set(source) => Some(source),
            Setting::Keep => None,
            Setting::Clear => Some(PriceSource::default()),
        },
        time_limit: setting(check, stop, "timeLimit", minutes),
    }
}

fn setting<T>(
    check: &mut Check<'_>,
    stop: &Map<String, Value>,
    name: &str,
    rule: impl FnOnce(&Value) -> Result<T, Problem>,
) -> Setting<T> {
    match stop.get(name) {
        None => Setting::Keep,
        Some(Value::Null) => Setting::Clear,
        Some(value) => match rule(value) {
            Ok(value) => Setting::Set(value),
            Err(problem) => {
                check.fail(name, problem);
                Setting::Keep
            }
        },
    }
}

fn minutes(value: &Value) -> Result<u32, Problem> {
    let number = decimal(value).map_err(|_| Problem::NotTimeLimit)?;
    let whole = if number.is_integer() { u32::try_from(number).ok() } else { None };
    whole.ok_or(Problem::NotTimeLimit)
}
