//! Limits on the number of connections and streams, and timeouts for each.

use std::time::Duration;

/// The maximum number of connections, however many descriptors there are.
const MOST: usize = 16_384;
/// The maximum number of connections of one address.
const MOST_OF_ADDRESS: usize = 512;
/// The maximum number of event streams.
const MOST_STREAMS: usize = 4_096;
/// Descriptors reserved for the database, the exchange and files: at least this many, or a quarter of all.
const RESERVE: usize = 384;
/// The minimum number of connections.
const FEWEST: usize = 64;

/// The limits that the operator has set; `None` for the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Connections in total.
    pub connections: Option<usize>,
    /// Connections of one address; 0 for no limit.
    pub address: Option<usize>,
    /// Event streams of one address without a session; 0 for no limit.
    pub streams_address: Option<usize>,
    /// Event streams of one user; 0 for no limit.
    pub streams_person: Option<usize>,
}

/// The number of connections and event streams allowed. `usize::MAX` means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections in total.
    pub connections: usize,
    /// Connections of one address (IPv4) or network (IPv6 /64).
    pub address: usize,
    /// Event streams in total. Half of them are reserved for signed-in users.
    pub streams: usize,
    /// Event streams of one address without a session.
    pub streams_address: usize,
    /// Event streams of one user.
    pub streams_person: usize,
}

impl Limits {
    /// Derives the limits from the number of descriptors and the operator's settings.
    #[must_use]
    pub fn within(descriptors: usize, wanted: &Wanted) -> Self {
        let reserve = RESERVE.max(descriptors / 4);
        let possible = descriptors.saturating_sub(reserve).max(FEWEST);
        let connections = wanted.connections.unwrap_or(MOST).clamp(FEWEST, possible.max(FEWEST));
        let address = wanted.address.unwrap_or(MOST_OF_ADDRESS.min(connections / 2));
        let none_if_zero = |most: usize| if most == 0 { usize::MAX } else { most };
        Self {
            connections,
            address: none_if_zero(address),
            streams: MOST_STREAMS.min(connections / 2),
            streams_address: none_if_zero(wanted.streams_address.unwrap_or(32)),
            streams_person: none_if_zero(wanted.streams_person.unwrap_or(32)),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::within(MOST * 2, &Wanted::default())
    }
}

/// The timeouts of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the head of a request, and for the first byte of the first one.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For a request's body and its handler. Routes have a shorter limit (`limits::time`).
    pub request: Duration,
    /// Without progress while a response is being sent.
    pub stalled: Duration,
    /// How far a peer may be behind with its reading of responses, compared with 16 KB a second.
    pub slow: Duration,
}

impl Timeouts {
    pub(super) fn shortest(&self) -> Duration {
        self.head.min(self.idle).min(self.request).min(self.stalled).min(self.slow)
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(10),
            idle: seconds(60),
            request: seconds(60),
            stalled: seconds(30),
            slow: seconds(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_kept_in_reserve() {
        let default = Wanted::default();
        let few = Limits::within(1_024, &default);
        assert_eq!((few.connections, few.address, few.streams), (640, 320, 320));
        let plenty = Limits::within(65_536, &default);
        assert_eq!((plenty.connections, plenty.address, plenty.streams), (MOST, 512, 4_096));
        let hardly_any = Limits::within(100, &default);
        assert_eq!(hardly_any.connections, FEWEST);
    }

    #[test]
    fn the_operator_cannot_set_more_than_the_descriptors_allow() {
        let wanted = Wanted { connections: Some(5_000), address: Some(0), ..Wanted::default() };
        let limits = Limits::within(1_024, &wanted);
        assert_eq!((limits.connections, limits.address), (640, usize::MAX));
        let fewer = Limits::within(1_024, &Wanted { connections: Some(100), ..Wanted::default() });
        assert_eq!((fewer.connections, fewer.streams), (100, 50));
    }
}
