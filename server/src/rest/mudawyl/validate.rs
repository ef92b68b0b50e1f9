//! Collects all problems of a request's fields, in the order in which the handler reads them: the document's.
//! The rules themselves belong to the domain; here they are applied to loosely typed values.

use super::{
    error::{FieldError, MudawylFailure},
    raw_request::{FieldLocation, RawRequest},
};
use domain::{
    Decimal, ExchangeKeyId, Micros, PositionSide, Symbol, TimeInForce, money,
    ticket::{ManualOrder, RawTicket, Stop, TradeTicket},
    trade::TargetShare,
    validation::{self, FieldProblem, Problem},
};
use serde_json::Value;
use std::str::FromStr;

/// The fields of "Create Manual Order", in the document's order.
const TICKET: &[&str] = &[
    "symbol",
    "type",
    "side",
    "price",
    "amount",
    "takeProfitPrices",
    "stopTriggerPrice",
    "stopTriggerType",
    "stopPrice",
    "callbackRate",
    "riskProfilePercent",
    "timeInForce",
    "triggerPrice",
    "triggerLimitPrice",
    "goodTillDate",
];

/// The validation of one request.
pub struct Check<'a> {
    request: &'a RawRequest,
    place: FieldLocation,
    problems: Vec<FieldError>,
}

impl<'a> Check<'a> {
    /// Starts a validation; fields are looked up in `place`.
    #[must_use]
    pub const fn new(request: &'a RawRequest, place: FieldLocation) -> Self {
        Self { request, place, problems: Vec::new() }
    }

    /// The exchange key's id in the path.
    pub fn id(&mut self) -> Option<ExchangeKeyId> {
        self.path_id()
    }

    /// The id in the path, of any id type.
    pub fn path_id<T: FromStr>(&mut self) -> Option<T> {
        let id = self.request.field(FieldLocation::Params, "id").and_then(Value::as_str).and_then(hyphenated);
        if id.is_none() {
            self.problems.push(self.request.problem(FieldLocation::Params, "id", Problem::NotUuid));
        }
        id
    }

    /// The `symbol` field.
    pub fn symbol(&mut self) -> Option<Symbol> {
        self.required("symbol", symbol)
    }

    /// Reads a required field.
    pub fn required<T>(&mut self, field: &str, rule: impl FnOnce(&Value) -> Result<T, Problem>) -> Option<T> {
        match self.request.field(self.place, field) {
            None => {
                self.fail(field, Problem::Required);
                None
            }
            Some(Value::String(text)) if text.trim().is_empty() => {
                self.fail(field, Problem::Required);
                None
            }
            Some(_) => self.optional(field, rule),
        }
    }

    /// Reads an optional field.
    pub fn optional<T>(&mut self, field: &str, rule: impl FnOnce(&Value) -> Result<T, Problem>) -> Option<T> {
        match rule(self.request.field(self.place, field)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.fail(field, problem);
                None
            }
        }
    }

    /// Records a problem that concerns more than one field.
    pub fn fail(&mut self, field: &str, problem: Problem) {
        self.problems.push(self.request.problem(self.place, field, problem));
    }

    /// Records a problem of something that is not a field.
    pub fn reject(&mut self, error: FieldError) {
        self.problems.push(error);
    }

    /// The manual order that the fields describe, validated. The market's filters are checked when it is placed.
    pub fn ticket(&mut self) -> Option<ManualOrder> {
        self.checked(self.raw_ticket().check())
    }

    /// The order of a trade at the time `now`: the fields of a manual order and those of further entry types, with a stop loss
    /// and take profits that were read before.
    pub fn trade_ticket(
        &mut self,
        stop: Option<Stop>,
        targets: &[TargetShare],
        now: Micros,
    ) -> Option<ManualOrder> {
        let text = |field: &str| self.request.field(FieldLocation::Body, field).map(as_text);
        let (trigger_price, trigger_limit_price) = (text("triggerPrice"), text("triggerLimitPrice"));
        let good_till_date = text("goodTillDate");
        let raw = RawTicket {
            take_profit_prices: targets.iter().map(|target| money::text(target.price)).collect(),
            stop_trigger_price: stop.map(|stop| money::text(stop.trigger)),
            stop_trigger_type: stop.map(|stop| stop.kind().word().to_owned()),
            stop_price: stop.and_then(|stop| stop.limit).map(money::text),
            time_in_force: self.time_in_force(),
            ..self.raw_ticket()
        };
        self.checked(TradeTicket { raw, trigger_price, trigger_limit_price, good_till_date }.check(now))
    }

    fn checked(&mut self, checked: Result<ManualOrder, Vec<FieldProblem>>) -> Option<ManualOrder> {
        let (order, problems) = match checked {
            Ok(order) => (Some(order), Vec::new()),
            Err(problems) => (None, problems),
        };
        let mut problems = self.request.name(&problems);
        if self.request.field(FieldLocation::Body, "takeProfitPrices").is_some_and(|value| !value.is_array())
        {
            problems.push(self.request.problem(
                FieldLocation::Body,
                "takeProfitPrices",
                Problem::TooManyTargets,
            ));
        }
        in_ticket_order(&mut problems);
        let order = order.filter(|_| problems.is_empty());
        self.problems.append(&mut problems);
        order
    }

    /// The time in force of a trade's order. `postOnly` is another name of GTX.
    fn time_in_force(&mut self) -> Option<String> {
        let post_only = self.optional("postOnly", flag).unwrap_or(false);
        let given = self.request.field(FieldLocation::Body, "timeInForce").map(as_text);
        let gtx = TimeInForce::Gtx.word();
        if post_only && given.as_deref().is_some_and(|given| given != gtx) {
            self.fail("postOnly", Problem::Contradicts);
        }
        if post_only { Some(gtx.to_owned()) } else { given }
    }

    fn raw_ticket(&self) -> RawTicket {
        let text = |field: &str| self.request.field(FieldLocation::Body, field).map(as_text);
        let targets = self.request.field(FieldLocation::Body, "takeProfitPrices").and_then(Value::as_array);
        RawTicket {
            symbol: text("symbol"),
            kind: text("type"),
            side: text("side"),
            price: text("price"),
            amount: text("amount"),
            take_profit_prices: targets.map(|list| list.iter().map(as_text).collect()).unwrap_or_default(),
            stop_trigger_price: text("stopTriggerPrice"),
            stop_trigger_type: text("stopTriggerType"),
            stop_price: text("stopPrice"),
            callback_rate: text("callbackRate"),
            risk_profile_percent: text("riskProfilePercent"),
            // Only trades have one: the document's order has no such field.
            time_in_force: None,
        }
    }

    /// Returns the result, if no field has a problem.
    ///
    /// # Errors
    /// 422 with all problems together.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, MudawylFailure> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(MudawylFailure::Fields(self.problems)),
        }
    }
}

/// Sorts the problems of a manual order into the document's field order.
pub fn in_ticket_order(problems: &mut [FieldError]) {
    problems.sort_by_key(|problem| TICKET.iter().position(|field| *field == problem.param));
}

/// The text of a value: numbers keep their digits, and any other type becomes text that no rule accepts.
fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Accepts only the hyphenated form: the parser alone would also take braces and bare digits.
fn hyphenated<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.len() == 36)
}

/// Parses a decimal, as number or text.
///
/// # Errors
/// [`Problem::NotNumber`].
pub fn decimal(value: &Value) -> Result<Decimal, Problem> {
    money::parse(&as_text(value)).map_err(|_| Problem::NotNumber)
}

/// Parses an id; anything else is `problem`.
pub fn id<T: FromStr>(problem: Problem) -> impl FnOnce(&Value) -> Result<T, Problem> {
    move |value| value.as_str().and_then(hyphenated).ok_or(problem)
}

/// Parses a date, or an ISO 8601 time with or without milliseconds.
///
/// # Errors
/// [`Problem::NotDate`].
pub fn timestamp(value: &Value) -> Result<Micros, Problem> {
    let text = value.as_str().unwrap_or("");
    let whole = text.strip_suffix('Z').map(|seconds| format!("{seconds}.000Z"));
    let read = Micros::from_date(text).or_else(|| Micros::from_iso(text));
    read.or_else(|| Micros::from_iso(&whole?)).ok_or(Problem::NotDate)
}

/// Parses a pair.
///
/// # Errors
/// [`Problem::NotSymbol`].
pub fn symbol(value: &Value) -> Result<Symbol, Problem> {
    validation::symbol(value.as_str().unwrap_or(""))
}

/// Parses the side of a position.
pub fn position_side(value: &Value) -> Result<PositionSide, Problem> {
    value.as_str().and_then(PositionSide::parse).ok_or(Problem::NotPositionSide)
}

/// Parses one of an enum's words.
pub fn word<T>(parse: fn(&str) -> Option<T>, problem: Problem) -> impl FnOnce(&Value) -> Result<T, Problem> {
    move |value| value.as_str().and_then(parse).ok_or(problem)
}

/// Parses text with a rule.
pub fn text<T>(rule: fn(&str) -> Result<T, Problem>) -> impl FnOnce(&Value) -> Result<T, Problem> {
    move |value| rule(value.as_str().ok_or(Problem::NotText)?)
}

/// Parses a page token; `knows` returns whether the desk issued it.
pub fn token(knows: impl Fn(&str) -> bool) -> impl FnOnce(&Value) -> Result<String, Problem> {
    move |value| {
        let text = value.as_str().ok_or(Problem::NotText)?;
        if knows(text) { Ok(text.to_owned()) } else { Err(Problem::NotToken) }
    }
}

/// Text that the service validates; a value that is not text becomes the empty string, which no rule accepts.
///
/// # Errors
/// Never.
pub fn raw(value: &Value) -> Result<String, Problem> {
    Ok(value.as_str().unwrap_or("").to_owned())
}

/// Parses a boolean, or its name.
///
/// # Errors
/// [`Problem::NotBoolean`].
pub fn flag(value: &Value) -> Result<bool, Problem> {
    match (value, value.as_str()) {
        (Value::Bool(flag), _) => Ok(*flag),
        (_, Some("true")) => Ok(true),
        (_, Some("false")) => Ok(false),
        _ => Err(Problem::NotBoolean),
    }
}

/// Parses an integer in a range, as number or text.
pub fn whole(least: u16, most: u16, problem: Problem) -> impl FnOnce(&Value) -> Result<u16, Problem> {
    move |value| {
        let number = money::parse(&as_text(value)).map_err(|_| problem)?;
        let whole = if number.is_integer() { u16::try_from(number).ok() } else { None };
        whole.filter(|n| (least..=most).contains(n)).ok_or(problem)
    }
}
