//! The three kinds of API keys, and the verification of what they sign.
//!
//! An account keeps one text per key: the secret of an HMAC key, or the public key of the others in PEM.

use super::failure::{Reply, SandboxFailure};
use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Longest PEM that is parsed.
const LONGEST: usize = 4_096;

/// The kind of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Hmac,
    Rsa,
    Ed25519,
}

impl KeyKind {
    /// Binance's name.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Hmac => "HMAC_SHA256",
            Self::Rsa => "RSA",
            Self::Ed25519 => "ED25519",
        }
    }

    /// The kind of a key, from the text that its account keeps.
    pub(crate) fn of(secret: &str) -> Self {
        match public_key(secret) {
            Some((kind, _)) => kind,
            None => Self::Hmac,
        }
    }
}

/// Whether a text is a public key of one of the two kinds.
pub(crate) fn is_public_key(pem: &str) -> bool {
    public_key(pem).is_some()
}

/// Checks the signature of a text, which is given in parts.
pub(crate) fn verify(secret: &str, text: &[&str], signature: &str) -> Reply<()> {
    let right = match public_key(secret) {
        Some((_, key)) => {
            let bytes = STANDARD.decode(signature);
            bytes.is_ok_and(|bytes| key.verify_sig(text.concat().as_bytes(), &bytes).is_ok())
        }
        None => by_hmac(secret, text, signature),
    };
    if right { Ok(()) } else { Err(SandboxFailure::bad_signature()) }
}

fn by_hmac(secret: &str, text: &[&str], signature: &str) -> bool {
    // HMAC accepts keys of any length.
    let (Ok(claimed), Ok(mac)) = (hex::decode(signature), Hmac::<Sha256>::new_from_slice(secret.as_bytes()))
    else {
        return false;
    };
    text.iter().fold(mac, |mac, part| mac.chain_update(part)).verify_slice(&claimed).is_ok()
}

/// Parses a public key in PEM. RSA needs 2,048 bits or more.
fn public_key(pem: &str) -> Option<(KeyKind, ParsedPublicKey)> {
    let body =
        pem.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?.strip_suffix("-----END PUBLIC KEY-----")?;
    let text: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(text).ok().filter(|_| pem.len() < LONGEST)?;
    let as_key = |algorithm: &'static dyn VerificationAlgorithm| ParsedPublicKey::new(algorithm, &der).ok();
    let ed25519 = as_key(&ED25519).map(|key| (KeyKind::Ed25519, key));
    ed25519.or_else(|| as_key(&RSA_PKCS1_2048_8192_SHA256).map(|key| (KeyKind::Rsa, key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::{
        encoding::{AsDer, PublicKeyX509Der},
        rand::SystemRandom,
        signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
    };

    fn pem(der: &[u8]) -> String {
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }

    fn der(key: &impl AsDer<PublicKeyX509Der<'static>>) -> Vec<u8> {
        key.as_der().unwrap().as_ref().to_vec()
    }

    fn check(public: &str, kind: KeyKind, sign: impl Fn(&[u8]) -> Vec<u8>) {
        assert_eq!(KeyKind::of(public), kind);
        let signature = STANDARD.encode(sign(b"a=1&b=2"));
        assert_eq!(verify(public, &["a=1", "&b=2"], &signature), Ok(()));
        assert_eq!(verify(public, &["a=1&b=3"], &signature).unwrap_err().code, -1022);
        assert_eq!(verify(public, &["a=1&b=2"], &signature[4..]).unwrap_err().code, -1022);
        assert_eq!(verify(public, &["a=1&b=2"], "").unwrap_err().code, -1022);
    }

    #[test]
    fn a_public_key_verifies_what_its_private_key_signed() {
        let pair = Ed25519KeyPair::generate().unwrap();
        check(&pem(&der(pair.public_key())), KeyKind::Ed25519, |text| pair.sign(text).as_ref().to_vec());
        let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        check(&pem(&der(pair.public_key())), KeyKind::Rsa, |text| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).unwrap();
            signature
        });
    }

    #[test]
    fn any_other_text_is_a_secret() {
        for text in ["", "secret", "-----BEGIN PUBLIC KEY-----", &pem(b"x"), &pem(&[])] {
            assert_eq!(KeyKind::of(text), KeyKind::Hmac, "{text}");
        }
    }
}
