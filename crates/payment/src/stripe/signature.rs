//! Stripe's webhook signature: `t=<seconds>,v1=<HMAC-SHA256 of "t.body" in hex>`.

use crate::NotTheirs;
use domain::Micros;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

/// Maximum age of a webhook, and how far ahead its timestamp may be, in seconds.
const TOLERANCE: i64 = 300;

/// Checks the header `Stripe-Signature`. While a secret is being rotated there are several `v1` signatures,
/// of which one must match.
///
/// # Errors
/// [`NotTheirs`] if no signature matches, the header cannot be parsed, or the timestamp is too old.
pub(super) fn verify(secret: &str, header: &str, body: &[u8], now: Micros) -> Result<(), NotTheirs> {
    let (mut stamp, mut fits) = (None, Choice::from(0));
    for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
        if name == "t" && stamp.replace(value).is_some() {
            return Err(NotTheirs);
        }
    }
    let stamp = stamp.ok_or(NotTheirs)?;
    let expected = sign(secret, stamp, body).ok_or(NotTheirs)?;
    for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
        if name == "v1" {
            fits |= value.as_bytes().ct_eq(expected.as_bytes());
        }
    }
    let at: i64 = stamp.parse().map_err(|_| NotTheirs)?;
    let fresh = now.seconds().saturating_sub(at).saturating_abs() <= TOLERANCE;
    if fresh && bool::from(fits) { Ok(()) } else { Err(NotTheirs) }
}

fn sign(secret: &str, stamp: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(stamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_secret";
    const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;
    /// `printf '1700000000.%s' "$BODY" | openssl dgst -sha256 -hmac whsec_test_secret`
    const GOOD: &str = "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd";

    fn at(seconds: i64) -> Micros {
        Micros::from_millis(seconds * 1_000)
    }

    fn checked(header: &str) -> bool {
        verify(SECRET, header, BODY, at(1_700_000_000)).is_ok()
    }

    #[test]
    fn a_signature_made_elsewhere_fits() {
        assert!(checked(&format!("t=1700000000,v1={GOOD}")));
        assert!(checked(&format!("t=1700000000,v1={},v1={GOOD},v0=x", "0".repeat(64))));
        assert!(checked(&format!("v1={GOOD}, t=1700000000")));
    }

    #[test]
    fn forged_headers_do_not() {
        let zeros = "0".repeat(64);
        for header in [
            String::new(),
            "t=1700000000".to_owned(),
            format!("v1={GOOD}"),
            format!("t=1700000000,v1={zeros}"),
            format!("t=1700000001,v1={GOOD}"),
            format!("t=1700000000,t=1700000000,v1={GOOD}"),
            format!("t=1700000000,v0={GOOD}"),
            format!("t=1700000000,v1={}", GOOD.to_uppercase()),
            format!("t=+1700000000,v1={GOOD}"),
        ] {
            assert!(!checked(&header), "{header}");
        }
        let header = format!("t=1700000000,v1={GOOD}");
        assert!(verify("whsec_other", &header, BODY, at(1_700_000_000)).is_err());
        assert!(verify(SECRET, &header, b"{}", at(1_700_000_000)).is_err());
    }

    #[test]
    fn an_old_message_is_not_believed() {
        let header = format!("t=1700000000,v1={GOOD}");
        let accepted = |seconds| verify(SECRET, &header, BODY, at(seconds)).is_ok();
        assert!(accepted(1_700_000_300) && !accepted(1_700_000_301));
        assert!(accepted(1_699_999_700) && !accepted(1_699_999_699));
    }
}
