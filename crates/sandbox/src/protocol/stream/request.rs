//! Requests of a client on a stream: `{"method":"SUBSCRIBE","params":["btcusdt@ticker"],"id":1}`.

use serde::Deserialize;
use serde_json::{Value, json};

/// A parsed request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StreamRequest {
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    List,
    /// Whether messages include the name of their stream.
    SetCombined(bool),
    GetCombined,
}

#[derive(Deserialize)]
struct Raw {
    method: String,
    #[serde(default)]
    params: Vec<Value>,
    #[serde(default)]
    id: Value,
}

/// A request error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) id: Value,
    code: u8,
    msg: String,
}

impl Complaint {
    /// The error response.
    pub(crate) fn answer(&self) -> Value {
        json!({ "error": { "code": self.code, "msg": self.msg }, "id": self.id })
    }

    pub(crate) fn invalid(id: Value, why: &str) -> Self {
        Self { id, code: 2, msg: format!("Invalid request: {why}") }
    }
}

/// The response to a successful request.
pub(crate) fn done(id: &Value, result: &Value) -> Value {
    json!({ "result": result, "id": id })
}

/// Parses a request.
pub(crate) fn parse(text: &str) -> Result<(Value, StreamRequest), Complaint> {
    let value: Value = serde_json::from_str(text).map_err(|error| Complaint {
        id: Value::Null,
        code: 3,
        msg: format!("Invalid JSON: {error}"),
    })?;
    let raw: Raw = serde_json::from_value(value)
        .map_err(|_| Complaint::invalid(Value::Null, "a request has a method, params and an id"))?;
    let id = raw.id;
    if !(id.is_null() || id.is_u64() || id.is_string()) {
        return Err(Complaint::invalid(Value::Null, "request ID must be an unsigned integer or a string"));
    }
    let names = |params: Vec<Value>| {
        params
            .iter()
            .map(|p| p.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .filter(|n| !n.is_empty())
    };
    let wrong_names = || Complaint::invalid(id.clone(), "params must be a list of stream names");
    let combined = |param: Option<&Value>| param.and_then(Value::as_str) == Some("combined");
    let request = match raw.method.as_str() {
        "SUBSCRIBE" => StreamRequest::Subscribe(names(raw.params).ok_or_else(wrong_names)?),
        "UNSUBSCRIBE" => StreamRequest::Unsubscribe(names(raw.params).ok_or_else(wrong_names)?),
        "LIST_SUBSCRIPTIONS" => StreamRequest::List,
        "SET_PROPERTY" if combined(raw.params.first()) => match raw.params.get(1).and_then(Value::as_bool) {
            Some(combined) => StreamRequest::SetCombined(combined),
            None => {
                return Err(Complaint { id, code: 1, msg: "Invalid value type: expected Boolean".into() });
            }
        },
        "GET_PROPERTY" if combined(raw.params.first()) => StreamRequest::GetCombined,
        "SET_PROPERTY" | "GET_PROPERTY" => {
            return Err(Complaint { id, code: 0, msg: "Unknown property".into() });
        }
        _ => return Err(Complaint::invalid(id, "unknown method")),
    };
    Ok((id, request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_documents_requests() {
        let (id, request) =
            parse(r#"{"method":"SUBSCRIBE","params":["a@trade","b@depth5"],"id":312}"#).unwrap();
        assert_eq!(
            (id, request),
            (json!(312), StreamRequest::Subscribe(vec!["a@trade".into(), "b@depth5".into()]))
        );
        assert_eq!(
            parse(r#"{"method":"LIST_SUBSCRIPTIONS","id":"x"}"#).unwrap(),
            (json!("x"), StreamRequest::List)
        );
        let set = r#"{"method":"SET_PROPERTY","params":["combined",true],"id":5}"#;
        assert_eq!(parse(set).unwrap().1, StreamRequest::SetCombined(true));
    }

    #[test]
    fn complains_of_the_rest() {
        for (text, code) in [
            ("", 3),
            ("{", 3),
            ("[]", 2),
            (r#"{"method":"SUBSCRIBE","id":1}"#, 2),
            (r#"{"method":"SUBSCRIBE","params":[1],"id":1}"#, 2),
            (r#"{"method":"DANCE","id":1}"#, 2),
            (r#"{"method":"LIST_SUBSCRIPTIONS","id":{}}"#, 2),
            (r#"{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}"#, 1),
            (r#"{"method":"SET_PROPERTY","params":["color",true],"id":1}"#, 0),
        ] {
            assert_eq!(parse(text).unwrap_err().answer()["error"]["code"], json!(code), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = parse(&text);
        }
    }
}
