//! Alerts of external signal sources, read from the three kinds of bodies that charting programs and signal
//! providers send: JSON with our field names ([`json`]), the JSON of 3Commas' Signal Bot, and free text.
//!
//! Readers only read: whether an alert fits its market and is still in time is decided in [`rules`].

mod direction;
pub mod json;
pub mod redact;
pub mod rules;
mod signal_bot;
#[cfg(test)]
mod tests;
mod text;

pub use domain::signal::AmountUnit;
pub use rules::{Levels, complete, is_late, same_market};

use domain::{
    Decimal, Micros, Side,
    signal::Action,
    validation::{FieldProblem, Problem},
};
use serde_json::Value;

/// The largest body that is read, in bytes. TradingView sends at most 4 KB.
pub const LARGEST: usize = 8 * 1024;
/// The field of problems that concern a whole body.
pub const BODY: &str = "body";

/// The amount that an alert asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertAmount {
    /// The amount; more than zero.
    pub amount: Decimal,
    /// The unit of the amount.
    pub unit: AmountUnit,
}

/// An alert as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAlert {
    /// Whether to enter or exit.
    pub action: Action,
    /// The side of an entry.
    pub side: Option<Side>,
    /// The side of the position that an exit closes, if the alert names it.
    pub exits: Option<Side>,
    /// The market, as the sender names it: `BTCUSDT.P`.
    pub ticker: Option<String>,
    /// The price at which the sender decided.
    pub price: Option<Decimal>,
    /// The stop price; none for an exit.
    pub stop: Option<Decimal>,
    /// The take-profit prices; none for an exit.
    pub targets: Vec<Decimal>,
    /// The amount that the sender asks for.
    pub amount: Option<AlertAmount>,
    /// The sender's own id.
    pub id: Option<String>,
    /// When the sender decided.
    pub time: Option<Micros>,
    /// The age in seconds above which the sender wants the alert rejected.
    pub max_lag_s: Option<i64>,
}

impl ReadAlert {
    /// An alert without anything but its action and side.
    #[must_use]
    pub const fn new(action: Action, side: Option<Side>) -> Self {
        Self {
            action,
            side,
            exits: None,
            ticker: None,
            price: None,
            stop: None,
            targets: Vec::new(),
            amount: None,
            id: None,
            time: None,
            max_lag_s: None,
        }
    }
}

/// Reads a body of any of the three kinds, whatever its content type.
///
/// # Errors
/// All problems together; those of the whole body are on [`BODY`].
pub fn read(body: &[u8]) -> Result<ReadAlert, Vec<FieldProblem>> {
    let whole = |problem| vec![FieldProblem::new(BODY, problem)];
    if body.len() > LARGEST {
        return Err(whole(Problem::TextTooLong));
    }
    let text = std::str::from_utf8(body).map_err(|_| whole(Problem::NotText))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(whole(Problem::Required));
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) if signal_bot::is_signal_bot(&fields) => signal_bot::read(&fields),
        Ok(Value::Object(fields)) => {
            let lookup = |name: &str| fields.get(name).filter(|value| !value.is_null());
            let ticker = ["ticker", "symbol"].into_iter().find_map(|name| lookup(name)?.as_str());
            json::read(&lookup).map(|alert| ReadAlert { ticker: ticker.map(str::to_owned), ..alert })
        }
        Ok(_) => Err(whole(Problem::AlertUnreadable)),
        // A broken JSON object is not free text.
        Err(_) if text.starts_with(['{', '[', '"']) => Err(whole(Problem::AlertUnreadable)),
        Err(_) => text::read(text),
    }
}
