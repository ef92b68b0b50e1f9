//! The tab's single WebSocket: `/events`. Connects when the page is really shown, resumes after the last
//! event, backs off after failures, and publishes its state.

use super::{
    bus::{self, report_link},
    link::{self, Link},
    messages::{PORTFOLIO, TabMessage, read, watch_message},
    page::{after, document, repeat, window},
    price, toasts, tree,
};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, WebSocket};

/// A stream with subscriptions is stale after this long without a message.
const SILENCE: Duration = Duration::from_secs(12);
/// The session storage key of the last event's sequence number.
const SEQ: &str = "slipstream-seq";
/// The longest pause between two attempts, in milliseconds.
const LONGEST_PAUSE: u32 = 15_000;

type Reader = Rc<dyn Fn(&JsValue)>;

/// The combined subscriptions of this tab's islands.
#[derive(Default)]
struct Wish {
    symbols: Vec<String>,
    account: Option<(String, String)>,
    reader: Option<Reader>,
    /// Whether the positions of all accounts are wanted.
    portfolio: bool,
    /// The current connection, once it is open.
    socket: Option<WebSocket>,
    /// How many attempts in a row have received nothing.
    failures: u32,
    /// Whether the current connection has received a message.
    received: bool,
    running: bool,
    last_message_at: f64,
}

impl Wish {
    fn want(&mut self, symbol: &str) {
        if !self.symbols.iter().any(|s| s == symbol) {
            self.symbols.push(symbol.to_owned());
        }
    }
}

thread_local! { static WISH: RefCell<Wish> = RefCell::default(); }

/// Subscribes to a market's prices.
pub(crate) fn watch(symbol: &str) {
    WISH.with_borrow_mut(|w| w.want(symbol));
    start();
}

/// Subscribes to an account's changes; `reader` receives every raw message.
#[cfg(feature = "desk")]
pub(crate) fn watch_account(key: &str, symbol: &str, reader: impl Fn(&JsValue) + 'static) {
    WISH.with_borrow_mut(|w| {
        w.want(symbol);
        w.account = Some((key.to_owned(), symbol.to_owned()));
        w.reader = Some(Rc::new(reader));
    });
    start();
}

/// Subscribes to the open positions of all accounts; `reader` receives every raw message. A page has either these or the
/// changes of one account.
#[cfg(feature = "pages")]
pub(crate) fn watch_portfolio(reader: impl Fn(&JsValue) + 'static) {
    WISH.with_borrow_mut(|w| {
        w.portfolio = true;
        w.reader = Some(Rc::new(reader));
    });
    start();
}

/// Opens the tab's WebSocket on the first call; later calls send the updated subscriptions.
pub(crate) fn start() {
    subscribe();
    let first = WISH.with_borrow_mut(|w| !std::mem::replace(&mut w.running, true));
    if first {
        when_shown(connect);
        repeat(SILENCE / 4, notice_silence);
    }
}

/// Runs now, or when a prerendered page is shown: a hidden page holds no stream.
fn when_shown(run: impl FnOnce() + 'static) {
    let document = document();
    let prerendering = js_sys::Reflect::get(&document, &"prerendering".into());
    if prerendering.ok().and_then(|p| p.as_bool()) != Some(true) {
        return run();
    }
    let run = Closure::once_into_js(run);
    let _ = document.add_event_listener_with_callback("prerenderingchange", run.unchecked_ref());
}

/// Half a second, doubling per failure, plus up to a third of random jitter, so that not all tabs reconnect
/// to a restarted server at the same time.
fn back_off(failures: u32) -> Duration {
    let base = (500_u32 << failures.min(5)).min(LONGEST_PAUSE);
    let jitter = js_sys::Math::random() * f64::from(base) / 3.0;
    Duration::from_millis(u64::from(base) + jitter as u64)
}

/// Opens a connection. When it ends, the next attempt is scheduled.
fn connect() {
    let Ok(socket) = WebSocket::new(&address()) else { return disconnected() };
    let opened = socket.clone();
    let on_open = Closure::<dyn FnMut()>::new(move || {
        WISH.with_borrow_mut(|w| w.socket = Some(opened.clone()));
        subscribe();
    });
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            receive(&text);
        }
    });
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Each connection closes once, also one that has failed; then all handlers are freed.
    let on_close = Closure::once_into_js(move || {
        drop((on_open, on_message));
        disconnected();
    });
    socket.set_onclose(Some(on_close.unchecked_ref()));
}

/// Handles the end of a connection.
fn disconnected() {
    let failures = WISH.with_borrow_mut(|w| {
        w.socket = None;
        w.failures = if std::mem::take(&mut w.received) { 0 } else { w.failures.saturating_add(1) };
        w.failures
    });
    report_link(Link::Offline);
    after(back_off(failures), connect);
}

/// Sends this tab's subscriptions if it is connected.
fn subscribe() {
    WISH.with_borrow(|w| {
        let Some(socket) = &w.socket else { return };
        // A connection that ends meanwhile is followed by one that sends them again.
        let _ = socket.send_with_str(&watch_message(&w.symbols, w.account.as_ref(), remembered()));
        if w.portfolio {
            let _ = socket.send_with_str(PORTFOLIO);
        }
    });
}

fn address() -> String {
    let location = window().location();
    let scheme = if location.protocol().as_deref() == Ok("https:") { "wss" } else { "ws" };
    format!("{scheme}://{}/events", location.host().unwrap_or_default())
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn remembered() -> Option<i64> {
    storage()?.get_item(SEQ).ok()??.parse().ok()
}

fn remember(seq: i64) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(SEQ, &seq.to_string());
    }
}

fn forget() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(SEQ);
    }
}

fn receive(text: &str) {
    let lively = WISH.with_borrow_mut(|w| {
        w.received = true;
        w.last_message_at = js_sys::Date::now();
        w.portfolio && w.symbols.is_empty()
    });
    if text == "\"Reload\"" {
        forget();
        return toasts::show_outdated();
    }
    let Some(message) = tree::parse(text) else { return };
    match read(&message) {
        Some(TabMessage::Hello(seq)) => greeted(seq),
        Some(TabMessage::Upstream(live)) => report_link(if live { Link::Live } else { Link::Stale }),
        Some(TabMessage::Price(symbol, quote)) => {
            report_link(Link::Live);
            price::show(symbol, quote);
        }
        Some(TabMessage::Happened(event)) => {
            remember(event.seq);
            bus::report_event(&event);
        }
        None => {}
    }
    // Without prices the stream is live as long as the positions arrive.
    if lively {
        report_link(Link::Live);
    }
    if let Some(reader) = WISH.with_borrow(|w| w.reader.clone()) {
        reader(&message);
    }
}

/// Handles the server's greeting. Its sequence number is zero without a session: resuming from zero would
/// replay the whole history.
fn greeted(seq: i64) {
    if seq > 0 && remembered().is_none() {
        remember(seq);
    }
    // A page without price subscriptions has nothing more to wait for.
    if WISH.with_borrow(|w| w.symbols.is_empty()) {
        report_link(Link::Live);
    }
}

/// A socket can stay open over a dead network: a stream that should send something but does not is not live.
fn notice_silence() {
    let silent = WISH.with_borrow(|w| {
        let expected = w.portfolio || !w.symbols.is_empty();
        expected && js_sys::Date::now() - w.last_message_at > SILENCE.as_secs_f64() * 1_000.0
    });
    if silent && link::current() == Link::Live {
        report_link(Link::Stale);
    }
}
