//! Signatures as in Standard Webhooks: HMAC-SHA256 over id, time and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Entropy;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Start of a secret as its owner sees it; the Base64 of the key follows.
const PREFIX: &str = "whsec_";

/// Generates a key.
pub(super) fn new_key(entropy: &dyn Entropy) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0_u8; 32]);
    entropy.fill(key.as_mut());
    key
}

/// The secret as its owner sees it.
pub(super) fn secret_text(key: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(key)))
}

/// The value of the header `webhook-signature`: a signature by each key, separated by spaces.
pub(super) fn signatures<'a>(
    keys: impl IntoIterator<Item = &'a [u8]>,
    id: &str,
    seconds: i64,
    body: &str,
) -> String {
    let signed = |key: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        let mac = mac.chain_update(id).chain_update(".").chain_update(seconds.to_string());
        let mac = mac.chain_update(".").chain_update(body);
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    keys.into_iter().filter_map(signed).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_standard_webhooks() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let signature = signatures([key.as_slice()], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret_text(&key).as_str(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn each_key_signs() {
        let both = signatures([&b"one"[..], &b"two"[..]], "id", 1, "{}");
        let (one, two) = both.split_once(' ').unwrap();
        assert_eq!(one, signatures([&b"one"[..]], "id", 1, "{}"));
        assert_eq!(two, signatures([&b"two"[..]], "id", 1, "{}"));
        assert_ne!(one, two);
    }
}
