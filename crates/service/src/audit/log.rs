//! Reading the audit: people what happened to their account, operators all of it.

use crate::{Actor, Desk, Result, audit::Via};
use domain::{Micros, Role, UserId};
use std::collections::HashMap;
use store::audit::Entry;

/// Rows of one page.
pub const PAGE: usize = 100;
/// Rows of one look for a file.
const STEP: i64 = 500;
/// A file holds at most so many rows.
const MOST: usize = 100_000;

/// A row of the audit as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number.
    pub id: i64,
    /// Who did it: an address, or empty for the desk itself and its command line.
    pub who: String,
    /// What, as a word.
    pub action: String,
    /// To what.
    pub subject: String,
    /// From which address.
    pub address: String,
    /// What the browser or program called itself.
    pub client: String,
    /// When.
    pub at: Micros,
}

/// Whose rows a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The caller's.
    Own,
    /// All, for an operator.
    Everybodys,
}

/// What the person did, and what was done to their account; newest first, before the row `before`.
///
/// # Errors
/// When the database cannot be read.
pub async fn own(desk: &Desk, actor: &Actor, before: Option<i64>) -> Result<Vec<LogEntry>> {
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let rows = store::audit::of_user(&desk.db, actor.user, before.unwrap_or(i64::MAX), limit).await?;
    named(desk, rows, Some(actor)).await
}

/// What anyone did, newest first; of one kind only where `action` is not empty.
///
/// # Errors
/// [`crate::Error::Forbidden`] for anyone but an admin.
pub async fn all(desk: &Desk, actor: &Actor, action: &str, before: Option<i64>) -> Result<Vec<LogEntry>> {
    actor.must(Role::Admin)?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    // Postgres reads no zero byte, and no deed's word holds what stands for one.
    let action = action.replace('\0', "\u{fffd}");
    let rows = store::audit::page(&desk.db, &action, before.unwrap_or(i64::MAX), limit).await?;
    named(desk, rows, None).await
}

/// Rows with the addresses of who did it. `reader` is a person who may not learn who the operators are.
async fn named(desk: &Desk, rows: Vec<Entry>, reader: Option<&Actor>) -> Result<Vec<LogEntry>> {
    let mut names: HashMap<UserId, String> = HashMap::new();
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let foreign = reader.is_some_and(|reader| row.user_id != Some(reader.user));
        let who = match row.user_id {
            Some(user) if !foreign => match names.get(&user) {
                Some(name) => name.clone(),
                None => {
                    let name =
                        store::user::get(&desk.db, user).await?.map(|user| user.email).unwrap_or_default();
                    names.insert(user, name.clone());
                    name
                }
            },
            _ => String::new(),
        };
        // Who the operators are is not told to others; that it was a command or a job is.
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

/// The log as a file that a spreadsheet opens (RFC 4180).
///
/// # Errors
/// As [`own`] and [`all`].
pub async fn csv(desk: &Desk, actor: &Actor, whose: Whose) -> Result<String> {
    if whose == Whose::Everybodys {
        actor.must(Role::Admin)?;
    }
    let mut text = "time,who,event,subject,address,client,number\r\n".to_owned();
    let (mut before, mut count) = (i64::MAX, 0);
    loop {
        let (rows, reader) = match whose {
            Whose::Own => (store::audit::of_user(&desk.db, actor.user, before, STEP).await?, Some(actor)),
            Whose::Everybodys => (store::audit::page(&desk.db, "", before, STEP).await?, None),
        };
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(text) };
        before = last;
        for row in named(desk, rows, reader).await? {
            let fields =
                [row.who, row.action, row.subject, row.address, row.client].map(|field| quoted(&field));
            text.push_str(&format!("{},{},{}\r\n", row.at, fields.join(","), row.id));
            count += 1;
        }
        if count >= MOST {
            return Ok(text);
        }
    }
}

/// A field in quotes. A spreadsheet would calculate what begins with one of these characters; an apostrophe makes it text.
fn quoted(field: &str) -> String {
    let text = field.replace('"', "\"\"");
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{text}\"", if formula { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_field_calculates_nothing() {
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted("Mozilla/5.0, like Gecko"), "\"Mozilla/5.0, like Gecko\"");
    }
}
