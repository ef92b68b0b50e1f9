//! Request parameters from query string and form body, with Binance's validation errors.

use super::{
    failure::{Reply, SandboxFailure},
    time_unit::{instant, period_end},
};
use domain::{Decimal, Micros, money};
use serde_json::{Map, Value};
use std::{cell::Cell, str::FromStr};

const NUMBER: &str = "^([0-9]{1,20})(\\.[0-9]{1,20})?$";
const INTEGER: &str = "^[0-9]{1,20}$";
/// Binance's pattern for client order ids of futures.
const CLIENT_ID: &str = "^[\\.A-Z\\:/a-z0-9_-]{1,36}$";
/// Binance's pattern for client order ids of spot.
const SPOT_CLIENT_ID: &str = "^[a-zA-Z0-9-_]{1,36}$";
/// Decimal places of spot's prices and amounts.
const SPOT_PLACES: u32 = 8;
/// Maximum number of parameters.
const MOST: usize = 64;

#[derive(Debug)]
struct Param {
    name: String,
    value: String,
    read: Cell<bool>,
}

/// A request's parameters. Tracks which were read, because some endpoints reject unknown parameters.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<Param>);

impl Params {
    /// Parses query string and body. A parameter may appear in either, but not in both.
    pub(crate) fn parse(query: &str, body: &str) -> Reply<Self> {
        let mut all = Vec::new();
        for text in [query, body] {
            let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text)
                .map_err(|_| SandboxFailure::refused(-1100, "Illegal characters found in a parameter."))?;
            if all.len() + pairs.len() > MOST {
                return Err(SandboxFailure::refused(-1101, "Too many parameters sent for this endpoint."));
            }
            all.extend(pairs.into_iter().map(|(name, value)| Param { name, value, read: Cell::new(false) }));
        }
        let twice =
            all.iter().enumerate().any(|(i, p): (usize, &Param)| all[..i].iter().any(|q| q.name == p.name));
        if twice {
            return Err(SandboxFailure::refused(-1101, "Duplicate values for a parameter detected."));
        }
        Ok(Self(all))
    }

    /// The parameters of a WebSocket API request, whose names are unique already.
    pub(crate) fn of_pairs(pairs: Vec<(String, String)>) -> Reply<Self> {
        if pairs.len() > MOST {
            return Err(SandboxFailure::refused(-1101, "Too many parameters sent for this endpoint."));
        }
        let read = || Cell::new(false);
        Ok(Self(pairs.into_iter().map(|(name, value)| Param { name, value, read: read() }).collect()))
    }

    /// The fields of one object of a list of orders as parameters. Fields that are `null` count as not sent.
    pub(crate) fn of_object(fields: &Map<String, Value>) -> Reply<Self> {
        let pair = |(name, value): (&String, &Value)| match value {
            Value::String(text) => Ok((name.clone(), text.clone())),
            Value::Array(_) | Value::Object(_) => Err(SandboxFailure::not_valid(name)),
            other => Ok((name.clone(), other.to_string())),
        };
        Self::of_pairs(fields.iter().filter(|(_, value)| !value.is_null()).map(pair).collect::<Reply<_>>()?)
    }

    /// Rejects parameters that were not read.
    pub(crate) fn all_read(&self) -> Reply<()> {
        let read = self.0.iter().filter(|p| p.read.get()).count();
        if read == self.0.len() {
            return Ok(());
        }
        let sent = self.0.len();
        let msg =
            format!("Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.");
        Err(SandboxFailure::refused(-1104, msg))
    }

    /// A text parameter; `None` if it was not sent.
    pub(crate) fn text(&self, name: &str) -> Reply<Option<&str>> {
        let Some(param) = self.0.iter().find(|p| p.name == name) else { return Ok(None) };
        param.read.set(true);
        if param.value.is_empty() {
            return Err(SandboxFailure::refused(-1105, format!("Parameter '{name}' was empty.")));
        }
        Ok(Some(&param.value))
    }

    /// A mandatory parameter.
    pub(crate) fn required(&self, name: &str) -> Reply<&str> {
        self.text(name)?.ok_or_else(|| SandboxFailure::missing(name))
    }

    /// Marks parameters as known that have no effect here.
    pub(crate) fn ignore(&self, names: &[&str]) {
        for param in self.0.iter().filter(|p| names.contains(&p.name.as_str())) {
            param.read.set(true);
        }
    }

    /// Rejects a parameter that this kind of request does not accept.
    pub(crate) fn forbid(&self, name: &str) -> Reply<()> {
        if self.text(name)?.is_some() { Err(SandboxFailure::not_required(name)) } else { Ok(()) }
    }

    /// A non-negative decimal with at most 20 digits on either side of the decimal point.
    pub(crate) fn decimal(&self, name: &str) -> Reply<Option<Decimal>> {
        self.text(name)?
            .map(|text| decimal(text).ok_or_else(|| SandboxFailure::illegal(name, NUMBER)))
            .transpose()
    }

    /// As [`Params::decimal`], with no more decimal places than spot has.
    pub(crate) fn spot_decimal(&self, name: &str) -> Reply<Option<Decimal>> {
        let value = self.decimal(name)?;
        if value.is_some_and(|value| value.normalize().scale() > SPOT_PLACES) {
            let msg = format!("Parameter '{name}' has too much precision.");
            return Err(SandboxFailure::refused(-1111, msg));
        }
        Ok(value)
    }

    /// A non-negative integer.
    pub(crate) fn integer<T: FromStr>(&self, name: &str) -> Reply<Option<T>> {
        let read = |text: &str| {
            let digits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().ok_or_else(|| SandboxFailure::illegal(name, INTEGER))
        };
        self.text(name)?.map(read).transpose()
    }

    /// A time since the Unix epoch, given in milliseconds or in microseconds.
    pub(crate) fn timestamp(&self, name: &str) -> Reply<Option<Micros>> {
        Ok(self.integer::<i64>(name)?.map(instant))
    }

    /// As [`Params::timestamp`], for the last time of a period: a millisecond belongs to it whole.
    pub(crate) fn period_end(&self, name: &str) -> Reply<Option<Micros>> {
        Ok(self.integer::<i64>(name)?.map(period_end))
    }

    /// `true` or `false`, case-insensitively.
    pub(crate) fn flag(&self, name: &str) -> Reply<Option<bool>> {
        let read = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(SandboxFailure::not_valid(name)),
        };
        self.text(name)?.map(read).transpose()
    }

    /// The requested number of rows, which is at least 1.
    pub(crate) fn limit(&self, default: usize) -> Reply<usize> {
        match self.integer::<usize>("limit")? {
            Some(0) => Err(SandboxFailure::not_valid("limit")),
            Some(limit) => Ok(limit),
            None => Ok(default),
        }
    }

    /// A client order id of futures.
    pub(crate) fn client_id(&self, name: &str) -> Reply<Option<&str>> {
        self.client_id_of(name, b".:/_-", CLIENT_ID)
    }

    /// A client order id of spot.
    pub(crate) fn spot_client_id(&self, name: &str) -> Reply<Option<&str>> {
        self.client_id_of(name, b"_-", SPOT_CLIENT_ID)
    }

    /// A client order id of letters, digits and `signs`.
    fn client_id_of(&self, name: &str, signs: &[u8], range: &str) -> Reply<Option<&str>> {
        let legal = |text: &str| {
            (1..=36).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || signs.contains(&b))
        };
        match self.text(name)? {
            Some(text) if !legal(text) => Err(SandboxFailure::illegal(name, range)),
            other => Ok(other),
        }
    }
}

/// Parses a plain decimal in Binance's range: no sign, no exponent.
fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let digits = |part: &str| (1..=20).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) {
        return None;
    }
    // Trailing zeros are insignificant, and 20 of them would not fit.
    let text = if fraction.is_some() { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    money::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn params(text: &str) -> Params {
        Params::parse(text, "").unwrap()
    }

    fn code<T>(answer: Reply<T>) -> i32 {
        answer.err().map_or(0, |failure| failure.code)
    }

    #[test]
    fn complains_as_binance_does() {
        let p = params("a=&b=x&c=-1&d=1.5&e=TRUE&limit=0&id=%20");
        assert_eq!(code(p.required("nothing")), -1102);
        assert_eq!(code(p.text("a")), -1105);
        assert_eq!(code(p.decimal("b")), -1100);
        assert_eq!(code(p.decimal("c")), -1100);
        assert_eq!(p.decimal("d"), Ok(Some(Decimal::new(15, 1))));
        assert_eq!(p.flag("e"), Ok(Some(true)));
        assert_eq!(code(p.flag("b")), -1130);
        assert_eq!(code(p.limit(1)), -1130);
        assert_eq!(code(p.client_id("id")), -1100);
        let p = params("a=x:y&b=0.123456789&c=0.1234567800");
        assert_eq!((p.client_id("a"), code(p.spot_client_id("a"))), (Ok(Some("x:y")), -1100));
        assert_eq!((code(p.spot_decimal("b")), code(p.spot_decimal("c"))), (-1111, 0));
        assert_eq!(code(p.forbid("c")), -1106);
        assert_eq!(code(Params::parse("a=1", "a=2")), -1101);
    }

    #[test]
    fn reports_unread_parameters() {
        let p = params("symbol=BTCUSDT&color=red");
        p.required("symbol").unwrap();
        assert_eq!(code(p.all_read()), -1104);
        p.ignore(&["color"]);
        assert_eq!(p.all_read(), Ok(()));
    }

    #[test]
    fn numbers_beyond_what_we_keep_are_refused_not_rounded() {
        for (text, good) in [
            ("1", true),
            ("0.00000001", true),
            ("1.00000000000000000000", true),
            ("1234567890123456789012345678901234567890", false),
            ("1e5", false),
            ("+1", false),
            (".5", false),
            ("1.", false),
            ("99999999999999999999.99999999999999999999", false),
        ] {
            assert_eq!(decimal(text).is_some(), good, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics(query in ".{0,200}", body in ".{0,200}") {
            if let Ok(p) = Params::parse(&query, &body) {
                for param in &p.0 {
                    let _ = (p.decimal(&param.name), p.integer::<i64>(&param.name), p.flag(&param.name));
                }
            }
        }
    }
}
