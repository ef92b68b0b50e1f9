//! Customers, subscriptions, operations and events of the payment provider.

use crate::samples::{NOW, id, person, write};
use domain::{
    BillingOperationId, PlanId, UserId,
    subscription::{Interval, State, Subscription},
    time::MINUTE,
};
use store::{
    billing::{self, Kind, Operation, Status},
    plan,
    subscription::{self, StoredSubscription},
    testing::TestDb,
};

async fn plan_id(db: &TestDb, name: &str) -> PlanId {
    plan::by_name(&**db, name).await.unwrap().unwrap().id
}

fn kept(user: UserId, plan: PlanId) -> StoredSubscription {
    StoredSubscription {
        subscription: Subscription {
            id: "sub_1".into(),
            item: "si_1".into(),
            plan: Some(plan),
            state: State::Trialing,
            amount: 2_000,
            currency: "usd".into(),
            interval: Interval::Month,
            trial_period_days: Some(7),
            period_start: NOW,
            period_end: NOW.plus(MINUTE),
            cancel_at_period_end: true,
            cancel_at: Some(NOW.plus(MINUTE)),
            trial_start: Some(NOW),
            trial_end: Some(NOW.plus(MINUTE)),
            created_at: NOW,
        },
        user_id: user,
        plan_id: plan,
        asked_at: NOW,
        version: 1,
        told_failed: Some(NOW),
        told_ending: None,
        told_lapsed: None,
    }
}

async fn a_subscription_is_read_as_it_was_written_and_changed_by_one(db: &TestDb) {
    let (user, plan) = (person(db, 1).await, plan_id(db, "BASIC").await);
    let first = kept(user, plan);
    assert!(write(db, async |tx| subscription::insert_subscription(tx, &first).await).await.unwrap());
    assert!(!write(db, async |tx| subscription::insert_subscription(tx, &first).await).await.unwrap());
    assert_eq!(subscription::of_user(&**db, user).await.unwrap(), std::slice::from_ref(&first));
    let subscription =
        Subscription { state: State::Active, cancel_at: None, trial_end: None, ..first.subscription.clone() };
    let second =
        StoredSubscription { subscription, told_ending: Some(NOW), told_lapsed: Some(NOW), ..first.clone() };
    assert!(write(db, async |tx| subscription::update_subscription(tx, &second).await).await.unwrap());
    assert!(
        !write(db, async |tx| subscription::update_subscription(tx, &second).await).await.unwrap(),
        "it saw version 1"
    );
    let now = StoredSubscription { version: 2, ..second };
    assert_eq!(subscription::of_user(&**db, user).await.unwrap(), [now]);
    assert!(subscription::of_user(&**db, person(db, 2).await).await.unwrap().is_empty());
}

async fn ending_subscriptions_are_listed_until_their_owner_is_notified(db: &TestDb) {
    let (user, plan) = (person(db, 1).await, plan_id(db, "BASIC").await);
    let mut row = kept(user, plan);
    write(db, async |tx| subscription::insert_subscription(tx, &row).await).await.unwrap();
    let found = async |soon, over| subscription::list_ending(&**db, soon, over, 10).await.unwrap().len();
    let later = NOW.plus(2 * MINUTE);
    assert_eq!((found(NOW, NOW).await, found(later, NOW).await), (0, 1));
    row.subscription.state = State::Active;
    row.told_ending = Some(row.subscription.period_end);
    write(db, async |tx| subscription::update_subscription(tx, &row).await).await.unwrap();
    assert_eq!(found(later, NOW).await, 0, "the owner knows of the end");
    assert_eq!(found(later, later).await, 1, "but not that it came");
    row.version += 1;
    row.subscription.state = State::PastDue;
    write(db, async |tx| subscription::update_subscription(tx, &row).await).await.unwrap();
    assert_eq!(found(NOW, NOW).await, 1, "grace runs out before the period");
    row.version += 1;
    row.told_lapsed = Some(NOW);
    write(db, async |tx| subscription::update_subscription(tx, &row).await).await.unwrap();
    assert_eq!(found(later, later).await, 0, "it lapsed, and the owner knows");
}

fn operation(user: UserId, number: u128) -> Operation {
    Operation {
        id: BillingOperationId(id(number)),
        user_id: user,
        kind: Kind::Checkout,
        status: Status::Working,
        plan_id: None,
        subscription_id: Some("sub_1".into()),
        cancel: Some(true),
        session_id: None,
        url: None,
        expires_at: None,
        created_at: NOW,
    }
}

async fn one_operation_works_and_one_page_is_open_at_a_time(db: &TestDb) {
    let user = person(db, 1).await;
    let first = operation(user, 10);
    write(db, async |tx| billing::insert_operation(tx, &first).await).await.unwrap();
    let second = operation(user, 11);
    let refused = write(db, async |tx| billing::insert_operation(tx, &second).await).await.unwrap_err();
    assert!(refused.is_unique());
    assert_eq!(billing::find_operation(&**db, user, Status::Working).await.unwrap(), Some(first.clone()));
    assert_eq!(billing::list_unanswered(&**db, NOW, 9).await.unwrap(), []);
    assert_eq!(billing::list_unanswered(&**db, NOW.plus(1), 9).await.unwrap(), std::slice::from_ref(&first));
    write(db, async |tx| billing::record_retry(tx, first.id, NOW.plus(1)).await).await.unwrap();
    assert_eq!(billing::list_unanswered(&**db, NOW.plus(1), 9).await.unwrap(), []);
    let open = async |tx: &mut store::Tx| {
        billing::mark_open(tx, BillingOperationId(id(10)), "cs_1", "http://x", NOW, NOW).await
    };
    assert!(write(db, open).await.unwrap());
    assert!(!write(db, open).await.unwrap());
    let page = billing::find_operation(&**db, user, Status::Open).await.unwrap().unwrap();
    assert_eq!((page.session_id.as_deref(), page.url.as_deref()), (Some("cs_1"), Some("http://x")));
    assert_eq!(page.expires_at, Some(NOW));
    write(db, async |tx| billing::insert_operation(tx, &second).await).await.unwrap();
    assert!(
        write(db, async |tx| billing::end_operation(tx, first.id, Status::Done, NOW).await).await.unwrap()
    );
    assert!(
        !write(db, async |tx| billing::end_operation(tx, first.id, Status::Failed, NOW).await).await.unwrap()
    );
    let done = billing::get_operation(&**db, user, first.id).await.unwrap().unwrap();
    assert_eq!(done.status, Status::Done);
    let other = person(db, 2).await;
    assert_eq!(billing::get_operation(&**db, other, first.id).await.unwrap(), None);
}

async fn users_due_for_a_query(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    for (user, customer) in [(ada, "cus_1"), (ada, "cus_2"), (eve, "cus_3")] {
        write(db, async |tx| billing::set_customer(tx, user, customer, NOW).await).await.unwrap();
    }
    assert_eq!(billing::customer(&**db, ada).await.unwrap().as_deref(), Some("cus_1"), "the first one stays");
    assert_eq!(billing::user_of(&**db, "cus_3").await.unwrap(), Some(eve));
    assert_eq!(billing::user_of(&**db, "cus_2").await.unwrap(), None);
    let due = async |soon, late| billing::list_due_users(&**db, soon, late, 9).await.unwrap();
    assert_eq!(due(NOW.plus(9), NOW).await, []);
    write(db, async |tx| {
        billing::insert_operation(tx, &Operation { status: Status::Open, ..operation(ada, 10) }).await
    })
    .await
    .unwrap();
    assert_eq!(due(NOW.plus(9), NOW).await, [ada], "who may be paying this minute");
    assert_eq!(due(NOW.plus(9), NOW.plus(9)).await.len(), 2);
    write(db, async |tx| billing::record_query(tx, ada, NOW.plus(9)).await).await.unwrap();
    assert_eq!(due(NOW.plus(9), NOW.plus(9)).await, [eve]);
}

async fn a_message_is_acted_upon_once(db: &TestDb) {
    let hear = async |tx: &mut store::Tx| billing::record_handled(tx, "evt_1", NOW).await;
    assert!(!billing::is_handled(&**db, "evt_1").await.unwrap());
    assert!(write(db, hear).await.unwrap());
    assert!(!write(db, hear).await.unwrap());
    assert!(billing::is_handled(&**db, "evt_1").await.unwrap());
    assert_eq!(write(db, async |tx| billing::prune(tx, NOW.plus(1)).await).await.unwrap(), 1);
    assert!(!billing::is_handled(&**db, "evt_1").await.unwrap());
}

async fn the_operator_gives_plans_and_takes_them_back(db: &TestDb) {
    let (user, admin) = (person(db, 1).await, person(db, 2).await);
    let (expert, basic) = (plan_id(db, "EXPERT").await, plan_id(db, "BASIC").await);
    assert_eq!(plan::granted_plan(&**db, user).await.unwrap(), None);
    write(db, async |tx| plan::grant_plan(tx, user, basic, Some(admin), NOW).await).await.unwrap();
    write(db, async |tx| plan::grant_plan(tx, user, expert, None, NOW).await).await.unwrap();
    assert_eq!(plan::granted_plan(&**db, user).await.unwrap().unwrap().name, "EXPERT");
    assert_eq!(plan::get_plan(&**db, basic).await.unwrap().unwrap().name, "BASIC");
    assert!(write(db, async |tx| plan::take_back(tx, user).await).await.unwrap());
    assert!(!write(db, async |tx| plan::take_back(tx, user).await).await.unwrap());
}

store::each_engine!(
    a_subscription_is_read_as_it_was_written_and_changed_by_one,
    ending_subscriptions_are_listed_until_their_owner_is_notified,
    one_operation_works_and_one_page_is_open_at_a_time,
    users_due_for_a_query,
    a_message_is_acted_upon_once,
    the_operator_gives_plans_and_takes_them_back,
);
