//! Orders: placing, tracking and closing them, and protecting the positions they open. An order is sent only
//! after its intent has been committed to the database.

mod account;
mod adopt;
mod adopt_request;
mod adopting;
pub mod automation;
mod begin;
mod change;
mod checks;
mod claim;
mod client_id;
mod close;
pub(crate) mod copied;
mod copied_request;
mod costs;
pub mod entry_order;
mod finish;
mod hits;
mod idempotency;
mod intent;
mod legs;
mod oco;
mod origin;
mod place;
pub mod protection;
mod record;
mod recover;
mod rehearse;
mod run;
mod send;
mod seq;
mod sharing;
mod side;
pub mod trade;

pub(crate) use account::{Access, cancel_open, read_state};
pub use account::{
    HISTORY, account_state, cancel_order, get_position, list_history, list_open_orders, list_positions,
    list_trades, protection_of, set_leverage, set_margin_mode, set_market_settings,
};
pub(crate) use adopt::adopt;
pub(crate) use begin::BeginCondition;
pub use change::{
    AddSize, LimitClose, Part, TradeTarget, add_to_trade, breakeven, cancel_entries, change_trade,
    close_part, reduce_at_limit, reduce_position,
};
pub(crate) use change::{Reducing, complete_changes};
pub(crate) use client_id::{Install, Parsed, parse as parse_client_id, protects};
pub(crate) use copied_request::{Entering, Exiting};
pub(crate) use hits::reported_as_hit;
pub use idempotency::IdempotencyKey;
pub(crate) use intent::manual_order_of;
pub(crate) use origin::{exit_of, opening_of, trade_of};
pub(crate) use place::panic_market;
pub use place::{
    ClosedPosition, NewTrade, adopt_position, close_position, close_positions, close_side, open_trade,
    place_order, place_order_unless_open, reverse_trade,
};
pub use recover::sweep;
pub(crate) use recover::{forget_key, touched};
pub use rehearse::{RehearsedOrder, Verdict, rehearse};
