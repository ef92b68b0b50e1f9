//! Numbers of the legs within their intent. They are part of client order ids and must never be renumbered.

use std::ops::Range;

/// Cancels the market's opening orders.
pub(crate) const CANCEL: u16 = 0;
/// Closes the position that is open.
pub(crate) const CLOSE: u16 = 1;
/// Opens the new position.
pub(crate) const ENTRY: u16 = 2;
/// The requested stop.
pub(crate) const STOP: u16 = 3;
/// The first take-profit; the others follow.
pub(crate) const FIRST_TARGET: u16 = 4;
/// The first closing order of a position that could not be protected.
pub(crate) const RESCUE: u16 = 90;
/// The stop order of an OCO entry; its limit order is [`ENTRY`].
pub(crate) const SECOND_ENTRY: u16 = 91;
/// The first order that closes what both orders of an OCO entry filled beyond the trade's amount.
pub(crate) const EXCESS: u16 = 92;
/// Stops that replace a lost one.
pub(crate) const STOPS: Range<u16> = 100..10_000;
/// Closing orders after the first.
pub(crate) const CLOSES: Range<u16> = 10_000..20_000;

/// Take-profits that replace earlier ones.
pub(crate) const TARGETS: Range<u16> = 20_000..30_000;
/// Orders that increase the position.
pub(crate) const ADDS: Range<u16> = 30_000..40_000;

/// The last numbers of stops and of take-profits that changes leave to the supervisor and to partial closes: a stop that
/// is lost after many changes must still be replaced.
pub(crate) const RESERVED: u16 = 1_000;

/// Whether a leg with this number opens the position.
pub(crate) const fn is_entry(seq: u16) -> bool {
    matches!(seq, ENTRY | SECOND_ENTRY)
}

/// Whether a leg with this number is a stop or a take-profit.
pub(crate) const fn is_protective(seq: u16) -> bool {
    (STOP <= seq && seq < RESCUE)
        || (STOPS.start <= seq && seq < STOPS.end)
        || (TARGETS.start <= seq && seq < TARGETS.end)
}
