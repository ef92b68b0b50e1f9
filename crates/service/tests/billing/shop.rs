//! A desk with the test checkout as its payment provider.

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use checkout::{Checkout, Listener, Options};
use domain::{Plan, UserId, notification::Outgoing};
use payment::{Stripe, stripe::Config};
use service::{
    Actor, Error, Origin, SharedDesk,
    identity::account,
    messaging::notify,
    money::billing,
    platform::settings::{Mode, Settings},
    testing::{Setup, TestClock, TestEntropy, desk_with},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use store::testing::TestDb;
use tokio::{net::TcpListener, task::JoinHandle};

/// A received webhook message: signature and body.
pub(super) type Message = (String, Bytes);

/// The receiver of the checkout's webhooks, and a proxy in front of the checkout.
#[derive(Clone, Default)]
struct Post {
    messages: Arc<Mutex<Vec<Message>>>,
    /// Responses are dropped, as if the connection had been cut after the work was done.
    cut: Arc<AtomicBool>,
}

/// A desk, its checkout and its clock. Dropping it stops everything.
pub(super) struct Shop {
    pub(super) desk: SharedDesk,
    pub(super) checkout: Checkout,
    pub(super) clock: Arc<TestClock>,
    post: Post,
    setting: Box<dyn Fn() -> Setup + Send + Sync>,
    server: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(super) fn here() -> Origin {
    Origin::new([192, 0, 2, 1].into(), "Test/1.0")
}

async fn receive(State(post): State<Post>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    post.messages.lock().unwrap().push((signature, body));
    StatusCode::OK
}

/// Lets a request take effect and drops the response.
async fn cut(
    State(post): State<Post>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let changes = request.method() == axum::http::Method::POST && request.uri().path().starts_with("/v1/");
    let answer = next.run(request).await;
    if changes && post.cut.load(Ordering::SeqCst) {
        return axum::response::IntoResponse::into_response(StatusCode::BAD_GATEWAY);
    }
    answer
}

impl Shop {
    /// Opens a shop in live mode, where plans have limits.
    pub(super) async fn live(db: &TestDb) -> Self {
        Self::open(db, Mode::Live).await
    }

    pub(super) async fn open(db: &TestDb, mode: Mode) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let options = Options {
            public_url: base.clone(),
            listener: Some(Listener { url: format!("{base}/heard") }),
            controllable: false,
        };
        let checkout =
            Checkout::open(folder.path(), clock.clone(), Arc::new(TestEntropy::default()), options).unwrap();
        let post = Post::default();
        let layer = axum::middleware::from_fn_with_state(post.clone(), cut);
        let hears = Router::new().route("/heard", post_route()).with_state(post.clone());
        let app = checkout.router().layer(layer).merge(hears);
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let (secret, webhook) = (checkout.secret_key().to_owned(), checkout.webhook_secret().to_owned());
        let time = clock.clone();
        let setting = move || {
            let (base, secret, webhook) = (base.clone(), secret.clone().into(), webhook.clone().into());
            let gateway = Stripe::new(Config { base, secret, webhook_secret: webhook }).unwrap();
            let settings = Settings { mode, ..Settings::default() };
            Setup { payments: Some(Arc::new(gateway)), settings, clock: time.clone(), ..Setup::default() }
        };
        let desk = desk_with((**db).clone(), setting());
        Self { desk, checkout, clock, post, setting: Box::new(setting), server, _folder: folder }
    }

    /// Kills the desk and opens another one on the same database, without its in-memory state.
    pub(super) fn restart(&mut self, db: &TestDb) {
        self.desk = desk_with((**db).clone(), (self.setting)());
    }

    /// Turns the loss of responses to mutating requests on or off.
    pub(super) fn cut(&self, cut: bool) {
        self.post.cut.store(cut, Ordering::SeqCst);
    }

    pub(super) async fn person(&self, name: &str) -> Actor {
        let email = format!("{name}@example.org");
        account::sign_up(&self.desk, here(), &email, "correct horse battery").await.unwrap().actor
    }

    pub(super) async fn plan(&self, name: &str) -> Plan {
        store::plan::by_name(&self.desk.db, name).await.unwrap().unwrap()
    }

    /// Pays on a checkout page as a browser does. Returns the HTTP status.
    pub(super) async fn pay(&self, url: &str, card: &str) -> u16 {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let http = http.build().unwrap();
        http.post(url).form(&[("card", card)]).send().await.unwrap().status().as_u16()
    }

    /// Returns every webhook message since the last call.
    pub(super) async fn messages(&self) -> Vec<Message> {
        while self.checkout.beat().await.unwrap() > 0 {}
        std::mem::take(&mut *self.post.messages.lock().unwrap())
    }

    /// Delivers all pending webhook messages to the desk.
    pub(super) async fn deliver_all(&self) {
        for (signature, body) in self.messages().await {
            billing::receive_webhook(&self.desk, &signature, &body).await.unwrap();
        }
    }

    /// Subscribes, and delivers the webhook messages.
    pub(super) async fn subscribed(&self, actor: &Actor, plan: &str, card: &str) {
        let plan = self.plan(plan).await.id;
        let opened = billing::checkout(&self.desk, actor, plan).await.unwrap();
        assert_eq!(self.pay(&opened.url, card).await, 303);
        self.deliver_all().await;
    }

    /// Returns the name of the user's plan.
    pub(super) async fn named(&self, actor: &Actor) -> String {
        service::identity::plan::plan_of(&self.desk, actor).await.unwrap().name
    }

    /// Returns the amounts that the provider has charged a user, oldest first.
    pub(super) async fn charged(&self, actor: &Actor) -> Vec<i64> {
        let all = billing::list_invoices(&self.desk, actor).await.unwrap();
        all.iter().rev().map(|invoice| invoice.amount_paid).collect()
    }

    /// Returns the subjects of the mails to a user, oldest first.
    pub(super) async fn letters(&self, actor: &Actor) -> Vec<String> {
        let admin = "operator@example.org";
        if account::sign_in(&self.desk, here(), admin, "correct horse battery").await.is_err() {
            account::sign_up(&self.desk, here(), admin, "correct horse battery").await.unwrap();
            account::make_admin(&self.desk, admin).await.unwrap();
        }
        let admin = account::sign_in(&self.desk, here(), admin, "correct horse battery").await.unwrap();
        notify::gather(&self.desk).await.unwrap();
        let all = notify::list(&self.desk, &admin.actor, &notify::Search::first(100)).await.unwrap();
        let theirs = all.into_iter().filter(|mail: &Outgoing| mail.to == actor.email);
        let mut subjects: Vec<_> = theirs.map(|mail| mail.subject).collect();
        subjects.sort();
        subjects
    }
}

fn post_route() -> axum::routing::MethodRouter<Post> {
    post(receive)
}

/// Returns the code of a refusal.
pub(super) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Refused(refusal)) => refusal.code(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

/// Returns the actor's user id, for reading rows.
pub(super) const fn user(actor: &Actor) -> UserId {
    actor.user
}
