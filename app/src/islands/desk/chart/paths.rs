//! The drawing itself, as SVG paths.

use super::scale::Scale;
use crate::islands::desk::Bar;
use std::fmt::Write as _;

/// The rising or the falling candles as one path.
pub(super) fn candles(scale: &Scale, bars: impl Iterator<Item = (i64, Bar)>, rising: bool) -> String {
    let mut path = String::new();
    for (slot, bar) in bars.filter(|(_, b)| b.rises() == rising) {
        candle(&mut path, scale, slot, bar);
    }
    path
}

pub(super) fn candle(path: &mut String, scale: &Scale, slot: i64, bar: Bar) {
    let (x, half) = (scale.x(slot), scale.half());
    let (open, close) = (scale.y(bar.1), scale.y(bar.4));
    let (top, low) = (open.min(close), open.max(close).max(open.min(close) + 10));
    let (left, right) = (x - half, x + half);
    let (high, deep) = (scale.y(bar.2), scale.y(bar.3));
    let _ = write!(path, "M{x} {high}V{top}M{x} {low}V{deep}M{left} {top}H{right}V{low}H{left}Z");
}

/// The volumes as one path.
pub(super) fn volumes(scale: &Scale, bars: impl Iterator<Item = (i64, Bar)>) -> String {
    let (mut path, half, bottom) = (String::new(), scale.half(), scale.bottom());
    for (slot, bar) in bars {
        let x = scale.x(slot);
        let _ = write!(path, "M{} {bottom}V{}H{}V{bottom}Z", x - half, scale.volume_y(bar.5), x + half);
    }
    path
}

pub(super) fn grid(scale: &Scale) -> String {
    let (mut path, right) = (String::new(), scale.right());
    for price in scale.grid() {
        let _ = write!(path, "M0 {}H{right}", scale.y(price));
    }
    path
}
