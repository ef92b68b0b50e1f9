//! Opaque tokens: 256 random bits for the bearer, their SHA-256 in the database.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Entropy;
use sha2::{Digest as _, Sha256};

/// Generates a token; returns it with its hash.
pub(crate) fn mint(entropy: &dyn Entropy) -> (String, [u8; 32]) {
    let mut bytes = [0_u8; 32];
    entropy.fill(&mut bytes);
    token_of(bytes)
}

/// The token made of these bytes, which must be unpredictable, with its hash.
pub(crate) fn token_of(bytes: [u8; 32]) -> (String, [u8; 32]) {
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let hash = hash(&token);
    (token, hash)
}

/// Hash of a token as stored in the database. The token is random, so no salt is needed.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether a text has the form of a token; anything else need not be looked up.
pub(crate) fn plausible(token: &str) -> bool {
    token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
