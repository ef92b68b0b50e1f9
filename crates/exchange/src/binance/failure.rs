//! Classification of responses into [`ExchangeFailure`] classes.

use super::num;
use crate::ExchangeFailure;
use domain::Micros;
use serde::Deserialize;
use std::time::Duration;

/// The meaning of a response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ResponseVerdict {
    /// The request succeeded.
    Success,
    /// The request's timestamp was rejected. It had no effect and has to be signed again after a clock sync.
    ClockSkew(ExchangeFailure),
    /// The request failed.
    Failed(ExchangeFailure),
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default, deserialize_with = "num::whole")]
    code: Option<i64>,
    #[serde(default, deserialize_with = "num::text")]
    msg: String,
}

/// The longest body that can be an error: it has a code and a message.
const LONGEST_ERROR: usize = 4 << 10;
/// The longest ban of an address.
const LONGEST_BAN: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// Too many new orders of one account, which other accounts at the same address are not limited by.
const ORDERS_OF_ACCOUNT: i64 = -1015;

/// The wait if the exchange asks for one without giving its length.
pub(super) const USUAL_WAIT: Duration = Duration::from_secs(60);
/// The wait if the exchange is briefly overloaded.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(1);

/// Classifies a response by its status and, if present, its error code.
pub(super) fn judge(status: u16, retry_after: Option<Duration>, body: &[u8]) -> ResponseVerdict {
    // A proxy or a firewall may answer with any number.
    let wait = retry_after.unwrap_or(USUAL_WAIT).min(LONGEST_BAN);
    match status {
        // Some calls answer 200 with an error in the body.
        200..=299 => match problem(body) {
            Some((code, message)) if code < 0 => by_code(code, &message, wait),
            _ => ResponseVerdict::Success,
        },
        500.. | 408 => ResponseVerdict::Failed(ExchangeFailure::Unknown(format!("HTTP {status}"))),
        418 | 429 => ResponseVerdict::Failed(ExchangeFailure::Limited(wait)),
        401 => ResponseVerdict::Failed(ExchangeFailure::Unauthorized),
        _ => match problem(body) {
            Some((code, message)) => by_code(code, &message, wait),
            // The firewall in front of the exchange answers 403 without a code.
            None if status == 403 => ResponseVerdict::Failed(ExchangeFailure::Limited(wait)),
            None if (400..500).contains(&status) => {
                let message = format!("HTTP {status}");
                ResponseVerdict::Failed(ExchangeFailure::Refused { code: -i64::from(status), message })
            }
            None => ResponseVerdict::Failed(ExchangeFailure::Unknown(format!("HTTP {status}"))),
        },
    }
}

/// The code and the message of an error in Binance's format, whatever else is in it and in which order.
fn problem(body: &[u8]) -> Option<(i64, String)> {
    if body.len() > LONGEST_ERROR || !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let Problem { code, msg } = serde_json::from_slice(body).ok()?;
    Some((code?, msg))
}

/// Whether a response with this status limits all requests from this address, and not one account's orders alone.
pub(super) fn limits_address(status: u16, body: &[u8]) -> bool {
    let of_account = || problem(body).is_some_and(|(code, _)| code == ORDERS_OF_ACCOUNT);
    matches!(status, 418 | 429 | 403) && !of_account()
}

/// How long the address is still banned by the text of the response, which ends in a time in milliseconds.
pub(super) fn ban_left(body: &[u8], now: Micros) -> Option<Duration> {
    if body.len() > LONGEST_ERROR {
        return None;
    }
    let (_, rest) = std::str::from_utf8(body).ok()?.split_once("banned until ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let until = Micros::from_millis(digits.parse().ok()?);
    let left = u64::try_from(until.since(now)).ok()?;
    Some(Duration::from_micros(left).min(LONGEST_BAN))
}

/// Classifies an error code.
pub(super) fn by_code(code: i64, message: &str, wait: Duration) -> ResponseVerdict {
    let refused = || ExchangeFailure::Refused { code, message: readable(message) };
    ResponseVerdict::Failed(match code {
        // "Unknown error", disconnected, unexpected response, backend timeout: the request may have taken
        // effect.
        -1000 | -1001 | -1006 | -1007 => ExchangeFailure::Unknown(code.to_string()),
        -1003 | -1015 => ExchangeFailure::Limited(wait),
        -1008 => ExchangeFailure::Limited(SHORT_WAIT),
        -1002 | -1022 | -2008 | -2014 | -2015 => ExchangeFailure::Unauthorized,
        -1121 => ExchangeFailure::UnknownSymbol,
        -1021 | -5028 => return ResponseVerdict::ClockSkew(refused()),
        _ => refused(),
    })
}

/// The exchange's message, shortened and on one line.
fn readable(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Classifies a request without a response. The HTTP client's error texts contain the URL with its signed
/// query, so they are never passed on.
pub(super) fn no_answer(error: &reqwest::Error) -> ExchangeFailure {
    if error.is_connect() || error.is_builder() {
        ExchangeFailure::Unreachable
    } else if error.is_timeout() {
        ExchangeFailure::Unknown("timed out".into())
    } else {
        ExchangeFailure::Unknown("connection dropped".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: i64, message: &str) -> ResponseVerdict {
        ResponseVerdict::Failed(ExchangeFailure::Refused { code, message: message.into() })
    }

    #[test]
    fn classes_every_status() {
        let judged = |status| judge(status, None, b"<html>");
        assert_eq!(judged(200), ResponseVerdict::Success);
        for status in [500, 502, 503, 504, 408, 301, 302] {
            let unknown = ExchangeFailure::Unknown(format!("HTTP {status}"));
            assert_eq!(judged(status), ResponseVerdict::Failed(unknown), "{status}");
        }
        for status in [429, 418, 403] {
            assert_eq!(
                judged(status),
                ResponseVerdict::Failed(ExchangeFailure::Limited(USUAL_WAIT)),
                "{status}"
            );
        }
        assert_eq!(judged(401), ResponseVerdict::Failed(ExchangeFailure::Unauthorized));
        assert_eq!(judged(404), refused(-404, "HTTP 404"));
        let retry_after = Some(Duration::from_secs(7));
        let limited = ResponseVerdict::Failed(ExchangeFailure::Limited(Duration::from_secs(7)));
        assert_eq!(judge(418, retry_after, b""), limited);
        let longest = ResponseVerdict::Failed(ExchangeFailure::Limited(LONGEST_BAN));
        assert_eq!(judge(403, Some(Duration::from_secs(u64::MAX)), b"<html>"), longest);
    }

    #[test]
    fn classes_every_code() {
        let judged = |code: i64| judge(400, None, format!(r#"{{"code":{code},"msg":"words"}}"#).as_bytes());
        for code in [-1000, -1001, -1006, -1007] {
            assert_eq!(judged(code), ResponseVerdict::Failed(ExchangeFailure::Unknown(code.to_string())));
        }
        for code in [-1002, -1022, -2008, -2014, -2015] {
            assert_eq!(judged(code), ResponseVerdict::Failed(ExchangeFailure::Unauthorized), "{code}");
        }
        assert_eq!(judged(-1003), ResponseVerdict::Failed(ExchangeFailure::Limited(USUAL_WAIT)));
        assert_eq!(judged(-1121), ResponseVerdict::Failed(ExchangeFailure::UnknownSymbol));
        assert!(matches!(
            judged(-1021),
            ResponseVerdict::ClockSkew(ExchangeFailure::Refused { code: -1021, .. })
        ));
        for code in [-2010, -2011, -2013, -2019, -2021, -2022, -4164, -1111] {
            assert_eq!(judged(code), refused(code, "words"));
        }
    }

    #[test]
    fn finds_an_error_inside_a_success() {
        assert_eq!(
            judge(200, None, br#"{"code":-1121,"msg":"x"}"#),
            ResponseVerdict::Failed(ExchangeFailure::UnknownSymbol)
        );
        for body in [r#"{ "msg": "x", "code": -1121 }"#, "\n{\"code\":\"-1121\",\"msg\":null,\"data\":{}}"] {
            assert_eq!(
                judge(200, None, body.as_bytes()),
                ResponseVerdict::Failed(ExchangeFailure::UnknownSymbol),
                "{body}"
            );
        }
        for body in [
            r#"{"code":200,"msg":"success"}"#,
            r#"{"algoId":1,"code":"200","msg":"success"}"#,
            "[]",
            r#"{"symbol":"BTCUSDT","orderId":1}"#,
        ] {
            assert_eq!(judge(200, None, body.as_bytes()), ResponseVerdict::Success, "{body}");
        }
    }

    #[test]
    fn the_order_limit_of_an_account_leaves_the_address_open() {
        let body = |code: i64| format!(r#"{{"code":{code},"msg":"Too many."}}"#);
        for (status, body, address) in [
            (429, body(-1003), true),
            (429, body(-1015), false),
            (418, String::new(), true),
            (403, "<html>".into(), true),
            (400, body(-1003), false),
        ] {
            assert_eq!(limits_address(status, body.as_bytes()), address, "{status} {body}");
        }
    }

    #[test]
    fn a_ban_ends_at_the_time_in_its_text() {
        let body = br#"{"code":-1003,"msg":"Way too many requests; IP(1.2.3.4) banned until 1774784983833. Please use the websocket for live updates to avoid bans."}"#;
        let before = |millis: i64| Micros::from_millis(1_774_784_983_833 - millis);
        assert_eq!(ban_left(body, before(120_000)), Some(Duration::from_secs(120)));
        assert_eq!(ban_left(body, before(-1)), None, "it is over");
        assert_eq!(ban_left(body, before(30 * 86_400_000)), Some(LONGEST_BAN));
        for other in ["", "<html>", r#"{"code":-1003,"msg":"Too many requests."}"#, "banned until soon"] {
            assert_eq!(ban_left(other.as_bytes(), before(1)), None, "{other}");
        }
    }

    #[test]
    fn words_stay_short_and_on_one_line() {
        let body =
            serde_json::json!({ "code": -1100, "msg": format!("a\nb{}", "x".repeat(500)) }).to_string();
        let ResponseVerdict::Failed(ExchangeFailure::Refused { message, .. }) =
            judge(400, None, body.as_bytes())
        else {
            panic!("not refused");
        };
        assert_eq!(message.len(), 200);
        assert!(message.starts_with("abx"));
    }
}
