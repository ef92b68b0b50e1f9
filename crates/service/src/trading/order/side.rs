//! Sides of orders and positions.

use domain::{PositionSide, Side};

/// Returns the side of the order that opens a position.
pub(super) const fn entered_by(side: PositionSide) -> Side {
    match side {
        PositionSide::Long => Side::Buy,
        PositionSide::Short => Side::Sell,
    }
}
