//! A desk on a database that is older than the exchange, as after a restore: it adds what is missing, and
//! cancels, closes and enters nothing until an operator has confirmed the differences.

use crate::{
    lives::{Ask, DeskResponse, OrderKind},
    sim::book::Book,
    stage::{Cast, Stage, Template, background, runtime},
};
use domain::{Role, Side, time::SECOND};
use service::{Actor, SharedDesk, trading::review};
use std::future::Future;

const OPEN: Ask = Ask::Order(OrderKind::Market, Side::Buy);
const RESTING: Ask = Ask::Order(OrderKind::Limit, Side::Buy);

/// A database with an install, and the exchange as it is after `asks`, which the database does not know.
fn restored(asks: &[Ask]) -> Template {
    let base = Template::base();
    runtime().block_on(async {
        let stage = base.stage();
        let desk = stage.open(0).await;
        review::begin(&desk).await.unwrap();
        let backup = stage.keep(desk).await;
        let stage = backup.stage();
        let desk = stage.open(0).await;
        review::begin(&desk).await.unwrap();
        for ask in asks {
            assert_eq!(ask.ask(&desk, &stage.cast).await, DeskResponse::Yes);
        }
        stage.sim.advance(10 * SECOND);
        background(&desk).await;
        let book = stage.keep(desk).await.book;
        Template { book, ..backup }
    })
}

fn admin(cast: &Cast) -> Actor {
    Actor { role: Role::Admin, ..cast.trader.clone() }
}

struct Restored {
    stage: Stage,
    desk: SharedDesk,
}

impl Restored {
    /// Starts on the restored database and reviews both accounts.
    async fn start(template: &Template) -> Self {
        let stage = template.stage();
        stage.sim.world().gate.armed = true;
        stage.sim.world().gate.recording = true;
        let desk = stage.open(0).await;
        review::begin(&desk).await.unwrap();
        for _ in 0..3 {
            review::check_next(&desk).await.unwrap();
        }
        Self { stage, desk }
    }

    async fn passes(&self, count: usize) {
        for _ in 0..count {
            self.stage.sim.advance(5 * SECOND);
            background(&self.desk).await;
        }
    }

    async fn reviews(&self) -> Vec<review::Review> {
        review::list(&self.desk, &admin(&self.stage.cast)).await.unwrap()
    }

    async fn confirm(&self) {
        for review in self.reviews().await {
            review::confirm(&self.desk, &admin(&self.stage.cast), review.key).await.unwrap();
        }
    }

    /// Returns the mutating requests sent to the exchange since the start.
    fn writes(&self) -> Vec<&'static str> {
        let world = self.stage.sim.world();
        world.gate.steps.iter().filter(|s| s.writes && s.kind != "commit").map(|s| s.kind).collect()
    }

    fn book<T>(&self, read: impl FnOnce(&mut Book) -> T) -> T {
        read(self.stage.sim.world().book())
    }
}

fn play(test: impl Future<Output = ()>) {
    if crate::wanted().is_none() {
        runtime().block_on(test);
    }
}

#[test]
fn a_position_that_the_database_does_not_know_keeps_its_stop_and_nothing_else_is_done() {
    let template = restored(&[OPEN]);
    play(async {
        let restored = Restored::start(&template).await;
        let reviews = restored.reviews().await;
        assert!(!reviews.is_empty());
        let differences = reviews[0].differences.clone().unwrap();
        assert!(differences.iter().all(|difference| difference.adopted), "{differences:?}");
        assert_eq!(restored.writes(), Vec::<&str>::new(), "looking changes nothing");

        restored.stage.sim.happen(Book::cancel_stops);
        restored.passes(6).await;
        assert!(restored.book(|book| book.covered()), "the missing stop was placed");
        assert!(restored.writes().iter().all(|kind| *kind == "stop"), "{:?}", restored.writes());

        let said = OPEN.ask(&restored.desk, &restored.stage.cast).await;
        assert!(matches!(&said, DeskResponse::No(why) if why.contains("KeyUnderReview")), "{said:?}");
        assert_eq!(Ask::Enter(Side::Buy).ask(&restored.desk, &restored.stage.cast).await, DeskResponse::Yes);
        restored.passes(3).await;
        assert!(restored.writes().iter().all(|kind| *kind == "stop"), "nothing is entered");

        restored.confirm().await;
        assert!(restored.reviews().await.is_empty());
        restored.passes(2).await;
        assert!(restored.book(|book| book.covered() && !book.position.is_zero()));
        let replaced =
            Ask::Order(OrderKind::Market, Side::Sell).ask(&restored.desk, &restored.stage.cast).await;
        assert_eq!(replaced, DeskResponse::Yes, "the account trades again");
        restored.passes(3).await;
        assert!(restored.book(|book| book.covered() && book.position.is_sign_negative()));
    });
}

#[test]
fn requests_of_the_owner_are_carried_out_during_a_review() {
    let template = restored(&[OPEN]);
    play(async {
        let restored = Restored::start(&template).await;
        assert_eq!(Ask::Close.ask(&restored.desk, &restored.stage.cast).await, DeskResponse::Yes);
        assert!(restored.book(|book| book.position.is_zero() && book.open_orders().is_empty()));
    });
}

#[test]
fn an_entry_that_rests_and_that_the_database_does_not_know_is_protected_when_it_fills() {
    let template = restored(&[RESTING]);
    play(async {
        let restored = Restored::start(&template).await;
        assert_eq!(restored.reviews().await.len(), 2, "the exchange shows both accounts the same");
        restored.stage.sim.happen(|book| book.fill_entry("0.05".parse().unwrap()));
        restored.passes(4).await;
        // A resting entry has no stop yet that would show the wanted price: its owner and the operator are
        // notified.
        let differences: Vec<_> =
            restored.reviews().await.into_iter().flat_map(|r| r.differences.unwrap()).collect();
        assert!(differences.iter().any(|difference| !difference.adopted), "{differences:?}");
    });
}

#[test]
fn orders_that_the_database_knows_are_no_difference() {
    let base = Template::base();
    play(async {
        let stage = base.stage();
        let desk = stage.open(0).await;
        review::begin(&desk).await.unwrap();
        assert_eq!(OPEN.ask(&desk, &stage.cast).await, DeskResponse::Yes);
        let template = stage.keep(desk).await;
        let restarted = Restored::start(&template).await;
        assert!(restarted.reviews().await.is_empty());
        assert!(restarted.writes().is_empty());
    });
}

#[test]
fn a_restored_backup_trades_once_its_accounts_are_reviewed() {
    let base = Template::base();
    let installed = runtime().block_on(async {
        let stage = base.stage();
        let desk = stage.open(0).await;
        review::begin(&desk).await.unwrap();
        stage.keep(desk).await
    });
    let backup = installed.rewritten("update installs set copied_at = 1");
    play(async {
        let stage = backup.stage();
        let desk = stage.open(0).await;
        review::begin(&desk).await.unwrap();
        assert!(
            matches!(OPEN.ask(&desk, &stage.cast).await, DeskResponse::No(_)),
            "not before it was looked at"
        );
        for _ in 0..2 {
            review::check_next(&desk).await.unwrap();
        }
        assert_eq!(OPEN.ask(&desk, &stage.cast).await, DeskResponse::Yes);
    });
}
