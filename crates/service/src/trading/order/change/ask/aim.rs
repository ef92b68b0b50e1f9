//! The position that a change is for: in hedge mode a market has two.

use super::Changer;
use crate::{
    error::{Error, Result},
    trading::order::{account::Access, change::of_one_position},
};
use domain::{AccountMode, IntentId, Position, PositionSide, Side};
use store::protection::{self as rows, Protection};

/// Returns the side of the position that an order of this side reduces: in hedge mode that determines which of the two it is.
pub(super) fn reduced_by(access: &Access, side: Side) -> Option<PositionSide> {
    let hedged = access.row.key.account_mode == AccountMode::Hedge;
    hedged.then(|| PositionSide::opened_by(side.opposite()))
}

impl Changer<'_> {
    /// Determines the position that is meant: that of a trade or on a side, otherwise the only one, or the one that was
    /// opened last. The caller holds the per-market lock.
    pub(super) async fn aim(&mut self, trade: Option<IntentId>, side: Option<PositionSide>) -> Result<()> {
        let mode = self.access.row.key.account_mode;
        if mode != AccountMode::Hedge {
            return Ok(());
        }
        let rows = rows::on_market(&self.desk.db, self.access.row.key.id, &self.symbol).await?;
        let rows = of_one_position(rows, trade, side);
        let latest = rows.iter().rev().find(|row| row.ended_at.is_none()).map(|row| row.position_side);
        self.slot = match (side.map(|side| mode.opened_by(side.opening())), latest) {
            (Some(slot), _) | (None, Some(slot)) => slot,
            (None, None) => {
                let open = self.desk.exchange.positions_for_stop(&self.access.who, &self.symbol).await;
                let open = self.access.take(self.desk, open).await?;
                open.first().ok_or(Error::NotFound)?.position_side
            }
        };
        Ok(())
    }

    /// Returns the position, if it is open.
    pub(super) async fn position(&self) -> Result<Option<Position>> {
        let answer = self.desk.exchange.position_for_stop(&self.access.who, &self.symbol, self.slot).await;
        self.access.take(self.desk, answer).await
    }

    /// Returns the protections of the position, oldest first.
    pub(super) async fn rows(&self) -> Result<Vec<Protection>> {
        let key = self.access.row.key.id;
        Ok(rows::of_position(&self.desk.db, key, &self.symbol, self.slot).await?)
    }
}
