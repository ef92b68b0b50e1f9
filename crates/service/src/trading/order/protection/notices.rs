//! Notifications to owners and operators about protection.

use crate::{
    error::Result,
    messaging::notify::{self, Content, Letter, Notification, NotificationEvent},
    trading::{Trading, order::intent::Intent},
};
use domain::Micros;

impl Intent {
    /// Builds the notification that the position was closed because it could not be protected.
    pub(in crate::trading::order) fn unprotected(&self, now: Micros) -> Result<Notification> {
        self.about_stop(format!("unprotected:{}", self.id), true, now)
    }

    /// Builds the notification that the position had lost its stop and has it again.
    pub(super) fn stop_replaced(&self, now: Micros) -> Result<Notification> {
        self.about_stop(format!("stop-replaced:{}:{}", self.id, now.0), false, now)
    }

    fn about_stop(&self, once: String, closed: bool, now: Micros) -> Result<Notification> {
        let event = NotificationEvent::Unprotected {
            key: self.key,
            symbol: self.symbol.clone(),
            closed,
            copy: self.copy(),
        };
        Notification::new(self.user, once, &event, now)
    }

    /// Builds the notification that the position is without its stop and that the desk is placing it.
    pub(super) fn without_stop(&self, now: Micros) -> Result<Notification> {
        let event =
            NotificationEvent::WithoutStop { key: self.key, symbol: self.symbol.clone(), copy: self.copy() };
        Notification::new(self.user, format!("without-stop:{}:{}", self.id, now.0), &event, now)
    }
}

/// Mails every operator that the breaker has tripped.
pub(super) async fn breaker_tripped(desk: &Trading) -> Result<()> {
    let content = Content::plain(
        "Stop losses rejected for many positions",
        "Within one minute, the stop losses of many positions could not be placed. The cause is probably a fault at the \
         exchange or on this server. For ten minutes, Slipstream opens no new positions and doesn't close positions for \
         lack of a stop loss. It keeps placing stop losses. Check the exchange's status page and the server log.",
    );
    let once = format!("breaker:{}", desk.clock.now().0);
    let mut tx = desk.db.begin().await?;
    for admin in store::user::list_admins(&mut tx).await? {
        notify::letter(desk, &mut tx, admin.id, &Letter { once: &once, content: &content }).await?;
    }
    Ok(tx.commit().await?)
}
