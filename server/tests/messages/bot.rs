//! A fake Telegram Bot API: it records what was sent, delivers what the test writes, and has the faults that
//! Telegram documents.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// The only token that it accepts.
pub(crate) const TOKEN: &str = "4711:a-token_that-is-secret";

/// Its response to the next message instead of accepting it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// 429, with this many seconds.
    Limited(i64),
    /// 403: the user has blocked the bot.
    Blocked,
    /// A server error (5xx).
    Broken,
    /// It accepts the message and never responds.
    Silent,
}

#[derive(Default)]
struct Book {
    sent: Vec<(i64, String)>,
    updates: Vec<Value>,
    faults: VecDeque<Fault>,
    revoked: bool,
}

/// The fake API. It stops when it is dropped.
pub(crate) struct BotApi {
    pub(crate) base: String,
    book: Arc<Mutex<Book>>,
    server: JoinHandle<()>,
}

impl Drop for BotApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl BotApi {
    pub(crate) async fn start() -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a port"));
        let app = Router::new().route("/{bot}/{method}", post(call)).with_state(Arc::clone(&book));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("serving") });
        Self { base, book, server }
    }

    /// Writes a message to the bot.
    pub(crate) fn write(&self, chat: i64, text: &str) {
        let mut book = self.book.lock().expect("the book");
        let id = i64::try_from(book.updates.len()).expect("few updates") + 1;
        let message = json!({ "chat": { "id": chat, "type": "private" }, "text": text });
        book.updates.push(json!({ "update_id": id, "message": message }));
    }

    /// Writes a message in a group that includes the bot.
    pub(crate) fn write_in_group(&self, chat: i64, text: &str) {
        self.write(chat, text);
        let mut book = self.book.lock().expect("the book");
        book.updates.last_mut().expect("an update")["message"]["chat"]["type"] = json!("group");
    }

    pub(crate) fn fail(&self, fault: Fault) {
        self.book.lock().expect("the book").faults.push_back(fault);
    }

    pub(crate) fn revoke(&self, revoked: bool) {
        self.book.lock().expect("the book").revoked = revoked;
    }

    /// The messages sent to a chat, oldest first.
    pub(crate) fn sent(&self, chat: i64) -> Vec<String> {
        let book = self.book.lock().expect("the book");
        book.sent.iter().filter(|(to, _)| *to == chat).map(|(_, text)| text.clone()).collect()
    }
}

type BotResponse = (StatusCode, Json<Value>);

async fn call(
    State(book): State<Arc<Mutex<Book>>>,
    Path((bot, method)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> BotResponse {
    let silent = {
        let mut book = book.lock().expect("the book");
        if book.revoked || bot != format!("bot{TOKEN}") {
            return refused(401, "Unauthorized", json!({}));
        }
        match method.as_str() {
            "getMe" => return good(json!({ "id": 1, "is_bot": true, "username": "test_desk_bot" })),
            "getUpdates" => return good(json!(updates(&book, body["offset"].as_i64().unwrap_or(0)))),
            "sendMessage" => {}
            _ => return refused(404, "Not Found", json!({})),
        }
        let fault = book.faults.pop_front();
        match fault {
            Some(Fault::Limited(seconds)) => {
                return refused(429, "Too Many Requests", json!({ "retry_after": seconds }));
            }
            Some(Fault::Blocked) => return refused(403, "Forbidden: bot was blocked by the user", json!({})),
            Some(Fault::Broken) => return refused(502, "Bad Gateway", json!({})),
            Some(Fault::Silent) | None => {}
        }
        let chat = body["chat_id"].as_i64().expect("a chat");
        book.sent.push((chat, body["text"].as_str().expect("a text").to_owned()));
        fault.is_some()
    };
    if silent {
        std::future::pending::<()>().await;
    }
    good(json!({ "message_id": 1 }))
}

/// Telegram repeats updates until a greater offset confirms them; it also delivers some of them twice.
fn updates(book: &Book, offset: i64) -> Vec<Value> {
    let new = book.updates.iter().filter(|update| update["update_id"].as_i64() >= Some(offset));
    new.flat_map(|update| [update.clone(), update.clone()]).collect()
}

fn good(result: Value) -> BotResponse {
    (StatusCode::OK, Json(json!({ "ok": true, "result": result })))
}

fn refused(code: u16, why: &str, parameters: Value) -> BotResponse {
    let status = StatusCode::from_u16(code).expect("a status");
    (status, Json(json!({ "ok": false, "error_code": code, "description": why, "parameters": parameters })))
}
