//! Changes of a market that have not been completed.

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
use domain::Symbol;
use store::intent::Status;

/// Completes earlier changes of a market, before another one is calculated from its position. Unavailable while one is
/// still unfinished. The caller holds the per-market lock.
pub(crate) async fn complete_changes(desk: &SharedTrading, access: &Access, symbol: &Symbol) -> Result<()> {
    before_new(desk, access, symbol).await?;
    for row in store::intent::unfinished_for_key(&desk.db, access.row.key.id).await? {
        if row.symbol == *symbol && read::<Request>(&row.request)?.changes() {
            let left = take_up(desk, access, row.id).await?;
            if left.is_some_and(|intent| !matches!(intent.status, Status::Done | Status::Failed)) {
                return Err(Error::Unavailable { retry_after_s: 2 });
            }
        }
    }
    Ok(())
}
