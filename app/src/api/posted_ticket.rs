//! The ticket as an argument of a form's endpoint, so that its fields are listed in [`TicketDraft`] only.

use super::posted_fields::Value;
use crate::islands::desk::TicketDraft;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap as _};
use std::collections::BTreeMap;

/// The fields of a posted ticket; absent ones are empty, and others are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedTicket(
    /// The fields as typed.
    pub TicketDraft,
);

impl<'de> Deserialize<'de> for PostedTicket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut draft = TicketDraft::empty();
        for (name, value) in BTreeMap::<String, Value>::deserialize(deserializer)? {
            match value {
                Value::One(text) => {
                    draft.set(&name, text);
                }
                Value::Many(texts) if TicketDraft::is_list(&name) => {
                    draft.targets.extend(texts);
                }
                Value::Many(_) | Value::Other(_) => {
                    if draft.set(&name, String::new()) {
                        return Err(D::Error::custom(format!("`{name}` must have one value")));
                    }
                }
            }
        }
        Ok(Self(draft))
    }
}

/// Nothing: browsers post the form, and no program calls the endpoint by its Rust name.
impl Serialize for PostedTicket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the macro `server` writes it.
    #[derive(Debug, Deserialize)]
    struct Posted {
        #[serde(default)]
        key: String,
        #[serde(flatten)]
        ticket: PostedTicket,
        #[serde(default)]
        replace: String,
    }

    fn read(json: &str) -> Result<Posted, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn every_field_arrives_where_it_belongs() {
        let mut draft = TicketDraft {
            without_stop: true,
            targets: vec!["1".into(), String::new()],
            ..TicketDraft::empty()
        };
        let mut json =
            String::from(r#"{"key":"k","replace":"yes","unknown":{"x":["1"]},"withoutStop":"yes","#);
        for (name, value) in draft.texts() {
            *value = format!("{name} as typed, {}", "9".repeat(99));
            json.push_str(&format!("\"{name}\":\"{value}\","));
        }
        json.push_str(r#""takeProfitPrices":["1",""]}"#);
        let posted = read(&json).unwrap();
        assert_eq!((posted.key.as_str(), posted.replace.as_str()), ("k", "yes"));
        assert_eq!(posted.ticket.0, draft);
    }

    #[test]
    fn nothing_is_filled_in_for_the_user() {
        let posted = read("{}").unwrap();
        assert_eq!(posted.ticket.0, TicketDraft::empty());
        assert_eq!(posted.ticket.0.side, "");
        assert_eq!(read(r#"{"takeProfitPrices":"7"}"#).unwrap().ticket.0.targets, ["7"]);
    }

    #[test]
    fn a_field_that_is_given_twice_is_refused() {
        assert!(read(r#"{"side":["BUY","SELL"]}"#).is_err());
        assert!(read(r#"{"amount":{"x":"1"}}"#).is_err());
        assert!(read(r#"{"withoutStop":["yes","yes"]}"#).is_err());
    }
}
