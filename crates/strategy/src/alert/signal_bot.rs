//! The JSON of 3Commas' Signal Bot, so that a message that was written for it works as it is.
//!
//! Source: 3Commas' help pages on the JSON of Signal Bots. `secret` and `bot_uuid` belong to 3Commas and are ignored:
//! the token in the webhook's URL is the authority here.

use super::{
    AlertAmount, AmountUnit, ReadAlert,
    direction::{Wanted, agreed, direction},
    json::{Reader, number, numbers, own_id, time},
};
use domain::{
    Decimal, Side,
    signal::Action,
    validation::{FieldProblem, Problem},
};
use serde_json::{Map, Value};

/// Fields that only a Signal Bot's message has.
const ITS_OWN: [&str; 5] = ["bot_uuid", "max_lag", "tv_instrument", "tv_exchange", "trigger_price"];
/// The largest `max_lag`, in seconds: a day. The server's own limit for the age of alerts is lower.
const LONGEST_LAG: i64 = 24 * 60 * 60;

/// Returns whether a JSON object is a message for a Signal Bot.
pub(super) fn is_signal_bot(fields: &Map<String, Value>) -> bool {
    let known = fields.get("action").and_then(Value::as_str).and_then(action).is_some();
    known || ITS_OWN.iter().any(|name| fields.contains_key(*name))
}

/// The meaning of an action word: `enter_long` enters long, `exit_long` closes a long position.
fn action(word: &str) -> Option<(Action, Side)> {
    match word.trim().to_ascii_lowercase().as_str() {
        "enter_long" => Some((Action::Enter, Side::Buy)),
        "enter_short" => Some((Action::Enter, Side::Sell)),
        "exit_long" => Some((Action::Exit, Side::Buy)),
        "exit_short" => Some((Action::Exit, Side::Sell)),
        _ => None,
    }
}

/// Reads a message for a Signal Bot.
///
/// # Errors
/// All problems together.
pub(super) fn read(fields: &Map<String, Value>) -> Result<ReadAlert, Vec<FieldProblem>> {
    let lookup = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let mut reader = Reader { lookup: &lookup, problems: Vec::new() };
    let wanted = match fields.get("action").and_then(Value::as_str).and_then(action) {
        Some((Action::Enter, side)) => Some(ReadAlert::new(Action::Enter, Some(side))),
        Some((Action::Exit, side)) => {
            Some(ReadAlert { exits: Some(side), ..ReadAlert::new(Action::Exit, None) })
        }
        None => by_position(&mut reader, fields),
    };
    let leaves = wanted.as_ref().is_some_and(|alert| alert.action == Action::Exit);
    let start = wanted.unwrap_or(ReadAlert::new(Action::Exit, None));
    let alert = ReadAlert {
        ticker: reader.field("tv_instrument", text),
        price: reader.field("trigger_price", number),
        stop: if leaves { None } else { reader.field("stop", number) },
        targets: if leaves { None } else { reader.field("targets", numbers) }.unwrap_or_default(),
        amount: reader.field("order", amount).flatten(),
        id: reader.field("id", own_id),
        time: reader.field("timestamp", time),
        max_lag_s: reader.field("max_lag", lag),
        ..start
    };
    if reader.problems.is_empty() { Ok(alert) } else { Err(reader.problems) }
}

/// A message of a TradingView strategy has the words buy and sell, and the resulting position in `strategy_info`.
fn by_position(reader: &mut Reader<'_, '_>, fields: &Map<String, Value>) -> Option<ReadAlert> {
    let ordered = reader.field("action", direction);
    let Some(position) = fields.get("strategy_info").and_then(|info| info.get("market_position")) else {
        // A plain word could enter or exit, so it needs the position.
        let (field, problem) = match fields.get("action") {
            None | Some(Value::Null) => ("action", Problem::Required),
            Some(_) => ("action", Problem::NotAction),
        };
        if reader.problems.is_empty() {
            reader.problems.push(FieldProblem::new(field, problem));
        }
        return None;
    };
    match direction(position).map(|position| agreed(ordered, None, Some(position))) {
        Ok(Ok(Some(Wanted::Enter(side)))) => Some(ReadAlert::new(Action::Enter, side)),
        Ok(Ok(Some(Wanted::Exit))) => Some(ReadAlert::new(Action::Exit, None)),
        Ok(Ok(None)) => None,
        Ok(Err(_)) => {
            reader.problems.push(FieldProblem::new("action", Problem::Contradicts));
            None
        }
        Err(problem) => {
            reader.problems.push(FieldProblem::new("strategy_info", problem));
            None
        }
    }
}

fn text(value: &Value) -> Result<String, Problem> {
    value.as_str().map(|text| text.trim().to_owned()).ok_or(Problem::NotText)
}

/// Reads seconds.
fn lag(value: &Value) -> Result<i64, Problem> {
    let seconds = i64::try_from(number(value)?.trunc()).map_err(|_| Problem::NotNumber)?;
    if seconds <= 0 { Err(Problem::NotPositive) } else { Ok(seconds.min(LONGEST_LAG)) }
}

/// Reads `order`; `None` if it asks for no amount.
fn amount(value: &Value) -> Result<Option<AlertAmount>, Problem> {
    let order = value.as_object().ok_or(Problem::NotText)?;
    let Some(given) = order.get("amount").filter(|given| !given.is_null()) else { return Ok(None) };
    let amount = number(given)?;
    if amount <= Decimal::ZERO {
        return Err(Problem::NotPositive);
    }
    let unit = match order.get("currency_type").and_then(Value::as_str) {
        Some("base") => AmountUnit::Base,
        Some("quote") => AmountUnit::Quote,
        Some("margin_percent") => AmountUnit::MarginPercent,
        Some("position_percent") => AmountUnit::PositionPercent,
        _ => return Err(Problem::NotInRange),
    };
    Ok(Some(AlertAmount { amount, unit }))
}
