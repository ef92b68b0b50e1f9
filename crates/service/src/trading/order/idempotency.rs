//! Keys by which a repeated request is recognized.

/// Lets a caller repeat a request without repeating its effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The caller's id for this request, at most 200 characters.
    pub key: String,
    /// SHA-256 of the request body. The same key with another body is refused.
    pub body_hash: [u8; 32],
}
