//! The trade that a change works on.

use crate::{
    error::Error,
    platform::fence::Tenure,
    trading::{
        Trading,
        order::{
            claim::claim,
            intent::Intent,
            run::{Halt, RunResult},
            sharing::is_superseded,
        },
    },
};
use domain::IntentId;
use exchange::{Credentials, ExchangeFailure};
use store::protection::{self as rows, Protection};

/// Work on the trade of a change.
pub(super) struct TradeRun<'a> {
    pub(super) desk: &'a Trading,
    pub(super) who: &'a Credentials,
    /// The intent that opened the trade.
    pub(super) id: IntentId,
    /// The tenure in which the change was claimed.
    pub(super) tenure: Tenure,
    pub(super) resumed: bool,
}

impl TradeRun<'_> {
    /// Returns the trade, claimed for this instance, with the protection wanted for it; `None` if its position has
    /// ended, also if that has not been settled yet.
    pub(super) async fn trade(&self) -> RunResult<Option<(Intent, Protection)>> {
        let row = rows::get_protection(&self.desk.db, self.id).await.map_err(Error::from)?;
        let Some(row) = row.filter(|row| row.ended_at.is_none()) else { return Ok(None) };
        if self.is_superseded(&row).await? {
            return Ok(None);
        }
        let Some(mut trade) = Intent::load(self.desk, self.id).await? else { return Ok(None) };
        if !trade.settled && !claim(self.desk, self.id, self.desk.clock.now()).await? {
            let words = "another instance works on the trade".to_owned();
            return Err(Halt::Later(ExchangeFailure::Unknown(words)));
        }
        trade.tenure = self.tenure;
        Ok(Some((trade, row)))
    }

    /// Whether a later entry of the position has filled, so that the open position belongs to that one.
    async fn is_superseded(&self, row: &Protection) -> RunResult<bool> {
        let all = rows::on_market(&self.desk.db, row.exchange_key_id, &row.symbol).await;
        Ok(is_superseded(&all.map_err(Error::from)?, self.id))
    }
}
