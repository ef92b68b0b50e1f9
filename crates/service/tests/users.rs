//! User account tests on both databases: sign-up and sign-in, passwords, sessions, tokens, flash messages,
//! and what the database reveals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod users {
    mod account;
    mod audit;
    mod database_bytes;
    mod event_program;
    mod event_webhooks;
    mod languages;
    mod mails;
    mod passwords;
    mod persons;
    mod profile;
    mod quotas;
    mod recovery;
    mod sessions;
    mod setting;
    mod sign_in_ends;
    mod step_up;
    mod suspended_webhooks;
    mod tokens;
}
