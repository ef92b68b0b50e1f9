//! Notification preferences.

use crate::{
    actor::Actor,
    error::{Error, Result},
    messaging::Messaging,
};
use domain::{
    UserId,
    notification::{Preferences, Switches, Topic},
    validation::{FieldProblem, Problem},
};
use store::{Source, Tx, user::User};

/// A change of preferences; `None` leaves a field unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The weekly report.
    pub weekly_report: Option<bool>,
    /// The monthly report.
    pub monthly_report: Option<bool>,
    /// New orders by e-mail.
    pub email_new_order: Option<bool>,
    /// Take-profits by e-mail.
    pub email_take_profit: Option<bool>,
    /// Stop-losses by e-mail.
    pub email_stop_loss: Option<bool>,
    /// New orders by Telegram.
    pub telegram_new_order: Option<bool>,
    /// Take-profits by Telegram.
    pub telegram_take_profit: Option<bool>,
    /// Stop-losses by Telegram.
    pub telegram_stop_loss: Option<bool>,
}

impl Wish {
    fn applied(&self, to: Switches) -> Switches {
        Switches {
            weekly_report: self.weekly_report.unwrap_or(to.weekly_report),
            monthly_report: self.monthly_report.unwrap_or(to.monthly_report),
            email_new_order: self.email_new_order.unwrap_or(to.email_new_order),
            email_take_profit: self.email_take_profit.unwrap_or(to.email_take_profit),
            email_stop_loss: self.email_stop_loss.unwrap_or(to.email_stop_loss),
            telegram_new_order: self.telegram_new_order.unwrap_or(to.telegram_new_order),
            telegram_take_profit: self.telegram_take_profit.unwrap_or(to.telegram_take_profit),
            telegram_stop_loss: self.telegram_stop_loss.unwrap_or(to.telegram_stop_loss),
        }
    }

    /// Problems of the switches that need a linked chat, in the order of the API document.
    fn by_telegram(&self) -> Vec<FieldProblem> {
        let switches = [
            ("telegramNewOrder", self.telegram_new_order),
            ("telegramTakeProfit", self.telegram_take_profit),
            ("telegramStopLoss", self.telegram_stop_loss),
        ];
        let wanted = switches.into_iter().filter(|(_, wanted)| *wanted == Some(true));
        wanted.map(|(field, _)| FieldProblem::new(field, Problem::TelegramNotLinked)).collect()
    }
}

/// The user's preferences.
///
/// # Errors
/// When the database cannot be read.
pub async fn preferences(desk: &Messaging, actor: &Actor) -> Result<Preferences> {
    match store::notification::get_preferences(&desk.db, actor.user).await? {
        Some(set) => Ok(set),
        None => usual(store::user::get_user(&desk.db, actor.user).await?),
    }
}

/// A user's preferences, within a transaction.
pub(super) async fn get_preferences(tx: &mut Tx, user: UserId) -> Result<Preferences> {
    match store::notification::get_preferences(&mut *tx, user).await? {
        Some(set) => Ok(set),
        None => usual(store::user::get_user(&mut *tx, user).await?),
    }
}

/// The default preferences, as of the sign-up, for a user who has never changed them.
fn usual(person: Option<User>) -> Result<Preferences> {
    let since = person.ok_or(Error::NotFound)?.created_at;
    Ok(Preferences { switches: Switches::default(), created_at: since, updated_at: since })
}

/// The problems of a change that needs a linked chat while there is none.
///
/// # Errors
/// When the database cannot be read.
pub async fn unlinked(desk: &Messaging, actor: &Actor, wish: &Wish) -> Result<Vec<FieldProblem>> {
    lacking(&desk.db, actor, wish).await
}

async fn lacking(from: impl Source, actor: &Actor, wish: &Wish) -> Result<Vec<FieldProblem>> {
    let linked = store::telegram::get_link(from, actor.user).await?.is_some_and(|link| link.active);
    Ok(if linked { Vec::new() } else { wish.by_telegram() })
}

/// Changes the user's preferences.
///
/// # Errors
/// [`Problem::TelegramNotLinked`] on each Telegram switch that would be turned on while no chat is linked.
pub async fn set(desk: &Messaging, actor: &Actor, wish: &Wish) -> Result<Preferences> {
    let mut tx = desk.db.begin().await?;
    let problems = lacking(&mut tx, actor, wish).await?;
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    let before = get_preferences(&mut tx, actor.user).await?;
    let wanted = wish.applied(before.switches);
    let now = desk.clock.now();
    let set =
        store::notification::save_preferences(&mut tx, actor.user, &wanted, before.created_at, now).await?;
    tx.commit().await?;
    Ok(set)
}

/// Whether a user wants mails about a topic.
///
/// # Errors
/// [`Error::NotFound`] if there is no such user.
pub async fn wants(tx: &mut Tx, user: UserId, topic: Topic) -> Result<bool> {
    let mut switches = get_preferences(tx, user).await?.switches;
    Ok(*switches.by_email(topic))
}

/// Turns all Telegram notifications off, because the chat is gone.
pub(super) async fn without_telegram(desk: &Messaging, tx: &mut Tx, user: UserId) -> Result<()> {
    let before = get_preferences(tx, user).await?;
    let wanted = before.switches.without_telegram();
    if wanted != before.switches {
        store::notification::save_preferences(tx, user, &wanted, before.created_at, desk.clock.now()).await?;
    }
    Ok(())
}
