//! Binance's numbers: decimals and ids that are sent as strings or as JSON numbers, never parsed as floats. Fields
//! that Binance may leave empty have lenient readers, for `deserialize_with`.

use domain::{Decimal, money};
use rust_decimal::RoundingStrategy;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;

/// A decimal that was sent as a string or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Num(pub(super) Decimal);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        decimal(&Value::deserialize(d)?).map(Num).map_err(D::Error::custom)
    }
}

fn decimal(value: &Value) -> Result<Decimal, money::NotADecimal> {
    match value {
        Value::String(text) => money::parse(text),
        Value::Number(number) => money::parse(&number.to_string()),
        _ => Err(money::NotADecimal),
    }
}

/// Reads an optional decimal: `null` and the empty text are `None`. Any other text that is no decimal is an error,
/// because a price that cannot be read must not count as none.
pub(super) fn maybe<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Num>, D::Error> {
    match Value::deserialize(d)? {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        value => decimal(&value).map(|number| Some(Num(number))).map_err(D::Error::custom),
    }
}

/// Reads an optional whole number, such as a time in milliseconds: `null` and the empty text are `None`.
pub(super) fn whole<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    let text = match Value::deserialize(d)? {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return Err(D::Error::custom("not a whole number")),
    };
    text.parse::<i64>().map(Some).map_err(|_| D::Error::custom("not a whole number"))
}

/// Reads an optional text: `null` is empty.
pub(super) fn text<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    match Value::deserialize(d)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Ok(String::new()),
        _ => Err(D::Error::custom("not a text")),
    }
}

/// Reads an optional flag, sent as a boolean or as text: `null` and the empty text are `false`.
pub(super) fn flag<'de, D: Deserializer<'de>>(d: D) -> Result<bool, D::Error> {
    match Value::deserialize(d)? {
        Value::Null => Ok(false),
        Value::String(text) if text.is_empty() => Ok(false),
        value => boolean(&value).ok_or_else(|| D::Error::custom("not a flag")),
    }
}

/// Reads a flag that must be there, because a wrong default would be unsafe.
pub(super) fn certain<'de, D: Deserializer<'de>>(d: D) -> Result<bool, D::Error> {
    boolean(&Value::deserialize(d)?).ok_or_else(|| D::Error::custom("not a flag"))
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.to_ascii_lowercase().parse::<bool>().ok(),
        _ => None,
    }
}

/// Reads the rows of a list that can be read, and leaves out the others. Only for lists in which a missing row is
/// harmless: never for orders, positions or fills.
pub(super) fn readable<'de, D, T>(d: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let rows = Option::<Vec<Row<T>>>::deserialize(d)?;
    Ok(rows.unwrap_or_default().into_iter().filter_map(|row| row.0).collect())
}

/// A row of a list, or `None` if it cannot be read.
struct Row<T>(Option<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Value::deserialize(d).map(|row| Self(serde_json::from_value(row).ok()))
    }
}

/// Parses a decimal leniently, as `None` if it is invalid: one malformed market must not hide all the others.
pub(super) fn lax<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Decimal>, D::Error> {
    Ok(decimal(&Value::deserialize(d)?).ok())
}

/// An id that was sent as a string or a number; empty if absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Id(pub(super) String);

impl Id {
    /// The id, unless it is one of the values that Binance uses for "none".
    pub(super) fn known(&self) -> Option<&str> {
        (!matches!(self.0.as_str(), "" | "0" | "-1")).then_some(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match Value::deserialize(d)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::Null => Ok(Self::default()),
            _ => Err(D::Error::custom("not an id")),
        }
    }
}

/// The number, or `None` if it is zero, which Binance uses for "none".
pub(super) fn nonzero(number: Option<Num>) -> Option<Decimal> {
    number.map(|n| n.0).filter(|n| !n.is_zero()).map(|n| n.normalize())
}

/// The number without trailing zeros.
pub(super) fn plain(number: Num) -> Decimal {
    number.0.normalize()
}

/// Division truncated (never rounded) to `places` decimals, as in ccxt; `None` on division by zero.
pub(super) fn divide(over: Decimal, under: Decimal, places: u32) -> Option<Decimal> {
    over.checked_div(under).map(|q| cut(q, places))
}

/// Truncates to `places` decimals.
pub(super) fn cut(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::ToZero).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_strings_and_numbers_exactly() {
        let read = |json: &str| serde_json::from_str::<Num>(json).map(|n| n.0.to_string());
        assert_eq!(read(r#""0.10000000""#).unwrap(), "0.10000000");
        assert_eq!(read("0.1").unwrap(), "0.1");
        assert_eq!(read("1e-7").unwrap(), "0.0000001");
        assert_eq!(read("12345678901234567890.12345678").unwrap(), "12345678901234567890.12345678");
        for bad in ["null", r#""""#, r#""NaN""#, "true", "[]", "1e99"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(default)]
    struct Lenient {
        #[serde(deserialize_with = "maybe")]
        price: Option<Num>,
        #[serde(deserialize_with = "whole")]
        time: Option<i64>,
        #[serde(deserialize_with = "text")]
        word: String,
        #[serde(deserialize_with = "flag")]
        reduces: bool,
        #[serde(deserialize_with = "readable")]
        limits: Vec<u32>,
    }

    #[test]
    fn absent_null_and_empty_values_are_none() {
        let read = |json: &str| serde_json::from_str::<Lenient>(json);
        for none in [
            "{}",
            r#"{"price":null,"time":null,"word":null,"reduces":null,"limits":null}"#,
            r#"{"price":"","time":"","word":"","reduces":"","limits":[]}"#,
        ] {
            assert_eq!(read(none).unwrap(), Lenient::default(), "{none}");
        }
        let wanted = Lenient {
            price: Some(Num(Decimal::new(15, 1))),
            time: Some(1_700_000_000_000),
            word: "7".into(),
            reduces: true,
            limits: vec![1, 3],
        };
        for given in [
            r#"{"price":"1.5","time":"1700000000000","word":"7","reduces":"true","limits":[1,"x",3]}"#,
            r#"{"price":1.5,"time":1700000000000,"word":7,"reduces":true,"limits":[1,{"new":[]},3,null]}"#,
        ] {
            assert_eq!(read(given).unwrap(), wanted, "{given}");
        }
    }

    #[test]
    fn an_unreadable_value_is_an_error_and_not_none() {
        for bad in [
            r#"{"price":"NaN"}"#,
            r#"{"price":[]}"#,
            r#"{"time":"soon"}"#,
            r#"{"time":1.5}"#,
            r#"{"word":{}}"#,
            r#"{"reduces":"perhaps"}"#,
            r#"{"limits":{}}"#,
        ] {
            assert!(serde_json::from_str::<Lenient>(bad).is_err(), "{bad}");
        }
        #[derive(Debug, Deserialize)]
        struct Safe {
            #[serde(deserialize_with = "certain")]
            withdraws: bool,
        }
        let safe = |json: &str| serde_json::from_str::<Safe>(json).map(|safe| safe.withdraws);
        assert!(safe(r#"{"withdraws":"TRUE"}"#).unwrap() && !safe(r#"{"withdraws":false}"#).unwrap());
        for bad in ["{}", r#"{"withdraws":null}"#, r#"{"withdraws":""}"#, r#"{"withdraws":0}"#] {
            assert!(safe(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reads_ids_of_either_kind() {
        let read = |json: &str| serde_json::from_str::<Id>(json).unwrap();
        assert_eq!(read("8389765519993908929").0, "8389765519993908929");
        assert_eq!(read(r#""82920""#).known(), Some("82920"));
        for none in [r#""""#, "0", "null", "-1"] {
            assert_eq!(read(none).known(), None, "{none}");
        }
    }

    #[test]
    fn cuts_instead_of_rounding() {
        let d = |t: &str| money::parse(t).unwrap();
        assert_eq!(divide(d("2"), d("3"), 4), Some(d("0.6666")));
        assert_eq!(divide(d("-2"), d("3"), 4), Some(d("-0.6666")));
        assert_eq!(divide(d("1"), d("0"), 4), None);
    }
}
