//! Orders: placing, watching and ending them. Whatever is sent to an exchange is an intent first (house rule 4).

mod account;
mod checks;
mod client_id;
mod intent;
mod legs;
mod place;
mod recover;
mod run;

pub(crate) use account::read_state;
pub use account::{
    account_state, cancel, closing_first, history, open, position, set_leverage, set_margin_mode, trades,
};
pub use place::{IdempotencyKey, close_position, place};
pub use recover::sweep;
pub(crate) use recover::{forget_key, touched};
