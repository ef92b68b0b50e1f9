//! A single-flight cache for one value with a time to live.

use crate::ExchangeResult;
use domain::Micros;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Mutex;

/// A cached value. The first caller to find it stale fetches it; concurrent callers wait for that fetch and
/// share its result.
pub(super) struct Cached<T> {
    slot: Mutex<Slot<T>>,
    fetches: AtomicU64,
}

struct Slot<T> {
    value: Option<(Micros, Arc<T>)>,
    last_failure: Option<crate::ExchangeFailure>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self { slot: Mutex::new(Slot { value: None, last_failure: None }), fetches: AtomicU64::new(0) }
    }
}

impl<T> Cached<T> {
    /// Returns the value if it is younger than `ttl` microseconds, otherwise fetches it. If the fetch fails,
    /// an old value is returned in preference to the failure.
    pub(super) async fn get(
        &self,
        now: Micros,
        ttl: i64,
        fetch: impl Future<Output = ExchangeResult<T>>,
    ) -> ExchangeResult<Arc<T>> {
        let seen = self.fetches.load(Ordering::Acquire);
        let mut slot = self.slot.lock().await;
        if let Some((at, value)) = &slot.value
            && now.since(*at) < ttl
        {
            return Ok(value.clone());
        }
        // Another caller's fetch failed while this one waited for it, so its failure applies here too.
        if self.fetches.load(Ordering::Acquire) != seen
            && let Some(failure) = slot.last_failure.clone()
        {
            return slot.value.as_ref().map(|(_, old)| old.clone()).ok_or(failure);
        }
        let fetched = fetch.await;
        self.fetches.fetch_add(1, Ordering::AcqRel);
        match fetched {
            Ok(value) => {
                let value = Arc::new(value);
                *slot = Slot { value: Some((now, value.clone())), last_failure: None };
                Ok(value)
            }
            Err(failure) => {
                slot.last_failure = Some(failure.clone());
                slot.value.as_ref().map(|(_, old)| old.clone()).ok_or(failure)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ExchangeFailure;
    use std::sync::atomic::AtomicU32;
    use tokio::sync::Notify;

    #[tokio::test]
    async fn many_ask_and_one_fetches() {
        let (cache, count, go) = (Cached::default(), AtomicU32::new(0), Notify::new());
        let ask = || {
            cache.get(Micros(0), 10, async {
                count.fetch_add(1, Ordering::SeqCst);
                go.notified().await;
                Ok(7)
            })
        };
        let (a, b, c, ()) = tokio::join!(ask(), ask(), ask(), async { go.notify_one() });
        assert_eq!([*a.unwrap(), *b.unwrap(), *c.unwrap()], [7; 3]);
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn many_ask_and_share_one_failure() {
        let (cache, count, go) = (Cached::<u8>::default(), AtomicU32::new(0), Notify::new());
        let ask = || {
            cache.get(Micros(0), 10, async {
                count.fetch_add(1, Ordering::SeqCst);
                go.notified().await;
                Err(ExchangeFailure::Unreachable)
            })
        };
        let (a, b, ()) = tokio::join!(ask(), ask(), async { go.notify_one() });
        assert_eq!((a, b), (Err(ExchangeFailure::Unreachable), Err(ExchangeFailure::Unreachable)));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn stale_is_fetched_again_and_better_than_nothing() {
        let cache = Cached::default();
        assert_eq!(*cache.get(Micros(0), 10, async { Ok(1) }).await.unwrap(), 1);
        assert_eq!(*cache.get(Micros(9), 10, async { Ok(2) }).await.unwrap(), 1);
        assert_eq!(*cache.get(Micros(10), 10, async { Ok(3) }).await.unwrap(), 3);
        assert_eq!(*cache.get(Micros(30), 10, async { Err(ExchangeFailure::Unreachable) }).await.unwrap(), 3);
    }
}
