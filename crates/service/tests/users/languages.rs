//! Messages in the language of their recipient. In the pseudo-locale, a text that is in no table is not in brackets.

use super::setting::{ADA, PASSWORD, ada, from, here, mails, text_of};
use domain::{
    AccountMode, Decimal, ExchangeId, ExchangeKeyId, Side, StrategyId, Symbol,
    account::Credential,
    live::RightsChange,
    notification::{Channel, Outgoing},
    order_failure::OrderFailure,
    own_source::{RefusedAlert, SourceDecision},
    risk_rule,
};
use service::{
    Actor, SharedDesk, bot,
    identity::{
        account, chat_link,
        profile::{self, ProfileChange},
    },
    messaging::{
        notify::{
            self, Closed, ForeignFill, NotificationEvent, Ordered, RefusedCredentials, RuleNews, telegram,
        },
        support,
    },
    platform::settings::{Limit, Settings, Throttles},
    testing::{self, Setup},
};
use store::{notice::NewNotice, testing::TestDb};

const BOB: &str = "bob@example.org";

/// Names and values of the events: no language translates them.
const DATA: &[&str] = &[
    ADA,
    BOB,
    "Main",
    "Firefox",
    "Test/1.0",
    "Basic",
    "BINANCE",
    "BTC/USDT",
    "BTC",
    "USDT",
    "UTC",
    "/start",
    "/status",
    "/positions",
    "/panic",
    "/stop",
    "yes",
    // The answer of an exchange.
    "Unknown",
];

store::each_engine!(
    every_notification_comes_from_a_table,
    mails_have_the_language_of_their_recipient,
    the_bot_answers_in_the_language_of_the_chat,
);

/// A desk that allows the pseudo-locale.
fn desk(db: &TestDb) -> SharedDesk {
    let plenty = Limit::per_minutes(10_000, 15);
    let throttles = Throttles { address: plenty, account: plenty, reset: plenty, ..Throttles::default() };
    let settings = Settings { throttles, pseudo_locale: true, ..Settings::default() };
    testing::desk_with((**db).clone(), Setup { settings, ..Setup::default() })
}

/// The words of a text that are in no table. A text of a table is in brackets; a value in it is isolated.
fn untranslated(text: &str) -> Vec<String> {
    let (mut within, mut outside) = (Vec::new(), String::new());
    for letter in text.chars() {
        match letter {
            '⟦' => within.push(true),
            '\u{2068}' => within.push(false),
            '⟧' | '\u{2069}' => {
                within.pop();
            }
            _ if within.last() == Some(&true) => continue,
            _ => {
                outside.push(letter);
                continue;
            }
        }
        outside.push(' ');
    }
    assert!(within.is_empty(), "a bracket or an isolation has no end: {text}");
    let words = outside.split_whitespace().map(|word| word.trim_matches([',', '.', ':', '“', '”']));
    let data = |word: &&str| DATA.contains(word) || word.starts_with("http");
    words
        .filter(|word| word.contains(char::is_alphabetic))
        .filter(|word| !data(word))
        .map(ToOwned::to_owned)
        .collect()
}

fn assert_translated(text: &str) {
    assert!(text.contains('⟦'), "{text}");
    assert_eq!(untranslated(text), [""; 0], "{text}");
}

async fn set_language(desk: &SharedDesk, actor: &Actor, language: &str) {
    let change = ProfileChange { language: Some(Some(language.to_owned())), ..ProfileChange::default() };
    profile::update(desk, actor, change).await.unwrap();
}

fn key() -> ExchangeKeyId {
    ExchangeKeyId(uuid::Uuid::from_u128(7))
}

fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

fn ordered() -> Ordered {
    let (amount, price) = (Some(Decimal::new(5, 2)), Some(Decimal::from(19_000)));
    Ordered { key: key(), symbol: btc(), side: Side::Buy, amount, price, copy: None }
}

fn closed() -> Closed {
    Closed {
        key: key(),
        symbol: btc(),
        side: Side::Sell,
        amount: Some(Decimal::ONE),
        price: Some(Decimal::TEN),
        profit_usd: Some(Decimal::from(-12)),
        profit_percent: Some(Decimal::NEGATIVE_ONE),
        copy: None,
    }
}

/// Events of keys and positions.
fn trading_events() -> Vec<NotificationEvent> {
    use NotificationEvent as E;
    let (key, symbol, copy) = (key(), btc(), None);
    let answered = |code| OrderFailure::Answered(code, "Unknown".to_owned());
    let unprotected = |closed| E::Unprotected { key, symbol: btc(), closed, copy };
    let foreign = |liquidation| {
        let (symbol, side, amount) = (btc(), Side::Sell, Decimal::TWO);
        E::ForeignFill(ForeignFill { key, symbol, side, amount, price: Some(Decimal::TEN), liquidation })
    };
    let credentials =
        Some(RefusedCredentials { exchange: ExchangeId::Binance, api_key: "12…90".to_owned() });
    let mut events = vec![
        E::NewOrder(ordered()),
        E::TakeProfit(closed()),
        E::StopLoss(closed()),
        E::KeyRefused { key, credentials },
        E::LeftOpen { name: "Main".to_owned(), symbols: vec![btc()] },
        E::WithoutStop { key, symbol: btc(), copy },
        E::StopNotMoved { key, symbol: btc(), why: answered(-2021), copy },
        E::BothFilled { key, symbol: btc(), amount: Decimal::TWO, copy },
        E::TimeLimit { key, symbol: btc(), minutes: 90, copy },
        E::ExitLate { key, symbol, why: answered(-2011), copy },
    ];
    events.extend([true, false].map(unprotected));
    events.extend([true, false].map(foreign));
    events.extend(AccountMode::ALL.iter().map(|mode| E::AccountMode { key, mode: *mode }));
    let at = Some(domain::Micros(0));
    events.extend(RightsChange::ALL.iter().map(|change| E::KeyRights { key, change: *change, at }));
    events
}

/// Events of the account itself.
fn account_events() -> Vec<NotificationEvent> {
    use NotificationEvent as E;
    let mut events = vec![
        E::ApprovalRequested {
            strategy: StrategyId(uuid::Uuid::from_u128(8)),
            name: "Main".to_owned(),
            email: "ada@example.org".to_owned(),
        },
        E::StrategyPaused {
            strategy: StrategyId(uuid::Uuid::from_u128(8)),
            name: "Main".to_owned(),
            signals: 30,
            own: true,
        },
        E::WebhookDisabled { name: "Main".to_owned() },
        E::PlanLapses { plan: "BASIC".to_owned(), at: domain::Micros(0) },
        E::SignedIn { agent: "Firefox".to_owned(), address: "192.0.2.7".to_owned() },
        E::PasswordChanged,
    ];
    let refused = |reason: &RefusedAlert| E::AlertRefused {
        strategy: StrategyId(uuid::Uuid::from_u128(8)),
        name: "Main".to_owned(),
        reason: *reason,
    };
    let decided = |decision: &SourceDecision| E::SourceDecided {
        strategy: StrategyId(uuid::Uuid::from_u128(8)),
        name: "Main".to_owned(),
        decision: *decision,
        own: true,
    };
    events.extend(SourceDecision::ALL.iter().map(decided));
    events.extend(RefusedAlert::ALL.iter().map(refused));
    let (at, skipped) = (domain::Micros(0), Some(domain::CopyId(uuid::Uuid::from_u128(9))));
    let tripped = |kind: &risk_rule::Kind, closing, copy| {
        let (seen, limit) = (Decimal::TEN, Decimal::TWO);
        let (until, first) = (Some(at), Some((at, Decimal::TEN)));
        let about = "Main".to_owned();
        E::RuleTripped(RuleNews { about, key: None, kind: *kind, seen, limit, closing, until, first, copy })
    };
    events.extend(risk_rule::Kind::ALL.iter().map(|kind| tripped(kind, false, None)));
    events.push(tripped(&risk_rule::Kind::DayLoss, true, None));
    events.push(tripped(&risk_rule::Kind::Slippage, false, skipped));
    events.extend(Credential::ALL.iter().map(|what| E::Credential { what: *what, name: "Main".to_owned() }));
    events
}

/// Adds a notice of each event to a group of its own, or of all to the same group.
async fn notify_of(desk: &SharedDesk, actor: &Actor, events: &[NotificationEvent], group: Option<&str>) {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await.unwrap();
    for (number, event) in events.iter().enumerate() {
        let event_key = format!("{}:{number}:{group:?}", event.kind());
        let body = serde_json::to_string(event).unwrap();
        let notice = NewNotice {
            event_key: &event_key,
            user_id: actor.user,
            kind: event.kind(),
            group_key: group.unwrap_or(&event_key),
            body: &body,
            at: now,
            ready_at: now,
        };
        assert_eq!(store::notice::notify(&mut tx, &notice).await.unwrap(), 1);
    }
    tx.commit().await.unwrap();
}

async fn mails_to(desk: &SharedDesk, to: &str) -> Vec<Outgoing> {
    let all = mails(desk).await;
    all.into_iter().filter(|mail| mail.channel == Channel::Email && mail.to == to).collect()
}

async fn every_notification_comes_from_a_table(db: &TestDb) {
    let desk = desk(db);
    let actor = ada(&desk).await.actor;
    let events: Vec<_> = trading_events().into_iter().chain(account_events()).collect();
    notify_of(&desk, &actor, &events, None).await;
    let burst = [NotificationEvent::NewOrder(ordered()), NotificationEvent::TakeProfit(closed())];
    notify_of(&desk, &actor, &burst, Some("burst")).await;
    let all = mails_to(&desk, ADA).await;
    assert_eq!(all.len(), events.len() + 1);
    for mail in &all {
        assert_translated(&mail.subject);
        assert_translated(&mail.body);
    }

    let admin = account::sign_in(&desk, here(), "operator@example.org", PASSWORD).await.unwrap().actor;
    let html = notify::as_mailed(&desk, &admin, all[0].id).await.unwrap();
    assert!(html.contains("<html lang=\"en-XA\" dir=\"rtl\">"), "{html}");
    assert!(html.contains("/dashboard</a>"), "an isolated address is a link: {html}");
    assert!(html.contains("<footer><p>⟦"), "{html}");
}

async fn mails_have_the_language_of_their_recipient(db: &TestDb) {
    let desk = desk(db);
    let ada = ada(&desk).await.actor;
    let bob = account::sign_up(&desk, here(), BOB, PASSWORD).await.unwrap().actor;
    set_language(&desk, &bob, "EN").await;
    // The operator, who has chosen no language, signs up on the first read of the outbox.
    assert_eq!(mails(&desk).await.len(), 0);
    for (actor, email) in [(&ada, ADA), (&bob, BOB)] {
        notify_of(&desk, actor, &[NotificationEvent::PasswordChanged], None).await;
        account::request_reset(&desk, from("198.51.100.1"), email).await.unwrap();
    }
    support::send_request(&desk, &bob, &here(), "Main", "Main").await.unwrap();
    let request = mails_to(&desk, "operator@example.org").await.remove(0);
    assert_translated(&request.subject);
    assert_translated(&request.body);
    for mail in mails_to(&desk, ADA).await {
        assert_translated(&mail.subject);
        assert_translated(&text_of(&desk, mail.id).await);
    }
    let english = mails_to(&desk, BOB).await;
    let mut subjects: Vec<_> = english.iter().map(|mail| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["Reset your Slipstream password", "Your Slipstream password was changed"]);
    for mail in &english {
        assert!(!text_of(&desk, mail.id).await.contains('⟦'));
    }
}

/// Sends a text to the bot; returns its answer.
async fn answer(desk: &SharedDesk, actor: &Actor, text: &str) -> String {
    bot::post(desk, actor, text).await.unwrap();
    telegram::chat(desk, actor).await.unwrap().into_iter().rfind(|line| line.ours).unwrap().body
}

async fn the_bot_answers_in_the_language_of_the_chat(db: &TestDb) {
    let desk = desk(db);
    let actor = ada(&desk).await.actor;
    assert_translated(&answer(&desk, &actor, "/status").await);
    assert_translated(&answer(&desk, &actor, "/start 22222").await);
    let code = chat_link::method(&desk, &actor).await.unwrap().code;
    assert_translated(&answer(&desk, &actor, &format!("/start {code}")).await);
    for command in ["/help", "/status", "/positions", "/panic", "/panic yes"] {
        assert_translated(&answer(&desk, &actor, command).await);
    }
    set_language(&desk, &actor, "EN").await;
    assert_eq!(answer(&desk, &actor, "/positions").await, "No open positions.");
    set_language(&desk, &actor, "AR").await;
    assert_eq!(answer(&desk, &actor, "/positions").await, "No open positions.", "Arabic has no texts yet");
}
