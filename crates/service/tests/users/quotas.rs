//! The quotas of what one user can create. Those of sessions, waiting forms, support requests, exchange keys and
//! paper accounts are tested in the modules of these objects.

use super::setting::{ADA, PASSWORD, ada, desk, here, problem};
use domain::{
    Decimal, SubAccountId, TokenFamilyId,
    preset::{MOST_PRESETS, PresetSettings, PresetSize},
    sub_account::SubAccount,
    time::MINUTE,
    validation::Problem,
};
use service::{
    Error, SharedDesk,
    identity::{
        api_client::{self, NewClient},
        flash::{self, Flash},
        token,
    },
    money::{
        ledger,
        sub_account::{self, MOST},
    },
    trading::preset,
};
use store::testing::TestDb;

store::each_engine!(
    a_person_has_so_many_api_clients,
    a_client_is_bound_to_so_many_networks,
    a_person_has_so_many_presets,
    a_person_has_so_many_sub_accounts,
    a_person_has_one_account_in_a_currency,
    a_person_has_so_many_sign_ins_of_programs,
    a_flash_is_small_and_does_not_outlive_its_time,
);

fn bots() -> NewClient {
    NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() }
}

async fn a_person_has_so_many_api_clients(db: &TestDb) {
    let (desk, _) = desk(db);
    let actor = ada(&desk).await.actor;
    for _ in 0..50 {
        api_client::create(&desk, &actor, &here(), bots()).await.unwrap();
    }
    let full = api_client::create(&desk, &actor, &here(), bots()).await;
    assert_eq!(problem(full), ("name".to_owned(), Problem::TooMany));
    // A revoked one makes room.
    let first = api_client::list(&desk, &actor).await.unwrap()[0].id;
    api_client::revoke(&desk, &actor, &here(), first).await.unwrap();
    api_client::create(&desk, &actor, &here(), bots()).await.unwrap();
}

async fn a_client_is_bound_to_so_many_networks(db: &TestDb) {
    let (desk, _) = desk(db);
    let actor = ada(&desk).await.actor;
    let with = |count: u8| NewClient {
        networks: (0..count).map(|last| format!("192.0.2.{last}")).collect(),
        ..bots()
    };
    let many = api_client::create(&desk, &actor, &here(), with(21)).await;
    assert_eq!(problem(many), ("addresses".to_owned(), Problem::NotAddresses));
    api_client::create(&desk, &actor, &here(), with(20)).await.unwrap();
}

async fn a_person_has_so_many_presets(db: &TestDb) {
    let (desk, _) = desk(db);
    let actor = ada(&desk).await.actor;
    let settings = PresetSettings {
        size: PresetSize::Risk(Decimal::ONE),
        stop_percent: None,
        target_percents: Vec::new(),
        target_shares: Vec::new(),
        leverage: None,
    };
    let save = async |name: &str| preset::save_preset(&desk, &actor, name, &settings).await;
    for number in 0..MOST_PRESETS {
        save(&format!("Preset {number}")).await.unwrap();
    }
    assert_eq!(problem(save("One more").await), ("name".to_owned(), Problem::TooMany));
    // One of the same name is replaced.
    let replaced = save("Preset 0").await.unwrap();
    preset::delete_preset(&desk, &actor, replaced.id).await.unwrap();
    save("One more").await.unwrap();
}

/// A sub-account by the fields that are required.
async fn company(desk: &SharedDesk, actor: &service::Actor) -> Result<SubAccount, Error> {
    let fields = [
        ("account_name", "Example"),
        ("legal_entity_type", "company"),
        ("street", "12 Steward St"),
        ("city", "London"),
        ("country", "GB"),
        ("postal_code", "E1 6FQ"),
    ];
    let draft =
        domain::sub_account::SubAccountDraft::new(fields.map(|(name, value)| (name.into(), value.into())));
    sub_account::create(desk, actor, &here(), &draft).await
}

async fn a_person_has_so_many_sub_accounts(db: &TestDb) {
    let (desk, _) = desk(db);
    let actor = ada(&desk).await.actor;
    let own = sub_account::current(&desk, &actor).await.unwrap();
    let mut tx = desk.db.begin().await.unwrap();
    for number in 2..MOST {
        let row = SubAccount {
            id: SubAccountId::mint(&*desk.clock, &*desk.entropy),
            short_reference: format!("test-{number}"),
            main: false,
            ..own.clone()
        };
        store::sub_account::insert_sub_account(&mut tx, actor.user, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    company(&desk, &actor).await.unwrap();
    let full = company(&desk, &actor).await;
    assert_eq!(problem(full), ("account_name".to_owned(), Problem::TooMany));
}

async fn a_person_has_one_account_in_a_currency(db: &TestDb) {
    let (desk, _) = desk(db);
    let actor = ada(&desk).await.actor;
    ledger::open_account(&desk, &actor, &here(), "USDT").await.unwrap();
    let second = ledger::open_account(&desk, &actor, &here(), "USDT").await;
    assert_eq!(problem(second), ("currency".to_owned(), Problem::AccountExists));
    assert_eq!(ledger::list_accounts(&desk, &actor).await.unwrap().len(), 1);
}

async fn a_person_has_so_many_sign_ins_of_programs(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = token::sign_up(&desk, here(), ADA, PASSWORD).await.unwrap();
    let user = token::verify(&desk, &first.access_token).await.unwrap().user;
    clock.advance(MINUTE);
    let mut tx = desk.db.begin().await.unwrap();
    for _ in 0..199 {
        let family = TokenFamilyId::mint(&*desk.clock, &*desk.entropy);
        let new = store::token_family::NewTokenFamily {
            family_id: family,
            user_id: user,
            user_agent: "Test/1.0",
            address: "192.0.2.1",
            began_at: desk.clock.now(),
        };
        store::token_family::insert(&mut tx, &new).await.unwrap();
    }
    tx.commit().await.unwrap();
    let first = token::refresh(&desk, here(), &first.refresh_token).await.unwrap();
    clock.advance(MINUTE);
    // The 201st ends the oldest.
    let last = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let ended = token::refresh(&desk, here(), &first.refresh_token).await;
    assert!(matches!(ended, Err(Error::Unauthenticated)), "{ended:?}");
    token::refresh(&desk, here(), &last.refresh_token).await.unwrap();
}

async fn a_flash_is_small_and_does_not_outlive_its_time(db: &TestDb) {
    let (desk, clock) = desk(db);
    let session = ada(&desk).await;
    let long = |length: usize| Flash {
        form: "support".into(),
        values: vec![("message".into(), "x".repeat(length))],
        ..Flash::default()
    };
    // The longest message that a form takes comes back, whatever is longer does not.
    let kept = flash::store_flash(&desk, &session.token, &long(20_000)).await.unwrap();
    assert_eq!(flash::take_flash(&desk, &session.token, kept).await.unwrap(), Some(long(20_000)));
    let large = flash::store_flash(&desk, &session.token, &long(60_000)).await.unwrap();
    let bare = flash::take_flash(&desk, &session.token, large).await.unwrap().unwrap();
    assert_eq!((bare.form.as_str(), bare.values), ("support", Vec::new()));

    for _ in 0..3 {
        flash::store_flash(&desk, &session.token, &long(1)).await.unwrap();
    }
    clock.advance(5 * MINUTE);
    flash::store_flash(&desk, &session.token, &long(1)).await.unwrap();
    let mut tx = desk.db.begin().await.unwrap();
    assert_eq!(store::flash::prune(&mut tx, desk.clock.now()).await.unwrap(), 0, "the next one removed them");
    tx.commit().await.unwrap();
}
