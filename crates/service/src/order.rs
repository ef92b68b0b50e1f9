//! Orders: placing, watching and ending them. Whatever is sent to an exchange is an intent first (house rule 4).

mod account;
mod begin;
mod checks;
mod client_id;
pub(crate) mod copied;
mod entered;
mod intent;
mod legs;
mod place;
mod protected;
mod record;
mod recover;
mod run;

pub(crate) use account::{Access, read_state};
pub use account::{
    HISTORY, account_state, cancel, closing_first, history, open, position, positions, set_leverage,
    set_margin_mode, trades,
};
pub(crate) use begin::Begin;
pub(crate) use client_id::protects;
pub(crate) use entered::{Entered, Repaired};
pub(crate) use intent::asked_by_hand;
pub(crate) use place::panic_market;
pub use place::{IdempotencyKey, close_position, place};
pub use protected::look_after;
pub(crate) use protected::told_as_hit;
pub use recover::sweep;
pub(crate) use recover::{forget_key, touched};
