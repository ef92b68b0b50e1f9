//! Notifications to owners and operators about protection.

use crate::{
    error::Result,
    messaging::notify::{self, Content, Letter, Notification, NotificationEvent},
    platform::recipient::lang_of_user,
    trading::{Trading, order::intent::Intent, words::words},
};
use domain::Micros;
use exchange::ExchangeFailure;

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

    /// Builds the notification that the exchange rejects the moved stop, so that the one before it stays.
    pub(super) fn stop_not_moved(&self, failure: &ExchangeFailure, now: Micros) -> Result<Notification> {
        let event = NotificationEvent::StopNotMoved {
            key: self.key,
            symbol: self.symbol.clone(),
            why: failure.into(),
            copy: self.copy(),
        };
        Notification::new(self.user, format!("stop-not-moved:{}:{}", self.id, now.0), &event, now)
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
    let once = format!("breaker:{}", desk.clock.now().0);
    let mut tx = desk.db.begin().await?;
    for admin in store::user::list_admins(&mut tx).await? {
        let words = words(lang_of_user(desk, &mut tx, admin.id).await?);
        let content = Content::plain(words.breaker, words.breaker_body);
        notify::letter(desk, &mut tx, admin.id, &Letter { once: &once, content: &content }).await?;
    }
    Ok(tx.commit().await?)
}
