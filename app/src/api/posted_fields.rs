//! The fields of a posted form by their names, for forms with more fields than an endpoint has arguments.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny, ser::SerializeMap as _};
use std::collections::BTreeMap;

/// A value of a form: one text, or several of the same name.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Value {
    /// One text.
    One(String),
    /// Several texts.
    Many(Vec<String>),
    /// No text.
    Other(IgnoredAny),
}

/// The fields as typed, by name; one with several values once for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostedFields(Vec<(String, String)>);

impl PostedFields {
    /// Returns the value of a field; empty if it was not sent.
    #[must_use]
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
    }

    /// Returns the value of a field without surrounding spaces; `None` if nothing was typed.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.one(name).trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Returns the values of a list.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
    }
}

impl<'de> Deserialize<'de> for PostedFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Vec::new();
        for (name, value) in BTreeMap::<String, Value>::deserialize(deserializer)? {
            match value {
                Value::One(text) => fields.push((name, text)),
                Value::Many(texts) => fields.extend(texts.into_iter().map(|text| (name.clone(), text))),
                Value::Other(_) => {}
            }
        }
        Ok(Self(fields))
    }
}

/// Nothing: browsers post the form, and no program calls the endpoint by its Rust name.
impl Serialize for PostedFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_their_names() {
        let json = r#"{"side":"BUY","takeProfitPrices":["1",""],"price":" 7 ","unknown":{"x":["1"]}}"#;
        let fields: PostedFields = serde_json::from_str(json).unwrap();
        assert_eq!((fields.one("side"), fields.one("unknown")), ("BUY", ""));
        assert_eq!((fields.given("price").as_deref(), fields.given("amount")), (Some("7"), None));
        assert_eq!(fields.list("takeProfitPrices"), ["1", ""]);
    }
}
