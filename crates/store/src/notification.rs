//! Notification preferences of users.

use crate::{Result, Source, Tx};
use domain::{
    Micros, UserId,
    notification::{Preferences, Switches},
};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    weekly_report: bool,
    monthly_report: bool,
    email_new_order: bool,
    email_take_profit: bool,
    email_stop_loss: bool,
    telegram_new_order: bool,
    telegram_take_profit: bool,
    telegram_stop_loss: bool,
    created_at: Micros,
    updated_at: Micros,
}

impl From<Row> for Preferences {
    fn from(row: Row) -> Self {
        Self {
            switches: Switches {
                weekly_report: row.weekly_report,
                monthly_report: row.monthly_report,
                email_new_order: row.email_new_order,
                email_take_profit: row.email_take_profit,
                email_stop_loss: row.email_stop_loss,
                telegram_new_order: row.telegram_new_order,
                telegram_take_profit: row.telegram_take_profit,
                telegram_stop_loss: row.telegram_stop_loss,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

select! {
    settings -> Row,
    "weekly_report, monthly_report, email_new_order, email_take_profit, email_stop_loss, \
     telegram_new_order, telegram_take_profit, telegram_stop_loss, created_at, updated_at",
    "from notification_settings"
}

/// Returns a user's preferences; `None` if they were never saved.
pub async fn get_preferences(from: impl Source, user: UserId) -> Result<Option<Preferences>> {
    let row = settings!(from, fetch_optional, "where user_id = $1", user)?;
    Ok(row.map(Into::into))
}

/// Saves a user's preferences; if they are new, they count as created at `since`.
pub async fn save_preferences(
    tx: &mut Tx,
    user: UserId,
    wanted: &Switches,
    since: Micros,
    at: Micros,
) -> Result<Preferences> {
    let row = settings!(
        tx,
        fetch_one,
        "insert into notification_settings \
           (user_id, weekly_report, monthly_report, email_new_order, email_take_profit, email_stop_loss, \
            telegram_new_order, telegram_take_profit, telegram_stop_loss, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         on conflict (user_id) do update set \
           weekly_report = excluded.weekly_report, monthly_report = excluded.monthly_report, \
           email_new_order = excluded.email_new_order, email_take_profit = excluded.email_take_profit, \
           email_stop_loss = excluded.email_stop_loss, telegram_new_order = excluded.telegram_new_order, \
           telegram_take_profit = excluded.telegram_take_profit, \
           telegram_stop_loss = excluded.telegram_stop_loss, updated_at = excluded.updated_at \
         returning "
            + columns,
        user,
        wanted.weekly_report,
        wanted.monthly_report,
        wanted.email_new_order,
        wanted.email_take_profit,
        wanted.email_stop_loss,
        wanted.telegram_new_order,
        wanted.telegram_take_profit,
        wanted.telegram_stop_loss,
        since,
        at
    )?;
    Ok(row.into())
}
