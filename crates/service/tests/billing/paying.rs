//! The usual course: subscribe, change, cancel, resume.

use super::shop::{Shop, code};
use domain::{PlanId, plan::Limits, subscription::State, validation::Problem};
use service::{
    Error,
    money::billing::{self, PlanChange},
    platform::settings::Mode,
};
use store::testing::TestDb;

store::each_engine!(
    paying_starts_a_plan_when_the_provider_confirms,
    plans_that_cannot_be_bought,
    an_upgrade_is_charged_immediately_and_a_downgrade_credits,
    it_ends_with_its_period_and_goes_on_after_all,
    a_declined_card_changes_nothing,
    no_paying_user_has_less,
    an_assigned_plan_counts_beside_a_paid_one,
);

async fn paying_starts_a_plan_when_the_provider_confirms(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    assert_eq!(shop.named(&ada).await, "FREE");
    let plan = shop.plan("BASIC").await;
    let opened = billing::checkout(&shop.desk, &ada, plan.id).await.unwrap();
    assert!(opened.success_url.ends_with(&format!("/billing?checkout={}", opened.id)));
    assert_eq!(shop.pay(&opened.url, "declined").await, 402);
    assert_eq!(shop.pay(&opened.url, "pays").await, 303);
    assert_eq!(shop.named(&ada).await, "FREE", "coming back grants nothing");
    shop.deliver_all().await;
    let now = service::identity::plan::plan_of(&shop.desk, &ada).await.unwrap();
    assert_eq!((now.name.as_str(), now.limits), ("BASIC", plan.limits));
    let reported = billing::current_subscription(&shop.desk, &ada).await.unwrap().unwrap();
    assert_eq!((reported.state, reported.amount, reported.currency.as_str()), (State::Active, 2_000, "usd"));
    assert_eq!(reported.period_end.to_string(), "2026-02-01T00:00:00.000Z");
    assert_eq!(shop.charged(&ada).await, [2_000]);
    assert_eq!(shop.letters(&ada).await, ["Your Basic plan is active"]);
    let again = billing::checkout(&shop.desk, &ada, plan.id).await;
    assert_eq!(code(again), "3109");
    let eve = shop.person("eve").await;
    assert_eq!(shop.named(&eve).await, "FREE");
    assert_eq!(billing::current_subscription(&shop.desk, &eve).await.unwrap(), None);
}

async fn plans_that_cannot_be_bought(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    let expert = shop.plan("EXPERT").await.id;
    assert_eq!(code(billing::checkout(&shop.desk, &ada, expert).await), "2100");
    let nobodys: PlanId = "eefffe05-5d1d-4be8-a300-20c7c39c9fee".parse().unwrap();
    match billing::checkout(&shop.desk, &ada, nobodys).await {
        Err(Error::Fields(fields)) => assert_eq!(fields[0].problem, Problem::NotPlan),
        other => panic!("{other:?}"),
    }
    let cancel = PlanChange { cancel_at_period_end: Some(true), plan: None };
    assert_eq!(code(billing::change_plan(&shop.desk, &ada, cancel).await), "3104");
    let change = PlanChange { plan: Some(expert), ..PlanChange::default() };
    assert_eq!(code(billing::change_plan(&shop.desk, &ada, change).await), "3104");
    shop.subscribed(&ada, "BASIC", "pays").await;
    assert_eq!(code(billing::change_plan(&shop.desk, &ada, change).await), "2100");
}

async fn an_upgrade_is_charged_immediately_and_a_downgrade_credits(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    let (basic, advanced) = (shop.plan("BASIC").await.id, shop.plan("ADVANCED").await.id);
    let offers = billing::offers(&shop.desk, Some(&ada)).await.unwrap();
    let reported: Vec<_> = offers.iter().map(|o| (o.current, o.due)).collect();
    assert_eq!(reported, [(true, None), (false, Some(2_000)), (false, Some(4_000))]);
    let up = PlanChange { plan: Some(advanced), ..PlanChange::default() };
    let reported = billing::change_plan(&shop.desk, &ada, up).await.unwrap();
    assert_eq!(reported.amount, 4_000);
    assert_eq!(shop.named(&ada).await, "ADVANCED", "the answer is the provider's own");
    assert_eq!(shop.charged(&ada).await, [2_000, 2_000]);
    billing::change_plan(&shop.desk, &ada, up).await.unwrap();
    assert_eq!(shop.charged(&ada).await.len(), 2, "the same plan again costs nothing");
    let down = PlanChange { plan: Some(basic), ..PlanChange::default() };
    assert_eq!(billing::change_plan(&shop.desk, &ada, down).await.unwrap().amount, 2_000);
    shop.deliver_all().await;
    assert_eq!(shop.named(&ada).await, "BASIC");
    let offers = billing::offers(&shop.desk, Some(&ada)).await.unwrap();
    let reported: Vec<_> = offers.iter().map(|o| o.due).collect();
    assert_eq!(reported, [None, Some(0), Some(2_000)], "the credit of the way down pays first");
    assert_eq!(billing::overview(&shop.desk, &ada).await.unwrap().credit, 2_000);
    billing::change_plan(&shop.desk, &ada, up).await.unwrap();
    assert_eq!(billing::overview(&shop.desk, &ada).await.unwrap().credit, 0);
}

async fn it_ends_with_its_period_and_goes_on_after_all(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    let end = |cancel| PlanChange { cancel_at_period_end: Some(cancel), plan: None };
    let reported = billing::change_plan(&shop.desk, &ada, end(true)).await.unwrap();
    assert!(reported.cancel_at_period_end);
    assert_eq!(reported.cancel_at, Some(reported.period_end));
    assert_eq!(shop.named(&ada).await, "BASIC", "it is paid");
    let reported = billing::change_plan(&shop.desk, &ada, end(false)).await.unwrap();
    assert_eq!((reported.cancel_at_period_end, reported.cancel_at), (false, None));
    assert_eq!(billing::current_subscription(&shop.desk, &ada).await.unwrap(), Some(reported));
}

async fn a_declined_card_changes_nothing(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays_once").await;
    let up = PlanChange { plan: Some(shop.plan("ADVANCED").await.id), ..PlanChange::default() };
    assert_eq!(code(billing::change_plan(&shop.desk, &ada, up).await), "3102");
    shop.deliver_all().await;
    assert_eq!((shop.named(&ada).await.as_str(), shop.charged(&ada).await.len()), ("BASIC", 1));
    // And none of it prevents the next change.
    let end = PlanChange { cancel_at_period_end: Some(true), plan: None };
    assert!(billing::change_plan(&shop.desk, &ada, end).await.unwrap().cancel_at_period_end);
}

async fn no_paying_user_has_less(db: &TestDb) {
    let shop = Shop::open(db, Mode::Sandbox).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    let plan = service::identity::plan::plan_of(&shop.desk, &ada).await.unwrap();
    assert_eq!((plan.name.as_str(), plan.limits), ("BASIC", Limits::UNLIMITED));
    let held = service::identity::plan::user_plans(&shop.desk, &ada).await.unwrap().paid.unwrap();
    assert_eq!(held.limits.max_api_key, Some(2), "what it allows by itself is shown");
}

async fn an_assigned_plan_counts_beside_a_paid_one(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    service::identity::plan::assign_plan(&shop.desk, "ADA@example.org", "expert").await.unwrap();
    let limits = service::identity::plan::plan_of(&shop.desk, &ada).await.unwrap().limits;
    assert_eq!((shop.named(&ada).await.as_str(), limits), ("EXPERT", Limits::UNLIMITED));
    shop.subscribed(&ada, "BASIC", "pays").await;
    let plan = service::identity::plan::plan_of(&shop.desk, &ada).await.unwrap();
    assert_eq!((plan.name.as_str(), plan.limits), ("BASIC", Limits::UNLIMITED));
    service::identity::plan::assign_plan(&shop.desk, "ada@example.org", "FREE").await.unwrap();
    assert!(!service::identity::plan::plan_of(&shop.desk, &ada).await.unwrap().limits.manual_keys);
    assert!(matches!(
        service::identity::plan::assign_plan(&shop.desk, "no@example.org", "EXPERT").await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        service::identity::plan::assign_plan(&shop.desk, "ada@example.org", "GOLD").await,
        Err(Error::Fields(_))
    ));
    assert!(matches!(
        service::identity::plan::assign_as(&shop.desk, &ada, "ada@example.org", "EXPERT").await,
        Err(Error::Forbidden)
    ));
}
