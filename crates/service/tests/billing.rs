//! Paying for plans, on both databases, against the test checkout over HTTP: what is asked happens once, and only the
//! provider's word grants a plan.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod billing {
    mod paying;
    mod shop;
    mod time;
    mod trouble;
    mod word;
}
