//! A notification is written in the same transaction as the rows it is about.

use super::event::NotificationEvent;
use crate::{
    error::{Error, Result},
    messaging::Messaging,
    platform::audit::Via,
};
use domain::{
    CopyId, ExchangeKeyId, Micros, SignalId, UserId,
    account::Credential,
    live::{LiveEvent, LiveEventKind},
    notification::Kind,
    time::SECOND,
};
use store::{JsonText, Tx, audit::NewEntry, notice::NewNotice};

/// How long to wait for further events of a burst, which are sent as one message.
const BURST: i64 = 5 * SECOND;

/// A notification ready to be written, repeatedly if its transaction is retried.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    user: UserId,
    once: String,
    kind: Kind,
    copy: Option<CopyId>,
    /// The signal of the copy, if known.
    signal: Option<SignalId>,
    body: JsonText<NotificationEvent>,
    at: Micros,
    page: Option<InAppNotice>,
}

/// The event as pages show it, regardless of the user's e-mail and Telegram settings.
#[derive(Clone, Debug)]
struct InAppNotice {
    once: String,
    /// `None` if another entry already shows it.
    body: Option<JsonText<LiveEvent>>,
}

impl Notification {
    /// `once` identifies the event: however often it is detected, it is notified once.
    pub(crate) fn new(user: UserId, once: String, event: &NotificationEvent, at: Micros) -> Result<Self> {
        let body = JsonText::of(event)?;
        let notification =
            Self { user, once, kind: event.kind(), copy: event.copy(), signal: None, body, at, page: None };
        match event.what() {
            Some(what) => {
                let once = notification.once.clone();
                notification.shown(once, event.key(), what)
            }
            None => Ok(notification),
        }
    }

    /// Sets the signal of the copy, if known, which saves reading the copy's row.
    pub(crate) fn of_signal(self, signal: Option<SignalId>) -> Self {
        Self { signal, ..self }
    }

    /// The user to notify.
    pub(crate) const fn user(&self) -> UserId {
        self.user
    }

    /// Shows `what` on pages, once under the name `once`.
    pub(crate) fn shown(self, once: String, key: Option<ExchangeKeyId>, what: LiveEventKind) -> Result<Self> {
        let event = LiveEvent { key, at: self.at, what };
        let event = Some(JsonText::of(&event)?);
        Ok(Self { page: Some(InAppNotice { once, body: event }), ..self })
    }

    /// Hides the event on pages, because another entry already shows it.
    pub(crate) fn unshown(mut self) -> Self {
        if let Some(page) = &mut self.page {
            page.body = None;
        }
        self
    }

    /// Writes the notification; protection events are recorded in the audit as well. The effects of one
    /// signal on a user's keys are grouped into one message; every other event is sent separately and
    /// immediately.
    pub(crate) async fn write(&self, tx: &mut Tx) -> store::Result<()> {
        if let Some(page) = &self.page
            && store::event::record_once(tx, self.user, &page.once, self.at).await?
            && let Some(event) = &page.body
        {
            store::event::append_event(tx, self.user, event, self.at).await?;
        }
        let signal = match (self.signal, self.copy) {
            (None, Some(copy)) => store::copy::signal_of(&mut *tx, copy).await?,
            (known, _) => known,
        };
        let (group, ready_at) = match signal {
            Some(signal) => (format!("signal:{signal}:{}", self.kind), self.at.plus(BURST)),
            None => (self.once.clone(), self.at),
        };
        let notice = NewNotice {
            event_key: &self.once,
            user_id: self.user,
            kind: self.kind,
            group_key: &group,
            body: &self.body,
            at: self.at,
            ready_at,
        };
        let new = store::notice::notify(tx, &notice).await? > 0;
        if new && self.kind.is_protection() {
            let address = Via::Job.address();
            let entry = NewEntry {
                user_id: Some(self.user),
                action: self.kind.word(),
                subject: &self.once,
                detail: "",
                address: &address,
                client: "",
                at: self.at,
            };
            store::audit::insert_entry(tx, &entry).await?;
        }
        Ok(())
    }
}

/// Notifies the owner that a credential was created or changed. `(id, name)` is the credential's.
///
/// # Errors
/// When the database cannot be written.
pub(crate) async fn announce_credential(
    desk: &Messaging,
    tx: &mut Tx,
    user: UserId,
    what: Credential,
    (id, name): (&str, &str),
) -> Result<()> {
    let now = desk.clock.now();
    let event = NotificationEvent::Credential { what, name: name.to_owned() };
    Notification::new(user, format!("{what}:{id}:{}", now.0), &event, now)?
        .write(tx)
        .await
        .map_err(Error::from)
}
