//! API clients: the credentials of a program on Slipstream, and their permissions.

use crate::{ApiClientId, Micros, validation::Problem, words};
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr, str::FromStr};

words! {
    /// A permission of an API client. The ACCOUNTS pair also grants access to the Lumetrade and Currencycloud
    /// APIs.
    pub Permission {
        /// Read accounts.
        AccountsRead = "ACCOUNTS_READ",
        /// Open, change and close accounts.
        AccountsWrite = "ACCOUNTS_WRITE",
        /// Read bots.
        BotsRead = "BOTS_READ",
        /// Change bots.
        BotsWrite = "BOTS_WRITE",
        /// Read smart trades.
        SmartTradesRead = "SMART_TRADES_READ",
        /// Change smart trades.
        SmartTradesWrite = "SMART_TRADES_WRITE",
    }
}

impl Permission {
    /// Parses a list of permissions, without duplicates and in the order of [`Permission::ALL`].
    ///
    /// # Errors
    /// [`Problem::NotPermission`] for an unknown word, [`Problem::Required`] for an empty list.
    pub fn parse_all<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Self>, Problem> {
        let given: Vec<Self> =
            words.into_iter().map(Self::parse).collect::<Option<_>>().ok_or(Problem::NotPermission)?;
        let all: Vec<Self> = Self::ALL.iter().copied().filter(|p| given.contains(p)).collect();
        if all.is_empty() { Err(Problem::Required) } else { Ok(all) }
    }
}

/// An API client as its owner sees it, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiClient {
    /// Id of the client.
    pub id: ApiClientId,
    /// The name its owner gave it.
    pub name: String,
    /// Login id for the Currencycloud API.
    pub login_id: String,
    /// The public part of its credentials.
    pub api_key: String,
    /// The permissions it has.
    pub permissions: Vec<Permission>,
    /// Whether it may also sign requests with RSA.
    pub rsa: bool,
    /// Networks from which it may connect; empty means any.
    pub networks: Vec<Network>,
    /// When it was created.
    pub created_at: Micros,
    /// When it expires, if ever.
    pub expires_at: Option<Micros>,
    /// When, to the minute, and from which address it was last used.
    pub last_used: Option<(Micros, String)>,
    /// When its owner revoked it.
    pub revoked_at: Option<Micros>,
}

impl ApiClient {
    /// Returns whether the client is usable at the given time: neither revoked nor expired.
    #[must_use]
    pub fn alive(&self, now: Micros) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// An IP address, or a network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// Error: the text is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no address and no network")]
pub struct NotANetwork;

impl Network {
    /// Returns whether the network contains the address.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let cut = |bits: u128, width: u32| bits.checked_shr(width - self.bits).unwrap_or(0);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                cut(u128::from(ours.to_bits()), 32) == cut(u128::from(theirs.to_bits()), 32)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => cut(ours.to_bits(), 128) == cut(theirs.to_bits(), 128),
            _ => false,
        }
    }

    const fn width(address: IpAddr) -> u32 {
        if address.is_ipv4() { 32 } else { 128 }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address = address.parse::<IpAddr>().map_err(|_| NotANetwork)?;
        let width = Self::width(address);
        let bits = bits.map_or(Ok(width), |bits| bits.parse().map_err(|_| NotANetwork))?;
        if bits > width { Err(NotANetwork) } else { Ok(Self { address, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bits == Self::width(self.address) {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.bits)
        }
    }
}

impl Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_read_once_each_and_in_order() {
        let read = |text: &str| Permission::parse_all(text.split(' ').filter(|word| !word.is_empty()));
        assert_eq!(
            read("BOTS_READ ACCOUNTS_WRITE BOTS_READ").unwrap(),
            [Permission::AccountsWrite, Permission::BotsRead]
        );
        assert_eq!(read(""), Err(Problem::Required));
        assert_eq!(read("ACCOUNTS_READ accounts_write"), Err(Problem::NotPermission));
    }

    #[test]
    fn a_network_holds_its_own() {
        let holds = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().holds(address.parse().unwrap())
        };
        assert!(holds("10.1.0.0/16", "10.1.255.3") && !holds("10.1.0.0/16", "10.2.0.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && holds("::/0", "::1"));
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "host", "1.2.3.4/", "1.2.3.4/-1"] {
            assert_eq!(bad.parse::<Network>(), Err(NotANetwork), "{bad}");
        }
        assert_eq!("10.0.0.0/8".parse::<Network>().unwrap().to_string(), "10.0.0.0/8");
        assert_eq!("::1/128".parse::<Network>().unwrap().to_string(), "::1");
    }
}
