//! Ends of sign-ins, which instances read to end the open event streams of a user.

use crate::{Result, Source, Tx};
use domain::{Micros, UserId};
use sqlx::FromRow;

/// The ends of a user's sign-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct SignInEnds {
    /// The user.
    pub user_id: UserId,
    /// How many there were since the row was created. It changes with every end, also with two at the same time.
    pub count: i64,
    /// When the latest was.
    pub ended_at: Micros,
}

/// Records that a sign-in of a user has ended, or all of them.
pub async fn record(tx: &mut Tx, user: UserId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into sign_in_ends (user_id, count, ended_at) values ($1, 1, $2) \
         on conflict (user_id) do update set count = sign_in_ends.count + 1, ended_at = excluded.ended_at",
        user,
        at
    )?;
    Ok(())
}

/// Lists the users whose sign-ins have ended after this time.
pub async fn list_since(from: impl Source, since: Micros) -> Result<Vec<SignInEnds>> {
    rows!(
        SignInEnds,
        from,
        fetch_all,
        "select user_id, count, ended_at from sign_in_ends where ended_at > $1 order by ended_at, user_id",
        since
    )
}

/// Deletes ends up to this time; returns the number of users.
pub async fn prune(tx: &mut Tx, until: Micros) -> Result<u64> {
    exec!(tx, "delete from sign_in_ends where ended_at <= $1", until)
}
