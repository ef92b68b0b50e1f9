//! Private signal sources: their rules, verdicts, calls and limits.

use super::{Feed, admin, d, desk, feed::START, origin};
use domain::{
    Refusal, StrategyId,
    live::LiveEventKind,
    own_source::{KEPT_CALLS, OwnSource, RefusedAlert, SourceRules, Verdict},
    signal::Source,
    time::{MINUTE, SECOND},
    validation::Problem,
};
use service::{
    Actor, Error, SharedDesk,
    following::{
        own_source::{self, NewSource, SourceChange},
        strategy::{self, StrategyChange},
    },
    identity::{account, session},
    messaging::{notice, notify},
    platform::settings::{Limit, Settings, Throttles},
    testing::{Setup, desk_with},
};
use std::sync::Arc;
use store::testing::TestDb;

async fn trader(desk: &SharedDesk) -> Actor {
    let new = account::sign_up(desk, origin(), "bob@example.org", "correct horse battery").await.unwrap();
    session::find(desk, &new.token, &origin()).await.unwrap().unwrap()
}

fn new(name: &str, rules: SourceRules) -> NewSource {
    NewSource { name: name.to_owned(), symbol: "BTC/USDT".parse().unwrap(), rules }
}

/// A desk whose market price is 100, a trader and a source without defaults.
async fn opened(db: &TestDb) -> (Feed, SharedDesk, Actor, OwnSource, String) {
    let feed = Feed::new();
    feed.closes(&["100"]);
    let desk = desk(db, &feed);
    let bob = trader(&desk).await;
    let (source, token) =
        own_source::create_source(&desk, &bob, new("Alerts", SourceRules::default())).await.unwrap();
    (feed, desk, bob, source, token)
}

async fn signals(desk: &SharedDesk, id: StrategyId) -> usize {
    store::signal::list_by_strategy(&desk.db, id, None, 1_000).await.unwrap().len()
}

/// The number of notices about refused alerts.
async fn notices(desk: &SharedDesk, actor: &Actor) -> usize {
    let page = notice::read_page(desk, actor, None).await.unwrap();
    page.items.iter().filter(|item| matches!(item.event.what, LiveEventKind::AlertRefused(_))).count()
}

async fn every_refused_alert_has_its_reason_and_is_visible(db: &TestDb) {
    let (feed, desk, bob, source, token) = opened(db).await;
    let now = START.plus(MINUTE + SECOND);
    let timed = |micros: i64| {
        format!(r#"{{"action":"enter_long","max_lag":60,"stop":90,"timestamp":"{}"}}"#, now.plus(micros))
    };
    let cases = [
        ("hello", RefusedAlert::NoDirection),
        ("{\"side\":", RefusedAlert::Unreadable),
        (r#"{"side":"{{strategy.order.action}}"}"#, RefusedAlert::Placeholder),
        (r#"{"side":"buy","stop":90,"ticker":"ETHUSDT"}"#, RefusedAlert::OtherMarket),
        ("BTC long SL 90 100.5 110", RefusedAlert::Unreadable),
        ("BTC long 106 SL 90", RefusedAlert::TooFar),
        ("BTC long", RefusedAlert::NoStop),
        ("BTC long SL 0", RefusedAlert::BadStop),
        ("BTC short SL 90", RefusedAlert::BadStop),
        ("BTC long SL 90 TP 95", RefusedAlert::BadTarget),
    ];
    for (body, reason) in cases {
        let verdict = own_source::receive(&desk, &token, body.as_bytes()).await.unwrap().unwrap();
        assert_eq!((verdict.verdict, verdict.reason), (Verdict::Refused, Some(reason)), "{body}");
    }
    for (age, reason) in [(-70, RefusedAlert::Late), (3_600, RefusedAlert::InFuture)] {
        let verdict =
            own_source::receive(&desk, &token, timed(age * SECOND).as_bytes()).await.unwrap().unwrap();
        assert_eq!(verdict.reason, Some(reason), "{age}");
    }
    assert_eq!(signals(&desk, source.strategy.id).await, 0);
    let calls = own_source::list_calls(&desk, &bob, source.strategy.id).await.unwrap();
    assert_eq!(calls.len(), cases.len() + 2);
    assert!(calls.iter().all(|call| call.verdict == Verdict::Refused && call.reason.is_some() && !call.test));

    assert_eq!(notices(&desk, &bob).await, 1, "one notice in ten minutes");
    feed.set_back(-11 * 60);
    own_source::receive(&desk, &token, b"BTC long").await.unwrap();
    assert_eq!(notices(&desk, &bob).await, 2);
}

async fn an_accepted_alert_is_a_signal_once(db: &TestDb) {
    let (_, desk, bob, source, token) = opened(db).await;
    let id = source.strategy.id;
    let body =
        br#"{"action":"buy","ticker":"BTCUSDT.P","stop":"90","targets":[110],"id":7,"secret":"hunter2"}"#;
    let first = own_source::receive(&desk, &token, body).await.unwrap().unwrap();
    let again = own_source::receive(&desk, &token, body).await.unwrap().unwrap();
    assert_eq!((first.verdict, again.verdict), (Verdict::Accepted, Verdict::Repeated));
    assert_eq!(first.signal, again.signal);
    let other = own_source::receive(&desk, &token, br#"{"action":"sell","stop":110,"id":7}"#).await.unwrap();
    assert_eq!(other.unwrap().reason, Some(RefusedAlert::IdReused));
    let stored = store::signal::get_signal(&desk.db, first.signal.unwrap()).await.unwrap().unwrap();
    assert_eq!((stored.source, stored.stop.map(|stop| stop.0)), (Source::Hook, Some(d("90"))));
    assert_eq!(signals(&desk, id).await, 1);
    let calls = own_source::list_calls(&desk, &bob, id).await.unwrap();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| !call.body.contains("hunter2")), "{calls:?}");
}

async fn a_test_gives_no_signal_and_no_notice(db: &TestDb) {
    let (_, desk, bob, source, _) = opened(db).await;
    let id = source.strategy.id;
    let refused = own_source::test_alert(&desk, &bob, id, b"BTC long").await.unwrap();
    assert_eq!(refused.reason, Some(RefusedAlert::NoStop));
    let accepted = own_source::test_alert(&desk, &bob, id, b"BTC long SL 90").await.unwrap();
    assert_eq!((accepted.verdict, accepted.signal), (Verdict::Accepted, None));
    assert_eq!(signals(&desk, id).await, 0);
    assert!(own_source::list_calls(&desk, &bob, id).await.unwrap().iter().all(|call| call.test));
    assert!(own_source::get_source(&desk, &bob, id).await.unwrap().live_since.is_none());
    assert_eq!(notices(&desk, &bob).await, 0);

    let pause = SourceChange { active: Some(false), ..SourceChange::default() };
    own_source::change_source(&desk, &bob, id, pause).await.unwrap();
    let paused = own_source::test_alert(&desk, &bob, id, b"BTC long SL 90").await.unwrap();
    assert_eq!(paused.reason, Some(RefusedAlert::Paused));
    assert_eq!(own_source::test_alert(&desk, &bob, id, b"close BTC").await.unwrap().reason, None);
}

async fn the_newest_calls_are_kept(db: &TestDb) {
    let (feed, desk, bob, source, token) = opened(db).await;
    let many = usize::try_from(KEPT_CALLS).unwrap() + 5;
    for number in 0..many {
        feed.quote("100");
        own_source::receive(&desk, &token, format!("call {number}").as_bytes()).await.unwrap();
    }
    let calls = own_source::list_calls(&desk, &bob, source.strategy.id).await.unwrap();
    assert_eq!(i64::try_from(calls.len()).unwrap(), KEPT_CALLS);
    assert_eq!(calls[0].body, format!("call {}", many - 1));
}

async fn a_flood_of_alerts_is_refused_without_a_trace(db: &TestDb) {
    let (_, desk, bob, source, token) = opened(db).await;
    let id = source.strategy.id;
    let (other, _) =
        own_source::create_source(&desk, &bob, new("Others", SourceRules::default())).await.unwrap();
    let (mut paused, mut refused) = (0, 0);
    for _ in 0..70 {
        match own_source::receive(&desk, &token, b"BTC long SL 90").await {
            Ok(Some(verdict)) if verdict.reason == Some(RefusedAlert::Paused) => paused += 1,
            Ok(verdict) => assert_eq!(verdict.unwrap().verdict, Verdict::Accepted),
            Err(Error::TooMany { .. }) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    // Before the limit on calls, the limit on signals pauses the source.
    assert_eq!((signals(&desk, id).await, paused, refused), (30, 30, 10));
    let next = own_source::rotate_token(&desk, &bob, other.strategy.id).await.unwrap();
    assert!(
        own_source::receive(&desk, &next, b"BTC long SL 90").await.is_ok(),
        "each source has its own limit"
    );
}

async fn a_source_that_sends_too_many_signals_is_paused_and_its_exits_pass(db: &TestDb) {
    let (_, desk, bob, source, token) = opened(db).await;
    let (id, ada) = (source.strategy.id, admin(&desk).await);
    let receive =
        async |body: &str| own_source::receive(&desk, &token, body.as_bytes()).await.unwrap().unwrap();
    for _ in 0..30 {
        assert_eq!(receive("BTC long SL 90").await.verdict, Verdict::Accepted);
    }
    assert!(own_source::get_source(&desk, &bob, id).await.unwrap().strategy.active);
    assert_eq!(receive("BTC long SL 90").await.reason, Some(RefusedAlert::Paused));
    assert!(!own_source::get_source(&desk, &bob, id).await.unwrap().strategy.active);
    assert_eq!(receive("close BTC").await.verdict, Verdict::Accepted, "an exit passes");
    assert_eq!(receive("BTC long SL 90").await.reason, Some(RefusedAlert::Paused));
    notify::gather(&desk).await.unwrap();
    let mails = notify::list(&desk, &ada, &notify::Search::first(100)).await.unwrap();
    let about: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("was paused")).collect();
    assert_eq!(about.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["bob@example.org"]);
    assert!(about[0].body.contains(&format!("/strategies/own/{id}")), "{}", about[0].body);

    let resume = SourceChange { active: Some(true), ..SourceChange::default() };
    own_source::change_source(&desk, &bob, id, resume).await.unwrap();
    assert_eq!(receive("BTC long SL 90").await.reason, Some(RefusedAlert::Paused), "still within the minute");
}

async fn tokens_are_rotated_and_revoked_by_the_owner_alone(db: &TestDb) {
    let (_, desk, bob, source, token) = opened(db).await;
    let id = source.strategy.id;
    let receive = async |token: &str| own_source::receive(&desk, token, b"close").await.unwrap();
    let next = own_source::rotate_token(&desk, &bob, id).await.unwrap();
    assert!(receive(&token).await.is_none() && receive(&next).await.is_some());
    let ada = admin(&desk).await;
    assert!(matches!(strategy::rotate_hook(&desk, &ada, id).await, Err(Error::Forbidden)));
    assert!(matches!(strategy::remove_hook(&desk, &ada, id).await, Err(Error::Forbidden)));
    let owners = own_source::list_owners(&desk, &ada).await.unwrap();
    assert_eq!((owners[0].strategy, owners[0].email.as_str()), (id, "bob@example.org"));
    assert!(matches!(own_source::list_owners(&desk, &bob).await, Err(Error::Forbidden)));
    own_source::revoke_token(&desk, &bob, id).await.unwrap();
    assert!(receive(&next).await.is_none());
    assert!(!own_source::get_source(&desk, &bob, id).await.unwrap().webhook);
    let last = own_source::rotate_token(&desk, &bob, id).await.unwrap();
    own_source::remove_source(&desk, &bob, id).await.unwrap();
    assert!(receive(&last).await.is_none());
    assert!(own_source::list_sources(&desk, &bob).await.unwrap().is_empty());
}

/// An admin can stop a source, but not send its owner's keys other signals or resume what the owner has paused.
async fn admins_can_only_pause_a_source(db: &TestDb) {
    let (_, desk, bob, source, _) = opened(db).await;
    let (id, ada) = (source.strategy.id, admin(&desk).await);
    let paused = strategy::set_active(&desk, &ada, id, false).await.unwrap();
    assert!(!paused.strategy.active);
    assert!(matches!(strategy::set_active(&desk, &ada, id, true).await, Err(Error::Forbidden)));
    let renamed = StrategyChange { name: Some("Other".into()), ..StrategyChange::default() };
    assert!(matches!(strategy::update_strategy(&desk, &ada, id, renamed).await, Err(Error::Forbidden)));
    let seen = own_source::get_source(&desk, &bob, id).await.unwrap().strategy;
    assert_eq!((seen.name, seen.active), (source.strategy.name, false));
}

async fn a_source_is_sound_and_within_the_plan(db: &TestDb) {
    let feed = Feed::new();
    let settings = Settings { sandbox_plan_limits: true, ..Settings::default() };
    let (exchange, clock) = (Arc::new(feed.clone()), Arc::new(feed.clone()));
    let desk = desk_with((**db).clone(), Setup { exchange, clock, settings, ..Setup::default() });
    let bob = trader(&desk).await;
    let bad =
        SourceRules { stop_percent: Some(d("100")), max_distance_percent: d("51"), target_percents: vec![] };
    match own_source::create_source(&desk, &bob, new("", bad)).await {
        Err(Error::Fields(problems)) => {
            let found: Vec<_> = problems.iter().map(|found| (found.field.as_str(), found.problem)).collect();
            assert_eq!(
                found,
                [
                    ("name", Problem::Required),
                    ("stopPercent", Problem::NotRiskPercent),
                    ("maxDistancePercent", Problem::NotInRange),
                ]
            );
        }
        other => panic!("{other:?}"),
    }
    let (source, _) =
        own_source::create_source(&desk, &bob, new("Alerts", SourceRules::default())).await.unwrap();
    assert!(source.strategy.name.starts_with("Alerts #"), "{}", source.strategy.name);
    let second = own_source::create_source(&desk, &bob, new("Alerts", SourceRules::default())).await;
    assert!(matches!(second, Err(Error::Refused(Refusal::PlanFeature))), "{second:?}");
    own_source::remove_source(&desk, &bob, source.strategy.id).await.unwrap();
    own_source::create_source(&desk, &bob, new("Alerts", SourceRules::default())).await.unwrap();
}

async fn sources_are_not_created_and_removed_without_end(db: &TestDb) {
    let feed = Feed::new();
    let throttles = Throttles { sandbox: Limit::per_minutes(2, 24 * 60), ..Throttles::default() };
    let settings = Settings { throttles, ..Settings::default() };
    let (exchange, clock) = (Arc::new(feed.clone()), Arc::new(feed.clone()));
    let desk = desk_with((**db).clone(), Setup { exchange, clock, settings, ..Setup::default() });
    let bob = trader(&desk).await;
    for _ in 0..2 {
        let made = own_source::create_source(&desk, &bob, new("Alerts", SourceRules::default())).await;
        own_source::remove_source(&desk, &bob, made.unwrap().0.strategy.id).await.unwrap();
    }
    let third = own_source::create_source(&desk, &bob, new("Alerts", SourceRules::default())).await;
    assert!(matches!(third, Err(Error::TooMany { .. })), "{third:?}");
}

store::each_engine!(
    every_refused_alert_has_its_reason_and_is_visible,
    an_accepted_alert_is_a_signal_once,
    a_test_gives_no_signal_and_no_notice,
    the_newest_calls_are_kept,
    a_flood_of_alerts_is_refused_without_a_trace,
    a_source_that_sends_too_many_signals_is_paused_and_its_exits_pass,
    tokens_are_rotated_and_revoked_by_the_owner_alone,
    admins_can_only_pause_a_source,
    a_source_is_sound_and_within_the_plan,
    sources_are_not_created_and_removed_without_end,
);
