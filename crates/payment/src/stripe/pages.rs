//! The hosts to which users may be sent to pay. The provider's response contains the address of a page; a response
//! that was tampered with, or a wrong base URL, must not send users elsewhere.

use reqwest::Url;

/// Stripe's own domain: its pages are at checkout.stripe.com, invoice.stripe.com and others.
const STRIPE_PAGES: &str = "stripe.com";

/// The allowed hosts of pages.
pub(super) struct Pages {
    hosts: Vec<String>,
    /// Pages of Stripe are allowed.
    stripe: bool,
    /// The API itself is reached without TLS, as a test checkout on this machine: so may its pages be.
    plain: bool,
}

impl Pages {
    /// The pages of the provider whose API is at `base`.
    pub(super) fn of(base: &str) -> Self {
        let url = Url::parse(base).ok();
        let host = url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
        Self {
            stripe: host.as_deref() == Some("api.stripe.com"),
            plain: url.is_some_and(|url| url.scheme() == "http"),
            hosts: host.into_iter().collect(),
        }
    }

    /// Allows further hosts.
    pub(super) fn and(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.hosts.extend(hosts.into_iter().map(|host| host.to_ascii_lowercase()));
        self
    }

    /// Whether users may be sent to this address.
    pub(super) fn allow(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return false };
        let secure = url.scheme() == "https" || (self.plain && url.scheme() == "http");
        let of_stripe = |host: &str| {
            host == STRIPE_PAGES || host.strip_suffix(STRIPE_PAGES).is_some_and(|name| name.ends_with('.'))
        };
        let known =
            |host: &str| self.hosts.iter().any(|known| known == host) || (self.stripe && of_stripe(host));
        secure && url.username().is_empty() && url.password().is_none() && url.host_str().is_some_and(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_sent_to_the_providers_pages_only() {
        let stripe = Pages::of("https://api.stripe.com").and(["Pay.Desk.example".to_owned()]);
        for good in [
            "https://checkout.stripe.com/c/pay/cs_live_1#fid",
            "https://invoice.stripe.com/i/acct_1",
            "https://pay.desk.example/c/pay/cs_live_1",
        ] {
            assert!(stripe.allow(good), "{good}");
        }
        for bad in [
            "http://checkout.stripe.com/c/pay",
            "https://checkout.stripe.com.evil.example/",
            "https://evilstripe.com/",
            "https://checkout.stripe.com@evil.example/",
            "https://user@checkout.stripe.com/",
            "javascript:alert(1)//checkout.stripe.com",
            "//checkout.stripe.com/",
            "/checkout",
            "",
        ] {
            assert!(!stripe.allow(bad), "{bad}");
        }
    }

    #[test]
    fn a_test_checkouts_pages_are_on_its_own_host() {
        let test = Pages::of("http://127.0.0.1:4100/checkout/stripe").and(["desk.example".to_owned()]);
        for good in
            ["http://127.0.0.1:3000/checkout/stripe/pay/1", "https://desk.example/checkout/stripe/pay/1"]
        {
            assert!(test.allow(good), "{good}");
        }
        for bad in ["https://checkout.stripe.com/c/pay", "http://evil.example/", "ftp://127.0.0.1/"] {
            assert!(!test.allow(bad), "{bad}");
        }
    }
}
