//! People on both databases: signing up and in, passwords, sessions, tokens, flashes, and what the database gives away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod people {
    mod account;
    mod audit;
    mod database_bytes;
    mod mails;
    mod passwords;
    mod persons;
    mod profile;
    mod quotas;
    mod recovery;
    mod sessions;
    mod setting;
    mod step_up;
    mod tokens;
}
