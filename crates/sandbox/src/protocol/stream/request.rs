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
    method: Method,
    #[serde(default)]
    params: Vec<Value>,
    #[serde(default)]
    id: Value,
}

/// The methods, in the order in which Binance lists them in its error.
#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Method {
    Subscribe,
    Unsubscribe,
    ListSubscriptions,
    SetProperty,
    GetProperty,
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

    /// The same error, in answer to the request with this id.
    pub(crate) fn with_id(self, id: Value) -> Self {
        Self { id, ..self }
    }

    pub(crate) fn invalid(id: Value, why: &str) -> Self {
        Self { id, code: 2, msg: format!("Invalid request: {why}") }
    }
}

/// The response to a successful request.
pub(crate) fn done(id: &Value, result: &Value) -> Value {
    json!({ "result": result, "id": id })
}

/// Parses a request. Binance's complaints are those of the same library that is used here.
pub(crate) fn parse(text: &str) -> Result<(Value, StreamRequest), Complaint> {
    let raw: Raw = serde_json::from_str(text).map_err(|error| complaint(text, &error))?;
    let id = raw.id;
    if !(id.is_null() || id.is_u64() || id.is_string()) {
        return Err(Complaint::invalid(Value::Null, "request ID must be an unsigned integer"));
    }
    let request = match raw.method {
        Method::Subscribe => StreamRequest::Subscribe(names(&raw.params, &id)?),
        Method::Unsubscribe => StreamRequest::Unsubscribe(names(&raw.params, &id)?),
        Method::ListSubscriptions => StreamRequest::List,
        Method::SetProperty => {
            is_combined(&raw.params, &id)?;
            match raw.params.get(1).and_then(Value::as_bool) {
                Some(combined) => StreamRequest::SetCombined(combined),
                None => {
                    let msg = "Invalid value type: expected Boolean".into();
                    return Err(Complaint { id, code: 1, msg });
                }
            }
        }
        Method::GetProperty => {
            is_combined(&raw.params, &id)?;
            StreamRequest::GetCombined
        }
    };
    Ok((id, request))
}

fn complaint(text: &str, error: &serde_json::Error) -> Complaint {
    if !error.is_data() {
        return Complaint { id: Value::Null, code: 3, msg: format!("Invalid JSON: {error}") };
    }
    let whole: Value = serde_json::from_str(text).unwrap_or_default();
    let id = whole.get("id").filter(|id| id.is_u64() || id.is_string()).cloned();
    Complaint::invalid(id.unwrap_or_default(), &error.to_string())
}

fn names(params: &[Value], id: &Value) -> Result<Vec<String>, Complaint> {
    let names: Option<Vec<_>> = params.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    names
        .filter(|names| !names.is_empty())
        .ok_or_else(|| Complaint::invalid(id.clone(), "params must be a list of stream names"))
}

/// Checks the name of a property: there is only one.
fn is_combined(params: &[Value], id: &Value) -> Result<(), Complaint> {
    match params.first() {
        Some(Value::String(name)) if name == "combined" => Ok(()),
        Some(Value::String(_)) => Err(Complaint { id: id.clone(), code: 0, msg: "Unknown property".into() }),
        _ => Err(Complaint::invalid(id.clone(), "property name must be a string")),
    }
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
            (r#"{"method":"GET_PROPERTY","id":1}"#, 2),
        ] {
            assert_eq!(parse(text).unwrap_err().answer()["error"]["code"], json!(code), "{text}");
        }
    }

    #[test]
    fn complains_in_the_documents_words() {
        for (text, answer) in [
            (
                r#"{"method":"DANCE","id":1}"#,
                json!({ "error": { "code": 2, "msg": "Invalid request: unknown variant `DANCE`, expected one of \
                    `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 \
                    column 17" }, "id": 1 }),
            ),
            (
                r#"{"id":"a"}"#,
                json!({ "error": { "code": 2, "msg": "Invalid request: missing field `method` at line 1 column 10" },
                    "id": "a" }),
            ),
            (
                r#"{"method":"GET_PROPERTY","params":["color"],"id":2}"#,
                json!({ "error": { "code": 0, "msg": "Unknown property" }, "id": 2 }),
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().answer(), answer, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = parse(&text);
        }
    }
}
