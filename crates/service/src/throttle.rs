//! Counting attempts, in the database: two instances count together, and a restart forgets nothing.

use crate::{Desk, Error, Limit, Origin, Result};
use domain::{ApiClientId, UserId, time::SECOND};
use sha2::{Digest as _, Sha256};
use store::Tx;

/// What is counted. The name that is stored holds no e-mail address.
pub(crate) enum Bucket<'a> {
    /// Anything that tries a password or makes an account, from one network.
    Network(&'a Origin),
    /// Sign-ins to one account, whether it exists or not, from where its owner was never seen.
    Account(&'a str),
    /// Sign-ins to one account from a browser or network that its owner has signed in from.
    Known(&'a str, String),
    /// Passwords given by somebody who is signed in.
    Person(UserId),
    /// Sandbox accounts that one person opens.
    Sandbox(UserId),
    /// Reset mails to one mailbox.
    Reset(&'a str),
    /// One person's requests to the operator.
    Support(UserId),
    /// Tokens of hooks that open nothing, from one network.
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
            Self::Reset(email) => format!("reset:{}", hidden(email)),
            Self::Support(user) => format!("support:{user}"),
            Self::Programs(origin) => format!("programs:{}", origin.network()),
            Self::Chat(id) => format!("chat:{id}"),
            Self::Client(id) => format!("client:{id}"),
        }
    }

    fn limit(&self, desk: &Desk) -> Limit {
        let all = &desk.settings.throttles;
        match self {
            Self::Network(_) | Self::Hook(_) => all.address,
            Self::Account(_) | Self::Known(..) | Self::Person(_) => all.account,
            Self::Sandbox(_) => all.sandbox,
            Self::Reset(_) => all.reset,
            Self::Support(_) => all.support,
            Self::Programs(_) => all.programs,
            Self::Chat(_) => all.chat,
            Self::Client(_) => all.client,
        }
    }
}

/// Counts one attempt in each bucket; the first full one refuses. Committed before the attempt is looked at, so that
/// attempts made at the same time all count.
///
/// # Errors
/// [`Error::TooMany`], with the time until the window ends.
pub(crate) async fn count(desk: &Desk, buckets: &[Bucket<'_>]) -> Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let mut wait: Option<i64> = None;
    for bucket in buckets {
        let limit = bucket.limit(desk);
        let ends = now.plus(limit.window_s.saturating_mul(SECOND));
        let seen = store::throttle::hit(&mut tx, &bucket.name(), now, ends).await?;
        if seen.count > limit.most {
            wait = wait.max(Some(seen.window_ends_at.since(now)));
        }
    }
    tx.commit().await?;
    match wait {
        None => Ok(()),
        Some(micros) => {
            let seconds = u64::try_from(micros / SECOND).unwrap_or(0);
            Err(Error::TooMany { retry_after_s: seconds.max(1) })
        }
    }
}

/// Refuses where a bucket of failures is full; counts nothing. Secrets of 256 bits are not guessed: failures are counted
/// to keep the noise down, and what is right costs no count.
///
/// # Errors
/// [`Error::TooMany`].
pub(crate) async fn open(desk: &Desk, bucket: &Bucket<'_>) -> Result<()> {
    let now = desk.clock.now();
    match store::throttle::get(&desk.db, &bucket.name(), now).await? {
        Some(seen) if seen.count >= bucket.limit(desk).most => {
            let seconds = u64::try_from(seen.window_ends_at.since(now) / SECOND).unwrap_or(0);
            Err(Error::TooMany { retry_after_s: seconds.max(1) })
        }
        _ => Ok(()),
    }
}

/// Counts a failure.
pub(crate) async fn note(desk: &Desk, bucket: &Bucket<'_>) -> Result<()> {
    match count(desk, std::slice::from_ref(bucket)).await {
        Err(Error::TooMany { .. }) => Ok(()),
        counted => counted,
    }
}

/// Forgets the attempts of a bucket, after a success.
pub(crate) async fn forgive(tx: &mut Tx, bucket: &Bucket<'_>) -> Result<()> {
    Ok(store::throttle::clear(tx, &bucket.name()).await?)
}
