//! Private keys: what the secret of an RSA or Ed25519 API key is.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// A private key of one of the two kinds.
pub(super) enum PrivateKey {
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl PrivateKey {
    /// Parses PEM, PKCS#8 or for RSA also PKCS#1. Line breaks do not matter, because forms lose them.
    pub(super) fn parse(pem: &str) -> Option<Self> {
        let (kind, rest) = pem.trim().strip_prefix("-----BEGIN ")?.split_once("-----")?;
        let (body, end) = rest.split_once("-----END ")?;
        if end.strip_suffix("-----")? != kind {
            return None;
        }
        let body: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
        let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
        match kind {
            "PRIVATE KEY" => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
                .map(Self::Ed25519)
                .or_else(|_| RsaKeyPair::from_pkcs8(&der).map(Self::Rsa))
                .ok(),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der).map(Self::Rsa).ok(),
            _ => None,
        }
    }

    /// The signature of the payload, in Base64: Ed25519, or RSA PKCS#1 v1.5 with SHA-256. `None` if the key cannot
    /// sign.
    pub(super) fn sign(&self, payload: &str) -> Option<String> {
        Some(match self {
            Self::Ed25519(pair) => STANDARD.encode(pair.try_sign(payload.as_bytes()).ok()?.as_ref()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                // This padding is deterministic; the interface takes randomness for the others.
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, payload.as_bytes(), &mut signature).ok()?;
                STANDARD.encode(signature)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der},
        rsa::KeySize,
        signature::{ED25519, KeyPair, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
    };

    fn pem(kind: &str, der: &[u8], lines: &str) -> String {
        format!("-----BEGIN {kind}-----{lines}{}{lines}-----END {kind}-----", STANDARD.encode(der))
    }

    #[test]
    fn signs_with_either_kind_of_key() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        for lines in ["\n", "", "\r\n", " "] {
            let key = PrivateKey::parse(&pem("PRIVATE KEY", der.as_ref(), lines)).unwrap();
            let signature = STANDARD.decode(key.sign("a=1&b=2").unwrap()).unwrap();
            let public = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref());
            assert!(public.verify(b"a=1&b=2", &signature).is_ok(), "{lines:?}");
        }

        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'static> = pair.as_der().unwrap();
        let key = PrivateKey::parse(&pem("PRIVATE KEY", der.as_ref(), "\n")).unwrap();
        let signature = STANDARD.decode(key.sign("a=1&b=2").unwrap()).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
        assert!(public.verify(b"a=1&b=2", &signature).is_ok());
    }

    #[test]
    fn any_other_text_is_no_private_key() {
        let broken = pem("PRIVATE KEY", b"broken", "\n");
        for text in
            ["", "secret", "-----BEGIN PRIVATE KEY-----", &broken, &broken.replace("PRIVATE", "PUBLIC")]
        {
            assert!(PrivateKey::parse(text).is_none(), "{text}");
        }
    }
}
