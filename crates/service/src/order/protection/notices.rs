//! Notifications to owners and operators about protection.

use crate::{
    Desk, Result,
    notify::{self, Content, Event, Letter, Telling},
    order::intent::Intent,
};
use domain::Micros;

impl Intent {
    /// Builds the notification that the position was closed because it could not be protected.
    pub(in crate::order) fn unprotected(&self, now: Micros) -> Result<Telling> {
        self.about_stop(format!("unprotected:{}", self.id), true, now)
    }

    /// Builds the notification that the position had lost its stop and has it again.
    pub(super) fn stop_replaced(&self, now: Micros) -> Result<Telling> {
        self.about_stop(format!("stop-replaced:{}:{}", self.id, now.0), false, now)
    }

    fn about_stop(&self, once: String, closed: bool, now: Micros) -> Result<Telling> {
        let event =
            Event::Unprotected { key: self.key, symbol: self.symbol.clone(), closed, copy: self.copy() };
        Telling::new(self.user, once, &event, now)
    }

    /// Builds the notification that the position is without its stop and that the desk is placing it.
    pub(super) fn without_stop(&self, now: Micros) -> Result<Telling> {
        let event = Event::WithoutStop { key: self.key, symbol: self.symbol.clone(), copy: self.copy() };
        Telling::new(self.user, format!("without-stop:{}:{}", self.id, now.0), &event, now)
    }
}

/// Mails every operator that the breaker has tripped.
pub(super) async fn breaker_tripped(desk: &Desk) -> Result<()> {
    let content = Content::plain(
        "Many positions could not be protected",
        "Within one minute many positions could not be given their stop. That points to a fault of the exchange or of this \
         desk, so it has stopped closing such positions and entering new ones for ten minutes. Stops are still being placed. \
         Check the exchange's status page and the desk's log.",
    );
    let once = format!("breaker:{}", desk.clock.now().0);
    let mut tx = desk.db.begin().await?;
    for admin in store::user::admins(&mut tx).await? {
        notify::letter(desk, &mut tx, admin.id, &Letter { once: &once, content: &content }).await?;
    }
    Ok(tx.commit().await?)
}
