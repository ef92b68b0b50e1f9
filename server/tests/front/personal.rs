//! A user's own pages: profile, help, and the daily balances of their keys, as a browser without scripts uses
//! them.

use super::call::{ADA, Front, FullResponse, PASSWORD};
use axum::http::{StatusCode, header};
use domain::{
    ApiKeyStatus, Decimal, ExchangeId, ExchangeKey, ExchangeKeyId, Micros, StrategyType, TradeType,
    first_day::{FirstDayChoice, FirstDayLimits},
    time::DAY,
};
use service::{
    Origin,
    identity::{account, profile, session},
    platform::settings::{Mode, Settings},
};
use store::{
    daily_balance::{self, Day},
    key::{KeyRow, SealedSecret},
    testing::TestDb,
};

store::each_engine!(
    a_profile_is_saved_and_problems_appear_beside_their_fields,
    a_request_reaches_the_admin,
    a_key_shows_its_days_to_its_owner,
    the_dashboard_shows_profit_and_the_history_closed_trades,
    a_keys_problem_appears_where_it_is_fixed,
    first_day_limits_are_shown_and_ended_on_the_page_of_keys,
);

struct Browser<'a> {
    front: &'a Front,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn sign_up(front: &'a Front, email: &str) -> Self {
        let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
        let cookie = front.post_form("/api/sign-up", &form, &[]).await.cookie();
        Self { front, cookie }
    }

    async fn get(&self, path: &str) -> FullResponse {
        self.front.get(path, &[("cookie", &self.cookie)]).await
    }

    /// Posts a form and follows the redirect; returns the page.
    async fn post(&self, form: &str, body: &str) -> FullResponse {
        let posted = self.front.post_form(form, body, &[("cookie", &self.cookie)]).await;
        assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.text);
        let shown = self.get(posted.header(header::LOCATION)).await;
        assert_eq!(shown.status, StatusCode::OK);
        shown
    }

    async fn actor(&self) -> service::Actor {
        let token = self.cookie.split_once('=').unwrap().1;
        let origin = Origin::new([127, 0, 0, 1].into(), "");
        session::find(&self.front.desk, token, &origin).await.unwrap().unwrap()
    }
}

async fn a_profile_is_saved_and_problems_appear_beside_their_fields(db: &TestDb) {
    let front = Front::new(db);
    let ada = Browser::sign_up(&front, ADA).await;
    assert!(ada.get("/settings").await.text.contains("href=\"/settings/profile\""));
    let bad = "firstName=Ada&lastName=Doe123&country=CA&language=XX&timezone=America/Toronto";
    let shown = ada.post("/api/profile-save", bad).await.text;
    assert!(shown.contains("value=\"Ada\"") && shown.contains("value=\"Doe123\""), "nothing is typed twice");
    for problem in ["Use letters, spaces, hyphens and apostrophes.", "Choose a language from the list."] {
        assert!(shown.contains(problem), "{problem}");
    }
    assert_eq!(profile::get(&front.desk, &ada.actor().await).await.unwrap(), None);
    let good = "firstName=Ada&lastName=O%27Brien&country=CA&language=AR&timezone=America/Toronto";
    let shown = ada.post("/api/profile-save", good).await.text;
    assert!(shown.contains("Profile saved.") && shown.contains("value=\"Ada\""), "what is kept is shown");
    for chosen in ["CA", "AR", "America/Toronto"] {
        assert!(shown.contains(&format!("<option value=\"{chosen}\" selected>")), "{chosen}");
    }
    ada.post("/api/profile-save", "firstName=Ada&lastName=&country=&language=&timezone=").await;
    let kept = profile::get(&front.desk, &ada.actor().await).await.unwrap().unwrap();
    assert_eq!((kept.first_name.as_deref(), kept.last_name, kept.time_zone), (Some("Ada"), None, None));
}

async fn a_request_reaches_the_admin(db: &TestDb) {
    let front = Front::new(db);
    let (ada, admin) =
        (Browser::sign_up(&front, ADA).await, Browser::sign_up(&front, "op@example.org").await);
    account::make_admin(&front.desk, "op@example.org").await.unwrap();
    let shown = ada.post("/api/support-ask", "subject=&message=Half+a+thought").await.text;
    assert!(shown.contains("This field is required.") && shown.contains("Half a thought"));
    let request = "subject=%3Cb%3EHelp%3C/b%3E&message=One%0D%0Atwo";
    let shown = ada.post("/api/support-ask", request).await.text;
    assert!(shown.contains("&lt;b&gt;Help&lt;/b&gt;") && !shown.contains("<b>Help"), "words are no markup");
    assert_eq!(ada.get("/admin/support").await.status, StatusCode::NOT_FOUND);
    let all = admin.get("/admin/support").await;
    assert!(all.text.contains(ADA) && all.text.contains("One\ntwo"));
    let ticket =
        service::messaging::support::list_own(&front.desk, &ada.actor().await).await.unwrap().remove(0);
    let close = format!("id={}", ticket.id);
    let refused = front.post_form("/api/support-close", &close, &[("cookie", &ada.cookie)]).await;
    assert_ne!(refused.status, StatusCode::OK);
    assert!(ada.get("/support").await.text.contains(">Open<"), "a trader closes nothing");
    assert!(admin.post("/api/support-close", &close).await.text.contains("Request closed."));
    assert!(ada.get("/support").await.text.contains(">Closed<"));
}

/// Stores a key, as if the exchange had verified it.
async fn connect(front: &Front, owner: &Browser<'_>, active: bool, status: ApiKeyStatus) -> ExchangeKeyId {
    let id = ExchangeKeyId::mint(&*front.desk.clock, &*front.desk.entropy);
    let now = front.desk.clock.now();
    let key = ExchangeKey {
        id,
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: StrategyType::Manual,
        active,
        name: "Mine".into(),
        api_key: id.to_string(),
        status,
        sandbox: false,
        ip_restricted: true,
        account_mode: domain::AccountMode::OneWay,
        may_withdraw: false,
        expires_at: None,
        traded_elsewhere: false,
        created_at: now,
        updated_at: now,
    };
    let sealed =
        SealedSecret { secret: vec![1; 48], data_key: vec![1], master_key_id: "m".into(), version: 1 };
    let row = KeyRow { key, user_id: owner.actor().await.user, sealed };
    let mut tx = front.desk.db.begin().await.unwrap();
    store::key::insert_key(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn a_keys_problem_appears_where_it_is_fixed(db: &TestDb) {
    const MESSAGE: &str = "data-testid=\"message\"";
    let front = Front::new(db);
    let ada = Browser::sign_up(&front, ADA).await;
    // The exchange does not respond: the error is shown in the form, on the page that the redirect leads to.
    let form = "tradeType=FUTURES&strategyType=MANUAL&name=Mine&apiKey=key&apiSecretKey=secret";
    let shown = ada.post("/api/key-create", form).await.text;
    let (above, add) = shown.split_once("id=\"add\"").unwrap();
    assert!(add.contains(MESSAGE) && !above.contains(MESSAGE), "{shown}");

    let refused = connect(&front, &ada, false, ApiKeyStatus::Unauthorized).await;
    let shown = ada.post("/api/key-rename", &format!("id={refused}&name=a%E2%80%AEb")).await.text;
    assert!(shown.contains("This value isn't valid."), "no name turns the line's direction");
    assert!(shown.contains("data-mode=\"bad\"") && !shown.contains("/trade?key="), "{shown}");
    connect(&front, &ada, true, ApiKeyStatus::Authorized).await;
    assert_eq!(ada.get("/keys").await.text.matches("/trade?key=").count(), 1);
}

async fn a_key_shows_its_days_to_its_owner(db: &TestDb) {
    let front = Front::new(db);
    let (ada, eve) = (Browser::sign_up(&front, ADA).await, Browser::sign_up(&front, "eve@example.org").await);
    let id = connect(&front, &ada, true, ApiKeyStatus::Authorized).await;
    let now = front.desk.clock.now();
    let path = format!("/keys/{id}");
    let empty = ada.get(&path).await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.text.contains("No data yet."));

    let mut tx = front.desk.db.begin().await.unwrap();
    for number in 0..101 {
        let day = Day { day: Micros(0).plus(number * DAY), total_usd: Decimal::from(1_000 + number) };
        daily_balance::insert(&mut tx, id, &day, now).await.unwrap();
    }
    tx.commit().await.unwrap();
    let full = ada.get(&path).await.text;
    assert_eq!(full.matches("data-testid=\"day\"").count(), 100);
    for shown in ["1,100.00", "data-change=\"gain\"", "data-testid=\"equity-chart\"", "data-testid=\"ends\""]
    {
        assert!(full.contains(shown), "{shown}");
    }
    let (_, after) = full.split_once(&format!("{path}?next=")).expect("a way to older days");
    let token = after.split('"').next().unwrap();
    let older = ada.get(&format!("{path}?next={token}")).await.text;
    assert_eq!(older.matches("data-testid=\"day\"").count(), 1);
    assert!(older.contains("1970-01-01"));
    assert_eq!(
        ada.get(&format!("{path}?next=rubbish")).await.text.matches("data-testid=\"day\"").count(),
        100
    );
    for (who, path) in [(&eve, path.as_str()), (&ada, "/keys/x")] {
        assert_eq!(who.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

async fn first_day_limits_are_shown_and_ended_on_the_page_of_keys(db: &TestDb) {
    const SHOWN: &str = "data-testid=\"first-day\"";
    let front = Front::with(db, Settings { mode: Mode::Live, ..Settings::default() });
    let ada = Browser::sign_up(&front, ADA).await;
    let limited = connect(&front, &ada, true, ApiKeyStatus::Authorized).await;
    connect(&front, &ada, true, ApiKeyStatus::Authorized).await;
    let choice = FirstDayChoice { market: Some("BTC/USDT".parse().unwrap()), ends: true };
    let limits = FirstDayLimits::new(Decimal::ONE_HUNDRED, choice, front.desk.clock.now());
    let mut tx = front.desk.db.begin().await.unwrap();
    store::first_day::insert_limits(&mut tx, limited, &limits).await.unwrap();
    tx.commit().await.unwrap();

    let shown = ada.get("/keys").await.text;
    assert_eq!(shown.matches(SHOWN).count(), 1, "{shown}");
    assert!(shown.contains("Orders up to 100 USD on BTC/USDT only."), "{shown}");
    assert!(shown.contains("End the first-day limits?"), "the act is confirmed");
    assert!(shown.contains("name=\"firstDayEnds\""), "a new key has the choice");
    let shown = ada.post("/api/key-first-day-end", &format!("id={limited}")).await.text;
    assert!(shown.contains("The first-day limits of exchange key Mine have ended."), "{shown}");
    assert!(!shown.contains(SHOWN), "{shown}");
}

async fn the_dashboard_shows_profit_and_the_history_closed_trades(db: &TestDb) {
    let front = Front::new(db);
    let ada = Browser::sign_up(&front, ADA).await;
    connect(&front, &ada, true, ApiKeyStatus::Authorized).await;
    let page = ada.get("/dashboard?range=all").await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [
        "data-testid=\"unrealized\"",
        "data-testid=\"profit-today\"",
        "data-testid=\"profit-week\"",
        "data-testid=\"profit-all\"",
        "data-fresh=\"slow\"",
        "data-pnl-rows=\"0\"",
        "href=\"/dashboard?range=day\"",
    ] {
        assert!(page.text.contains(shown), "{shown}");
    }
    let closed = ada.get("/history?of=closed&source=STRATEGY&sort=result&order=asc&page=9").await;
    assert_eq!(closed.status, StatusCode::OK);
    assert!(closed.text.contains("No closed trades in this range."));
    assert!(closed.text.contains("0 closed trades"));
    assert_eq!(ada.get("/history?of=closed&key=x").await.status, StatusCode::NOT_FOUND);
}
