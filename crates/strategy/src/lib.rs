//! Strategies as data, their evaluation, and their results.
//!
//! A [`Definition`] defines when to enter and exit a market and where stop loss and take profits are placed.
//! [`Evaluator`] turns it into decisions, one closed bar at a time. [`Runner`] adds the strategy's own
//! position and reports the outcome of each trade. [`backtest::run`] feeds a [`Series`] of bars to a
//! `Runner`; a live strategy feeds it the same bars as they close. Every rule has only one implementation, so
//! backtest and live trading cannot disagree.
//!
//! ```text
//! Candle ──► Bar ──► Runner::step ──► Option<&Decision>   (a signal; it trades at the next bar's open)
//!                        └──────────► Trade               (an outcome; performance::{by_month, history, total})
//! ```
//!
//! Pure: no I/O, clock or randomness. Indicators are `f64`, because they only inform decisions. Every price,
//! fill, fee and profit is an integer ([`Price`], [`Ratio`]), and only [`ticks`] converts an indicator value
//! to a price.
//!
//! # Rules
//! * **Decisions** are made at a bar's close, never before [`Definition::warm_up`] bars, and trade at the
//!   next bar's open.
//! * **Simultaneous long and short conditions** give no signal. The opposite entry closes the position and
//!   opens the other one at the same open. If that entry cannot have its stop, it is only an exit.
//! * **Stop and targets** are fixed at the decision, relative to its bar's close, and rounded to the market's
//!   tick: a long's down, a short's up. An entry whose stop or target is already behind the opening price is
//!   not taken, because an exchange would reject those orders.
//! * **Targets** share the position equally, nearest first.
//! * **Within a bar** that touched both stop and target, the stop counts, because their order is unknown. A
//!   bar that opens beyond the stop fills at its open, and so does one that opens beyond a target.
//! * **Costs**: the fee on entry and exit, adverse slippage on every fill, and funding at each 00:00, 08:00
//!   and 16:00 UTC after the entry, up to and including the exit, on the notional at entry (a long pays a
//!   positive rate).
//! * **Profit** of a trade is relative to the position's cost, after all costs, rounded down to 10^-10 and
//!   never below -1. Trades compound: each invests the whole equity, at leverage 1.
//! * **Max drawdown** is the largest decline from a peak, measured after each trade.

pub mod alert;
pub mod backtest;
mod bar;
pub mod candles;
mod curve;
mod definition;
pub mod demo;
mod evaluator;
mod indicator;
mod json;
pub mod metrics;
pub mod performance;
mod program;
mod ratio;
pub mod ticks;
mod unreadable;
mod validate;

pub use backtest::{Book, Costs, Position, Runner, Trade};
pub use bar::{Bar, Series};
pub use definition::{Condition, Definition, Expr, Sides, Source, Stop, Target};
pub use evaluator::{Decision, Evaluator};
pub use ratio::Ratio;
pub use ticks::{Price, Ticks};
pub use unreadable::{Unreadable, UnreadableCause};
pub use validate::{DefinitionProblem, Fault, limits};
