//! Short-lived cache of exchange answers that many callers ask for.

use domain::{Clock, Micros};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

type Slot<V> = Arc<tokio::sync::Mutex<Option<(Micros, V)>>>;

/// Largest number of cached keys. The cache is cleared when it is full.
const MOST: usize = 512;

/// A TTL cache with single-flight fetching: while one caller fetches, the others wait for its answer.
pub(crate) struct Recent<K, V> {
    lifetime: i64,
    slots: Mutex<HashMap<K, Slot<V>>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Recent<K, V> {
    /// Creates a cache that keeps each answer for `lifetime` microseconds.
    pub(crate) fn new(lifetime: i64) -> Self {
        Self { lifetime, slots: Mutex::new(HashMap::new()) }
    }

    /// Returns the cached answer, or fetches and caches it. Failures are not cached.
    pub(crate) async fn get<E>(
        &self,
        key: K,
        clock: &dyn Clock,
        fetch: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let slot = self.slot(&key);
        let mut held = slot.lock().await;
        if let Some((at, value)) = held.as_ref()
            && clock.now().since(*at) < self.lifetime
        {
            return Ok(value.clone());
        }
        let value = match fetch.await {
            Ok(value) => value,
            Err(error) => {
                self.forget(&key);
                return Err(error);
            }
        };
        *held = Some((clock.now(), value.clone()));
        Ok(value)
    }

    /// Drops the cached answer, so that the next caller fetches it.
    pub(crate) fn forget(&self, key: &K) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn slot(&self, key: &K) -> Slot<V> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            slots.clear();
        }
        slots.entry(key.clone()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct ManualClock(AtomicI64);
    impl Clock for ManualClock {
        fn now(&self) -> Micros {
            Micros(self.0.load(Ordering::SeqCst))
        }
    }

    #[tokio::test]
    async fn asks_once_in_a_lifetime_and_never_keeps_a_failure() {
        let (recent, clock, request) =
            (Recent::<u8, i64>::new(10), ManualClock::default(), AtomicI64::new(0));
        let ask = || async { Ok::<_, ()>(request.fetch_add(1, Ordering::SeqCst)) };
        assert_eq!(recent.get(1, &clock, ask()).await, Ok(0));
        assert_eq!(recent.get(1, &clock, ask()).await, Ok(0));
        clock.0.store(10, Ordering::SeqCst);
        assert_eq!(recent.get(1, &clock, async { Err(()) }).await, Err(()));
        assert_eq!(recent.get(1, &clock, ask()).await, Ok(1));
        recent.forget(&1);
        assert_eq!(recent.get(1, &clock, ask()).await, Ok(2));
    }
}
