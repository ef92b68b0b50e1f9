//! Lost responses, killed processes and repeated clicks.

use super::shop::{Shop, code, user};
use service::{
    Error,
    money::billing::{self, PlanChange},
};
use store::{billing::Status, testing::TestDb};

store::each_engine!(
    a_second_click_leads_to_the_same_page,
    another_plan_closes_the_first_page,
    a_stored_page_elsewhere_is_not_opened,
    a_lost_answer_opens_no_second_page,
    a_lost_answer_changes_and_charges_once,
    a_killed_desk_knows_what_was_paid_meanwhile,
    requests_before_a_kill_are_settled_after_the_restart,
);

async fn a_second_click_leads_to_the_same_page(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    let plan = shop.plan("BASIC").await.id;
    let clicks = (0..3).map(|_| billing::checkout(&shop.desk, &ada, plan));
    let urls: Vec<_> = futures::future::join_all(clicks).await.into_iter().map(|o| o.unwrap().url).collect();
    assert!(urls.iter().all(|url| *url == urls[0]), "{urls:?}");
    assert_eq!(shop.pay(&urls[0], "pays").await, 303);
    assert_eq!(shop.pay(&urls[0], "pays").await, 303, "paid already: the way on is the same");
    // The desk has not been notified yet: it asks the provider before it allows another payment.
    assert_eq!(code(billing::checkout(&shop.desk, &ada, plan).await), "3109");
    assert_eq!(shop.charged(&ada).await, [2_000]);
}

async fn another_plan_closes_the_first_page(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    let first = billing::checkout(&shop.desk, &ada, shop.plan("BASIC").await.id).await.unwrap();
    let second = billing::checkout(&shop.desk, &ada, shop.plan("ADVANCED").await.id).await.unwrap();
    assert_eq!(shop.pay(&first.url, "pays").await, 409, "it is closed");
    assert_eq!(shop.pay(&second.url, "pays").await, 303);
    shop.deliver_all().await;
    assert_eq!((shop.named(&ada).await.as_str(), shop.charged(&ada).await), ("ADVANCED", vec![4_000]));
}

async fn a_stored_page_elsewhere_is_not_opened(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    let plan = shop.plan("BASIC").await.id;
    let first = billing::checkout(&shop.desk, &ada, plan).await.unwrap();
    let waiting = async || billing::Waiting::find(&shop.desk, &ada, first.id).await.unwrap().unwrap();
    assert_eq!(waiting().await, billing::Waiting::ForWord(Some(first.url.clone())));
    db.execute("update billing_operations set url = 'https://evil.example/pay'").await;
    assert_eq!(waiting().await, billing::Waiting::ForWord(None));
    let again = billing::checkout(&shop.desk, &ada, plan).await.unwrap();
    assert_eq!((again.id, &again.url), (first.id, &first.url), "the provider names its page");
}

async fn a_lost_answer_opens_no_second_page(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    let plan = shop.plan("BASIC").await.id;
    // Customer and price are known from an earlier page, so that only the response about the page itself is
    // lost.
    let first = billing::checkout(&shop.desk, &ada, shop.plan("ADVANCED").await.id).await.unwrap();
    drop(first);
    shop.cut(true);
    for _ in 0..3 {
        let lost = billing::checkout(&shop.desk, &ada, plan).await;
        assert!(matches!(lost, Err(Error::Unavailable { .. })));
    }
    shop.cut(false);
    let opened = billing::checkout(&shop.desk, &ada, plan).await.unwrap();
    assert_eq!(shop.pay(&opened.url, "pays").await, 303);
    shop.deliver_all().await;
    assert_eq!(shop.named(&ada).await, "BASIC");
    let open = store::billing::find_operation(&shop.desk.db, user(&ada), Status::Open).await.unwrap();
    assert_eq!(open, None, "no one waits at a page any more");
}

async fn a_lost_answer_changes_and_charges_once(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    let up = PlanChange { plan: Some(shop.plan("ADVANCED").await.id), ..PlanChange::default() };
    // The price is created before, so that only the response to the change itself is lost.
    billing::offers(&shop.desk, Some(&ada)).await.unwrap();
    shop.cut(true);
    for _ in 0..2 {
        assert!(matches!(billing::change_plan(&shop.desk, &ada, up).await, Err(Error::Unavailable { .. })));
    }
    shop.cut(false);
    assert_eq!(billing::change_plan(&shop.desk, &ada, up).await.unwrap().amount, 4_000);
    assert_eq!(shop.charged(&ada).await, [2_000, 2_000]);
}

async fn a_killed_desk_knows_what_was_paid_meanwhile(db: &TestDb) {
    let mut shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    let opened = billing::checkout(&shop.desk, &ada, shop.plan("BASIC").await.id).await.unwrap();
    assert_eq!(shop.pay(&opened.url, "pays").await, 303);
    drop(shop.messages().await);
    shop.restart(db);
    shop.clock.advance(16 * domain::time::SECOND);
    billing::round(&shop.desk).await.unwrap();
    assert_eq!((shop.named(&ada).await.as_str(), shop.charged(&ada).await), ("BASIC", vec![2_000]));
}

async fn requests_before_a_kill_are_settled_after_the_restart(db: &TestDb) {
    let mut shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    shop.subscribed(&ada, "BASIC", "pays").await;
    let up = PlanChange { plan: Some(shop.plan("ADVANCED").await.id), ..PlanChange::default() };
    billing::offers(&shop.desk, Some(&ada)).await.unwrap();
    shop.cut(true);
    assert!(matches!(billing::change_plan(&shop.desk, &ada, up).await, Err(Error::Unavailable { .. })));
    shop.cut(false);
    shop.restart(db);
    assert_eq!(shop.named(&ada).await, "BASIC", "the desk does not know yet");
    shop.clock.advance(31 * domain::time::SECOND);
    billing::round(&shop.desk).await.unwrap();
    assert_eq!(shop.named(&ada).await, "ADVANCED");
    assert_eq!(shop.charged(&ada).await, [2_000, 2_000]);
}
