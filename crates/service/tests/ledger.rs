//! Ledger tests on both databases: under concurrent movements and killed processes, no money is lost or
//! created, and no balance becomes negative.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod ledger {
    mod books;
    mod crash;
    mod random;
    mod setting;
}
