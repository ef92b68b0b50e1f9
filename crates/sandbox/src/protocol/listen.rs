//! Listen keys, which open an account's user-data stream.

use super::limits::Venue;
use crate::engine::AccountId;
use domain::{Entropy, Micros, time};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Lifetime of a key without keepalive.
const LIFE: i64 = time::HOUR;

/// Letters and digits, as in Binance's keys.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Generates 64 unpredictable letters and digits.
pub(crate) fn token(entropy: &dyn Entropy) -> String {
    let mut text = String::with_capacity(64);
    let mut bytes = [0_u8; 96];
    while text.len() < 64 {
        entropy.fill(&mut bytes);
        // 248 is the largest multiple of 62 in a byte. Accepting higher values would make some letters more
        // likely.
        let letters = bytes.iter().filter(|b| **b < 248).map(|b| char::from(ALPHABET[usize::from(b % 62)]));
        text.extend(letters.take(64 - text.len()));
    }
    text
}

/// The account and venue whose events a listen key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    pub(crate) account: AccountId,
    pub(crate) venue: Venue,
}

#[derive(Debug)]
struct Entry {
    listener: Listener,
    until: Micros,
}

/// The listen keys of this process. A restart forgets them, and clients request new ones.
#[derive(Debug, Default)]
pub(crate) struct ListenKeys(Mutex<HashMap<String, Entry>>);

impl ListenKeys {
    fn keys(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the account's key with renewed lifetime, creating it if there is none.
    pub(crate) fn open(&self, now: Micros, listener: Listener, entropy: &dyn Entropy) -> String {
        let mut keys = self.keys();
        keys.retain(|_, entry| entry.until > now);
        let until = now.plus(LIFE);
        if let Some((key, entry)) = keys.iter_mut().find(|(_, entry)| entry.listener == listener) {
            entry.until = until;
            return key.clone();
        }
        let key = token(entropy);
        keys.insert(key.clone(), Entry { listener, until });
        key
    }

    /// Renews the account's key, or all of its keys if `key` is `None`; returns `false` if there is none.
    pub(crate) fn keep(&self, now: Micros, listener: &Listener, key: Option<&str>) -> bool {
        let mut kept = false;
        for (name, entry) in self.keys().iter_mut() {
            if entry.listener == *listener && entry.until > now && key.is_none_or(|key| key == name) {
                entry.until = now.plus(LIFE);
                kept = true;
            }
        }
        kept
    }

    /// Closes the account's key, or all of its keys if `key` is `None`; returns `false` if there is none.
    pub(crate) fn close(&self, listener: &Listener, key: Option<&str>) -> bool {
        let mut keys = self.keys();
        let before = keys.len();
        keys.retain(|name, entry| entry.listener != *listener || key.is_some_and(|key| key != name));
        keys.len() < before
    }

    /// The listener of a valid key.
    pub(crate) fn find(&self, now: Micros, key: &str) -> Option<Listener> {
        self.keys().get(key).filter(|entry| entry.until > now).map(|entry| entry.listener.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            for byte in out {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn one_key_per_account_that_ends_after_an_hour_of_silence() {
        let (keys, entropy) = (ListenKeys::default(), Counting(250.into()));
        let me = Listener { account: AccountId(1), venue: Venue::Futures };
        let key = keys.open(Micros(0), me.clone(), &entropy);
        assert_eq!(key.len(), 64);
        assert!(key.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(keys.open(Micros(1), me.clone(), &entropy), key);
        assert!(keys.keep(Micros(LIFE), &me, Some(&key)));
        assert_eq!(keys.find(Micros(2 * LIFE - 1), &key), Some(me.clone()));
        assert_eq!(keys.find(Micros(2 * LIFE), &key), None);
        let other = Listener { venue: Venue::Spot, ..me.clone() };
        assert!(!keys.close(&other, Some(&key)));
        assert!(keys.close(&me, None));
        assert!(!keys.close(&me, None));
    }
}
