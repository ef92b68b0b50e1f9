//! Versions of the engine's rules.
//!
//! A journal holds commands that the rules of their time accepted, and replaying it must accept them again. So a rule
//! that refuses what used to be accepted has a version: a new exchange begins with the newest, and an old one is raised
//! to it by a command in its journal, after everything that came before.

/// The newest version.
pub(crate) const CURRENT: u32 = 1;

/// From here on resting orders count against a new reduce-only order (-4118).
pub(super) const RESTING_ORDERS_COUNT: u32 = 1;
/// From here on `GTE_GTC` and closePosition orders need a position; an opening order is not enough.
pub(super) const GTE_NEEDS_POSITION: u32 = 1;
/// From here on the limit of waiting conditional orders is one for all markets together.
pub(super) const ONE_ALGO_LIMIT: u32 = 1;
