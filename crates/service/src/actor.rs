//! Who asks, and from where.

use crate::Error;
use domain::{Role, SessionId, UserId};
use std::net::{IpAddr, Ipv6Addr};

/// The person on whose behalf a use case runs. Made by [`crate::session::find`] and [`crate::token::verify`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// Where mail reaches them.
    pub email: String,
    /// Trader or admin.
    pub role: Role,
    /// The browser session they act in; none for programs.
    pub session: Option<SessionId>,
    /// The refresh token beside a program's access token of ours, as it is stored; none for browsers, API clients, and tokens of
    /// another issuer.
    pub token: Option<store::Hash>,
    /// From where they ask, for the audit; none for what the desk does by itself.
    pub from: Option<Origin>,
}

impl Actor {
    /// Lets pass who has the role.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn must(&self, role: Role) -> Result<(), Error> {
        if self.role.may(role) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// Where a request comes from: kept with sessions and the audit, and the measure of throttling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The peer's address, or what a trusted proxy says it is.
    pub address: IpAddr,
    /// The browser's name for itself, cut to 200 characters.
    pub user_agent: String,
    /// The cookie of a browser that has signed in before, as it was sent.
    pub device: Option<String>,
}

impl Origin {
    /// Takes what a connection and its headers say; cuts the user agent.
    #[must_use]
    pub fn new(address: IpAddr, user_agent: &str) -> Self {
        let address = address.to_canonical();
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(200).collect();
        Self { address, user_agent, device: None }
    }

    /// The same, with the cookie that names the browser.
    #[must_use]
    pub fn with_device(self, device: Option<String>) -> Self {
        // Longer than any that we give.
        Self { device: device.filter(|cookie| cookie.len() <= 200), ..self }
    }

    /// The network that attempts are counted by: one IPv4 address, or an IPv6 /64, which is what one person gets.
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
