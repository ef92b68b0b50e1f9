//! Billing tests on both databases, against the test checkout over HTTP: every request takes effect once, and
//! only the payment provider's confirmation grants a plan.

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
