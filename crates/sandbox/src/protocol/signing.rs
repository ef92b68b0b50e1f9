//! Signature check of requests: over query string and body, within a receive window.

use super::{
    failure::{Reply, SandboxFailure},
    keys,
    params::Params,
    time_unit::instant,
};
use domain::{Decimal, Micros};
use std::borrow::Cow;

/// Default receive window in milliseconds.
const DEFAULT_WINDOW_MS: i64 = 5_000;
/// Maximum receive window in milliseconds.
const LARGEST_WINDOW_MS: i64 = 60_000;
/// How far a request's timestamp may be ahead of the server clock, in milliseconds.
const AHEAD_MS: i64 = 1_000;

/// Removes `signature` from a query string or form body. Returns the rest and the signature's value.
fn take_signature(raw: &str) -> (Cow<'_, str>, Option<&str>) {
    let Some(value) = raw.split('&').find_map(|pair| pair.strip_prefix("signature=")) else {
        return (Cow::Borrowed(raw), None);
    };
    // It is usually last, in which case the rest need not be copied.
    let tail = format!("signature={value}");
    if let Some(rest) = raw.strip_suffix(&tail) {
        return (Cow::Borrowed(rest.strip_suffix('&').unwrap_or(rest)), Some(value));
    }
    let kept: Vec<_> = raw.split('&').filter(|pair| !pair.starts_with("signature=")).collect();
    (Cow::Owned(kept.join("&")), Some(value))
}

/// Checks the signature over what was sent.
pub(crate) fn verify(secret: &str, query: &str, body: &str) -> Reply<()> {
    let (query, in_query) = take_signature(query);
    let (body, in_body) = take_signature(body);
    let signature = in_query.or(in_body).ok_or_else(|| SandboxFailure::missing("signature"))?;
    keys::verify(secret, &[&query, &body], &decoded(signature))
}

/// Decodes the percent encoding of a signature. Base64 has a `+`, which some clients send as it is.
fn decoded(signature: &str) -> String {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(&format!("signature={signature}")).unwrap_or_default();
    pairs.into_iter().next().map_or_else(String::new, |(_, value)| value.replace(' ', "+"))
}

/// Checks the timestamp: less than a second ahead of the server clock, and no older than the receive window.
/// Both may be given to the microsecond: the timestamp as a larger number, the window as a decimal of milliseconds.
/// `waited` skips the second check, for a request that passed it before it was delayed inside the exchange.
pub(crate) fn check_time(params: &Params, now: Micros, waited: bool) -> Reply<()> {
    let sent: i64 = params.integer("timestamp")?.ok_or_else(|| SandboxFailure::missing("timestamp"))?;
    let sent = instant(sent).millis();
    let window = params.decimal("recvWindow")?.unwrap_or_else(|| DEFAULT_WINDOW_MS.into());
    if window > Decimal::from(LARGEST_WINDOW_MS) {
        return Err(SandboxFailure::refused(-1131, "recvWindow must be less than 60000"));
    }
    let age = now.millis().saturating_sub(sent);
    if age <= -AHEAD_MS {
        let msg = "Timestamp for this request was 1000ms ahead of the server's time.";
        return Err(SandboxFailure::refused(-1021, msg));
    }
    if Decimal::from(age) > window && !waited {
        return Err(SandboxFailure::refused(
            -1021,
            "Timestamp for this request is outside of the recvWindow.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // The worked example of Binance's documentation.
    const SECRET: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
    const QUERY: &str = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559";
    const SIGNATURE: &str = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71";

    #[test]
    fn the_documentations_example_verifies_in_any_order() {
        let signed = format!("{QUERY}&signature={SIGNATURE}");
        assert_eq!(verify(SECRET, &signed, ""), Ok(()));
        assert_eq!(verify(SECRET, "", &signed), Ok(()));
        assert_eq!(verify(SECRET, &format!("signature={SIGNATURE}"), QUERY), Ok(()));
        assert_eq!(verify(SECRET, &format!("signature={SIGNATURE}&{QUERY}"), ""), Ok(()));
        // Mixed, as in the documentation: no `&` between query string and body.
        let mixed = "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77";
        let (query, body) = QUERY.split_once("&quantity").unwrap();
        assert_eq!(verify(SECRET, query, &format!("quantity{body}&signature={mixed}")), Ok(()));
    }

    #[test]
    fn anything_else_does_not() {
        assert_eq!(verify(SECRET, QUERY, "").unwrap_err().code, -1102);
        for signature in ["", "zz", "00", &SIGNATURE[1..], &SIGNATURE.replace('c', "d")] {
            let sent = format!("{QUERY}&signature={signature}");
            assert_eq!(verify(SECRET, &sent, "").unwrap_err().code, -1022, "{signature}");
        }
        let sent = format!("{QUERY}0&signature={SIGNATURE}");
        assert_eq!(verify(SECRET, &sent, "").unwrap_err().code, -1022);
        let sent = format!("{QUERY}&signature={SIGNATURE}");
        assert_eq!(verify("another secret", &sent, "").unwrap_err().code, -1022);
    }

    #[test]
    fn base64_arrives_encoded_or_plain() {
        assert_eq!(decoded("a%2Bb%2Fc%3D"), "a+b/c=");
        assert_eq!(decoded("a+b/c="), "a+b/c=");
    }

    #[test]
    fn the_window_has_two_ends() {
        let now = Micros::from_millis(1_000_000);
        for (query, code) in [
            ("timestamp=1000000", 0),
            ("timestamp=995000", 0),
            ("timestamp=994999", -1021),
            ("timestamp=1000999", 0),
            ("timestamp=1001000", -1021),
            ("timestamp=940000&recvWindow=60000", 0),
            ("timestamp=1000000&recvWindow=60001", -1131),
            ("timestamp=1000000&recvWindow=60000.001", -1131),
            ("timestamp=994999&recvWindow=5001.346", 0),
            ("timestamp=994998&recvWindow=5001.346", -1021),
            ("timestamp=1000000&recvWindow=x", -1100),
            ("timestamp=abc", -1100),
            ("timestamp=99999999999999999999", -1100),
            ("", -1102),
        ] {
            let answer = check_time(&Params::parse(query, "").unwrap(), now, false);
            assert_eq!(answer.err().map_or(0, |failure| failure.code), code, "{query}");
        }
        let later = Micros::from_millis(1_700_000_000_000);
        for (query, code) in [("timestamp=1699999995000000", 0), ("timestamp=1699999994999000", -1021)] {
            let answer = check_time(&Params::parse(query, "").unwrap(), later, false);
            assert_eq!(answer.err().map_or(0, |failure| failure.code), code, "{query}");
        }
        let old = Params::parse("timestamp=900000", "").unwrap();
        assert_eq!(check_time(&old, now, true), Ok(()));
    }
}
