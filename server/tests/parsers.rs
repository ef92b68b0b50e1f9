//! Fuzz tests of the functions that parse untrusted input. Each is fed its corpus
//! (`tests/corpora/<target>/`), then random mutations of the corpus, always with the same seed.
//! `SLIPSTREAM_DEEP=1` runs a hundred times as many mutations.
//!
//! An input that breaks a target belongs in its corpus: the failure prints it as the bytes of a file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod bodies;

use axum::{body::Body, http::Request};
use domain::{Frame, Micros, live::ClientMessage};
use payment::{PaymentGateway as _, Stripe};
use server::rest::{
    fields::Fields,
    hook,
    mudawyl::{raw_request::FieldLocation, raw_request::RawRequest, validate::Check},
};
use service::identity::api_client::{self, BodyKind, Signed};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};
use strategy::{Definition, candles};
use tokio_tungstenite::tungstenite::{
    WebSocket,
    protocol::{Role, WebSocketConfig},
};

/// The number of mutated inputs for each target.
const ROUNDS: usize = 3_000;
const DEEP_ROUNDS: usize = 300_000;
/// The body size limit of every route, in bytes.
const LONGEST: usize = 64 * 1024;
/// The message size limit of `/events`, in bytes.
const MESSAGE: usize = 16 * 1024;

/// A deterministic random generator (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end.max(1) as u64).unwrap()
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Fragments that parsers tend to mishandle.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"%",
    b"%00",
    b"%FF",
    b"&",
    b"=",
    b",",
    b";",
    b":",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"true",
    b"-0",
    b"1e999",
    b"1e-999",
    b"NaN",
    b"-1",
    b"99999999999999999999999999999999",
    b"0.1",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"\x80\x7f\xff\xff",
    b"T24:00:60Z",
    b"2026-02-30",
    b"__proto__",
    b"../",
    b"<",
    b"'",
    b" ",
    b"\t",
];

/// A mutation of the input.
fn changed(input: &[u8], corpus: &[&[u8]], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(16)).min(bytes.len());
        match dice.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => {
                let again = bytes[at..end].repeat(1 + dice.below(40));
                bytes.splice(at..at, again);
            }
            5 => {
                let other = dice.one(corpus);
                let from = dice.below(other.len() + 1);
                bytes.splice(at.., other[from..].iter().copied());
            }
            _ => drop(bytes.splice(at..at, dice.one(TOKENS).iter().copied())),
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpora").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("there is no {}", folder.display()));
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no corpus");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Feeds the inputs to a target.
fn feed(target: &str, take: impl Fn(&[u8])) {
    let corpus = corpus(target);
    let corpus: Vec<&[u8]> = corpus.iter().map(Vec::as_slice).collect();
    let feed = |input: &[u8]| {
        if catch_unwind(AssertUnwindSafe(|| take(input))).is_err() {
            let hex = input.iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
            panic!(
                "{target} broke on {:?}; as a file: printf %s {hex} | xxd -r -p",
                String::from_utf8_lossy(input)
            );
        }
    };
    feed(b"");
    corpus.iter().for_each(|input| feed(input));
    let deep = std::env::var("SLIPSTREAM_DEEP").is_ok_and(|deep| deep == "1");
    let mut dice = Dice(0x5EED);
    for _ in 0..if deep { DEEP_ROUNDS } else { ROUNDS } {
        let input = dice.one(&corpus);
        feed(&changed(input, &corpus, &mut dice));
    }
}

#[test]
fn webhooks() {
    feed("webhook", |input| {
        let Ok(request) = RawRequest::new([], "", input) else { return };
        if let Ok(alert) = hook::alert(&request) {
            assert!(!alert.id.is_some_and(|id| id.chars().any(char::is_control)));
        }
    });
}

#[test]
fn alerts_of_own_sources() {
    feed("own_alerts", |input| {
        if let Ok(alert) = strategy::alert::read(input) {
            assert!(!alert.id.is_some_and(|id| id.chars().any(char::is_control)));
        }
        assert!(strategy::alert::redact::redacted(input).len() <= strategy::alert::redact::LONGEST);
    });
}

#[test]
fn forms() {
    feed("forms", |input| {
        if let Ok(fields) = Fields::parse(input) {
            let mut seen = BTreeSet::new();
            for (name, value) in fields.into_pairs() {
                assert!(!value.contains('\0'));
                assert!(name.ends_with("[]") || seen.insert(name));
            }
        }
    });
}

#[test]
fn multipart_forms() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    feed("multipart", |input| {
        let request = Request::post("/").header("content-type", "multipart/form-data; boundary=b");
        let read = runtime.block_on(Fields::of_body(request.body(Body::from(input.to_vec())).unwrap()));
        assert!(read.is_err() || !read.unwrap().into_pairs().iter().any(|(_, value)| value.contains('\0')));
    });
}

#[test]
fn requests_of_programs() {
    feed("requests", |input| {
        let at = input.iter().position(|b| *b == b'\n').unwrap_or(input.len());
        let query = String::from_utf8_lossy(&input[..at]);
        let body = input.get(at + 1..).unwrap_or_default();
        let Ok(request) = RawRequest::new([("id".to_owned(), query.clone().into_owned())], &query, body)
        else {
            return;
        };
        for place in [FieldLocation::Query, FieldLocation::Body] {
            let mut check = Check::new(&request, place);
            let _ = (check.id(), check.symbol());
        }
        drop(request.canonical_body());
    });
}

#[test]
fn candle_files() {
    feed("candles", |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        for gaps in [candles::Gaps::Refuse, candles::Gaps::Keep] {
            if let Ok(read) = candles::parse(text, Frame::H1, gaps) {
                assert_eq!(candles::parse(&candles::render(&read), Frame::H1, gaps).unwrap(), read);
            }
        }
    });
}

#[test]
fn strategy_definitions() {
    feed("definitions", |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        if let Ok(read) = Definition::from_json(text) {
            assert_eq!(Definition::from_json(&read.to_json()).unwrap(), read);
            if read.validate().is_ok() {
                assert!(read.warm_up() < 1_000_000);
            }
            let _ = read.validate_followable();
        }
    });
}

#[test]
fn messages_of_tabs() {
    feed("messages", |input| {
        if let Ok(read) = serde_json::from_slice::<ClientMessage>(input) {
            let text = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<ClientMessage>(&text).unwrap(), read);
        }
    });
}

#[test]
fn websocket_frames() {
    feed("frames", |input| {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE))
            .max_frame_size(Some(MESSAGE))
            .read_buffer_size(2 * 1024);
        let mut socket = WebSocket::from_raw_socket(Cursor::new(input.to_vec()), Role::Server, Some(limits));
        // Answers to pings overwrite untrusted bytes that follow.
        while let Ok(message) = socket.read() {
            assert!(message.len() <= MESSAGE);
            if let Ok(text) = message.to_text() {
                let _ = serde_json::from_str::<ClientMessage>(text);
            }
        }
    });
}

#[test]
fn signatures_of_the_payment_provider() {
    let config = payment::stripe::Config {
        base: "http://127.0.0.1:9".into(),
        secret: "sk_test_1".to_owned().into(),
        webhook_secret: "whsec_test_secret".to_owned().into(),
    };
    let stripe = Stripe::new(config).unwrap();
    let split = |input: &[u8]| {
        let at = input.iter().position(|b| *b == b'\n').unwrap_or(input.len());
        (String::from_utf8_lossy(&input[..at]).into_owned(), input.get(at + 1..).unwrap_or_default().to_vec())
    };
    let known: BTreeSet<Vec<u8>> = corpus("stripe").iter().map(|input| split(input).1).collect();
    let now = Micros::from_millis(1_700_000_000_000);
    let good = corpus("stripe").into_iter().filter(|input| {
        let (header, body) = split(input);
        stripe.verify(&header, &body, now).is_ok()
    });
    assert_eq!(good.count(), 1, "the corpus has one good message");
    feed("stripe", |input| {
        let (header, body) = split(input);
        if let Ok(id) = stripe.verify(&header, &body, now) {
            assert!(known.contains(&body) && id == "evt_1", "a body without a signature");
        }
    });
}

#[test]
fn signatures_of_programs() {
    const SECRET: &[u8] = b"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
    let split = |input: &[u8]| {
        let mut parts = input.splitn(3, |b| *b == b'\n').map(<[u8]>::to_vec);
        let mut text = || String::from_utf8_lossy(&parts.next().unwrap_or_default()).into_owned();
        let (target, signature) = (text(), text());
        (target, signature, parts.next().unwrap_or_default())
    };
    let good = |input: &[u8]| {
        let (target, signature, body) = split(input);
        let (path, query) =
            target.split_once('?').map_or((&*target, None), |(path, query)| (path, Some(query)));
        let kind = if body.starts_with(b"{") { BodyKind::Json } else { BodyKind::Form };
        let signed = Signed { path, query, body: &body, kind, signature: &signature };
        api_client::verify(SECRET, None, &signed)
    };
    // The signed text, whichever part of the request contains it.
    let words = |input: &[u8]| {
        let (target, _, body) = split(input);
        [target.as_bytes(), &body].concat().into_iter().filter(|b| *b != b'?').collect::<Vec<u8>>()
    };
    let known: BTreeSet<Vec<u8>> =
        corpus("threecommas").iter().filter(|input| good(input)).map(|input| words(input)).collect();
    assert_eq!(known.len(), 3, "the corpus has three good requests");
    feed("threecommas", |input| {
        assert!(!good(input) || known.contains(&words(input)), "something that nobody signed");
    });
}
