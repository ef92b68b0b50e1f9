//! The fields of an open trade's stop loss and take profits. Not in the original document.

use super::validate::decimal;
use domain::{
    Decimal,
    ticket::{Stop, StopType},
    trade::{StopChange, TargetShare},
    validation::Problem,
};
use serde_json::Value;

fn positive(value: Option<&Value>) -> Result<Decimal, Problem> {
    let number = decimal(value.filter(|value| !value.is_null()).ok_or(Problem::Required)?)?;
    if number > Decimal::ZERO { Ok(number) } else { Err(Problem::NotPositive) }
}

/// Reads the stop loss of `stop`.
///
/// # Errors
/// The problem of a price or type that is missing or wrong.
pub(super) fn stop_of(value: &Value) -> Result<StopChange, Problem> {
    let trigger = positive(value.get("price"))?;
    let kind = value.get("type").filter(|kind| !kind.is_null());
    let kind = match kind {
        None => StopType::Market,
        Some(kind) => kind.as_str().and_then(StopType::parse).ok_or(Problem::NotStopType)?,
    };
    // A value of the wrong type is refused, whatever the order type.
    let given = value.get("limitPrice").filter(|price| !price.is_null());
    let given = given.map(|price| positive(Some(price))).transpose()?;
    let limit = match kind {
        StopType::Market => None,
        StopType::Limit => Some(given.ok_or(Problem::StopPriceRequired)?),
    };
    Ok(StopChange::Set(Stop { trigger, limit }))
}

/// Reads a list of take profits.
///
/// # Errors
/// As [`stop_of`].
pub(super) fn targets_of(value: &Value) -> Result<Vec<TargetShare>, Problem> {
    let list = value.as_array().ok_or(Problem::NotNumber)?;
    let target = |target: &Value| {
        Ok(TargetShare { price: positive(target.get("price"))?, share: positive(target.get("share"))? })
    };
    list.iter().map(target).collect()
}
