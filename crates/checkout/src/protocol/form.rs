//! Parameters in Stripe's form encoding, such as `items[0][price]=...`, parsed into a tree.

use crate::{books::Metadata, failure::CheckoutFailure};
use serde_json::{Map, Value};
use std::str::FromStr;

/// Maximum nesting depth of a parameter.
const DEPTH: usize = 6;

/// The parameters of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(Map<String, Value>);

impl Form {
    /// Parses a query or a body. Parameters that are malformed or nested too deeply are ignored.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(text).unwrap_or_default();
        let mut tree = Map::new();
        for (name, value) in pairs {
            let (first, rest) = name.split_once('[').map_or((name.as_str(), ""), |(a, b)| (a, b));
            let inner = rest.split('[').filter(|_| !rest.is_empty()).map(|part| part.trim_end_matches(']'));
            let way: Vec<&str> = std::iter::once(first).chain(inner).collect();
            if way.len() <= DEPTH {
                put(&mut tree, &way, value);
            }
        }
        Self(tree)
    }

    /// The text at a path; an empty text counts as missing.
    pub(crate) fn text(&self, way: &[&str]) -> Option<&str> {
        let (last, before) = way.split_last()?;
        let mut place = &self.0;
        for part in before {
            place = place.get(*part)?.as_object()?;
        }
        place.get(*last)?.as_str().filter(|text| !text.is_empty())
    }

    /// The text at a path, which is mandatory.
    pub(crate) fn required(&self, way: &[&'static str]) -> Result<&str, CheckoutFailure> {
        let name = way.first().copied().unwrap_or_default();
        self.text(way).ok_or_else(|| {
            CheckoutFailure::Param(name, format!("Missing required param: {}.", way.join(".")))
        })
    }

    /// A value parsed from the text at a path.
    pub(crate) fn read<T: FromStr>(&self, way: &[&'static str]) -> Result<Option<T>, CheckoutFailure> {
        let name = way.first().copied().unwrap_or_default();
        let read = |text: &str| {
            text.parse().map_err(|_| CheckoutFailure::Param(name, format!("Invalid {}.", way.join("."))))
        };
        self.text(way).map(read).transpose()
    }

    /// The items of a list, in order.
    pub(crate) fn items(&self, name: &str) -> Vec<&str> {
        let list = self.0.get(name).and_then(Value::as_object);
        list.into_iter().flat_map(|items| items.values()).filter_map(Value::as_str).collect()
    }

    /// The metadata parameter.
    pub(crate) fn metadata(&self) -> Metadata {
        let all = self.0.get("metadata").and_then(Value::as_object).into_iter().flatten();
        all.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    }

    /// A canonical form, for comparing requests.
    pub(crate) fn canonical(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

/// Inserts a value at a path. `[]` appends to a list; a list is a map keyed by index.
fn put(tree: &mut Map<String, Value>, way: &[&str], value: String) {
    let Some((first, rest)) = way.split_first() else { return };
    let name = if first.is_empty() { tree.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        tree.insert(name, Value::String(value));
        return;
    }
    let place = tree.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = place {
        put(inner, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_stripes_clients_send() {
        let form = Form::parse(
            b"items[0][price]=price_1&metadata[a]=b&lookup_keys[]=x&lookup_keys[]=y&limit=3&empty=",
        );
        assert_eq!(form.text(&["items", "0", "price"]), Some("price_1"));
        assert_eq!(form.items("lookup_keys"), ["x", "y"]);
        assert_eq!(form.metadata().get("a").map(String::as_str), Some("b"));
        assert_eq!(form.read::<u8>(&["limit"]).unwrap(), Some(3));
        assert_eq!(form.text(&["empty"]), None);
        assert!(form.required(&["price"]).is_err() && form.read::<u8>(&["metadata"]).unwrap().is_none());
    }

    #[test]
    fn invalid_pairs_are_left_out() {
        let odd = b"a[b][c][d][e][f][g]=1&x=1&x[y]=2&[=3&]=4&%FF=5&&=";
        let _ = Form::parse(odd);
        assert_eq!(Form::parse(b"x=1&x[y]=2").text(&["x"]), Some("1"));
    }
}
