//! Reports: at the right time of the user's own calendar, once, with the right figures.

use super::setting::{admin, at, btc, copied, entered, key, person, strategy, usd, worth, write};
use domain::{
    ExchangeKeyId, FollowId, IntentId, ReportId,
    notification::Outgoing,
    report::{Drawdown, Period, Report, Trades, Worth},
    time::{HOUR, MINUTE},
};
use service::{
    Actor, Error, SharedDesk,
    following::{
        follow,
        report::{self, Performance, Range},
    },
    identity::profile::{self, ProfileChange},
    messaging::notify::{self, Wish},
    testing::{self, TestClock},
};
use std::sync::Arc;
use store::{fill::Fill, testing::TestDb};
use uuid::Uuid;

store::each_engine!(
    a_week_is_reported_once_when_it_ends_in_its_owners_zone,
    the_figures_are_what_happened,
    after_a_pause_only_the_last_periods_are_reported,
    a_report_is_on_the_page_without_its_mail,
    a_report_waits_for_an_exchange_and_not_for_ever,
    a_report_is_its_owners,
    profit_is_shown_for_today_this_week_and_in_total,
    a_follow_has_the_profit_of_its_copies,
);

/// Moves the clock to a time.
fn go(clock: &TestClock, desk: &SharedDesk, moment: &str) {
    clock.advance(at(moment).since(desk.clock.now()));
}

async fn lives(desk: &SharedDesk, person: &Actor, zone: &str) {
    let change = ProfileChange { time_zone: Some(Some(zone.to_owned())), ..ProfileChange::default() };
    profile::update(desk, person, change).await.unwrap();
}

async fn reports_of(desk: &SharedDesk, person: &Actor) -> Vec<Report> {
    report::list_reports(desk, person).await.unwrap().into_iter().map(|made| made.report).collect()
}

async fn mails_to(desk: &SharedDesk, admin: &Actor, person: &Actor) -> Vec<Outgoing> {
    let all = notify::list(desk, admin, &notify::Search::first(100)).await.unwrap();
    all.into_iter().filter(|mail| mail.to == person.email).collect()
}

/// A user who signed up on a Wednesday.
async fn started_desk(db: &TestDb) -> (SharedDesk, Arc<TestClock>, Actor) {
    let (desk, clock) = testing::desk((**db).clone());
    go(&clock, &desk, "2026-03-04T12:00:00.000Z");
    let ada = person(&desk, "ada@example.org").await;
    (desk, clock, ada)
}

async fn a_week_is_reported_once_when_it_ends_in_its_owners_zone(db: &TestDb) {
    let (desk, clock, ada) = started_desk(db).await;
    let bob = person(&desk, "bob@example.org").await;
    let admin = admin(&desk).await;
    lives(&desk, &ada, "Asia/Riyadh").await;
    // In New York clocks are put forward on that Sunday: its week has 167 hours.
    lives(&desk, &bob, "America/New_York").await;
    for owner in [&ada, &bob] {
        let mine = key(&desk, owner, "Main", false).await;
        worth(&desk, mine, &[("2026-03-04T13:00:00.000Z", 100_000), ("2026-03-08T18:00:00.000Z", 110_000)])
            .await;
    }
    let both = async |moment: &str| {
        go(&clock, &desk, moment);
        report::run_due(&desk).await.unwrap();
        (reports_of(&desk, &ada).await.len(), reports_of(&desk, &bob).await.len())
    };
    assert_eq!(both("2026-03-08T20:59:00.000Z").await, (0, 0));
    assert_eq!(both("2026-03-08T21:00:00.000Z").await, (1, 0), "Monday in Riyadh");
    assert_eq!(both("2026-03-09T03:59:00.000Z").await, (1, 0));
    assert_eq!(both("2026-03-09T04:00:00.000Z").await, (1, 1), "Monday in New York");
    for moment in ["2026-03-09T04:00:00.000Z", "2026-03-10T12:00:00.000Z"] {
        assert_eq!(both(moment).await, (1, 1), "once");
    }
    // A user who moves gets a week by the new time zone's days, and not the same week again.
    lives(&desk, &ada, "America/New_York").await;
    assert_eq!(both("2026-03-12T12:00:00.000Z").await, (1, 1));
    let week = reports_of(&desk, &bob).await.remove(0);
    assert_eq!((week.first_day.as_str(), week.last_day.as_str()), ("2026-03-02", "2026-03-08"));
    assert_eq!((week.end.since(week.start), week.zone.as_str()), (167 * HOUR, "America/New_York"));
    let mails = mails_to(&desk, &admin, &ada).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.starts_with("Weekly report: +100.00 USD"), "{}", mails[0].subject);
    assert!(mails[0].body.contains("2026-03-02 to 2026-03-08 (Asia/Riyadh)"), "{}", mails[0].body);
    let id = report::list_reports(&desk, &ada).await.unwrap()[0].id;
    assert!(mails[0].body.contains(&format!("/reports/{id}")), "{}", mails[0].body);
}

/// Fees of the week, and one of the following week.
async fn filled(desk: &SharedDesk, key: ExchangeKeyId) {
    for (trade, moment, cents) in [
        ("1", "2026-03-09T01:00:00.000Z", 125),
        ("2", "2026-03-13T01:00:00.000Z", 50),
        ("3", "2026-03-16T00:00:00.000Z", 999),
    ] {
        let (symbol, trade) = (btc(), trade.to_owned());
        let fill = Fill { key, symbol, trade, at: at(moment), fee_usd: usd(cents), detail: None };
        let first = write(desk, async |tx| store::fill::insert(tx, &fill).await).await;
        let again = write(desk, async |tx| store::fill::insert(tx, &fill).await).await;
        assert_eq!((first, again), (true, false));
    }
}

async fn the_figures_are_what_happened(db: &TestDb) {
    let (desk, clock, ada) = started_desk(db).await;
    let (main, late) = (key(&desk, &ada, "Main", false).await, key(&desk, &ada, "Late", false).await);
    worth(
        &desk,
        main,
        &[
            ("2026-03-08T23:00:00.000Z", 1_000_000),
            ("2026-03-10T12:00:00.000Z", 1_100_000),
            ("2026-03-11T12:00:00.000Z", 990_000),
            ("2026-03-15T23:00:00.000Z", 1_050_000),
            // In the following week.
            ("2026-03-16T00:00:00.000Z", 5_000_000),
        ],
    )
    .await;
    // Connected on the Thursday: what it held then is not profit.
    worth(&desk, late, &[("2026-03-12T12:00:00.000Z", 200_000), ("2026-03-15T23:00:00.000Z", 210_000)]).await;
    let (ema, dip) = (strategy(&desk, "EMA cross").await, strategy(&desk, "Buy the dip").await);
    copied(&desk, &ada, main, ema, ("2026-03-09T01:00:00.000Z", "2026-03-09T02:00:00.000Z"), Some(7_000))
        .await;
    copied(&desk, &ada, main, ema, ("2026-03-10T01:00:00.000Z", "2026-03-10T02:00:00.000Z"), Some(-2_000))
        .await;
    copied(&desk, &ada, main, dip, ("2026-03-11T01:00:00.000Z", "2026-03-11T02:00:00.000Z"), Some(500)).await;
    // The result of this one is unknown; the next two are not in this week.
    copied(&desk, &ada, main, dip, ("2026-03-12T01:00:00.000Z", "2026-03-12T02:00:00.000Z"), None).await;
    copied(&desk, &ada, main, dip, ("2026-03-08T01:00:00.000Z", "2026-03-08T02:00:00.000Z"), Some(99)).await;
    copied(&desk, &ada, main, dip, ("2026-03-15T23:30:00.000Z", "2026-03-16T02:00:00.000Z"), Some(99)).await;
    let hand = IntentId::mint(&*desk.clock, &*desk.entropy);
    entered(&desk, &ada, main, hand, at("2026-03-13T01:00:00.000Z")).await;
    filled(&desk, main).await;
    go(&clock, &desk, "2026-03-16T00:05:00.000Z");
    report::run_due(&desk).await.unwrap();
    let week = reports_of(&desk, &ada).await.remove(0);
    assert_eq!((week.period, week.first_day.as_str()), (Period::Week, "2026-03-09"));
    let named = |name: &str| week.keys.iter().find(|key| key.name == name).unwrap();
    let [one, other] = ["Main", "Late"].map(named);
    assert_eq!(
        (one.name.as_str(), one.worth),
        ("Main", Worth { start: usd(1_000_000), end: usd(1_050_000), brought: usd(0) })
    );
    assert_eq!(
        (other.name.as_str(), other.worth),
        ("Late", Worth { start: usd(0), end: usd(210_000), brought: usd(200_000) })
    );
    assert_eq!((week.total.profit(), week.total.end), (usd(60_000), usd(1_260_000)));
    assert_eq!(week.drawdown, Drawdown { usd: usd(110_000), percent: usd(1_000) });
    assert_eq!(week.fees, usd(175));
    assert_eq!(week.trades, Trades { copied: 5, manual: 1, ended: 3, won: 2 });
    let strategies: Vec<_> =
        week.strategies.iter().map(|s| (s.name.as_str(), s.ended, s.won, s.profit)).collect();
    assert_eq!(strategies, [("EMA cross", 2, 1, usd(5_000)), ("Buy the dip", 1, 1, usd(500))]);
    assert_eq!(week.won.first().unwrap(), &(week.start, usd(0)));
    assert_eq!(week.won.last().unwrap().1, week.total.profit(), "the picture ends where the figures do");
}

async fn after_a_pause_only_the_last_periods_are_reported(db: &TestDb) {
    let (desk, clock, ada) = started_desk(db).await;
    let mine = key(&desk, &ada, "Main", false).await;
    worth(&desk, mine, &[("2026-03-05T00:00:00.000Z", 100), ("2026-04-29T00:00:00.000Z", 200)]).await;
    report::run_due(&desk).await.unwrap();
    assert_eq!(reports_of(&desk, &ada).await.len(), 0, "nothing that ended before the person came");
    go(&clock, &desk, "2026-05-06T12:00:00.000Z");
    let (one, other) = tokio::join!(report::run_due(&desk), report::run_due(&desk));
    assert_eq!(one.unwrap() + other.unwrap(), 2, "two who make them at the same time make them once");
    let mut days: Vec<_> =
        reports_of(&desk, &ada).await.into_iter().map(|r| (r.period, r.first_day)).collect();
    days.sort();
    assert_eq!(days, [(Period::Week, "2026-04-27".to_owned()), (Period::Month, "2026-04-01".to_owned())]);
}

async fn a_report_is_on_the_page_without_its_mail(db: &TestDb) {
    let (desk, clock, ada) = started_desk(db).await;
    let admin = admin(&desk).await;
    let mine = key(&desk, &ada, "Main", false).await;
    worth(&desk, mine, &[("2026-03-05T00:00:00.000Z", 100)]).await;
    let wish = Wish { weekly_report: Some(false), ..Wish::default() };
    notify::set(&desk, &ada, &wish).await.unwrap();
    go(&clock, &desk, "2026-04-06T12:00:00.000Z");
    assert_eq!(report::run_due(&desk).await.unwrap(), 2);
    assert_eq!(reports_of(&desk, &ada).await.len(), 2);
    let mails = mails_to(&desk, &admin, &ada).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.starts_with("Monthly report: "), "{}", mails[0].subject);
}

async fn a_report_waits_for_an_exchange_and_not_for_ever(db: &TestDb) {
    let (desk, clock, ada) = started_desk(db).await;
    // This key's fills are requested, and the exchange does not answer.
    let mine = key(&desk, &ada, "Main", true).await;
    worth(&desk, mine, &[("2026-03-05T00:00:00.000Z", 100)]).await;
    let hand = IntentId::mint(&*desk.clock, &*desk.entropy);
    entered(&desk, &ada, mine, hand, at("2026-03-05T01:00:00.000Z")).await;
    go(&clock, &desk, "2026-03-06T00:00:00.000Z");
    let (_, complete) = report::so_far(&desk, &ada).await.unwrap().unwrap();
    assert!(!complete, "the present week is shown all the same, and says so");
    go(&clock, &desk, "2026-03-09T00:00:00.000Z");
    report::run_due(&desk).await.unwrap();
    assert!(reports_of(&desk, &ada).await.is_empty());
    clock.advance(6 * HOUR + MINUTE);
    report::run_due(&desk).await.unwrap();
    assert_eq!(reports_of(&desk, &ada).await.len(), 1);
}

async fn a_report_is_its_owners(db: &TestDb) {
    let (desk, clock, ada) = started_desk(db).await;
    let eve = person(&desk, "eve@example.org").await;
    assert_eq!(report::so_far(&desk, &ada).await.unwrap(), None);
    let mine = key(&desk, &ada, "Main", false).await;
    worth(&desk, mine, &[("2026-03-05T00:00:00.000Z", 100), ("2026-03-05T01:00:00.000Z", 130)]).await;
    let (so_far, complete) = report::so_far(&desk, &ada).await.unwrap().unwrap();
    assert!(complete, "nothing was traded: no exchange has anything to report");
    assert_eq!((so_far.total.profit(), so_far.first_day.as_str()), (usd(30), "2026-03-02"));
    assert_eq!(report::next(&desk, &ada).await.unwrap(), "2026-03-09 00:00 UTC");
    go(&clock, &desk, "2026-03-09T00:00:00.000Z");
    report::run_due(&desk).await.unwrap();
    let id = report::list_reports(&desk, &ada).await.unwrap()[0].id;
    assert_eq!(report::get_report(&desk, &ada, id).await.unwrap().report.total.profit(), usd(30));
    for (who, id) in [(&eve, id), (&ada, ReportId(Uuid::nil()))] {
        assert!(matches!(report::get_report(&desk, who, id).await, Err(Error::NotFound)));
    }
    assert!(report::list_reports(&desk, &eve).await.unwrap().is_empty());
}

async fn profit_is_shown_for_today_this_week_and_in_total(db: &TestDb) {
    let (desk, _, ada) = started_desk(db).await;
    let none = report::performance(&desk, &ada, Range::All).await.unwrap();
    assert_eq!(none, Performance::default());
    // In Riyadh this Wednesday began at 21:00 UTC, and the week on Sunday at 21:00 UTC.
    lives(&desk, &ada, "Asia/Riyadh").await;
    let mine = key(&desk, &ada, "Main", false).await;
    worth(
        &desk,
        mine,
        &[
            ("2026-03-01T20:00:00.000Z", 90_000),
            ("2026-03-02T10:00:00.000Z", 100_000),
            ("2026-03-03T20:00:00.000Z", 104_000),
            ("2026-03-04T10:00:00.000Z", 103_000),
        ],
    )
    .await;
    let of = async |range| report::performance(&desk, &ada, range).await.unwrap();
    let week = of(Range::Week).await;
    let profits = [week.today, week.week, week.all].map(|worth| worth.profit());
    assert_eq!(profits, [usd(-1_000), usd(13_000), usd(13_000)]);
    assert_eq!(week.curve.last().unwrap().1, usd(13_000));
    let day = of(Range::Day).await.curve;
    assert_eq!((day.first().unwrap().1, day.last().unwrap().1), (usd(0), usd(3_000)));
    let all = of(Range::All).await.curve;
    assert_eq!(all.first().unwrap(), &(at("2026-03-01T20:00:00.000Z"), usd(0)));
}

async fn a_follow_has_the_profit_of_its_copies(db: &TestDb) {
    let (desk, _, ada) = started_desk(db).await;
    let eve = person(&desk, "eve@example.org").await;
    lives(&desk, &ada, "Asia/Riyadh").await;
    let (mine, ema) = (key(&desk, &ada, "Main", false).await, strategy(&desk, "EMA cross").await);
    copied(&desk, &ada, mine, ema, ("2026-03-03T01:00:00.000Z", "2026-03-03T20:59:59.000Z"), Some(7_000))
        .await;
    copied(&desk, &ada, mine, ema, ("2026-03-03T01:00:00.000Z", "2026-03-03T21:00:00.000Z"), Some(-2_000))
        .await;
    copied(&desk, &ada, mine, ema, ("2026-03-04T01:00:00.000Z", "2026-03-04T02:00:00.000Z"), None).await;
    let all = follow::performances(&desk, &ada).await.unwrap();
    let earned = &all[&FollowId(Uuid::nil())];
    assert_eq!((all.len(), earned.today, earned.total().net()), (1, usd(-2_000), usd(5_000)));
    assert_eq!((earned.ended, earned.unknown, earned.in_position), (2, 1, false));
    assert_eq!((earned.execution.filled, earned.execution.median_delay_ms), (3, Some(0)));
    let values: Vec<_> = earned.curve.iter().map(|(_, value)| *value).collect();
    assert_eq!(values, [usd(0), usd(7_000), usd(5_000)]);
    assert!(follow::performances(&desk, &eve).await.unwrap().is_empty());
}
