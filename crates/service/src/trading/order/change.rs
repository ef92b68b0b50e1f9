//! Changes of an open trade: its stop and take-profits, a partial close, an increase, and the end of its resting entries.
//!
//! Each change is an intent of its own, so that it survives a crash. The stops and take-profits that it adds are legs of
//! the intent that opened the trade, written in the same transaction: from then on the new stop is the wanted one, and
//! the supervisor pursues it whether or not the change completes. A new stop is placed before the old one is cancelled.

mod add;
mod ask;
mod history;
mod part;
mod pending;
mod plan;
mod position;
mod reduce;
mod request;
mod shown;
mod trade_run;
mod work;

pub use ask::{
    AddSize, LimitClose, TradeTarget, add_to_trade, breakeven, cancel_entries, change_trade, close_part,
    reduce_at_limit, reduce_position,
};
pub(super) use ask::{Automatic, close_target, move_automatically, with_distance};
pub(super) use history::HistoryEntry;
pub use part::Part;
pub(crate) use pending::complete_changes;
pub(super) use position::of_one_position;
pub(crate) use request::Reducing;
pub(super) use request::{Adding, Protecting};
pub(super) use shown::{in_force, open_trades, version_of};
pub(super) use work::{carry_out, resize_stop};
