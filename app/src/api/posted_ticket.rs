//! The ticket as an argument of a form's endpoint, so that its fields are listed in [`TicketDraft`] only, and its automation,
//! which forms of an open trade post too.

use crate::islands::desk::{EntryAutomation, TicketDraft};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny},
    ser::SerializeMap as _,
};
use std::collections::BTreeMap;

/// The fields of a posted ticket; absent ones are empty, and others are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedTicket(
    /// The fields as typed.
    pub TicketDraft,
);

/// A value of a form: one text, or several of the same name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    One(String),
    Many(Vec<String>),
    Other(IgnoredAny),
}

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

/// The settings of the automation of an order or an open trade; absent ones are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PostedAutomation {
    breakeven_after: String,
    trailing_percent: String,
    trailing_atr: String,
    time_limit: String,
    trigger: String,
}

impl From<PostedAutomation> for EntryAutomation {
    fn from(posted: PostedAutomation) -> Self {
        let PostedAutomation { breakeven_after, trailing_percent, trailing_atr, time_limit, trigger } =
            posted;
        Self::new([breakeven_after, trailing_percent, trailing_atr, time_limit, trigger])
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
        #[serde(flatten)]
        automation: PostedAutomation,
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
    fn the_automation_arrives_beside_the_ticket() {
        for name in EntryAutomation::NAMES {
            let posted = read(&format!(r#"{{"amount":"0.04","{name}":"7","replace":"yes"}}"#)).unwrap();
            let set = EntryAutomation::from(posted.automation);
            for other in EntryAutomation::NAMES {
                assert_eq!(set.text(other), if other == name { "7" } else { "" }, "{name}, {other}");
            }
            assert_eq!((posted.ticket.0.amount.as_str(), posted.replace.as_str()), ("0.04", "yes"));
        }
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
