//! Numbers and times in JSON.

use domain::{Decimal, Micros, money};
use serde::{Serialize, Serializer, ser::Error};
use utoipa::ToSchema;

/// A JSON number with exactly the digits of the decimal: `0.1`, never `0.1000000000000000055`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = f64)]
pub struct Num(pub Decimal);

impl Serialize for Num {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number = money::text(self.0).parse().map_err(S::Error::custom)?;
        number.serialize(serializer)
    }
}

/// A time in ISO 8601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Iso(pub Micros);

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_digit_survives_the_wire(units in any::<i64>(), scale in 0_u32..18) {
            let value = Decimal::new(units, scale);
            let json = serde_json::to_string(&Num(value)).unwrap();
            prop_assert!(!json.contains(['"', 'e', 'E']), "{}", json);
            let back: serde_json::Number = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(money::parse(&back.to_string()).unwrap(), value);
        }
    }

    #[test]
    fn the_same_value_has_one_text() {
        for (given, written) in
            [("0.10", "0.1"), ("-0.0", "0"), ("1000", "1000"), ("0.00000001", "0.00000001")]
        {
            assert_eq!(serde_json::to_string(&Num(given.parse().unwrap())).unwrap(), written);
        }
    }
}
