//! The ledger on both databases: whatever moves at the same moment, and whoever is killed meanwhile, nothing is lost,
//! nothing appears, and nobody owes.

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
