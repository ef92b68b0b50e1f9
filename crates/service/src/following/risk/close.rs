//! Closes the positions of tripped rules. The trip is on disk before, and stops the follows' entries; each close is an
//! intent of its own, as an exit's. So a killed process loses nothing: what is still open is closed by the next round.

use super::measure::RuleBook;
use crate::{
    error::Result,
    following::{SharedFollowing, copy},
};
use domain::copy::{Exit, Status};
use futures::future::join_all;
use store::risk_rule::OwnedRule;

/// Closes the open copied positions of every tripped rule that closes. A position whose close the exchange rejects is
/// tried again in the next round.
///
/// # Errors
/// If the database cannot be queried.
pub async fn close_due(desk: &SharedFollowing) -> Result<()> {
    let due = store::risk_rule::list_closing(&desk.db).await?;
    let each = due.into_iter().map(|owned| async move {
        if let Err(error) = close_positions(desk, &owned).await {
            tracing::warn!(rule = %owned.rule.id, %error, "could not close the positions of a risk rule; will retry");
        }
    });
    join_all(each).await;
    Ok(())
}

/// Closes what is open now. Once nothing is open or being sent, the rule's closing has ended.
async fn close_positions(desk: &SharedFollowing, owned: &OwnedRule) -> Result<()> {
    let book = RuleBook::with(desk, owned.user_id, vec![owned.rule]).await?;
    let active = |status| matches!(status, Status::Open | Status::Sending);
    let due: Vec<_> = book
        .concerned(&owned.rule)
        .into_iter()
        .filter(|copy| active(copy.status))
        .map(|copy| copy.id)
        .collect();
    if due.is_empty() {
        let Some(trip) = owned.rule.trip else { return Ok(()) };
        let mut tx = desk.db.begin().await?;
        store::risk_rule::end_closing(&mut tx, owned.rule.id, trip.at).await?;
        return Ok(tx.commit().await?);
    }
    let closes = due.into_iter().map(|id| copy::close_copy(desk, id, Exit::Rule));
    for closed in join_all(closes).await {
        closed?;
    }
    Ok(())
}
