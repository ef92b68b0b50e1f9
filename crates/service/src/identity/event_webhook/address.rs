//! The addresses that events may be sent to: https, and hosts of the public internet only. A request to any other host
//! would be made from inside the operator's network.

use domain::{
    event_webhook::{DeliveryProblem, LONGEST_URL},
    validation::Problem,
};
use reqwest::Url;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{net::lookup_host, time::timeout};

/// Time limit of the name lookup.
const LOOKUP: Duration = Duration::from_secs(5);

/// Returns whether the admin allows the host of an address; without a list, every host is allowed.
pub(super) fn is_allowed_host(url: &Url, hosts: &[String]) -> bool {
    hosts.is_empty() || url.host_str().is_some_and(|host| hosts.iter().any(|allowed| allowed == host))
}

/// Parses an address. With `local`, addresses on this machine are accepted too, without TLS.
pub(super) fn parse(text: &str, local: bool) -> Result<Url, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::Required);
    }
    if text.chars().count() > LONGEST_URL {
        return Err(Problem::TextTooLong);
    }
    let url = Url::parse(text).map_err(|_| Problem::NotPublicUrl)?;
    // The parser writes some characters as several, and what is stored must be accepted again before each attempt.
    if url.as_str().chars().count() > LONGEST_URL {
        return Err(Problem::TextTooLong);
    }
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let secure = url.scheme() == "https" || (local && url.scheme() == "http" && is_loopback(&url));
    let public = host_address(&url).is_none_or(|address| is_allowed(address, local));
    if plain && secure && public && url.host_str().is_some() { Ok(url) } else { Err(Problem::NotPublicUrl) }
}

/// Resolves the host of an address once. The request must connect to the returned addresses, because a second lookup
/// could give others.
pub(super) async fn resolve(url: &Url, local: bool) -> Result<Vec<SocketAddr>, DeliveryProblem> {
    let host = host(url).ok_or(DeliveryProblem::NoAddress)?;
    let port = url.port_or_known_default().ok_or(DeliveryProblem::NoAddress)?;
    let all: Vec<SocketAddr> = match host_address(url) {
        Some(address) => vec![SocketAddr::new(address, port)],
        None => match timeout(LOOKUP, lookup_host((host, port))).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(_)) => return Err(DeliveryProblem::NoAddress),
            Err(_) => return Err(DeliveryProblem::Timeout),
        },
    };
    if all.is_empty() {
        return Err(DeliveryProblem::NoAddress);
    }
    // One private address is enough to refuse: the client may choose any of them.
    if all.iter().all(|address| is_allowed(address.ip(), local)) {
        Ok(all)
    } else {
        Err(DeliveryProblem::NotPublic)
    }
}

fn host(url: &Url) -> Option<&str> {
    url.host_str().map(|host| host.trim_matches(['[', ']']))
}

/// The address of a host that is an IP address. The parser has normalized other notations, such as `0x7f.1`.
fn host_address(url: &Url) -> Option<IpAddr> {
    host(url)?.parse().ok()
}

fn is_loopback(url: &Url) -> bool {
    host_address(url).is_some_and(|address| address.is_loopback()) || url.host_str() == Some("localhost")
}

fn is_allowed(address: IpAddr, local: bool) -> bool {
    is_public(address) || (local && address.is_loopback())
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_public_v4(four),
        IpAddr::V6(six) => is_public_v6(six),
    }
}

/// Whether an address is none of the special ones in IANA's registry.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        // This network, private, loopback, multicast and reserved.
        (0 | 10 | 127 | 224..=255, _, _)
            // Shared by the customers of a provider (CGNAT).
            | (100, 64..=127, _)
            // Link-local: the metadata services of clouds.
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            // Protocol assignments, documentation and the former 6to4 relays.
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            // Benchmarks and documentation.
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Whether an address is a global one. Mapped IPv4 addresses and those of NAT64 are outside `2000::/3`, as are loopback,
/// link-local, unique local and multicast addresses.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = a & 0xe000 == 0x2000;
    // Protocol assignments (Teredo, benchmarks), documentation and 6to4, which contains an IPv4 address.
    let special =
        matches!((a, b), (0x2001, 0x0000..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0x0000..=0x0fff));
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses that are reserved, and those that contain one of IPv4.
    const PRIVATE: [&str; 44] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.1.2.3",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    /// Addresses beside reserved ranges, and well-known ones.
    const PUBLIC: [&str; 16] = [
        "1.1.1.1",
        "8.8.8.8",
        "99.255.255.255",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00:1450::1",
    ];

    #[test]
    fn only_public_addresses_are_public() {
        for text in PRIVATE {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in PUBLIC {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_is_https_and_public() {
        for good in [
            "https://example.com",
            "https://example.com:8443/a?b=c",
            " https://1.1.1.1/x ",
            "https://[2606:4700::1111]/",
        ] {
            assert!(parse(good, false).is_ok(), "{good}");
        }
        let bad = [
            "http://example.com",
            "ftp://example.com",
            "https://",
            "example.com",
            "https://user@example.com",
            "https://user:word@example.com",
            "https://example.com/#part",
            "https://127.0.0.1",
            "https://127.1",
            "https://0x7f.0.0.1",
            "https://2130706433",
            "https://0177.0.0.1",
            "https://[::1]",
            "https://[::ffff:10.0.0.1]",
            "https://[64:ff9b::a00:1]",
            "https://169.254.169.254/latest",
            "javascript:alert(1)",
            "file:///etc/passwd",
        ];
        for bad in bad {
            assert_eq!(parse(bad, false), Err(Problem::NotPublicUrl), "{bad}");
        }
        assert_eq!(parse("  ", false), Err(Problem::Required));
        let long = format!("https://example.com/{}", "x".repeat(500));
        assert_eq!(parse(&long, false), Err(Problem::TextTooLong));
        let escaped = format!("https://example.com/{}", "é".repeat(200));
        assert_eq!(parse(&escaped, false), Err(Problem::TextTooLong));
    }

    #[test]
    fn only_listed_hosts_are_allowed_if_there_is_a_list() {
        let hosts = ["hooks.example.org".to_owned(), "1.1.1.1".to_owned()];
        let allowed = |text: &str| is_allowed_host(&parse(text, false).unwrap(), &hosts);
        for good in ["https://hooks.example.org/x", "https://HOOKS.example.org:8443", "https://1.1.1.1/"] {
            assert!(allowed(good), "{good}");
        }
        for bad in [
            "https://example.org",
            "https://hooks.example.org.evil.example",
            "https://evil-hooks.example.org",
            "https://hooks.example.org./",
            "https://evil.example/?hooks.example.org",
        ] {
            assert!(!allowed(bad), "{bad}");
        }
        assert!(is_allowed_host(&parse("https://evil.example", false).unwrap(), &[]));
    }

    #[test]
    fn this_machine_is_for_tests_only() {
        for here in ["http://127.0.0.1:9/x", "http://localhost:9", "https://[::1]:9"] {
            assert!(parse(here, true).is_ok(), "{here}");
        }
        for there in ["http://example.com", "https://10.0.0.1", "http://10.0.0.1", "http://169.254.169.254"] {
            assert_eq!(parse(there, true), Err(Problem::NotPublicUrl), "{there}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_refused() {
        let url = parse("https://localhost/x", false).unwrap();
        assert_eq!(resolve(&url, false).await, Err(DeliveryProblem::NotPublic));
        assert!(resolve(&url, true).await.is_ok());
        let literal = Url::parse("https://[::ffff:127.0.0.1]/").unwrap();
        assert_eq!(resolve(&literal, false).await, Err(DeliveryProblem::NotPublic));
    }
}
