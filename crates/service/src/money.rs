//! Money on our own books and at the payment provider: billing, the ledger, and sub-accounts.

pub mod billing;
mod context;
pub mod ledger;
pub mod sub_account;

pub use context::{Money, SharedMoney};
