//! Changes of a position that have not been completed.

use crate::{
    error::{Error, Result},
    trading::{
        SharedTrading,
        order::{
            account::Access,
            intent::{Request, read},
            recover::{before_new, take_up},
        },
    },
};
use domain::{PositionSlot, Symbol};
use store::intent::Status;

/// Completes earlier changes of one of a market's positions, before another one is calculated from it. Unavailable while one is
/// still unfinished. The caller holds the per-market lock.
pub(crate) async fn complete_changes(
    desk: &SharedTrading,
    access: &Access,
    symbol: &Symbol,
    slot: PositionSlot,
) -> Result<()> {
    before_new(desk, access, symbol, slot).await?;
    for row in store::intent::unfinished_for_key(&desk.db, access.row.key.id).await? {
        let here = row.symbol == *symbol && row.position_side == slot;
        if here && read::<Request>(&row.request)?.changes() {
            let left = take_up(desk, access, row.id).await?;
            if left.is_some_and(|intent| !matches!(intent.status, Status::Done | Status::Failed)) {
                return Err(Error::Unavailable { retry_after_s: 2 });
            }
        }
    }
    Ok(())
}
