//! Webhook messages of the provider: processed once, rejected without a valid signature, and recovered when
//! lost.

use super::shop::Shop;
use service::{
    Error,
    money::billing::{self, WebhookOutcome},
};
use store::testing::TestDb;

store::each_engine!(
    a_webhook_sent_five_times_acts_once,
    a_forged_or_old_message_does_nothing,
    messages_in_any_order_have_the_same_result,
    a_lost_message_is_found_out,
);

async fn paid(shop: &Shop, actor: &service::Actor) {
    let plan = shop.plan("BASIC").await.id;
    let opened = billing::checkout(&shop.desk, actor, plan).await.unwrap();
    assert_eq!(shop.pay(&opened.url, "pays").await, 303);
}

async fn a_webhook_sent_five_times_acts_once(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    paid(&shop, &ada).await;
    let messages = shop.messages().await;
    for (signature, body) in &messages {
        let first = billing::receive_webhook(&shop.desk, signature, body).await.unwrap();
        assert_ne!(first, WebhookOutcome::Repeated);
        // The same, concurrently.
        let again = (0..4).map(|_| billing::receive_webhook(&shop.desk, signature, body));
        for received in futures::future::join_all(again).await {
            assert_eq!(received.unwrap(), WebhookOutcome::Repeated);
        }
    }
    assert_eq!(shop.named(&ada).await, "BASIC");
    assert_eq!(shop.letters(&ada).await, ["Your Basic plan is active"]);
}

async fn a_forged_or_old_message_does_nothing(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    paid(&shop, &ada).await;
    let messages = shop.messages().await;
    let (signature, body) = messages.last().unwrap();
    let mut other = body.to_vec();
    other.push(b' ');
    let swapped = signature.replace("v1=", "v1=0");
    for (signature, body) in
        [(signature.as_str(), other.as_slice()), (swapped.as_str(), body), ("", body), ("t=1,v1=x", b"")]
    {
        assert!(
            matches!(billing::receive_webhook(&shop.desk, signature, body).await, Err(Error::Forbidden)),
            "{signature}"
        );
    }
    shop.clock.advance(301 * domain::time::SECOND);
    assert!(
        matches!(billing::receive_webhook(&shop.desk, signature, body).await, Err(Error::Forbidden)),
        "it is old"
    );
    assert_eq!(shop.named(&ada).await, "FREE");
}

async fn messages_in_any_order_have_the_same_result(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    paid(&shop, &ada).await;
    let mut messages = shop.messages().await;
    messages.reverse();
    for (signature, body) in &messages {
        billing::receive_webhook(&shop.desk, signature, body).await.unwrap();
    }
    assert_eq!(shop.named(&ada).await, "BASIC");
    assert_eq!(shop.letters(&ada).await.len(), 1);
}

async fn a_lost_message_is_found_out(db: &TestDb) {
    let shop = Shop::live(db).await;
    let ada = shop.person("ada").await;
    paid(&shop, &ada).await;
    drop(shop.messages().await);
    billing::round(&shop.desk).await.unwrap();
    assert_eq!(shop.named(&ada).await, "FREE", "the provider is not asked all the time");
    shop.clock.advance(16 * domain::time::SECOND);
    billing::round(&shop.desk).await.unwrap();
    assert_eq!(shop.named(&ada).await, "BASIC");
}
