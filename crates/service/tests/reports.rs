//! Tests of the archive, health, notices and reports, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod reports {
    mod archive;
    mod health;
    mod notices;
    mod setting;
    mod weeks;
}
