//! Classification of responses into [`ExchangeFailure`] classes.

use crate::ExchangeFailure;
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
    code: i64,
    #[serde(default)]
    msg: String,
}

/// The wait if the exchange asks for one without giving its length.
const USUAL_WAIT: Duration = Duration::from_secs(60);
/// The wait if the exchange is briefly overloaded.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(1);

/// Classifies a response by its status and, if present, its error code.
pub(super) fn judge(status: u16, retry_after: Option<Duration>, body: &[u8]) -> ResponseVerdict {
    let wait = retry_after.unwrap_or(USUAL_WAIT);
    match status {
        // Some calls answer 200 with an error in the body.
        200..=299 if !body.starts_with(b"{\"code\":-") => ResponseVerdict::Success,
        500.. | 408 => ResponseVerdict::Failed(ExchangeFailure::Unknown(format!("HTTP {status}"))),
        418 | 429 => ResponseVerdict::Failed(ExchangeFailure::Limited(wait)),
        401 => ResponseVerdict::Failed(ExchangeFailure::Unauthorized),
        _ => match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => by_code(problem.code, &problem.msg, wait),
            // The firewall in front of the exchange answers 403 without a code.
            Err(_) if status == 403 => ResponseVerdict::Failed(ExchangeFailure::Limited(wait)),
            Err(_) if (400..500).contains(&status) => {
                let message = format!("HTTP {status}");
                ResponseVerdict::Failed(ExchangeFailure::Refused { code: -i64::from(status), message })
            }
            Err(_) => ResponseVerdict::Failed(ExchangeFailure::Unknown(format!("HTTP {status}"))),
        },
    }
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
        assert_eq!(judge(200, None, br#"{"code":200,"msg":"success"}"#), ResponseVerdict::Success);
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
