//! Mail is sent to a server, waits longer after each rejection, and is sent once.

use super::setting::{ADA, PASSWORD, from, here, reset_token};
use domain::{
    notification::{Kind, Stage},
    time::{HOUR, MINUTE},
};
use service::{
    SharedDesk,
    identity::account,
    messaging::notify,
    platform::settings::{MailSettings, Settings},
    testing::{self, Setup, TestClock},
};
use std::sync::{Arc, Mutex};
use store::{
    message::{self, Message, Search},
    notice::NewNotice,
    testing::TestDb,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

store::each_engine!(
    a_mail_is_sent_once,
    a_refused_mail_waits_and_is_given_up_at_last,
    an_event_that_cannot_be_read_delays_no_other,
    a_notice_of_a_later_releases_kind_is_marked_as_failed_once,
);

/// A mail server that accepts every message, or none.
pub(super) struct Server {
    pub(super) url: String,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(takes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let _ = talk(line, takes, &book).await;
            }
        });
        Self { url, taken }
    }

    pub(super) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn talk(line: TcpStream, takes: bool, book: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut line = BufReader::new(line);
    line.write_all(b"220 test\r\n").await?;
    let (mut text, mut message, mut within) = (String::new(), String::new(), false);
    loop {
        text.clear();
        if line.read_line(&mut text).await? == 0 {
            return Ok(());
        }
        let answer = match text.trim_end() {
            "." if within => {
                within = false;
                book.lock().unwrap().push(std::mem::take(&mut message));
                "250 taken"
            }
            _ if within => {
                message.push_str(&text);
                continue;
            }
            "DATA" => {
                within = true;
                "354 go on"
            }
            to if to.starts_with("RCPT") && !takes => "550 not here",
            _ => "250 well",
        };
        line.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn desk(db: &TestDb, server: &Server) -> (SharedDesk, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let mail = MailSettings { smtp_url: Some(server.url.clone()), from: "Desk <desk@example.org>".into() };
    let settings = Settings { mail, ..Settings::default() };
    let setup = Setup { clock: clock.clone(), settings, ..Setup::default() };
    (testing::desk_with((**db).clone(), setup), clock)
}

async fn ask_for_a_reset(desk: &SharedDesk) {
    account::sign_up(desk, here(), ADA, PASSWORD).await.unwrap();
    account::request_reset(desk, from("198.51.100.1"), ADA).await.unwrap();
}

async fn a_mail_is_sent_once(db: &TestDb) {
    let server = Server::start(true).await;
    let (desk, clock) = desk(db, &server);
    ask_for_a_reset(&desk).await;
    assert_eq!(notify::deliver(&desk).await.unwrap(), 1);
    clock.advance(HOUR / 2);
    assert_eq!(notify::deliver(&desk).await.unwrap(), 0);
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert!(
        taken[0].contains("To: ada@example.org") && taken[0].contains("desk@example.org"),
        "{}",
        taken[0]
    );
    // Long lines are folded in transit, as usual for mail.
    let whole = taken[0].replace("=\r\n", "").replace("=3D", "=");
    account::reset_password(&desk, here(), &reset_token(&whole), "an entirely new one").await.unwrap();
}

async fn only(desk: &SharedDesk) -> Message {
    let search = Search { channel: None, stage: None, after: None, limit: 1 };
    message::search_messages(&desk.db, &search).await.unwrap().remove(0)
}

async fn a_refused_mail_waits_and_is_given_up_at_last(db: &TestDb) {
    let server = Server::start(false).await;
    let (desk, clock) = desk(db, &server);
    ask_for_a_reset(&desk).await;
    assert_eq!(notify::deliver(&desk).await.unwrap(), 0);
    let waiting = only(&desk).await;
    assert_eq!((waiting.attempts, waiting.sent_at), (1, None));
    let pause = waiting.next_attempt_at.since(desk.clock.now());
    assert!((MINUTE..=MINUTE * 3 / 2).contains(&pause), "{pause}");
    assert_eq!(waiting.failure.as_deref(), Some("mail-rejected 550"));
    notify::deliver(&desk).await.unwrap();
    assert_eq!(only(&desk).await.attempts, 1, "it is not due yet");
    for _ in 0..20 {
        clock.advance(2 * HOUR);
        notify::deliver(&desk).await.unwrap();
    }
    let given_up = only(&desk).await;
    assert_eq!(given_up.attempts, 10);
    assert!(given_up.failed_at.is_some() && given_up.sent_at.is_none());
    assert!(server.taken().is_empty());
}

async fn an_event_that_cannot_be_read_delays_no_other(db: &TestDb) {
    let server = Server::start(true).await;
    let (desk, _) = desk(db, &server);
    ask_for_a_reset(&desk).await;
    let user_id = store::user::by_email(&desk.db, ADA).await.unwrap().unwrap().id;
    let at = desk.clock.now();
    let known = serde_json::to_string(&notify::NotificationEvent::PasswordChanged).unwrap();
    let known = known.as_str();
    let mut tx = desk.db.begin().await.unwrap();
    for (event_key, group_key, body) in
        [("a", "alone", "{\"New\":1}"), ("b", "both", "no json"), ("c", "both", known), ("d", "well", known)]
    {
        let kind = Kind::PasswordChanged;
        let notice = NewNotice { event_key, user_id, kind, group_key, body, at, ready_at: at };
        assert_eq!(store::notice::notify(&mut tx, &notice).await.unwrap(), 1);
    }
    tx.commit().await.unwrap();
    assert_eq!(notify::deliver(&desk).await.unwrap(), 3, "the reset mail and both known events");
    assert_eq!(notify::deliver(&desk).await.unwrap(), 0);
    let reported = server.taken();
    assert_eq!(
        reported.iter().filter(|mail| mail.contains("Your Slipstream password was changed")).count(),
        2
    );
    let search = Search { channel: None, stage: Some(Stage::Dead), after: None, limit: 9 };
    let failed = message::search_messages(&desk.db, &search).await.unwrap();
    let why: Vec<_> = failed.iter().map(|row| row.failure.as_deref()).collect();
    assert_eq!(why, [Some("event-unreadable"); 2]);
}

/// A later release wrote notices of a kind that this one does not know, and was replaced by this one.
async fn a_notice_of_a_later_releases_kind_is_marked_as_failed_once(db: &TestDb) {
    let server = Server::start(true).await;
    let (desk, _) = desk(db, &server);
    ask_for_a_reset(&desk).await;
    let user_id = store::user::by_email(&desk.db, ADA).await.unwrap().unwrap().id;
    let at = desk.clock.now();
    let known = serde_json::to_string(&notify::NotificationEvent::PasswordChanged).unwrap();
    let mut tx = desk.db.begin().await.unwrap();
    for (event_key, group_key, body) in [
        ("later", "alone", "{\"Later\":{}}"),
        ("both", "both", "{\"Later\":{}}"),
        ("well", "both", known.as_str()),
    ] {
        let kind = Kind::PasswordChanged;
        let notice = NewNotice { event_key, user_id, kind, group_key, body, at, ready_at: at };
        assert_eq!(store::notice::notify(&mut tx, &notice).await.unwrap(), 1);
    }
    tx.commit().await.unwrap();
    db.execute("update notices set kind = 'of-a-later-release' where event_key in ('later', 'both')").await;
    assert_eq!(notify::gather(&desk).await.unwrap(), 2, "no group fails");
    assert_eq!(notify::gather(&desk).await.unwrap(), 0, "and none is read again");
    assert_eq!(notify::deliver(&desk).await.unwrap(), 2, "the reset mail and the known event");
    let search = Search { channel: None, stage: Some(Stage::Dead), after: None, limit: 9 };
    let failed = message::search_messages(&desk.db, &search).await.unwrap();
    let why: Vec<_> = failed.iter().map(|row| row.failure.as_deref()).collect();
    assert_eq!(why, [Some("event-unreadable"); 2]);
}
