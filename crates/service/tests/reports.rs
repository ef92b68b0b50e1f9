//! What the desk tells of itself and of people's doings: health, notices, reports; on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod reports {
    mod health;
    mod notices;
    mod setting;
    mod weeks;
}
