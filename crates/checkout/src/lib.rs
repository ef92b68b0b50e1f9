//! The built-in test checkout, a stand-in for Stripe. Slipstream and Stripe's own tools talk to it
//! unmodified, users pay with test cards on its page, and subscriptions renew, fail and end as its clock
//! advances.
//!
//! [`books`] holds customers, prices, subscriptions and invoices and advances time, all of it pure. The other
//! modules are the state file, which survives `kill -9`, Stripe's protocol, the pages, and webhook delivery.

mod books;
mod checkout;
mod failure;
mod page;
mod protocol;
mod router;
mod shared;
mod state;
mod webhook;

pub use checkout::Checkout;
pub use shared::{Listener, Options};
pub use state::StateError;
