//! The user on whose behalf a request runs, and where the request comes from.

use crate::error::Error;
use domain::{Role, SessionId, UserId};
use std::net::{IpAddr, Ipv6Addr};
use store::Tx;

/// The user on whose behalf a use case runs. Made by [`crate::identity::session::find`] and [`crate::identity::token::verify`]
/// only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The user's id.
    pub user: UserId,
    /// The user's e-mail address.
    pub email: String,
    /// Trader or admin.
    pub role: Role,
    /// The browser session; `None` for programs.
    pub session: Option<SessionId>,
    /// Hash of the token that the request was made with: a browser's session token, or the refresh token that
    /// belongs to the access token which this desk issued to a program. `None` for API clients and tokens of
    /// another issuer.
    pub token: Option<store::TokenHash>,
    /// Origin of the request, for the audit; `None` for what the desk does on its own.
    pub from: Option<Origin>,
}

impl Actor {
    /// Checks that the user has the role.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if not.
    pub fn must(&self, role: Role) -> Result<(), Error> {
        if self.role.may(role) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Locks the user's row until the transaction ends, and checks that their sign-in has not ended meanwhile.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it has; an error if the account is frozen or suspended.
    pub(crate) async fn hold(&self, tx: &mut Tx) -> Result<(), Error> {
        store::user::lock_user(tx, self.user).await?;
        let user = store::user::get_user(&mut *tx, self.user).await?.ok_or(Error::Unauthenticated)?;
        user.state().must_be_active()?;
        let alive = match (self.session, self.token) {
            (Some(session), _) => store::session::authenticated_at(&mut *tx, session).await?.is_some(),
            (None, Some(token)) => {
                let row = store::refresh_token::get(&mut *tx, &token).await?;
                row.is_some_and(|row| row.revoked_at.is_none())
            }
            (None, None) => true,
        };
        if alive { Ok(()) } else { Err(Error::Unauthenticated) }
    }
}

/// Where a request comes from: stored with sessions and in the audit, and the key of rate limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The peer's address, or the client address that a trusted proxy reports.
    pub address: IpAddr,
    /// The `User-Agent` header, without control characters, cut to 200 characters.
    pub user_agent: String,
    /// The device cookie of a browser that has signed in before, as sent.
    pub device: Option<String>,
}

impl Origin {
    /// Builds an origin from the peer's address and the user agent, which is cut.
    #[must_use]
    pub fn new(address: IpAddr, user_agent: &str) -> Self {
        let address = address.to_canonical();
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(200).collect();
        Self { address, user_agent, device: None }
    }

    /// Returns the origin with the device cookie.
    #[must_use]
    pub fn with_device(self, device: Option<String>) -> Self {
        // Longer than any cookie that the desk issues.
        Self { device: device.filter(|cookie| cookie.len() <= 200), ..self }
    }

    /// The network that attempts are counted by: one IPv4 address, or an IPv6 /64, which is what one customer
    /// gets.
    #[must_use]
    pub fn network(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(six) => {
                let [a, b, c, d, ..] = six.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_neighbourhood_counts_as_one() {
        let at = |text: &str| Origin::new(text.parse().unwrap(), "").network();
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
    }

    #[test]
    fn a_user_agent_is_cut_and_clean() {
        let origin = Origin::new(IpAddr::from([127, 0, 0, 1]), &format!("a\r\nb{}", "x".repeat(900)));
        assert_eq!(origin.user_agent.len(), 200);
        assert!(origin.user_agent.starts_with("abx"));
    }
}
