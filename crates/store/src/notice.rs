//! Pending notifications: written in the transaction that causes them, once per event, user and channel, and then
//! combined into messages.

use crate::{Result, Source, Tx};
use domain::{
    MessageId, Micros, UserId,
    notification::{Channel, Kind},
};
use sqlx::FromRow;

/// A notification to add.
#[derive(Clone, Debug)]
pub struct NewNotice<'a> {
    /// Identifies the event, which is notified only once however often it is seen.
    pub event_key: &'a str,
    /// The recipient.
    pub user_id: UserId,
    /// Kind of event.
    pub kind: Kind,
    /// Notifications with the same key are combined into one message.
    pub group_key: &'a str,
    /// Body, as JSON.
    pub body: &'a str,
    /// Time of the event.
    pub at: Micros,
    /// Earliest time of delivery, so that a burst can be combined.
    pub ready_at: Micros,
}

/// The kind of a stored notification. A database that a later release has written may contain kinds that this
/// one does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredKind {
    /// A kind of this release.
    Known(Kind),
    /// Any other text.
    Unknown(String),
}

impl StoredKind {
    /// Returns the kind, or `None` if this release does not know it.
    #[must_use]
    pub const fn known(&self) -> Option<Kind> {
        match self {
            Self::Known(kind) => Some(*kind),
            Self::Unknown(_) => None,
        }
    }

    fn parse(text: &str) -> Self {
        Kind::parse(text).map_or_else(|| Self::Unknown(text.to_owned()), Self::Known)
    }

    /// Returns the stored text.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Known(kind) => kind.word(),
            Self::Unknown(text) => text,
        }
    }
}

domain::text_column!(StoredKind, |kind| kind.word().to_owned(), |text| Some(StoredKind::parse(text)));

/// A stored notification.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Notice {
    /// Identifies the event.
    pub event_key: String,
    /// Kind of event.
    pub kind: StoredKind,
    /// Body, as JSON.
    pub body: String,
    /// Time of the event.
    pub at: Micros,
}

/// A group of notifications that are combined into one message.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Group {
    /// The recipient.
    pub user_id: UserId,
    /// Delivery channel.
    pub channel: Channel,
    /// The key of the group.
    pub group_key: String,
}

/// Adds a notification on each channel on which the user wants it; returns the number of channels on which it is
/// new.
pub async fn notify(tx: &mut Tx, notice: &NewNotice<'_>) -> Result<u64> {
    exec!(
        &mut *tx,
        "insert into notices (event_key, user_id, channel, kind, group_key, body, at, ready_at) \
         select $1, $2, wanted.channel, $3, $4, $5, $6, $7 from \
           (select 'email' as channel \
            where coalesce((select case $3 when 'new-order' then s.email_new_order \
                                           when 'take-profit' then s.email_take_profit \
                                           when 'stop-loss' then s.email_stop_loss else true end \
                            from notification_settings s where s.user_id = $2), true) \
            union all \
            select 'telegram' from telegram_links l left join notification_settings s on s.user_id = l.user_id \
            where l.user_id = $2 and l.active \
              and case $3 when 'new-order' then coalesce(s.telegram_new_order, false) \
                          when 'take-profit' then coalesce(s.telegram_take_profit, false) \
                          when 'stop-loss' then coalesce(s.telegram_stop_loss, false) else true end) wanted \
         where true on conflict do nothing",
        notice.event_key,
        notice.user_id,
        notice.kind,
        notice.group_key,
        notice.body,
        notice.at,
        notice.ready_at
    )
}

/// Lists the groups that are due at `now`: no new notification for a while, or the first has waited since `oldest`.
/// The longest due come first.
pub async fn list_due_groups(
    from: impl Source,
    now: Micros,
    oldest: Micros,
    limit: i64,
) -> Result<Vec<Group>> {
    rows!(
        Group,
        from,
        fetch_all,
        "select user_id, channel, group_key from notices where message_id is null \
         group by user_id, channel, group_key having max(ready_at) <= $1 or min(ready_at) <= $2 \
         order by min(ready_at), user_id, channel, group_key limit $3",
        now,
        oldest,
        limit
    )
}

/// Assigns the waiting notifications of a group to a message; returns their number. Of two concurrent calls, one
/// gets them.
pub async fn assign_to_message(tx: &mut Tx, group: &Group, message: MessageId) -> Result<u64> {
    exec!(
        tx,
        "update notices set message_id = $4 \
         where user_id = $1 and channel = $2 and group_key = $3 and message_id is null",
        group.user_id,
        group.channel,
        group.group_key.as_str(),
        message
    )
}

/// Lists the waiting notifications of a group, in the order of the events.
pub async fn list_waiting(from: impl Source, group: &Group) -> Result<Vec<Notice>> {
    rows!(
        Notice,
        from,
        fetch_all,
        "select event_key, kind, body, at from notices \
         where user_id = $1 and channel = $2 and group_key = $3 and message_id is null order by at, event_key",
        group.user_id,
        group.channel,
        group.group_key.as_str()
    )
}

/// Deletes sent notifications of events before `before`; returns their number.
pub async fn prune_before(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from notices where at < $1 and message_id is not null", before)
}
