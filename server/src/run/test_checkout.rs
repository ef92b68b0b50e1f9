//! The test checkout inside this process. The desk reaches it over HTTP like Stripe, on a separate port bound
//! to this machine; browsers reach its pages below the desk's own address.

use super::Machine;
use crate::config::{Config, PaymentsAt, Secret};
use anyhow::{Context as _, Result};
use axum::{Router, http::Uri};
use checkout::{Checkout, Listener, Options};
use payment::{PaymentGateway, Stripe, stripe};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
};
use tokio::{net::TcpListener, task::JoinSet};

/// The path of its pages.
pub(super) const PATH: &str = "/checkout/stripe";
/// The path of the desk's webhook.
const HOOK: &str = "/v1/hook/stripe";

/// The running checkout. It stops when dropped; its state is on disk.
pub(super) struct TestCheckout {
    checkout: Checkout,
    url: String,
    _running: JoinSet<()>,
}

impl TestCheckout {
    /// Opens the checkout below the data directory, if it is the configured payment provider. `desk` is the
    /// address the desk listens on.
    pub(super) async fn start(config: &Config, machine: &Machine, desk: SocketAddr) -> Result<Option<Self>> {
        if config.payments != PaymentsAt::TestCheckout {
            return Ok(None);
        }
        let options = Options {
            public_url: format!("{}{PATH}", config.settings.public_url),
            listener: Some(Listener { url: format!("http://{}{HOOK}", reachable(desk)) }),
            controllable: config.sandbox_control || machine.sandbox.controllable,
        };
        let checkout = open(&config.data_dir, machine, options).await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no free port for the test checkout")?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut running = JoinSet::new();
        running.spawn(serve(listener, checkout.router()));
        let beats = checkout.clone();
        running.spawn(async move { beats.run().await });
        Ok(Some(Self { checkout, url, _running: running }))
    }

    /// Its pages, to be nested under [`PATH`].
    pub(super) fn router(&self) -> Router {
        self.checkout.router()
    }
}

/// Opens the checkout's state below a data directory.
pub(super) async fn open(data_dir: &Path, machine: &Machine, options: Options) -> Result<Checkout> {
    let dir = data_dir.join("checkout");
    let (clock, entropy) = (Arc::clone(&machine.clock), Arc::clone(&machine.entropy));
    tokio::task::spawn_blocking(move || Checkout::open(&dir, clock, entropy, options))
        .await
        .context("the test checkout panicked while opening")?
        .context("could not open the test checkout")
}

/// The payment gateway of the configured provider.
pub(super) fn gateway(
    config: &Config,
    test: Option<&TestCheckout>,
) -> Result<Option<Arc<dyn PaymentGateway>>> {
    let (base, secret, webhook_secret, pages) = match (&config.payments, test) {
        (PaymentsAt::Stripe { base, secret, webhook_secret, pages }, _) => {
            let (Secret(secret), Secret(webhook_secret)) = (secret.clone(), webhook_secret.clone());
            (base.clone(), secret, webhook_secret, pages.clone())
        }
        (PaymentsAt::TestCheckout, Some(test)) => {
            let checkout = &test.checkout;
            let (secret, webhook) = (checkout.secret_key().to_owned(), checkout.webhook_secret().to_owned());
            // Its pages are below the desk's own address.
            let host = config.settings.public_url.parse::<Uri>().ok();
            let host = host.and_then(|url| url.host().map(str::to_owned));
            (test.url.clone(), secret, webhook, host.into_iter().collect())
        }
        (PaymentsAt::TestCheckout | PaymentsAt::NoProvider, _) => return Ok(None),
    };
    let config = stripe::Config { base, secret: secret.into(), webhook_secret: webhook_secret.into() };
    let stripe = Stripe::new(config).context("could not set up the payment provider's client")?;
    Ok(Some(Arc::new(stripe.with_pages(pages))))
}

async fn serve(listener: TcpListener, routes: Router) {
    if let Err(error) = axum::serve(listener, routes).await {
        tracing::error!(%error, "the test checkout stopped serving");
    }
}

/// The address at which this machine reaches itself: the loopback address if it listens on all addresses.
const fn reachable(addr: SocketAddr) -> SocketAddr {
    let home = match addr.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        own => own,
    };
    SocketAddr::new(home, addr.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_find_a_desk_that_listens_everywhere() {
        for (listens, reached) in
            [("0.0.0.0:3000", "127.0.0.1:3000"), ("[::]:3000", "[::1]:3000"), ("10.0.0.5:80", "10.0.0.5:80")]
        {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), reached);
        }
    }
}
