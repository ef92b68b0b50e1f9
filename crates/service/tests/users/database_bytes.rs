//! Secrets are stored only encrypted or hashed. Checked from outside: what would a thief of the database file
//! read?

use super::setting::{ADA, OTHER, PASSWORD, desk, here, last_mail, reset_token, text_of};
use domain::{ExchangeId, ExchangeKey, ExchangeKeyId, StrategyType, TradeType};
use service::{
    identity::{
        account,
        api_client::{self, NewClient},
        chat_link,
        event_webhook::{self, NewWebhook},
        flash::{self, Flash},
        token,
    },
    messaging::notify,
    platform::secrets::{self, MasterKey, Sealer},
    testing,
};
use std::{fs, sync::Arc};
use store::key::{KeyRow, SealedSecret};
use store::testing::TestDb;

const EXCHANGE_SECRET: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

/// Uses everything that stores a secret. Returns all the secrets.
async fn use_the_desk(db: &TestDb) -> Vec<String> {
    let (desk, _) = desk(db);
    let session = account::sign_up(&desk, here(), ADA, PASSWORD).await.unwrap();
    let tokens = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let next = token::refresh(&desk, here(), &tokens.refresh_token).await.unwrap();
    account::request_reset(&desk, here(), ADA).await.unwrap();
    let mail = last_mail(&desk).await;
    let body = text_of(&desk, mail.id).await;
    let reset = reset_token(&body);
    account::reset_password(&desk, here(), &reset, OTHER).await.unwrap();
    store_key(&desk, session.actor.user).await;
    let first_line = body.lines().next().unwrap().to_owned();
    let owner = account::sign_in(&desk, here(), ADA, OTHER).await.unwrap().actor;
    let client =
        NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() };
    let made = api_client::create(&desk, &owner, &here(), client).await.unwrap();
    let token = api_client::sign_in(&desk, &here(), &made.client.login_id, &made.secret).await.unwrap();
    // An address that needs no name lookup; no event is ever sent to it.
    let webhook =
        NewWebhook { name: "Journal".into(), url: "https://1.1.1.1/in".into(), topics: vec!["rule".into()] };
    let webhook = event_webhook::create(&desk, &owner, &here(), webhook).await.unwrap();
    let flash = Flash { details: vec![("secret".into(), made.secret.to_string())], ..Flash::default() };
    let fresh = account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
    flash::store_flash(&desk, &fresh.token, &flash).await.unwrap();
    let mut secrets = vec![
        made.secret.to_string(),
        webhook.secret.to_string(),
        token,
        fresh.token,
        PASSWORD.into(),
        OTHER.into(),
        session.token,
        reset,
        mail.subject,
        first_line,
        tokens.access_token,
        tokens.refresh_token,
        next.access_token,
        next.refresh_token,
        EXCHANGE_SECRET.into(),
    ];
    // The signatures of signed tokens are secrets of their own.
    secrets.extend(secrets.clone().iter().flat_map(|s| s.split('.').nth(2).map(str::to_owned)));
    secrets
}

async fn store_key(desk: &service::SharedDesk, owner: domain::UserId) -> ExchangeKeyId {
    let id = ExchangeKeyId::mint(&*desk.clock, &*desk.entropy);
    let sealed = desk.sealer.seal("exchange_keys", id.0, owner.0, EXCHANGE_SECRET.as_bytes()).unwrap();
    let row = KeyRow {
        key: ExchangeKey {
            id,
            exchange_id: ExchangeId::Binance,
            trade_type: TradeType::Futures,
            strategy_type: StrategyType::Manual,
            active: true,
            name: "mine".into(),
            api_key: format!("public-{id}"),
            status: domain::ApiKeyStatus::Authorized,
            sandbox: false,
            ip_restricted: true,
            account_mode: domain::AccountMode::OneWay,
            may_withdraw: false,
            expires_at: None,
            traded_elsewhere: false,
            created_at: desk.clock.now(),
            updated_at: desk.clock.now(),
        },
        user_id: owner,
        sealed: SealedSecret {
            secret: sealed.secret,
            data_key: sealed.data_key,
            master_key_id: sealed.master_key_id,
            version: i64::from(sealed.version),
        },
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::key::insert_key(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_file_holds_no_secret() {
    let db = store::testing::sqlite().await;
    let mut secrets: Vec<Vec<u8>> = use_the_desk(&db).await.into_iter().map(String::into_bytes).collect();
    // The tests' master key, raw and as hex.
    secrets.push(vec![7; 32]);
    secrets.push("07".repeat(32).into_bytes());
    let mut files = 0;
    for file in fs::read_dir(db.folder().unwrap()).unwrap() {
        let file = file.unwrap().path();
        let bytes = fs::read(&file).unwrap();
        files += 1;
        for secret in &secrets {
            assert!(!holds(&bytes, secret), "{} holds {}", file.display(), String::from_utf8_lossy(secret));
        }
    }
    assert!(files >= 2, "the file and its log were looked at");
    // The search would have found something: the email address is stored in plain text.
    let found = fs::read_dir(db.folder().unwrap())
        .unwrap()
        .any(|file| holds(&fs::read(file.unwrap().path()).unwrap(), ADA.as_bytes()));
    assert!(found);
}

store::each_engine!(a_new_master_key_takes_over_every_secret);

async fn a_new_master_key_takes_over_every_secret(db: &TestDb) {
    use_the_desk(db).await;
    let (old, _) = desk(db);
    let user = store::user::by_email(&old.db, ADA).await.unwrap().unwrap().id;
    let id = store_key(&old, user).await;
    assert_eq!(notify::gather(&old).await.unwrap(), 3);
    let ada = account::sign_in(&old, here(), ADA, OTHER).await.unwrap().actor;
    let before = chat_link::method(&old, &ada).await.unwrap();
    let entropy = Arc::clone(&old.entropy);
    let rekeying =
        with_sealer(db, Sealer::new(MasterKey::new([8; 32]), Some(MasterKey::new([7; 32])), entropy.clone()));
    // Two keys, an API client, a webhook, a reset mail, notices of the change, of the client and of the webhook, the
    // signing key, and the messages' secret.
    assert_eq!(secrets::rekey(&rekeying).await.unwrap(), 10);
    assert_eq!(secrets::rekey(&rekeying).await.unwrap(), 0);

    let new = with_sealer(db, Sealer::new(MasterKey::new([8; 32]), None, entropy));
    let row = store::key::get_any(&new.db, id).await.unwrap().unwrap();
    let sealed = secrets::Sealed {
        secret: row.sealed.secret,
        data_key: row.sealed.data_key,
        master_key_id: row.sealed.master_key_id,
        version: 1,
    };
    let secret = new.sealer.open("exchange_keys", id.0, user.0, &sealed).unwrap();
    assert_eq!(secret.as_slice(), EXCHANGE_SECRET.as_bytes());
    assert!(old.sealer.open("exchange_keys", id.0, user.0, &sealed).is_err());
    let client = store::api_client::list_by_user(&new.db, user).await.unwrap().remove(0);
    let sealed = secrets::Sealed::from_bytes(&client.sealed_secret).unwrap();
    assert_eq!(new.sealer.open("api_clients", client.id.0, user.0, &sealed).unwrap().len(), 64);
    let webhook = store::event_webhook::list_by_user(&new.db, user).await.unwrap().remove(0);
    let sealed = secrets::Sealed::from_bytes(&webhook.sealed_secret).unwrap();
    assert_eq!(new.sealer.open("event_webhooks", webhook.id.0, user.0, &sealed).unwrap().len(), 32);
    let after = chat_link::method(&new, &ada).await.unwrap();
    assert_ne!(before.code, after.code, "a code is not taken over: it is followed by another");
    let tokens = token::sign_in(&new, here(), ADA, OTHER).await.unwrap();
    token::verify(&new, &tokens.access_token).await.unwrap();
}

fn with_sealer(db: &TestDb, sealer: Sealer) -> service::SharedDesk {
    let usual = testing::desk((**db).clone()).0;
    service::Desk::new(service::Parts {
        db: (**db).clone(),
        payments: None,
        exchange: Arc::clone(&usual.exchange),
        sealer,
        clock: Arc::clone(&usual.clock),
        entropy: Arc::clone(&usual.entropy),
        settings: usual.settings.clone(),
        sandbox: None,
        instance: "test".to_owned(),
    })
    .unwrap()
}
