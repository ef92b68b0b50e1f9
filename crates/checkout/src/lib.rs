//! The built-in test checkout. It stands where Stripe would: the desk and Stripe's own programs speak to it unmodified,
//! people pay with play money on its page, and subscriptions renew, fail and end as its clock goes on.
//!
//! [`books`] keeps customers, prices, subscriptions and invoices, and lets time pass, all of it pure; around them stand the
//! file that survives `kill -9`, Stripe's protocol, the pages, and the messages to whoever subscribed to them.

mod books;
mod checkout;
mod page;
mod protocol;
mod state;
mod webhook;

pub use checkout::{Checkout, Listener, Options};
pub use state::StateError;
