//! Placeholder addresses of users whose e-mail address is unknown. No mail is sent to them.

use domain::UserId;

/// Domain of placeholder addresses: `invalid` is reserved (RFC 2606).
const DOMAIN: &str = "@identity.invalid";

/// The placeholder address of a user.
pub(crate) fn placeholder_address(user: UserId) -> String {
    format!("{user}{DOMAIN}")
}

/// Whether an address is a placeholder.
pub(super) fn is_placeholder(address: &str) -> bool {
    address.ends_with(DOMAIN)
}
