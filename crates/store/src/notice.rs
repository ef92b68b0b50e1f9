//! What a person is to be told of: written in the transaction that causes it, once for each event, person and channel.
//! Messages are made of these.

use crate::{Result, Source, Tx};
use domain::{
    MessageId, Micros, UserId,
    notification::{Channel, Kind},
};
use sqlx::FromRow;

/// Something to tell.
#[derive(Clone, Debug)]
pub struct NewNotice<'a> {
    /// Names the event: however often it is seen, it is told once.
    pub event_key: &'a str,
    /// To whom.
    pub user_id: UserId,
    /// What.
    pub kind: Kind,
    /// What is told together.
    pub group_key: &'a str,
    /// What happened, as JSON.
    pub body: &'a str,
    /// When.
    pub at: Micros,
    /// From when on it may be told: a burst is waited for.
    pub ready_at: Micros,
}

/// Something told, or to be told.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Notice {
    /// What.
    pub kind: Kind,
    /// What happened, as JSON.
    pub body: String,
    /// When.
    pub at: Micros,
}

/// What is told together.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Group {
    /// To whom.
    pub user_id: UserId,
    /// How.
    pub channel: Channel,
    /// Its name.
    pub group_key: String,
}

/// Notes what is to be told, on each channel that the person wants it on; on how many it was new.
///
/// # Errors
/// A database error.
pub async fn tell(tx: &mut Tx, notice: &NewNotice<'_>) -> Result<u64> {
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

/// Groups that may be told at `now`: nothing new has come to them for a while, or their first has waited since `oldest`.
///
/// # Errors
/// A database error.
pub async fn groups(from: impl Source, now: Micros, oldest: Micros, limit: i64) -> Result<Vec<Group>> {
    rows!(
        Group,
        from,
        fetch_all,
        "select user_id, channel, group_key from notices where message_id is null \
         group by user_id, channel, group_key having max(ready_at) <= $1 or min(ready_at) <= $2 limit $3",
        now,
        oldest,
        limit
    )
}

/// Puts what waits of a group into a message; how much that was. Of two who do so at once, one finds it.
///
/// # Errors
/// A database error.
pub async fn gather(tx: &mut Tx, group: &Group, message: MessageId) -> Result<u64> {
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

/// What waits of a group, in the order in which it happened.
///
/// # Errors
/// A database error.
pub async fn waiting(from: impl Source, group: &Group) -> Result<Vec<Notice>> {
    rows!(
        Notice,
        from,
        fetch_all,
        "select kind, body, at from notices \
         where user_id = $1 and channel = $2 and group_key = $3 and message_id is null order by at, event_key",
        group.user_id,
        group.channel,
        group.group_key.as_str()
    )
}

/// Removes what was told before `before`; how much there was.
///
/// # Errors
/// A database error.
pub async fn prune_before(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from notices where at < $1 and message_id is not null", before)
}
