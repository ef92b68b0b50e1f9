//! Transfers between a currency account and the real sandbox: sent once, held until confirmed, and booked
//! exactly.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use crate::common::{Person, TestServer};
use domain::{
    ExchangeKeyId, Role,
    ledger::{TransferStatus, Units},
    time,
    validation::Problem,
};
use serde_json::json;
use service::{
    Actor, Error, Origin, SharedDesk,
    money::ledger::{self, Credit},
    testing::{Setup, desk_with},
    trading::sandbox_control::SandboxControl,
};
use std::sync::Arc;
use store::testing::TestDb;

fn here() -> Origin {
    Origin::new([127, 0, 0, 1].into(), "Test")
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Fields(problems)) => problems[0].problem,
        other => unreachable!("{other:?}"),
    }
}

/// A user with 1,000 USDT on the ledger and a sandbox key.
struct Story {
    server: TestServer,
    person: Person,
    actor: Actor,
    account: String,
    key: ExchangeKeyId,
}

async fn story(db: &TestDb, kind: &str) -> Story {
    let server = TestServer::open(db).await;
    let person = Person::sign_up(&server, "ada").await;
    let key = person.key(kind, "MANUAL").await.parse().unwrap();
    let user = store::user::by_email(&server.desk.db, "ada@example.org").await.unwrap().unwrap();
    let actor = Actor {
        user: user.id,
        email: user.email,
        role: Role::Trader,
        session: None,
        token: None,
        from: None,
    };
    let admin = Actor { role: Role::Admin, ..actor.clone() };
    let account = ledger::open_account(&server.desk, &actor, &here(), "USDT").await.unwrap().public_id;
    let credit = Credit { public_id: &account, amount: "1000", memo: "", reference: "1" };
    ledger::credit_account(&server.desk, &admin, &here(), credit).await.unwrap();
    Story { server, person, actor, account, key }
}

impl Story {
    async fn send(
        &self,
        desk: &SharedDesk,
        to_exchange: bool,
        amount: &str,
    ) -> Result<TransferStatus, Error> {
        let origin = here();
        let sent =
            ledger::move_funds(desk, &self.actor, &origin, &self.account, self.key, to_exchange, amount);
        sent.await.map(|transfer| transfer.status)
    }

    /// Returns the available and locked amounts on the ledger, and the exchange's balance.
    async fn holdings(&self) -> (String, String, String) {
        let account = ledger::find_account(&self.server.desk, &self.actor, &self.account).await.unwrap();
        let path = format!("/v1/priv/account/exchange/key/{}/balance", self.key);
        let balance = self.person.get(&path).await.ok(200);
        let there = balance["total"].get("USDT").map_or("0".to_owned(), ToString::to_string);
        (account.available.to_string(), account.locked.to_string(), there)
    }

    async fn hold(&self, expected: (&str, &str, &str)) {
        let (free, held, there) = self.holdings().await;
        assert_eq!((free.as_str(), held.as_str(), there.as_str()), expected);
        assert!(ledger::audit_all(&self.server.desk).await.unwrap().good());
    }

    /// A desk that cannot reach the sandbox.
    fn cut_off(&self) -> SharedDesk {
        let control = SandboxControl::new("http://127.0.0.1:9/sandbox", "x".to_owned()).unwrap();
        let setup = Setup {
            sandbox: Some(control),
            clock: self.server.desk.clock.clone(),
            exchange: Arc::clone(&self.server.desk.exchange),
            ..Setup::default()
        };
        desk_with(self.server.desk.db.clone(), setup)
    }
}

async fn there_and_back(db: &TestDb) {
    for kind in ["FUTURES", "SPOT"] {
        let fresh = if kind == "SPOT" { Some(store::testing::sqlite().await) } else { None };
        let story = story(fresh.as_ref().unwrap_or(db), kind).await;
        let desk = &story.server.desk;
        assert_eq!(story.send(desk, true, "250.5").await.unwrap(), TransferStatus::Done);
        story.hold(("749.5", "0", "10250.5")).await;
        assert_eq!(story.send(desk, false, "10250.5").await.unwrap(), TransferStatus::Done);
        story.hold(("11000", "0", "0")).await;
        assert_eq!(problem(story.send(desk, false, "0.000001").await), Problem::NotCovered);
        assert_eq!(problem(story.send(desk, true, "11000.000001").await), Problem::NotCovered);
        assert_eq!(problem(story.send(desk, true, "0.0000001").await), Problem::TooManyDecimals);
        story.hold(("11000", "0", "0")).await;
        let movers = ledger::movers(desk, &story.actor).await.unwrap();
        let statuses: Vec<_> = movers.transfers.iter().map(|transfer| transfer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == TransferStatus::Done).count(), 2);
        assert_eq!(statuses.len(), 3, "what our own books do not cover is not even written");
    }
}

async fn a_transfer_with_an_unknown_outcome_is_held_and_settled(db: &TestDb) {
    let story = story(db, "FUTURES").await;
    let cut_off = story.cut_off();
    assert_eq!(story.send(&cut_off, true, "100").await.unwrap(), TransferStatus::Working);
    assert_eq!(story.send(&cut_off, false, "50").await.unwrap(), TransferStatus::Working);
    story.hold(("900", "100", "10000")).await;
    assert_eq!(problem(story.send(&cut_off, true, "901").await), Problem::NotCovered);
    // The worker that claimed it still has time.
    ledger::settle_due(&story.server.desk).await.unwrap();
    story.hold(("900", "100", "10000")).await;
    story.server.clock.advance(time::MINUTE);
    ledger::settle_due(&cut_off).await.unwrap();
    story.hold(("900", "100", "10000")).await;
    story.server.clock.advance(time::MINUTE);
    let desk = &story.server.desk;
    let (one, two) = tokio::join!(ledger::settle_due(desk), ledger::settle_due(desk));
    one.and(two).unwrap();
    story.hold(("950", "0", "10050")).await;
    story.server.clock.advance(time::MINUTE);
    ledger::settle_due(desk).await.unwrap();
    story.hold(("950", "0", "10050")).await;
}

async fn a_transfer_is_carried_out_once_however_often_it_is_sent(db: &TestDb) {
    let story = story(db, "FUTURES").await;
    let key = &story.person.get("/v1/priv/account/exchange/key/list").await.ok(200)["items"][0]["apiKey"];
    let route = format!("accounts/{}/funds", key.as_str().unwrap());
    let credit = async |amount: &str, reference: &str| {
        let body = json!({"wallet": "FUTURES", "amount": amount, "reference": reference});
        story.server.control(&route, &body).await["moved"].as_bool().unwrap()
    };
    assert!(credit("5", "a").await && credit("5", "a").await);
    assert!(!credit("-99999", "b").await);
    assert!(credit("99999", "c").await);
    // A rejection is final, even if the transfer could be executed by now: its sender has given it up.
    assert!(!credit("-99999", "b").await);
    story.hold(("1000", "0", "110004")).await;
}

async fn accounts_that_cannot_take_part(db: &TestDb) {
    let story = story(db, "FUTURES").await;
    let desk = &story.server.desk;
    let rand = ledger::open_account(desk, &story.actor, &here(), "ZAR").await.unwrap().public_id;
    let send = async |actor: &Actor, account: &str, key| {
        ledger::move_funds(desk, actor, &here(), account, key, true, "1").await
    };
    assert_eq!(problem(send(&story.actor, &rand, story.key).await), Problem::NotTransferable);
    assert!(matches!(send(&story.actor, "acc_000000", story.key).await, Err(Error::NotFound)));
    let nobodys = ExchangeKeyId(uuid::Uuid::nil());
    assert!(matches!(send(&story.actor, &story.account, nobodys).await, Err(Error::NotFound)));
    Person::sign_up(&story.server, "eve").await;
    let user = store::user::by_email(&desk.db, "eve@example.org").await.unwrap().unwrap();
    let eve = Actor {
        user: user.id,
        email: user.email,
        role: Role::Trader,
        session: None,
        token: None,
        from: None,
    };
    assert!(matches!(send(&eve, &story.account, story.key).await, Err(Error::NotFound)));
    story.hold(("1000", "0", "10000")).await;
    assert_eq!(Units(1).to_string(), "0.00000001");
}

store::each_engine!(
    there_and_back,
    a_transfer_with_an_unknown_outcome_is_held_and_settled,
    a_transfer_is_carried_out_once_however_often_it_is_sent,
    accounts_that_cannot_take_part,
);
