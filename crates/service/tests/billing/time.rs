//! The course of time: renewals, failed payments, the end of a subscription.

use super::shop::Shop;
use domain::{
    live::LiveEventKind,
    subscription::State,
    time::{DAY, SECOND},
};
use service::{
    messaging::notice,
    money::billing::{self, PlanChange},
};
use store::testing::TestDb;

store::each_engine!(
    a_plan_renews,
    a_failed_renewal_leaves_days_to_pay_and_then_it_ends,
    an_end_is_announced_and_comes,
    a_provider_that_is_gone_gives_nothing_for_ever,
    a_lapse_stops_new_copies,
);

/// Lets days pass for both the desk and the provider.
async fn days(shop: &Shop, days: i64) {
    for _ in 0..days {
        shop.clock.advance(DAY);
        shop.deliver_all().await;
        billing::round(&shop.desk).await.unwrap();
    }
}

async fn a_plan_renews(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    days(&shop, 33).await;
    let reported = billing::current_subscription(&shop.desk, &ada).await.unwrap().unwrap();
    assert_eq!(reported.period_start.to_string(), "2026-02-01T00:00:00.000Z");
    assert_eq!((shop.named(&ada).await.as_str(), shop.charged(&ada).await), ("BASIC", vec![2_000, 2_000]));
    assert_eq!(shop.letters(&ada).await.len(), 1, "a renewal is not news");
}

async fn a_failed_renewal_leaves_days_to_pay_and_then_it_ends(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays_once").await;
    days(&shop, 32).await;
    let reported = billing::current_subscription(&shop.desk, &ada).await.unwrap().unwrap();
    assert_eq!((reported.state, shop.named(&ada).await.as_str()), (State::PastDue, "BASIC"));
    let overview = billing::overview(&shop.desk, &ada).await.unwrap();
    assert!(overview.open_invoice.unwrap().contains("/invoice/in_"));
    assert_eq!((overview.lapsed, reported.grace_end().date().as_str()), (None, "2026-02-08"));
    days(&shop, 6).await;
    assert_eq!(shop.named(&ada).await, "FREE");
    let overview = billing::overview(&shop.desk, &ada).await.unwrap();
    let lapsed = overview.lapsed.unwrap();
    assert_eq!((overview.subscription, lapsed.plan.as_str(), lapsed.unpaid), (None, "BASIC", true));
    let mut subjects =
        ["Your Basic plan is active", "Payment failed for your Basic plan", "Your Basic plan has ended"];
    subjects.sort_unstable();
    assert_eq!(shop.letters(&ada).await, subjects);
    let notices = notice::read_page(&shop.desk, &ada, None).await.unwrap().items;
    let reported: Vec<_> = notices.into_iter().map(|notice| notice.event.what).collect();
    assert_eq!(
        reported,
        [LiveEventKind::PlanEnded("BASIC".into()), LiveEventKind::PaymentFailed("BASIC".into())]
    );
    shop.subscribed(&ada, "ADVANCED", "pays").await;
    assert_eq!(shop.named(&ada).await, "ADVANCED", "who lapsed may come back");
    let noted = store::audit::list_latest(&shop.desk.db, 100).await.unwrap();
    let of_billing =
        noted.iter().filter(|row| row.action.starts_with("plan-") || row.action == "payment-failed");
    let origins: Vec<_> = of_billing.map(|row| row.address.as_str()).collect();
    assert!(
        origins.len() >= 4 && origins.iter().all(|origin| ["payment provider", "job"].contains(origin)),
        "{origins:?}"
    );
}

async fn an_end_is_announced_and_comes(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    let end = PlanChange { cancel_at_period_end: Some(true), plan: None };
    billing::change_plan(&shop.desk, &ada, end).await.unwrap();
    days(&shop, 27).await;
    assert_eq!(shop.letters(&ada).await.len(), 1);
    days(&shop, 2).await;
    let soon = "Your Basic plan ends soon".to_owned();
    assert!(shop.letters(&ada).await.contains(&soon));
    assert_eq!(shop.named(&ada).await, "BASIC");
    days(&shop, 3).await;
    assert_eq!(shop.named(&ada).await, "FREE");
    assert_eq!(billing::current_subscription(&shop.desk, &ada).await.unwrap(), None);
    let lapsed = billing::overview(&shop.desk, &ada).await.unwrap().lapsed.unwrap();
    assert!(!lapsed.unpaid, "it ended as requested");
    assert_eq!(shop.letters(&ada).await.len(), 3, "begun, ends soon, ended");
    days(&shop, 3).await;
    assert_eq!(shop.letters(&ada).await.len(), 3);
}

async fn a_provider_that_is_gone_gives_nothing_for_ever(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    // Its webhook messages are not delivered, and no request reaches it.
    shop.clock.advance(33 * DAY);
    assert_eq!(shop.named(&ada).await, "BASIC");
    shop.clock.advance(DAY + SECOND);
    assert_eq!(shop.named(&ada).await, "FREE");
    billing::round(&shop.desk).await.unwrap();
    assert_eq!(shop.named(&ada).await, "BASIC", "it had renewed");
}

async fn a_lapse_stops_new_copies(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    let may =
        async || service::identity::plan::plan_of(&shop.desk, &ada).await.unwrap().limits.strategy_automated;
    assert!(!may().await);
    shop.subscribed(&ada, "BASIC", "pays_once").await;
    assert!(may().await);
    days(&shop, 38).await;
    assert!(!may().await, "the next copy is skipped: PLAN_FEATURE");
}
