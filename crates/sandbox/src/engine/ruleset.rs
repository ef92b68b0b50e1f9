//! Versions of the engine's rules.
//!
//! A journal holds commands that were accepted under the rules of their time, and replaying it must accept
//! them again. A rule that rejects what used to be accepted therefore has a version. A new exchange starts
//! with the newest one; an existing exchange is raised to it by a command in its journal, after everything
//! that came before.

/// The newest version.
pub(crate) const CURRENT: u32 = 5;

/// From this version on, resting orders count against a new reduce-only order (-4118).
pub(super) const RESTING_ORDERS_COUNT: u32 = 1;
/// From this version on, `GTE_GTC` and closePosition orders need a position; an opening order is not enough.
pub(super) const GTE_NEEDS_POSITION: u32 = 1;
/// From this version on, an order's position side must match the account's position mode (-4061).
pub(super) const POSITION_SIDES: u32 = 2;
/// From this version on, an order of hedge mode that closes more than its position is rejected (-2022).
pub(super) const HEDGED_CLOSES: u32 = 4;
/// From this version on, one limit of open conditional orders applies to all markets together.
pub(super) const ONE_ALGO_LIMIT: u32 = 1;
/// From this version on, trades are numbered by market, and fills of resting orders are public trades.
pub(super) const TRADE_NUMBERS: u32 = 3;
/// From this version on, volumes of the market are on the step sizes of spot and perpetual. It decides how much of a
/// resting order a beat fills.
pub(super) const STEPPED_VOLUMES: u32 = 5;
/// From this version on, spot orders must pass all documented filters.
pub(super) const SPOT_FILTERS: u32 = 2;
