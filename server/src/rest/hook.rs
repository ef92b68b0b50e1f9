//! The webhook through which an external signal source sends a strategy's signals (`POST
//! /v1/hook/strategy/<token>`), such as TradingView alerts. The token is the caller's only credential and
//! never appears in logs, which contain route templates only.

use crate::{
    proxy::ClientOrigin,
    rest::{
        mudawyl::{
            error::{Message, MudawylFailure},
            raw_request::{FieldLocation, RawRequest},
            validate::{Check, text},
        },
        words,
    },
};
use ::strategy::alert::{
    ReadAlert,
    json::{self, number, numbers},
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
};
use domain::{
    own_source::{RefusedAlert, Verdict},
    signal::Action,
    validation::{FieldProblem, Problem},
};
use serde::Serialize;
use service::{
    Error, SharedDesk,
    following::{
        own_source::{self, SourceVerdict},
        strategy::{self, Alert, SignalRequest},
    },
};
use utoipa::ToSchema;
use uuid::Uuid;

/// The largest alert, in bytes. TradingView's limit is 4 KB.
const LARGEST: usize = 8 * 1024;

/// The result of an alert.
#[derive(Serialize, ToSchema)]
#[schema(as = HeardAnswer)]
pub(crate) struct AlertResult {
    /// Signal id.
    id: Uuid,
    /// Whether the alert was a duplicate and was ignored.
    repeated: bool,
}

/// An alert. Numbers can be JSON numbers or strings.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"action": "buy", "price": 19500, "stop": 19000, "targets": [20000, 21000], "id": "17"}))]
pub(crate) struct AlertBody {
    /// buy, sell, or exit (also: close, flat). Same as `action`.
    side: Option<String>,
    /// buy, sell, or exit (also: close, flat). Same as `side`.
    action: Option<String>,
    /// Target position: long, short, or flat (TradingView's `{{strategy.market_position}}`). With it, `action` and
    /// `side` describe the order and can be omitted.
    position: Option<String>,
    /// Reference price; the current market price by default.
    #[schema(value_type = Option<words::Number>)]
    price: Option<f64>,
    /// Stop price; required for an entry.
    #[schema(value_type = Option<words::Number>)]
    stop: Option<f64>,
    /// Take profit prices with equal shares; at most 25.
    #[schema(value_type = Option<words::Numbers>)]
    targets: Option<Vec<f64>>,
    /// The caller's own id. A repeated alert is ignored; a different alert with the same id is rejected.
    #[schema(value_type = Option<words::Number>)]
    id: Option<String>,
    /// Alert time: ISO 8601, or seconds or milliseconds since 1970. Alerts that are too old are rejected.
    #[schema(value_type = Option<words::Number>)]
    time: Option<String>,
}

/// Receive Signal
///
/// Receives a signal from an external signal source, such as a TradingView alert. The body is parsed as JSON whatever
/// its content type. A private signal source also accepts the JSON of 3Commas' Signal Bot and free text.
#[utoipa::path(
    post,
    path = "/v1/hook/strategy/{token}",
    operation_id = "tellSignal",
    tag = "Webhooks",
    params(("token" = String, Path, description = "Webhook token of the strategy.")),
    request_body = AlertBody,
    responses(
        (status = 200, body = AlertResult),
        (status = 404, description = "The token is unknown or was revoked.", body = Message),
    )
)]
pub(crate) async fn receive_alert(
    State(desk): State<SharedDesk>,
    ClientOrigin(origin): ClientOrigin,
    token: Result<Path<String>, PathRejection>,
    body: Bytes,
) -> Result<Json<AlertResult>, MudawylFailure> {
    // A token that is not valid text is unknown.
    let Path(token) = token.map_err(|_| Error::NotFound)?;
    if let Some(verdict) = own_source::receive(&desk, &token, &body).await? {
        return source_answer(verdict);
    }
    let request =
        if body.len() > LARGEST { Err(MudawylFailure::TooLarge) } else { RawRequest::new([], "", &body) };
    // A caller without a valid token gets that error first, and learns nothing about the format of alerts.
    let read = request.as_ref().map_or(Err(Vec::new()), alert);
    let received = strategy::receive_alert(&desk, &origin, &token, read).await;
    match (request, received) {
        (Ok(request), Err(error)) => Err(request.refuse(error)),
        (Err(unreadable), Err(Error::Fields(_))) => Err(unreadable),
        (_, received) => {
            let received = received?;
            Ok(Json(AlertResult { id: received.signal.0, repeated: received.repeated }))
        }
    }
}

/// The answer of a private signal source.
fn source_answer(verdict: SourceVerdict) -> Result<Json<AlertResult>, MudawylFailure> {
    match (verdict.reason, verdict.signal) {
        (None, Some(signal)) => {
            Ok(Json(AlertResult { id: signal.0, repeated: verdict.verdict == Verdict::Repeated }))
        }
        (reason, _) => {
            let (field, problem) = reason.unwrap_or(RefusedAlert::Unreadable).problem();
            Err(MudawylFailure::Fields(vec![FieldProblem::new(field, problem).into()]))
        }
    }
}

/// Parses an alert.
///
/// # Errors
/// All problems together.
pub fn alert(request: &RawRequest) -> Result<Alert, Vec<FieldProblem>> {
    let read = json::read(&|name| request.field(FieldLocation::Body, name))?;
    let ReadAlert { action, side, price, stop, targets, id, time, .. } = read;
    Ok(Alert { request: SignalRequest { action, side, price, stop, targets }, id, time })
}

/// The fields of a manual signal: the same rules, but `action` is ENTER or EXIT as operators write it.
pub(crate) fn signal_request(check: &mut Check<'_>) -> Option<SignalRequest> {
    let action = check.required("action", text(|word| Action::parse(word).ok_or(Problem::NotAction)));
    let side = check.optional("side", text(domain::validation::side));
    let price = check.optional("price", number);
    let stop = check.optional("stop", number);
    let targets = check.optional("targets", numbers).unwrap_or_default();
    Some(SignalRequest { action: action?, side, price, stop, targets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Decimal, Micros, Side};
    use proptest::prelude::*;
    use serde_json::Value;

    fn read(body: &str) -> Result<Alert, Vec<FieldProblem>> {
        alert(&RawRequest::new([], "", body.as_bytes()).unwrap())
    }

    fn problems(body: &str) -> Vec<(String, Problem)> {
        read(body).unwrap_err().into_iter().map(|p| (p.field, p.problem)).collect()
    }

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn reads_an_alert_however_its_numbers_are_written() {
        let text = r#"{"action":"buy","price":"19500.5","stop":19000,"targets":["20000",21000.25],"id":17,
            "time":"2026-01-01T00:00:00Z","ticker":"BTCUSDT.P"}"#;
        let alert = read(text).unwrap();
        assert_eq!((alert.request.action, alert.request.side), (Action::Enter, Some(Side::Buy)));
        assert_eq!((alert.request.price, alert.request.stop), (Some(d("19500.5")), Some(d("19000"))));
        assert_eq!(alert.request.targets, [d("20000"), d("21000.25")]);
        assert_eq!(alert.id.as_deref(), Some("17"));
        assert_eq!(alert.time, Some(Micros(1_767_225_600_000_000)));
        for time in ["1767225600", "1767225600000", "\"1767225600000\"", "\"2026-01-01T00:00:00.000Z\""] {
            let alert = read(&format!(r#"{{"side":"short","stop":1,"time":{time}}}"#)).unwrap();
            assert_eq!(alert.time, Some(Micros(1_767_225_600_000_000)), "{time}");
            assert_eq!(alert.request.side, Some(Side::Sell));
        }
    }

    #[test]
    fn every_way_of_leaving_is_an_exit() {
        for body in [
            r#"{"action":"exit"}"#,
            r#"{"side":"Close"}"#,
            r#"{"side":"FLAT"}"#,
            r#"{"action":"EXIT","side":"sell"}"#,
        ] {
            let alert = read(body).unwrap();
            assert_eq!((alert.request.action, alert.request.side), (Action::Exit, None), "{body}");
        }
        let entry = read(r#"{"action":"ENTER","side":"SELL","stop":"2"}"#).unwrap();
        assert_eq!((entry.request.action, entry.request.side), (Action::Enter, Some(Side::Sell)));
    }

    #[test]
    fn all_invalid_fields_are_reported_together() {
        let bad =
            r#"{"action":"up","price":"{{close}}","stop":"x","targets":["{{plot(\"tp\")}}"],"time":"now"}"#;
        let field = |name: &str, problem| (name.to_owned(), problem);
        assert_eq!(
            problems(bad),
            [
                field("action", Problem::NotSide),
                field("price", Problem::Placeholder),
                field("stop", Problem::NotNumber),
                field("targets", Problem::Placeholder),
                field("time", Problem::NotDate),
            ]
        );
        assert_eq!(problems("{}"), [field("side", Problem::Required)]);
        assert_eq!(
            problems(r#"{"side":"{{strategy.order.action}}"}"#),
            [field("side", Problem::Placeholder)]
        );
        assert_eq!(problems(r#"{"side":"buy","id":{}}"#), [field("id", Problem::NotText)]);
    }

    #[test]
    fn a_position_gives_the_orders_target_state() {
        for (body, action, side) in [
            // Exit from a long position by selling; the message template also has fields for stop and
            // targets.
            (r#"{"position":"flat","action":"sell","stop":"NaN","targets":["NaN"]}"#, Action::Exit, None),
            (r#"{"position":"flat","stop":9}"#, Action::Exit, None),
            (r#"{"position":"long","action":"buy","stop":9}"#, Action::Enter, Some(Side::Buy)),
            (r#"{"position":"short","stop":9}"#, Action::Enter, Some(Side::Sell)),
        ] {
            let alert = read(body).unwrap();
            assert_eq!((alert.request.action, alert.request.side), (action, side), "{body}");
            assert_eq!(alert.request.stop.is_some(), action == Action::Enter, "{body}");
        }
        assert_eq!(problems(r#"{"position":"{{strategy.market_position}}"}"#).len(), 1);
    }

    #[test]
    fn contradictions_are_refused() {
        for (body, field) in [
            (r#"{"side":"buy","action":"sell","stop":1}"#, "side"),
            (r#"{"side":"exit","action":"sell","stop":1}"#, "side"),
            (r#"{"position":"long","action":"sell","stop":1}"#, "position"),
            (r#"{"position":"long","action":"exit"}"#, "position"),
            (r#"{"position":"flat","action":"enter"}"#, "position"),
        ] {
            assert_eq!(problems(body), [(field.to_owned(), Problem::Contradicts)], "{body}");
        }
        assert!(read(r#"{"side":"buy","action":"long","stop":1}"#).is_ok(), "twice the same");
    }

    proptest! {
        #[test]
        fn no_alert_makes_it_panic(body in any::<Vec<u8>>(), text in ".{0,60}") {
            if let Ok(request) = RawRequest::new([], "", &body) {
                let _ = alert(&request);
            }
            let quoted = Value::String(text);
            for field in ["side", "action", "position", "price", "stop", "targets", "id", "time"] {
                let _ = read(&serde_json::json!({field: quoted}).to_string());
            }
        }

        #[test]
        fn numbers_keep_their_digits(units in 1_i64..1_000_000_000_000, scale in 0_u32..9) {
            let price = Decimal::new(units, scale);
            for written in [format!("{price}"), format!("\"{price}\"")] {
                let alert = read(&format!(r#"{{"side":"buy","stop":{written}}}"#)).unwrap();
                prop_assert_eq!(alert.request.stop, Some(price));
            }
        }
    }
}
