//! Reading the audit log: users see the rows of their own account, operators all rows.

use crate::{
    actor::Actor,
    error::Result,
    platform::{Platform, audit::Via, spreadsheet},
};
use domain::{Micros, Role, UserId};
use std::collections::HashMap;
use store::audit::AuditEntry;

/// Rows per page.
pub const PAGE: usize = 100;
/// Rows per query of an export.
const STEP: i64 = 500;
/// Maximum number of rows in an export.
const MOST: usize = 100_000;

/// An audit row as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Id of the row.
    pub id: i64,
    /// E-mail of the acting user; empty for the desk itself and its command line.
    pub who: String,
    /// Name of the action.
    pub action: String,
    /// Id of the object acted on.
    pub subject: String,
    /// Address the request came from.
    pub address: String,
    /// User agent of the browser or program.
    pub client: String,
    /// Time of the action.
    pub at: Micros,
}

/// The rows an export contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The caller's rows.
    Own,
    /// All rows, for an operator.
    Everybodys,
}

/// Actions by the user and actions on their account; newest first, before the row `before`.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_own(desk: &Platform, actor: &Actor, before: Option<i64>) -> Result<Vec<LogEntry>> {
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let rows = store::audit::of_user(&desk.db, actor.user, before.unwrap_or(i64::MAX), limit).await?;
    named(desk, rows, Some(actor)).await
}

/// All actions, newest first; only those named `action` unless it is empty.
///
/// # Errors
/// [`crate::Error::Forbidden`] for anyone but an admin.
pub async fn list_all(
    desk: &Platform,
    actor: &Actor,
    action: &str,
    before: Option<i64>,
) -> Result<Vec<LogEntry>> {
    actor.must(Role::Admin)?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    // Postgres rejects zero bytes; their replacement occurs in no action name.
    let action = action.replace('\0', "\u{fffd}");
    let rows = store::audit::list_entries(&desk.db, &action, before.unwrap_or(i64::MAX), limit).await?;
    named(desk, rows, None).await
}

/// Adds the users' e-mails to the rows. If `reader` is set, addresses and names of other users (operators)
/// are hidden from them.
async fn named(desk: &Platform, rows: Vec<AuditEntry>, reader: Option<&Actor>) -> Result<Vec<LogEntry>> {
    let mut names: HashMap<UserId, String> = HashMap::new();
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let foreign = reader.is_some_and(|reader| row.user_id != Some(reader.user));
        let who = match row.user_id {
            Some(user) if !foreign => match names.get(&user) {
                Some(name) => name.clone(),
                None => {
                    let name = store::user::get_user(&desk.db, user)
                        .await?
                        .map(|user| user.email)
                        .unwrap_or_default();
                    names.insert(user, name.clone());
                    name
                }
            },
            _ => String::new(),
        };
        // A user doesn't see an admin's address and client, but sees that a command or a job did it.
        let stated = Via::NAMES.contains(&row.address.as_str());
        let hidden = |text: String| if foreign && !stated { String::new() } else { text };
        shown.push(LogEntry {
            id: row.id,
            who,
            action: row.action,
            subject: [row.subject, row.detail].join(" ").trim().to_owned(),
            address: hidden(row.address),
            client: hidden(row.client),
            at: row.at,
        });
    }
    Ok(shown)
}

/// The log as CSV (RFC 4180).
///
/// # Errors
/// As [`list_own`] and [`list_all`].
pub async fn csv(desk: &Platform, actor: &Actor, whose: Whose) -> Result<String> {
    if whose == Whose::Everybodys {
        actor.must(Role::Admin)?;
    }
    let mut text = "time,who,event,subject,address,client,number\r\n".to_owned();
    let (mut before, mut count) = (i64::MAX, 0);
    loop {
        let (rows, reader) = match whose {
            Whose::Own => (store::audit::of_user(&desk.db, actor.user, before, STEP).await?, Some(actor)),
            Whose::Everybodys => (store::audit::list_entries(&desk.db, "", before, STEP).await?, None),
        };
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(text) };
        before = last;
        for row in named(desk, rows, reader).await? {
            let fields = [row.who, row.action, row.subject, row.address, row.client]
                .map(|field| spreadsheet::quoted(&field));
            text.push_str(&format!("{},{},{}\r\n", row.at, fields.join(","), row.id));
            count += 1;
        }
        if count >= MOST {
            return Ok(text);
        }
    }
}
