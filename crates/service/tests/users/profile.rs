//! Profiles and support requests.

use super::setting::{ADA, ada, desk, from, here, last_mail, mails, throttled};
use domain::{profile::Language, validation::Problem};
use service::{
    Error,
    identity::profile::{self, ProfileChange},
    messaging::support,
    platform::{
        settings::{Limit, Throttles},
        time_zone::{self, Zone},
    },
};
use store::testing::TestDb;

fn some(text: &str) -> Option<Option<String>> {
    Some(Some(text.to_owned()))
}

async fn only_given_fields_change_and_all_problems_are_reported(db: &TestDb) {
    let (desk, clock) = desk(db);
    let actor = ada(&desk).await.actor;
    assert_eq!(profile::update(&desk, &actor, ProfileChange::default()).await.unwrap(), None);
    assert_eq!(time_zone::zone_of(&desk, actor.user).await.unwrap(), Zone::UTC);
    let change = ProfileChange {
        last_name: some("  O'Brien "),
        time_zone: some("Africa/Johannesburg"),
        ..ProfileChange::default()
    };
    let first = profile::update(&desk, &actor, change).await.unwrap().unwrap();
    assert_eq!(first.last_name.as_deref(), Some("O'Brien"));
    clock.advance(1_000_000);
    let bad = ProfileChange {
        last_name: some("Doe123"),
        first_name: some(""),
        country: some("CAX"),
        language: some("ENX"),
        time_zone: some("America/Torontox"),
    };
    let Err(Error::Fields(reported)) = profile::update(&desk, &actor, bad).await else {
        panic!("it was done")
    };
    let reported: Vec<_> = reported.iter().map(|p| (p.field.as_str(), p.problem)).collect();
    assert_eq!(
        reported,
        [
            ("lastName", Problem::NotAlphabetic),
            ("firstName", Problem::NotAlphabetic),
            ("country", Problem::NotCountry),
            ("language", Problem::NotLanguage),
            ("timezone", Problem::NotTimeZone),
        ]
    );
    assert_eq!(profile::get(&desk, &actor).await.unwrap(), Some(first.clone()), "nothing of it was kept");
    let back = ProfileChange { last_name: Some(None), language: some("AR"), ..ProfileChange::default() };
    let second = profile::update(&desk, &actor, back).await.unwrap().unwrap();
    assert_eq!((second.last_name, second.language), (None, Some(Language::Arabic)));
    assert_eq!((second.time_zone, second.created_at), (first.time_zone, first.created_at));
    assert!(second.updated_at > first.updated_at);
    assert_eq!(time_zone::zone_of(&desk, actor.user).await.unwrap().name(), "Africa/Johannesburg");
}

async fn the_country_of_the_profile_decides_the_currencies(db: &TestDb) {
    let (desk, _) = desk(db);
    let actor = ada(&desk).await.actor;
    let change = ProfileChange { country: some("GB"), ..ProfileChange::default() };
    profile::update(&desk, &actor, change).await.unwrap();
    assert_eq!(service::money::ledger::place(&desk, &actor).await.unwrap().country, "GB");
    for bad in ["XX", "de"] {
        let change = ProfileChange { country: some(bad), ..ProfileChange::default() };
        assert!(matches!(profile::update(&desk, &actor, change).await, Err(Error::Fields(_))), "{bad}");
    }
}

async fn a_request_reaches_every_admin_and_is_closed_by_one(db: &TestDb) {
    let (desk, _) = desk(db);
    let person = ada(&desk).await.actor;
    // The operator signs up on the first read of the outbox.
    assert_eq!(mails(&desk).await.len(), 0);
    let request = support::send_request(&desk, &person, &here(), " Help ", "Line\r\nline").await.unwrap();
    assert_eq!(
        (request.subject.as_str(), request.message.as_str(), request.status()),
        ("Help", "Line\nline", "OPEN")
    );
    let mail = last_mail(&desk).await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("operator@example.org", "Support: Help"));
    assert!(mail.body.contains(ADA) && mail.body.contains("Line\nline"), "{}", mail.body);

    assert!(matches!(support::list_tickets(&desk, &person).await, Err(Error::Forbidden)));
    assert!(matches!(
        support::close_request(&desk, &person, &here(), request.id).await,
        Err(Error::Forbidden)
    ));
    let operator =
        service::identity::account::sign_in(&desk, here(), "operator@example.org", super::setting::PASSWORD);
    let operator = operator.await.unwrap().actor;
    assert_eq!(support::list_tickets(&desk, &operator).await.unwrap(), std::slice::from_ref(&request));
    for _ in 0..2 {
        support::close_request(&desk, &operator, &here(), request.id).await.unwrap();
    }
    assert_eq!(support::list_own(&desk, &person).await.unwrap()[0].status(), "CLOSED");
    assert_eq!(support::list_own(&desk, &operator).await.unwrap(), []);
    let nobodys = domain::TicketId(uuid::Uuid::nil());
    assert!(matches!(support::close_request(&desk, &operator, &here(), nobodys).await, Err(Error::NotFound)));
    let Err(Error::Fields(reported)) =
        support::send_request(&desk, &person, &here(), "a\r\nBcc: x", " ").await
    else {
        panic!("it was done")
    };
    assert_eq!(reported.iter().map(|p| p.problem).collect::<Vec<_>>(), [Problem::NotText, Problem::Required]);
}

async fn support_requests_are_rate_limited(db: &TestDb) {
    let support_limit = Limit::per_minutes(2, 60);
    let (desk, clock) = throttled(db, Throttles { support: support_limit, ..Throttles::default() });
    let person = ada(&desk).await.actor;
    let ask = async |address| support::send_request(&desk, &person, &from(address), "Help", "me").await;
    assert!(ask("192.0.2.1").await.is_ok() && ask("192.0.2.2").await.is_ok());
    assert!(matches!(ask("192.0.2.3").await, Err(Error::TooMany { retry_after_s: 3_600 })));
    assert_eq!(support::list_own(&desk, &person).await.unwrap().len(), 2);
    clock.advance(domain::time::HOUR + 1);
    assert!(ask("192.0.2.3").await.is_ok());
}

store::each_engine!(
    only_given_fields_change_and_all_problems_are_reported,
    the_country_of_the_profile_decides_the_currencies,
    a_request_reaches_every_admin_and_is_closed_by_one,
    support_requests_are_rate_limited,
);
