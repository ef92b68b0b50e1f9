//! Closes a trade that has been open for as long as its owner allows.

use crate::{
    error::Result,
    messaging::notify::{Notification, NotificationEvent},
    trading::{
        SharedTrading,
        order::{change::HistoryEntry, intent::Intent},
    },
};
use domain::{Decimal, trade::ChangeKind};
use store::{
    automation::{self, ActiveAutomation},
    protection::{self, Wanted},
};

/// Makes the closed position the wanted state, which the supervisor pursues, and notifies the owner. The stop stays until
/// the position is closed.
pub(super) async fn close(desk: &SharedTrading, row: &ActiveAutomation) -> Result<()> {
    let id = row.intent_id;
    let _lock = desk.locks.lock(row.exchange_key_id, &row.symbol).await;
    let wanted = protection::get_protection(&desk.db, id).await?;
    let wanted = wanted.filter(|row| row.ended_at.is_none() && row.wanted != Wanted::Closed);
    let settings = automation::get_automation(&desk.db, id).await?.map(|row| row.automation());
    let (Some(wanted), Some(settings), Some(intent)) = (wanted, settings, Intent::load(desk, id).await?)
    else {
        return Ok(());
    };
    // Its owner may have changed it meanwhile.
    let now = desk.clock.now();
    let ends = wanted.entered_at.and_then(|entered| settings.closes_at(entered));
    let Some(minutes) = settings.time_limit.filter(|_| ends.is_some_and(|at| now >= at)) else {
        return Ok(());
    };
    let event = NotificationEvent::TimeLimit {
        key: row.exchange_key_id,
        symbol: row.symbol.clone(),
        minutes,
        copy: intent.copy(),
    };
    let notification = Notification::new(intent.user, format!("time-limit:{id}"), &event, now)?;
    let mut tx = desk.db.begin().await?;
    if automation::set_over(&mut tx, id, now).await? {
        notification.write(&mut tx).await?;
        let held = intent.entered().unwrap_or_default();
        let history = HistoryEntry::of_amounts(id, ChangeKind::TimeLimit, held, Decimal::ZERO)?;
        history.write_own(&mut tx, &intent, now).await?;
    }
    protection::set_wanted(&mut tx, id, Wanted::Closed).await?;
    tx.commit().await?;
    desk.supervision.wake(row.exchange_key_id, &row.symbol);
    desk.hub.request_refresh(row.exchange_key_id, &row.symbol);
    Ok(())
}
