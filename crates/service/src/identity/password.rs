//! Passwords: argon2id at its recommended cost, off the async threads, with limited concurrency.

mod breached;
mod policy;

use crate::error::{Error, Result};
use argon2::{
    Argon2, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{Error as Failure, phc::PasswordHash},
};
use domain::{Entropy, validation::Problem};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Stored as the hash of users without a password, who sign in through another issuer. No password matches
/// it.
pub(crate) const NONE: &str = "";

/// Suggested delay after an allocation failure, in seconds.
const MEMORY_IN_S: u64 = 2;
/// Suggested delay after the list of breached passwords could not be read, in seconds.
const LIST_IN_S: u64 = 60;

/// Result of comparing a password with a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// No match.
    Wrong,
    /// Match.
    Right,
    /// Match, but the hash is of the unnormalized text and should be replaced.
    Outdated,
}

impl Fit {
    /// Whether the password matches.
    pub(crate) const fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::Outdated)
    }
}

/// Hashes and verifies passwords. Each run takes 19 MiB, so at most one per core runs at a time: a flood of
/// sign-ins waits in a queue instead of exhausting the memory.
pub(crate) struct PasswordHasher {
    permits: Arc<Semaphore>,
    /// File of breached passwords.
    breached: Option<PathBuf>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::new(None)
    }
}

impl PasswordHasher {
    /// A hasher that rejects new passwords of this file.
    pub(crate) fn new(breached: Option<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { permits: Arc::new(Semaphore::new(cores)), breached }
    }

    /// Hashes a password; returns a PHC string.
    pub(crate) async fn hash(&self, entropy: &dyn Entropy, password: &str) -> Result<String> {
        let mut salt = [0_u8; 16];
        entropy.fill(&mut salt);
        self.run(password, move |password| digest(&policy::normalized(password), &salt)).await?
    }

    /// Checks a new password of the user with this e-mail; returns its problem, if any.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the list of breached passwords cannot be read.
    pub(crate) async fn judge(&self, email: &str, password: &str) -> Result<Option<Problem>> {
        // The time needed grows with the length, so overlong passwords are rejected first.
        if password.chars().count() > 1_000 {
            return Ok(Some(Problem::PasswordTooLong));
        }
        let (email, breached) = (email.to_owned(), self.breached.clone());
        let judged = self.run(password, move |password| judged(&email, password, breached.as_deref()));
        judged.await?.map_err(|error| {
            tracing::error!(%error, "could not read the list of breached passwords; no password can be set");
            Error::Unavailable { retry_after_s: LIST_IN_S }
        })
    }

    /// Compares a password with `stored`. Without a stored hash (unknown e-mail, or no password) the same
    /// work is done, so that the time reveals nothing.
    pub(crate) async fn verify(&self, password: &str, stored: Option<String>) -> Result<Fit> {
        self.run(password, move |password| {
            let normal = policy::normalized(password);
            let forms = [(&*normal, Fit::Right), (password, Fit::Outdated)];
            // The unnormalized form is tried only if it differs: hashes from before normalization are of it.
            let forms = forms.iter().take(if normal == password { 1 } else { 2 });
            let hash = match stored.as_deref().filter(|stored| *stored != NONE) {
                Some(stored) => Some(
                    PasswordHash::new(stored)
                        .map_err(|_| Error::fault("a stored password hash is invalid"))?,
                ),
                None => None,
            };
            for (form, fit) in forms {
                match &hash {
                    None => drop(digest(form, b"nobody signs in.")?),
                    Some(hash) if fits(Argon2::default().verify_password(form.as_bytes(), hash))? => {
                        return Ok(*fit);
                    }
                    Some(_) => {}
                }
            }
            Ok(Fit::Wrong)
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        password: &str,
        work: impl FnOnce(&str) -> T + Send + 'static,
    ) -> Result<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(Error::fault)?;
        let password = Zeroizing::new(password.to_owned());
        tokio::task::spawn_blocking(move || {
            let done = work(&password);
            drop(permit);
            done
        })
        .await
        .map_err(Error::fault)
    }
}

fn judged(email: &str, password: &str, breached: Option<&Path>) -> std::io::Result<Option<Problem>> {
    if let Err(problem) = policy::judge(email, password) {
        return Ok(Some(problem));
    }
    let Some(list) = breached else { return Ok(None) };
    let known = breached::contains(list, &policy::normalized(password))?;
    Ok(known.then_some(Problem::PasswordBreached))
}

fn digest(password: &str, salt: &[u8; 16]) -> Result<String> {
    let hash: PasswordHash =
        Argon2::default().hash_password_with_salt(password.as_bytes(), salt).map_err(failed)?;
    Ok(hash.to_string())
}

/// Whether a password matches. An allocation failure is an error, not a mismatch.
fn fits(verified: std::result::Result<(), Failure>) -> Result<bool> {
    match verified {
        Ok(()) => Ok(true),
        Err(Failure::OutOfMemory) => Err(failed(Failure::OutOfMemory)),
        Err(_) => Ok(false),
    }
}

/// Maps a hashing failure: lack of memory is temporary, anything else a fault.
fn failed(failure: Failure) -> Error {
    match failure {
        Failure::OutOfMemory => {
            tracing::warn!("not enough memory to hash a password; the caller is asked to retry");
            Error::Unavailable { retry_after_s: MEMORY_IN_S }
        }
        _ => Error::fault("could not hash a password"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::system::OsEntropy;

    #[tokio::test]
    async fn only_the_right_password_opens_and_salts_differ() {
        let hasher = PasswordHasher::default();
        let first = hasher.hash(&OsEntropy, "correct horse battery").await.unwrap();
        let second = hasher.hash(&OsEntropy, "correct horse battery").await.unwrap();
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, second);
        let fit = async |password: &str, stored: Option<&str>| {
            hasher.verify(password, stored.map(str::to_owned)).await.unwrap()
        };
        assert_eq!(fit("correct horse battery", Some(&first)).await, Fit::Right);
        assert_eq!(fit("correct horse batterY", Some(&first)).await, Fit::Wrong);
        assert_eq!(fit("correct horse battery", None).await, Fit::Wrong);
        assert_eq!(fit("", Some(NONE)).await, Fit::Wrong);
    }

    #[tokio::test]
    async fn the_same_letters_fit_however_they_are_composed() {
        let (hasher, nfc, nfd) =
            (PasswordHasher::default(), "Z\u{fc}rich cr\u{e8}me", "Zu\u{308}rich cre\u{300}me");
        let new = hasher.hash(&OsEntropy, nfd).await.unwrap();
        assert_eq!(hasher.verify(nfc, Some(new)).await.unwrap(), Fit::Right);
        // As stored before normalization: the bytes that the keyboard sent.
        let old = digest(nfd, b"a fixed old salt").unwrap();
        assert_eq!(hasher.verify(nfd, Some(old.clone())).await.unwrap(), Fit::Outdated);
        assert_eq!(hasher.verify(nfc, Some(old)).await.unwrap(), Fit::Wrong);
        let old = digest(nfc, b"a fixed old salt").unwrap();
        assert_eq!(hasher.verify(nfd, Some(old)).await.unwrap(), Fit::Right);
        assert!(hasher.verify("x", Some("nonsense".into())).await.is_err());
    }

    #[test]
    fn without_memory_a_password_is_neither_right_nor_wrong() {
        assert!(matches!(fits(Err(Failure::OutOfMemory)), Err(Error::Unavailable { retry_after_s: 1.. })));
        assert!(matches!(fits(Err(Failure::PasswordInvalid)), Ok(false)));
        assert!(matches!(fits(Ok(())), Ok(true)));
        assert!(matches!(failed(Failure::Internal), Error::Fault(_)));
    }
}
