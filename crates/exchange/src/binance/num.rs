//! Binance's numbers: decimals and ids that are sent as strings or as JSON numbers, never parsed as floats.

use domain::{Decimal, money};
use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// A decimal that was sent as a string or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Num(pub(super) Decimal);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let parsed = match Value::deserialize(d)? {
            Value::String(text) => money::parse(&text),
            Value::Number(number) => money::parse(&number.to_string()),
            _ => Err(money::NotADecimal),
        };
        parsed.map(Num).map_err(D::Error::custom)
    }
}

/// Parses a decimal leniently, as `None` if it is invalid: one malformed market must not hide all the others.
pub(super) fn lax<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Decimal>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::String(text) => money::parse(&text).ok(),
        Value::Number(number) => money::parse(&number.to_string()).ok(),
        _ => None,
    })
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
