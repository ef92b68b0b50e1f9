//! Bounded HTTP requests to outside services: no redirects, limits on time and size, and no URLs in errors.

use anyhow::{Context as _, bail};
use reqwest::{Client, Response, Url, redirect::Policy};
use serde::de::DeserializeOwned;
use std::{net::IpAddr, time::Duration};

/// An HTTP client for this URL. Local addresses are requested directly, even if the environment configures a
/// proxy.
pub(crate) fn client(url: &str, patience: Duration) -> anyhow::Result<Client> {
    let builder = Client::builder().timeout(patience).redirect(Policy::none());
    let builder = if local(url) { builder.no_proxy() } else { builder };
    Ok(builder.user_agent(concat!("slipstream/", env!("CARGO_PKG_VERSION"))).build()?)
}

/// Whether a URL points to this machine.
pub(crate) fn local(url: &str) -> bool {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

/// Parses the JSON body of a successful response of at most `largest` bytes.
pub(crate) async fn json<T: DeserializeOwned>(
    response: reqwest::Result<Response>,
    largest: usize,
) -> anyhow::Result<T> {
    let mut response = response.map_err(reqwest::Error::without_url)?;
    if !response.status().is_success() {
        bail!("answered {}", response.status());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if bytes.len() + chunk.len() > largest {
            bail!("the response exceeds {largest} bytes");
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).context("unexpected response")
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_this_machine_is_local() {
        for here in ["http://127.0.0.1:9/x", "http://localhost", "https://[::1]:9"] {
            assert!(local(here), "{here}");
        }
        for there in ["http://127.0.0.1.evil.example", "https://issuer.example", "", "localhost"] {
            assert!(!local(there), "{there}");
        }
    }
}
