//! Request parameters and their signature.

use super::private_key::PrivateKey;
use domain::{Decimal, money};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Display;

/// Parameters in the order in which they are signed and sent.
#[derive(Clone, Default)]
pub(super) struct Params(Vec<(&'static str, String)>);

impl Params {
    pub(super) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// Adds a parameter if the value is `Some`.
    pub(super) fn maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a decimal in canonical form.
    pub(super) fn decimal(self, name: &'static str, value: Option<Decimal>) -> Self {
        self.maybe(name, value.map(money::text))
    }

    /// Whether there is a parameter of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }

    /// The form-encoded text, which is also the text that is signed.
    pub(super) fn encode(&self) -> String {
        // Pairs of text always encode.
        serde_urlencoded::to_string(&self.0).unwrap_or_default()
    }

    /// The encoded text with the signature appended as last parameter.
    pub(super) fn signed(&self, secret: &str) -> String {
        let payload = self.encode();
        // Base64 has characters that must be encoded.
        let signature = [("signature", signature(secret, &payload))];
        format!("{payload}&{}", serde_urlencoded::to_string(signature).unwrap_or_default())
    }

    /// The parameters sorted by name, as the WebSocket API signs them.
    pub(super) fn sorted(mut self) -> Self {
        self.0.sort_by_key(|(name, _)| *name);
        self
    }
}

/// The signature of the payload. A secret that is a private key in PEM signs with it, in Base64; any other one
/// is a key for HMAC-SHA256, in hex.
pub(super) fn signature(secret: &str, payload: &str) -> String {
    if let Some(key) = PrivateKey::parse(secret) {
        return key.sign(payload).unwrap_or_default();
    }
    // HMAC accepts keys of any length, so the error case is unreachable; the exchange rejects an empty
    // signature anyway.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(payload.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    const SECRET: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

    /// The example of Binance's spot documentation, "SIGNED endpoint examples".
    #[test]
    fn signs_as_the_documentation_does() {
        let params = Params::default()
            .with("symbol", "LTCBTC")
            .with("side", "BUY")
            .with("type", "LIMIT")
            .with("timeInForce", "GTC")
            .decimal("quantity", Some(Decimal::new(1_000, 3)))
            .decimal("price", Some(Decimal::new(10, 2)))
            .with("recvWindow", 5_000)
            .with("timestamp", 1_499_827_319_559_i64);
        assert_eq!(
            params.signed(SECRET),
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000\
             &timestamp=1499827319559&signature=\
             c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
        );
    }

    /// The example of Binance's futures documentation.
    #[test]
    fn signs_the_futures_example() {
        let payload = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000\
                       &timestamp=1591702613943";
        assert_eq!(
            signature("2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9", payload),
            "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"
        );
    }

    /// The key and the signature of RFC 8032, section 7.1, test 2.
    #[test]
    fn signs_with_a_private_key_and_encodes_its_base64() {
        let pem = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n\
                   -----END PRIVATE KEY-----";
        let expected = STANDARD.encode(
            hex::decode(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                 085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            )
            .unwrap(),
        );
        assert_eq!(signature(pem, "r"), expected);
        let signed = Params::default().with("a", 1).signed(pem);
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&signed).unwrap();
        assert_eq!(pairs[1], ("signature".to_owned(), signature(pem, "a=1")));
        assert!(!signed.contains(['+', '/']), "{signed}");
    }

    #[test]
    fn leaves_out_what_is_absent_and_encodes_what_is_odd() {
        let params = Params::default().maybe("a", None::<u8>).decimal("b", None).with("c", "x&y=z é");
        assert_eq!(params.encode(), "c=x%26y%3Dz+%C3%A9");
    }
}
