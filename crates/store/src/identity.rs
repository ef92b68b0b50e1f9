//! Identities of users at external issuers.

use crate::{Result, Source, Tx};
use domain::{Micros, UserId};

/// Returns the user that an issuer identifies by a subject.
pub async fn user(from: impl Source, issuer: &str, subject: &str) -> Result<Option<UserId>> {
    value!(UserId, from, "select user_id from identities where issuer = $1 and subject = $2", issuer, subject)
}

/// Stores which user an issuer identifies by a subject.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the subject is already stored.
pub async fn insert(tx: &mut Tx, issuer: &str, subject: &str, user: UserId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into identities (issuer, subject, user_id, created_at) values ($1, $2, $3, $4)",
        issuer,
        subject,
        user,
        at
    )?;
    Ok(())
}
