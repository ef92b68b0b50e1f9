//! Strategies as data, and what comes of them.
//!
//! A [`Definition`] says when to enter and leave a market and where stop and targets stand. [`Evaluator`] turns it into
//! decisions, one closed bar at a time; [`Runner`] adds the strategy's own position, and says what each trade came to.
//! [`backtest::run`] feeds a [`Series`] of bars to a `Runner`; live running feeds it the same bars as they close. There
//! is no second implementation of any rule, so the two cannot disagree.
//!
//! ```text
//! Candle ──► Bar ──► Runner::step ──► Option<&Decision>   (a signal; it trades at the next bar's open)
//!                        └──────────► Trade               (an outcome; performance::{by_day, by_month, total})
//! ```
//!
//! Pure: no I/O, no clock, no chance. Indicators are `f64`, because they are opinions; every price, fill, fee and profit
//! is an integer ([`Price`], [`Ratio`]), and the one way from an opinion to a price is [`ticks`].
//!
//! # Rules
//! * **Decisions** are made at a bar's close, never before [`Definition::warm_up`] bars, and trade at the next bar's open.
//! * **Both sides at once** is no signal. The opposite entry closes the position and opens the other at the same open.
//!   Where that entry cannot have its stop, it is an exit.
//! * **Stop and targets** are fixed at the decision, from its bar's close, on the market's tick: a long's are rounded
//!   down, a short's up. An entry whose stop or target is already behind the opening price is not taken, for an exchange
//!   would refuse those orders.
//! * **Targets** share the position equally, nearest first.
//! * **Inside a bar** the stop counts when both stop and target were touched; nobody knows which came first. A bar that
//!   opens beyond the stop fills at its open, and so does one that opens beyond a target.
//! * **Costs**: the fee on entry and exit, slippage against us on every fill, and funding at each 00:00, 08:00 and 16:00
//!   UTC after the entry, up to and including the exit, on the worth at entry (a long pays a positive rate).
//! * **Profit** of a trade is its share of the position's cost, all costs taken off, rounded down to 10^-10 and never
//!   below -1. Trades compound: each invests everything, at leverage 1.
//! * **Draw-down** is the deepest fall from a peak, measured after each trade.

pub mod backtest;
mod bar;
pub mod candles;
mod definition;
pub mod demo;
mod evaluator;
mod indicator;
pub mod performance;
mod program;
mod ratio;
pub mod ticks;
mod validate;

pub use backtest::{Book, Costs, Position, Runner, Trade};
pub use bar::{Bar, Series};
pub use definition::{Condition, Definition, Expr, Sides, Source, Stop, Target};
pub use evaluator::{Decision, Evaluator};
pub use ratio::Ratio;
pub use ticks::{Price, Ticks};
pub use validate::{Fault, Problem, limits};
