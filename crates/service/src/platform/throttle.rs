//! Rate limits on attempts, counted in the database: instances share the counts, and a restart resets
//! nothing.

use crate::{
    actor::Origin,
    error::{Error, Result, seconds_until_retry},
    platform::{
        Platform,
        rejection::{self, Rejection},
        settings::Limit,
    },
};
use domain::{ApiClientId, UserId, time::SECOND};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use store::Tx;

/// The object whose attempts are counted. The stored name contains no e-mail address.
pub(crate) enum Bucket<'a> {
    /// Anything that tries a password or creates an account, from one network.
    Network(&'a Origin),
    /// Sign-ins to one account, existing or not, from origins its owner has not signed in from.
    Account(&'a str),
    /// Sign-ins to one account from a browser or network that its owner has signed in from.
    Known(&'a str, String),
    /// Password attempts of a signed-in user.
    Person(UserId),
    /// Sandbox accounts opened by one user.
    Sandbox(UserId),
    /// Private signal sources created by one user.
    Source(UserId),
    /// Reset mails to one mailbox.
    Reset(&'a str),
    /// Support requests of one user.
    Support(UserId),
    /// Invalid webhook tokens, from one network.
    Hook(&'a Origin),
    /// Wrong keys and secrets of programs, from one network.
    Programs(&'a Origin),
    /// Link codes sent from one Telegram chat.
    Chat(i64),
    /// Requests of one API client.
    Client(ApiClientId),
}

impl Bucket<'_> {
    fn name(&self) -> String {
        let hidden = |email: &str| hex::encode(Sha256::digest(email.as_bytes()));
        match self {
            Self::Network(origin) => format!("network:{}", origin.network()),
            Self::Hook(origin) => format!("hook:{}", origin.network()),
            Self::Account(email) => format!("account:{}", hidden(email)),
            Self::Known(email, mark) => format!("known:{}:{mark}", hidden(email)),
            Self::Person(user) => format!("person:{user}"),
            Self::Sandbox(user) => format!("sandbox:{user}"),
            Self::Source(user) => format!("source:{user}"),
            Self::Reset(email) => format!("reset:{}", hidden(email)),
            Self::Support(user) => format!("support:{user}"),
            Self::Programs(origin) => format!("programs:{}", origin.network()),
            Self::Chat(id) => format!("chat:{id}"),
            Self::Client(id) => format!("client:{id}"),
        }
    }

    fn limit(&self, desk: &Platform) -> Limit {
        let all = &desk.settings.throttles;
        match self {
            Self::Network(_) | Self::Hook(_) => all.address,
            Self::Account(_) | Self::Known(..) | Self::Person(_) => all.account,
            Self::Sandbox(_) | Self::Source(_) => all.sandbox,
            Self::Reset(_) => all.reset,
            Self::Support(_) => all.support,
            Self::Programs(_) => all.programs,
            Self::Chat(_) => all.chat,
            Self::Client(_) => all.client,
        }
    }
}

/// Counts one attempt in each bucket, and fails if one is full. Committed before the attempt is processed, so
/// that concurrent attempts all count.
///
/// # Errors
/// [`Error::TooMany`], with the time until the window ends.
pub(crate) async fn count(desk: &Platform, buckets: &[Bucket<'_>]) -> Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let mut wait: Option<i64> = None;
    for bucket in buckets {
        let limit = bucket.limit(desk);
        let ends = now.plus(limit.window_s.saturating_mul(SECOND));
        let seen = store::throttle::count_attempt(&mut tx, &bucket.name(), now, ends).await?;
        if seen.count > limit.most {
            wait = wait.max(Some(seen.window_ends_at.since(now)));
        }
    }
    tx.commit().await?;
    match wait {
        None => Ok(()),
        Some(micros) => Err(too_many(micros)),
    }
}

/// As [`count`], for an attempt with a password: a rejection is noted, with the user whose account it concerns.
///
/// # Errors
/// As [`count`].
pub(crate) async fn attempt(
    desk: &Platform,
    buckets: &[Bucket<'_>],
    user: Option<UserId>,
    origin: &Origin,
) -> Result<()> {
    let counted = count(desk, buckets).await;
    if matches!(counted, Err(Error::TooMany { .. })) {
        rejection::note(desk, Rejection::Throttled, user, origin);
    }
    counted
}

/// The error of a full bucket whose window ends in `micros`.
fn too_many(micros: i64) -> Error {
    let wait = Duration::from_micros(u64::try_from(micros).unwrap_or(0));
    Error::TooMany { retry_after_s: seconds_until_retry(wait) }
}

/// Fails if a bucket of failures is full; counts nothing. Secrets of 256 bits cannot be guessed: failures are
/// counted only to limit the load, and valid requests cost no write.
///
/// # Errors
/// [`Error::TooMany`] if it is full.
pub(crate) async fn ensure_below_limit(desk: &Platform, bucket: &Bucket<'_>) -> Result<()> {
    let now = desk.clock.now();
    match store::throttle::get(&desk.db, &bucket.name(), now).await? {
        Some(seen) if seen.count >= bucket.limit(desk).most => Err(too_many(seen.window_ends_at.since(now))),
        _ => Ok(()),
    }
}

/// Counts a failure.
pub(crate) async fn note(desk: &Platform, bucket: &Bucket<'_>) -> Result<()> {
    match count(desk, std::slice::from_ref(bucket)).await {
        Err(Error::TooMany { .. }) => Ok(()),
        counted => counted,
    }
}

/// Clears a bucket after a success.
pub(crate) async fn forgive(tx: &mut Tx, bucket: &Bucket<'_>) -> Result<()> {
    Ok(store::throttle::clear(tx, &bucket.name()).await?)
}
