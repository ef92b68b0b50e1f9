//! The parameters of a request: in its query, in a form, or in a JSON object. Real clients use all three.

use super::error::ThreeCommasFailure;
use crate::rest::{
    fields::{self, Fields, Unreadable},
    surface_error::SurfaceError,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// Parameters by name. They may hold an exchange secret and are therefore never printed.
#[derive(Default)]
pub(crate) struct Params(BTreeMap<String, Vec<String>>);

impl Params {
    /// Returns one parameter; blank counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let given = self.0.get(name)?.first()?.trim();
        Some(given).filter(|text| !text.is_empty())
    }

    /// Returns a list given as `name`, `name[]` or `name[0]`.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let ours = |key: &str| key.split('[').next() == Some(name);
        let all = self.0.iter().filter(|(key, _)| ours(key)).flat_map(|(_, values)| values);
        all.map(|text| text.trim()).filter(|text| !text.is_empty()).collect()
    }

    fn of_fields(fields: Fields) -> Self {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in fields.into_pairs() {
            all.entry(name).or_default().push(value);
        }
        Self(all)
    }

    fn of_json(body: &[u8]) -> Result<Self, ThreeCommasFailure> {
        let Once(pairs) = serde_json::from_slice(body).map_err(|_| {
            ThreeCommasFailure::invalid("base", "body must be a JSON object with each name once")
        })?;
        let mut all = BTreeMap::new();
        for (name, value) in pairs {
            let values = match value {
                Value::Null => continue,
                Value::Array(items) => items.into_iter().map(scalar).collect(),
                other => scalar(other).map(|text| vec![text]),
            };
            let Some(values) = values else { return Err(ThreeCommasFailure::invalid(&name, "is not text")) };
            if values.iter().any(|text| text.contains('\0')) {
                return Err(ThreeCommasFailure::invalid(&name, "is not text"));
            }
            all.insert(name, values);
        }
        Ok(Self(all))
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The failure for parameters that cannot be parsed.
pub(super) fn unreadable(why: Unreadable) -> ThreeCommasFailure {
    match why {
        Unreadable::Twice(name) => ThreeCommasFailure::invalid(&name, "is given twice"),
        Unreadable::TooLarge => SurfaceError::TooLarge.into(),
        Unreadable::NotText => ThreeCommasFailure::invalid("base", "parameters must be UTF-8 text"),
        Unreadable::NotAForm => ThreeCommasFailure::invalid("base", "body must be JSON or a form"),
    }
}

/// The guard ensures that there is either a query or a body, not both: nothing is read that was not signed.
impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = ThreeCommasFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, ThreeCommasFailure> {
        let query = request.uri().query().unwrap_or("").to_owned();
        let json = fields::kind(request.headers()) == "application/json";
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|_| ThreeCommasFailure::invalid("base", "body cannot be read"))?;
        match (body.is_empty(), json) {
            (true, _) => Fields::parse(query.as_bytes()).map(Self::of_fields).map_err(unreadable),
            (false, true) => Self::of_json(&body),
            (false, false) => Fields::parse(&body).map(Self::of_fields).map_err(unreadable),
        }
    }
}

/// A JSON object without repeated names.
struct Once(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Once;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut pairs: Vec<(String, Value)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if pairs.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom("a name is given twice"));
                    }
                    pairs.push((name, value));
                }
                Ok(Once(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json(text: &str) -> Option<Params> {
        Params::of_json(text.as_bytes()).ok()
    }

    #[test]
    fn lists_come_in_each_of_their_forms() {
        let form = |text: &str| Params::of_fields(Fields::parse(text.as_bytes()).ok().unwrap());
        for params in
            [form("t[]=a&t[]=b"), form("t%5B0%5D=a&t%5B1%5D=b"), json(r#"{"t":["a","b"]}"#).unwrap()]
        {
            assert_eq!(params.list("t"), ["a", "b"]);
        }
        assert_eq!(form("t=a&tt=b").list("t"), ["a"]);
    }

    #[test]
    fn unreadable_parameters_are_reported() {
        for bad in ["", "[]", "1", r#"{"a":1,"a":2}"#, r#"{"a":{}}"#, r#"{"a":[[]]}"#, r#"{"a":"\u0000"}"#] {
            assert!(json(bad).is_none(), "{bad}");
        }
        let params = json(r#"{"a":1.50,"b":null,"c":"  "}"#).unwrap();
        assert_eq!((params.text("a"), params.text("b"), params.text("c")), (Some("1.50"), None, None));
    }

    proptest! {
        #[test]
        fn any_input_is_parsed_or_reported(raw: Vec<u8>) {
            let _ = Params::of_json(&raw);
        }
    }
}
