//! The watchdog as a real process, against a minimal desk whose health the test controls.

use crate::common::{
    process::{PATIENCE, Process, until},
    smtp::MailServer,
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::net::TcpListener;

/// How the desk responds.
#[derive(Clone, Copy)]
enum Mood {
    Well,
    Down,
    Silent,
}

#[derive(Clone)]
struct Desk {
    mood: Arc<Mutex<Mood>>,
    requested: Arc<AtomicUsize>,
    /// The messages received by our fake bot, which rejects the first ones.
    chat: Arc<Mutex<Vec<Value>>>,
    deaf: Arc<AtomicUsize>,
    port: u16,
}

async fn health(State(desk): State<Desk>) -> Response {
    desk.requested.fetch_add(1, Ordering::SeqCst);
    let mood = *desk.mood.lock().unwrap();
    match mood {
        Mood::Well => Json(json!({ "status": "degraded", "database": true })).into_response(),
        Mood::Down => (StatusCode::SERVICE_UNAVAILABLE, Json(down())).into_response(),
        Mood::Silent => std::future::pending().await,
    }
}

fn down() -> Value {
    let jobs = json!({ "status": "down", "lagSeconds": 307, "latest": "telegram" });
    json!({ "status": "down", "database": true, "parts": { "jobs": jobs } })
}

async fn message(State(desk): State<Desk>, Json(body): Json<Value>) -> Response {
    if desk.deaf.load(Ordering::SeqCst) > 0 {
        desk.deaf.fetch_sub(1, Ordering::SeqCst);
        return StatusCode::BAD_GATEWAY.into_response();
    }
    desk.chat.lock().unwrap().push(body);
    Json(json!({ "ok": true, "result": {} })).into_response()
}

impl Desk {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = Self {
            mood: Arc::new(Mutex::new(Mood::Well)),
            requested: Arc::default(),
            chat: Arc::default(),
            deaf: Arc::default(),
            port: listener.local_addr().unwrap().port(),
        };
        let routes = Router::new()
            .route("/healthz", get(health))
            .route("/bot1:secret/sendMessage", post(message))
            .with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        desk
    }

    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Waits for `more` further health checks.
    async fn requested(&self, more: usize) {
        let goal = self.requested.load(Ordering::SeqCst) + more;
        until("being asked", PATIENCE, async || {
            (self.requested.load(Ordering::SeqCst) >= goal).then_some(())
        })
        .await;
    }

    /// A watchdog that checks the desk every second and alerts after the second failure.
    fn watched(&self, words: &[&str], settings: &[(&str, String)]) -> Process {
        let url = format!("http://127.0.0.1:{}", self.port);
        let all = [&["watchdog", "--url", &url, "--every", "1", "--after", "2"][..], words].concat();
        Process::start(&all, self.port, settings)
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

async fn holds(path: &Path, text: &str) {
    until(text, PATIENCE, async || read(path).contains(text).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_alerts_once_when_the_desk_is_down_and_once_when_it_is_up() {
    let (desk, folder) = (Desk::start().await, tempfile::tempdir().unwrap());
    let reported = folder.path().join("told");
    let command = r#"printf '%s: %s\n' "$SLIPSTREAM_STATUS" "$SLIPSTREAM_WHY" >> "$OUT""#;
    let out = [("OUT", reported.display().to_string())];
    let _watchdog = desk.watched(&["--command", command], &out);
    desk.requested(2).await;
    assert_eq!(read(&reported), "", "a degraded desk can be used");

    desk.be(Mood::Down);
    holds(&reported, "down: the server reports that it is down (jobs: telegram, 307 s)\n").await;
    desk.requested(3).await;
    assert_eq!(read(&reported).lines().count(), 1, "once");
    desk.be(Mood::Well);
    holds(&reported, "ok: \n").await;

    desk.be(Mood::Silent);
    holds(&reported, "down: no response within the timeout\n").await;
    desk.be(Mood::Well);
    desk.requested(4).await;
    assert_eq!(read(&reported).lines().count(), 4, "{}", read(&reported));
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_alerts_are_sent_later_and_in_order() {
    let (desk, folder) = (Desk::start().await, tempfile::tempdir().unwrap());
    let (reported, gate) = (folder.path().join("told"), folder.path().join("gate"));
    let command = r#"test -e "$GATE" && printf '%s %s\n' "$SLIPSTREAM_STATUS" "${SMTP_URL-none}" >> "$OUT""#;
    let settings = [
        ("OUT", reported.display().to_string()),
        ("GATE", gate.display().to_string()),
        ("SMTP_URL", "smtp://ada:hunter2@127.0.0.1".to_owned()),
        ("TELEGRAM_BOT_TOKEN", "1:secret".to_owned()),
        ("TELEGRAM_API_BASE", format!("http://127.0.0.1:{}", desk.port)),
    ];
    desk.deaf.store(2, Ordering::SeqCst);
    let _watchdog = desk.watched(&["--command", command, "--telegram", "-100"], &settings);
    desk.requested(1).await;
    desk.be(Mood::Down);
    // The bot accepts the third attempt; the command waits for its gate.
    let bot = async |count: usize| {
        let enough = async || {
            let chat = desk.chat.lock().unwrap().clone();
            (chat.len() >= count).then_some(chat)
        };
        until("the bot's message", PATIENCE, enough).await
    };
    let chat = bot(1).await;
    assert_eq!(chat[0]["chat_id"], -100);
    assert!(chat[0]["text"].as_str().unwrap().starts_with("Slipstream is down."), "{chat:?}");
    desk.be(Mood::Well);
    assert!(bot(2).await[1]["text"].as_str().unwrap().starts_with("Slipstream is back up."));
    assert_eq!(read(&reported), "");
    std::fs::write(&gate, "").unwrap();
    holds(&reported, "ok").await;
    // A command gets no secrets of other channels.
    assert_eq!(read(&reported), "down none\nok none\n");
    assert_eq!(desk.chat.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_mail_reports_the_desk_down_and_another_up() {
    let Some(server) = MailServer::start().await else { return };
    let desk = Desk::start().await;
    let settings = [("SMTP_URL", server.url.clone()), ("MAIL_FROM", "watch@desk.example".to_owned())];
    let _watchdog = desk.watched(&["--mail-to", "operator@desk.example"], &settings);
    desk.requested(1).await;
    let arrived = async |subject: &str| {
        let line = format!("Subject: {subject}");
        until(subject, PATIENCE, async || server.arrived().into_iter().find(|m| m.contains(&line))).await
    };
    desk.be(Mood::Down);
    let mail = arrived("Slipstream is down").await;
    for reported in
        ["To: operator@desk.example", "From: watch@desk.example", "Message-ID: <", "(jobs: telegram, 307 s)"]
    {
        assert!(mail.contains(reported), "{reported} is not in {mail}");
    }
    desk.be(Mood::Well);
    arrived("Slipstream is back up").await;
    desk.requested(2).await;
    assert_eq!(server.arrived().len(), 2);
}

#[test]
fn a_watchdog_without_a_channel_does_not_start() {
    let said = |words: &[&str]| {
        let program = env!("CARGO_BIN_EXE_slipstream");
        let ended = std::process::Command::new(program).args(words).env_clear().output().unwrap();
        (ended.status.success(), String::from_utf8(ended.stderr).unwrap())
    };
    for (words, named) in [
        (&["watchdog", "--url", "http://127.0.0.1:1"][..], "--command is required"),
        (&["watchdog", "--url", "http://127.0.0.1:1", "--mail-to", "a@b.example"], "SMTP_URL"),
        (&["watchdog", "--command", "true"], "--url is required"),
    ] {
        let (well, text) = said(words);
        assert!(!well && text.contains(named), "{words:?}: {text}");
    }
}
