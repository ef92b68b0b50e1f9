//! A desk with the sandbox behind it.

use axum::Router;
use checkout::{Checkout, Listener, Options};
use domain::{Clock, time};
use exchange::binance::{Binance, BinanceConfig};
use payment::{PaymentGateway, Stripe, stripe::Config};
use sandbox::Sandbox;
use serde_json::{Value, json};
use service::{
    SharedDesk,
    platform::settings::Settings,
    testing::{Setup, TestClock, TestEntropy, desk_with},
    trading::sandbox_control::SandboxControl,
};
use std::{net::SocketAddr, sync::Arc};
use store::testing::TestDb;
use tokio::{net::TcpListener, task::JoinHandle};

/// A whole desk for a test. Everything stops when it is dropped.
pub(crate) struct TestServer {
    /// `http://127.0.0.1:<port>`.
    pub(crate) base: String,
    /// The desk itself, for inspecting its state.
    pub(crate) desk: SharedDesk,
    /// The exchange; its market moves by [`Sandbox::tick`] only.
    pub(crate) sandbox: Sandbox,
    /// The payment provider; its time advances and its messages are sent by [`Checkout::beat`] only.
    pub(crate) checkout: Checkout,
    /// The clock shared by desk, sandbox and checkout.
    pub(crate) clock: Arc<TestClock>,
    http: reqwest::Client,
    server: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TestServer {
    /// Starts a desk on this database.
    pub(crate) async fn open(db: &TestDb) -> Self {
        Self::with(db, Settings::default()).await
    }

    /// Starts a desk on this database with the given settings.
    pub(crate) async fn with(db: &TestDb, settings: Settings) -> Self {
        Self::paid(db, settings, true).await
    }

    /// Starts a desk whose plans are not for sale.
    pub(crate) async fn unpaid(db: &TestDb, settings: Settings) -> Self {
        Self::paid(db, settings, false).await
    }

    async fn paid(db: &TestDb, settings: Settings, for_sale: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(TestClock::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a port"));
        let sandbox = open_sandbox(folder.path(), clock.clone());
        let checkout = open_checkout(folder.path(), clock.clone(), &base);
        let binance = format!("{base}/sandbox/binance");
        let exchange =
            Binance::new(BinanceConfig::new(&binance, &binance), clock.clone()).expect("an address");
        let control = SandboxControl::new(&format!("{base}/sandbox"), sandbox.control_token().to_owned());
        let setup = Setup {
            exchange: Arc::new(exchange),
            payments: for_sale.then(|| pays_at(&checkout, &base)),
            settings: Settings { public_url: base.clone(), ..settings },
            sandbox: Some(control.expect("a client")),
            clock: clock.clone(),
            ..Setup::default()
        };
        let desk = desk_with((**db).clone(), setup);
        let beside = server::router::Beside {
            sandbox: Some(sandbox.router()),
            checkout: Some(("/checkout/stripe", checkout.router())),
        };
        let app =
            server::router::build(&desk, &server::network::Network::default(), beside).expect("an address");
        let server = tokio::spawn(serve(listener, app));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { base, desk, sandbox, checkout, clock, http, server, _folder: folder }
    }

    /// Moves a market directly to a price.
    pub(crate) async fn price(&self, symbol: &str, price: &str) {
        self.control("price", &json!({"symbol": symbol, "price": price})).await;
        self.beat(1);
    }

    /// Advances the market and the clock by this many ticks of a quarter of a second.
    pub(crate) fn beat(&self, count: u32) {
        for _ in 0..count {
            self.clock.advance(time::SECOND / 4);
            self.sandbox.tick(1).expect("the sandbox goes on");
        }
    }

    /// Calls the sandbox's control API.
    pub(crate) async fn control(&self, route: &str, body: &Value) -> Value {
        let url = format!("{}/sandbox/control/{route}", self.base);
        let request = self.http.post(url).header("x-sandbox-control", self.sandbox.control_token());
        let response = request.json(body).send().await.expect("the sandbox answers");
        assert_eq!(response.status(), 200, "{route} {body}");
        response.json().await.expect("JSON")
    }
}

/// The test checkout (no real money), whatever the desk's mode.
fn open_checkout(folder: &std::path::Path, clock: Arc<dyn Clock>, base: &str) -> Checkout {
    let options = Options {
        public_url: format!("{base}/checkout/stripe"),
        listener: Some(Listener { url: format!("{base}/v1/hook/stripe") }),
        controllable: false,
    };
    let entropy = Arc::new(TestEntropy::default());
    Checkout::open(&folder.join("checkout"), clock, entropy, options).expect("the checkout opens")
}

fn pays_at(checkout: &Checkout, base: &str) -> Arc<dyn PaymentGateway> {
    let config = Config {
        base: format!("{base}/checkout/stripe"),
        secret: checkout.secret_key().to_owned().into(),
        webhook_secret: checkout.webhook_secret().to_owned().into(),
    };
    Arc::new(Stripe::new(config).expect("a client"))
}

fn open_sandbox(folder: &std::path::Path, clock: Arc<dyn Clock>) -> Sandbox {
    let options =
        sandbox::Options { controllable: true, paused: true, seed: Some(7), ..sandbox::Options::default() };
    Sandbox::open(folder, clock, Arc::new(TestEntropy::default()), options).expect("the sandbox opens")
}

async fn serve(listener: TcpListener, app: Router) {
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).await.expect("serving");
}
