//! Event webhooks of suspended users.

use super::{
    event_program::Program,
    setting::{ADA, PASSWORD, here},
};
use service::{
    identity::{
        account,
        event_webhook::{self, NewWebhook},
        person::{self, By, UserAction},
    },
    platform::settings::Settings,
    testing::{Setup, desk_with},
};
use store::testing::TestDb;

store::each_engine!(events_of_a_suspended_user_wait);

async fn events_of_a_suspended_user_wait(db: &TestDb) {
    let settings = Settings { local_webhooks: true, ..Settings::default() };
    let desk = desk_with((**db).clone(), Setup { settings, ..Setup::default() });
    let ada = account::sign_up(&desk, here(), ADA, PASSWORD).await.unwrap().actor;
    let program = Program::start().await;
    let new = NewWebhook {
        name: "Journal".to_owned(),
        url: program.url.clone(),
        topics: vec!["account".to_owned()],
    };
    let id = event_webhook::create(&desk, &ada, &here(), new).await.unwrap().webhook.id;
    event_webhook::send_test(&desk, &ada, id).await.unwrap();
    let act = async |step| person::act_on_user(&desk, By::CommandLine, ada.user, step).await.unwrap();
    act(UserAction::Suspend).await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 0);
    assert!(program.received().is_empty(), "a suspended user's program has no access");
    act(UserAction::Unsuspend).await;
    event_webhook::deliver(&desk).await.unwrap();
    let tests = program.received().iter().filter(|event| event.body.contains("webhook.test")).count();
    assert_eq!(tests, 1, "nothing is lost");
}
