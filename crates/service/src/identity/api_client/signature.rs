//! Verifies request signatures in the variants that existing 3Commas clients send, over the raw request
//! target and body. No variant leaves a body or a query unsigned.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// A request as received, with its signature.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// The raw path.
    pub path: &'a str,
    /// The raw query, without `?`; `None` if there was no `?`.
    pub query: Option<&'a str>,
    /// The raw body.
    pub body: &'a [u8],
    /// The content type of the body.
    pub kind: BodyKind,
    /// The value of the signature header.
    pub signature: &'a str,
}

/// Content type of a signed body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// A form.
    Form,
    /// JSON.
    Json,
    /// Any other type: a body of this kind cannot be signed.
    Other,
}

/// The texts that a request of this form may be signed over; empty if a part of it would go unsigned.
fn texts(signed: &Signed<'_>) -> Vec<Vec<u8>> {
    let path = signed.path.as_bytes();
    let query = signed.query.filter(|query| !query.is_empty());
    match (query, signed.body) {
        (Some(query), []) => vec![[path, b"?", query.as_bytes()].concat()],
        (None, []) => vec![path.to_vec(), [path, b"?"].concat()],
        (None, body) if signed.kind == BodyKind::Json => {
            vec![[path, b"?", body].concat(), [path, body].concat()]
        }
        (None, body) if signed.kind == BodyKind::Form => vec![[path, b"?", body].concat()],
        _ => Vec::new(),
    }
}

/// Whether the signature is right. All texts are tried in any case, and compared in constant time.
#[must_use]
pub fn verify(secret: &[u8], pem: Option<&str>, signed: &Signed<'_>) -> bool {
    let given = hex::decode(signed.signature).unwrap_or_default();
    let texts = texts(signed);
    let by_hmac = texts.iter().fold(false, |right, text| {
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret) else { return right };
        right | mac.chain_update(text).verify_slice(&given).is_ok()
    });
    let by_rsa = pem.is_some_and(|pem| texts.iter().any(|text| rsa(pem, text, signed.signature)));
    by_hmac | by_rsa
}

/// Verifies PKCS#1 v1.5 with SHA-256, Base64. No secret is involved, so this need not run in constant time.
fn rsa(pem: &str, text: &[u8], signature: &str) -> bool {
    let signature = STANDARD.decode(signature);
    public_key(pem).zip(signature.ok()).is_some_and(|(key, bytes)| key.verify_sig(text, &bytes).is_ok())
}

/// Parses a PEM of PKCS#1 or X.509 with a key of 2,048 bits or more.
fn public_key(pem: &str) -> Option<ParsedPublicKey> {
    let lines: Vec<&str> = pem.trim().lines().map(str::trim).collect();
    let (first, rest) = lines.split_first()?;
    let (last, body) = rest.split_last()?;
    let kind = first.strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
    let closed = last.strip_prefix("-----END ")?.strip_suffix("-----")? == kind;
    let public = closed && ["PUBLIC KEY", "RSA PUBLIC KEY"].contains(&kind) && pem.len() < 4_096;
    let der = STANDARD.decode(body.concat()).ok().filter(|_| public)?;
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).ok()
}

/// Whether a text is a public key that [`verify`] accepts.
pub(super) fn is_public_key(pem: &str) -> bool {
    public_key(pem).is_some()
}

/// Compares two secrets in constant time.
pub(super) fn same(ours: &[u8], theirs: &[u8]) -> bool {
    bool::from(ours.ct_eq(theirs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &[u8] = b"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

    fn signed<'a>(path: &'a str, query: Option<&'a str>, body: &'a [u8], signature: &'a str) -> Signed<'a> {
        let kind = if body.starts_with(b"{") { BodyKind::Json } else { BodyKind::Form };
        Signed { path, query, body, kind, signature }
    }

    fn sign(text: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap().chain_update(text);
        hex::encode(mac.finalize().into_bytes())
    }

    #[test]
    fn the_documents_own_signatures() {
        let path = "/public/api/ver1/users/change_mode";
        let query = "bca8d8c10acfbe8e76c5335d3efbe0a550487170a8bb7aaea0a13efabab55316";
        let json = "0475b407ba6f2388d213134e478b330f74073388a232737837f79018694ae373";
        assert!(verify(SECRET, None, &signed(path, Some("mode=paper"), b"", query)));
        assert!(verify(SECRET, None, &signed(path, Some("mode=paper"), b"", &query.to_uppercase())));
        assert!(verify(SECRET, None, &signed(path, None, br#"{"mode": "paper"}"#, json)));
        assert!(!verify(SECRET, None, &signed(path, Some("mode=real"), b"", query)));
        assert!(!verify(SECRET, None, &signed(&path[11..], Some("mode=paper"), b"", query)));
        assert!(!verify(&SECRET[1..], None, &signed(path, Some("mode=paper"), b"", query)));
    }

    #[test]
    fn signatures_of_other_clients() {
        let json = br#"{"name":"x"}"#;
        assert!(verify(SECRET, None, &signed("/p", None, json, &sign(&[b"/p", &json[..]].concat()))));
        assert!(verify(SECRET, None, &signed("/p", None, b"", &sign(b"/p"))));
        assert!(verify(SECRET, None, &signed("/p", Some(""), b"", &sign(b"/p?"))));
        assert!(verify(SECRET, None, &signed("/p", None, b"name=x", &sign(b"/p?name=x"))));
        assert!(!verify(SECRET, None, &signed("/p", None, b"name=x", &sign(b"/pname=x"))));
    }

    #[test]
    fn nothing_goes_unsigned() {
        for text in [&b"/p"[..], b"/p?", b"/p?a=1", b"/p?{}", b"/p{}", b"/p?a=1{}", b"/p?a=1&{}"] {
            assert!(!verify(SECRET, None, &signed("/p", Some("a=1"), b"{}", &sign(text))));
        }
        for text in [&b"/p"[..], b"/p?"] {
            assert!(!verify(SECRET, None, &signed("/p", None, b"{}", &sign(text))));
        }
        for bad in ["", "zz", "0475", &"0".repeat(64), &"0".repeat(9_999)] {
            assert!(!verify(SECRET, None, &signed("/p", None, b"", bad)));
        }
    }

    const PUBLIC: &str = include_str!("testdata/public.pem");
    /// `printf '/p?a=1' | openssl dgst -sha256 -sign private.pem | base64 -w0`
    const BY_RSA: &str = include_str!("testdata/query.sig");

    #[test]
    fn rsa_signs_too() {
        assert!(is_public_key(PUBLIC));
        assert!(verify(b"unknown", Some(PUBLIC), &signed("/p", Some("a=1"), b"", BY_RSA.trim())));
        assert!(!verify(b"unknown", Some(PUBLIC), &signed("/p", Some("a=2"), b"", BY_RSA.trim())));
        assert!(!verify(b"unknown", None, &signed("/p", Some("a=1"), b"", BY_RSA.trim())));
        for bad in ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            assert!(!is_public_key(bad));
        }
        assert!(!is_public_key(&PUBLIC.replace("PUBLIC", "PRIVATE")));
    }

    proptest! {
        #[test]
        fn a_changed_request_is_another_request(body in "\\{[a-z0-9]{1,20}\\}", at in 0_usize..20, other: u8) {
            let good = sign(&[b"/p?", body.as_bytes()].concat());
            let mut changed = body.clone().into_bytes();
            let at = at % changed.len();
            changed[at] = other;
            let request = Signed { path: "/p", query: None, body: &changed, kind: BodyKind::Json, signature: &good };
            prop_assert_eq!(verify(SECRET, None, &request), changed == body.as_bytes());
        }
    }
}
