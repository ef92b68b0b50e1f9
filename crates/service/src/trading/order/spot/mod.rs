//! Trades on spot keys.
//!
//! On spot the exchange knows no positions, only coins. A trade holds what its own orders have bought, less the commission
//! that was taken from it and less what its own orders have sold, rounded down to the lot ([`holding`]). Sell orders lock the
//! coins, so a stop and a take-profit over the same coins are one pair of which one cancels the other (OCO), and a stop cannot
//! be replaced before it is cancelled. The shares of what is held, each with its orders, follow from the trade's wanted stop
//! and take-profits ([`plan`]); [`work`] brings the exchange to them step by step. Each step follows from what is read
//! ([`read`]), and what it sends is on disk before, so a crash at any point is repaired by the next pass of the supervisor.
//! Reasons: docs/decisions/0017-spot-trades.md.

mod checks;
mod enter;
mod fills;
mod holding;
mod leg;
mod place;
mod plan;
mod position;
mod read;
mod sell;
mod view;
mod work;

pub(super) use checks::{affordable, fits, too_many_targets, without_closing};
pub(super) use fills::{as_reducing, own_fills, own_orders};
pub(crate) use leg::SpotLeg;
pub(crate) use position::{held_on, held_position, held_positions};
pub use view::SpotView;
pub(super) use work::{Goal, Outcome, Pursued};
