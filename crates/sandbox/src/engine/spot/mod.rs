//! Spot orders: placement, conditions, order lists, cancellation and amendment.
//!
//! ```text
//! place -> rules (terms, filters) -> entry (book | rest | wait) -> fill -> activation | ending
//! tick  -> resting orders -> trigger (stop price, trailing delta) -> entry
//! ```

mod action;
mod activation;
mod amend;
mod apply;
mod check;
mod ending;
mod entry;
mod fill;
pub(crate) mod limits;
mod lists;
mod order_list;
mod place;
mod rejection;
mod replace;
mod reserve;
mod rules;
mod spot_order;
mod trigger;

pub use action::{
    CancelRestriction, Cancellation, Cancelled, Placed, Replacement, SpotAction, SpotAmendment, SpotResult,
};
pub(super) use apply::apply;
pub(super) use ending::end;
pub(super) use fill::fill;
pub use order_list::{Contingency, ListReport, ListStatus, ListedOrder, NewList, OrderList};
pub(super) use place::place_one;
pub use spot_order::SpotOrder;
