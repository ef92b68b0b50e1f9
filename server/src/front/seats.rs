//! Limits on event streams. A stream holds memory and a descriptor for hours, so streams are counted per
//! holder, and when all are taken, a caller who has few gets the seat of one who has many.

use super::Limits;
use domain::UserId;
use service::Origin;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Signed-in users of one address may hold this many times as many streams as anonymous callers: an account
/// costs nothing, so the limit per user is not enough.
const USERS_PER_ADDRESS: usize = 8;

/// The holder of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taker {
    /// A caller without a session.
    Stranger(IpAddr),
    /// A signed-in user.
    Person(IpAddr, UserId),
}

impl Taker {
    fn network(self) -> IpAddr {
        let (Self::Stranger(address) | Self::Person(address, _)) = self;
        Origin::new(address, "").network()
    }
}

/// The seats of one kind of stream. Clones share them.
#[derive(Clone)]
pub(crate) struct Seats {
    all: usize,
    strangers: usize,
    address: usize,
    person: usize,
    /// Whether a stream ends when its seat is needed for another caller ([`Seat::evicted`]).
    replaceable: bool,
    taken: Arc<Mutex<Taken>>,
}

/// A taken seat, as its `Seats` know it.
struct Holding {
    taker: Taker,
    evicted: Arc<Notify>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    /// The oldest first.
    seats: BTreeMap<u64, Holding>,
    strangers: usize,
    strangers_of: HashMap<IpAddr, usize>,
    users_of: HashMap<IpAddr, usize>,
    of_person: HashMap<UserId, usize>,
}

impl Seats {
    /// Seats for the desk's own pages. Half of them are reserved for signed-in users.
    pub(crate) fn of_pages(limits: Limits) -> Self {
        Self::new(limits, limits.streams / 2, true)
    }

    /// Seats for the sandbox's streams, where every caller is anonymous: trading programs.
    pub(crate) fn of_sandbox(limits: Limits) -> Self {
        Self::new(limits, limits.streams, false)
    }

    fn new(limits: Limits, strangers: usize, replaceable: bool) -> Self {
        let Limits { streams: all, streams_address: address, streams_person: person, .. } = limits;
        Self { all, strangers, address, person, replaceable, taken: Arc::default() }
    }

    /// The number of taken seats.
    pub(crate) fn taken(&self) -> usize {
        self.lock().seats.len()
    }

    /// Takes a seat, if the limits of this caller allow one more. When all are taken, it replaces the newest
    /// seat of the network that holds the most, if that network holds clearly more than the caller's; within one
    /// network, the newest of the user who holds the most. So neither many accounts nor many addresses keep out
    /// a caller who has few seats.
    pub(crate) fn take(&self, taker: Taker) -> Option<Seat> {
        let mut taken = self.lock();
        let may = match taker {
            Taker::Stranger(_) => self.admits_stranger(&mut taken, taker),
            Taker::Person(_, user) => self.admits_person(&mut taken, taker, user),
        };
        if !may {
            return None;
        }
        let (number, evicted) = (taken.next, Arc::<Notify>::default());
        taken.next += 1;
        taken.add(number, Holding { taker, evicted: Arc::clone(&evicted) });
        drop(taken);
        Some(Seat { seats: self.clone(), number, evicted })
    }

    fn admits_stranger(&self, taken: &mut Taken, taker: Taker) -> bool {
        let network = taker.network();
        if count(&taken.strangers_of, &network) >= self.address {
            return false;
        }
        let full = taken.seats.len() >= self.all || taken.strangers >= self.strangers;
        // Never the seat of a signed-in user.
        let stranger = |other: Taker| matches!(other, Taker::Stranger(_)).then(|| other.network());
        !full || self.replaceable && taken.evict(&network, stranger)
    }

    fn admits_person(&self, taken: &mut Taken, taker: Taker, user: UserId) -> bool {
        let network = taker.network();
        if count(&taken.of_person, &user) >= self.person {
            return false;
        }
        let neighbor = |other: Taker| match other {
            Taker::Person(_, user) if other.network() == network => Some(user),
            _ => None,
        };
        let crowd = self.address.saturating_mul(USERS_PER_ADDRESS);
        if count(&taken.users_of, &network) >= crowd && !(self.replaceable && taken.evict(&user, neighbor)) {
            return false;
        }
        taken.seats.len() < self.all
            || self.replaceable
                && (taken.evict(&network, |other| Some(other.network())) || taken.evict(&user, neighbor))
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn add(&mut self, number: u64, holding: Holding) {
        let network = holding.taker.network();
        match holding.taker {
            Taker::Stranger(_) => {
                self.strangers += 1;
                *self.strangers_of.entry(network).or_default() += 1;
            }
            Taker::Person(_, user) => {
                *self.users_of.entry(network).or_default() += 1;
                *self.of_person.entry(user).or_default() += 1;
            }
        }
        self.seats.insert(number, holding);
    }

    /// Removes a seat, unless it was removed before.
    fn remove(&mut self, number: u64) -> Option<Holding> {
        let holding = self.seats.remove(&number)?;
        let network = holding.taker.network();
        match holding.taker {
            Taker::Stranger(_) => {
                self.strangers = self.strangers.saturating_sub(1);
                give_back(&mut self.strangers_of, &network);
            }
            Taker::Person(_, user) => {
                give_back(&mut self.users_of, &network);
                give_back(&mut self.of_person, &user);
            }
        }
        Some(holding)
    }

    /// Evicts the newest seat of the group that has the most, if it has at least two more than the caller's own
    /// group: with one more, the two would replace each other forever.
    fn evict<K: Hash + Eq>(&mut self, own: &K, group: impl Fn(Taker) -> Option<K>) -> bool {
        let mut groups: HashMap<K, (usize, u64)> = HashMap::new();
        for (number, holding) in &self.seats {
            if let Some(key) = group(holding.taker) {
                let (seats, newest) = groups.entry(key).or_default();
                *seats += 1;
                *newest = *number;
            }
        }
        let mine = groups.get(own).map_or(0, |(seats, _)| *seats);
        let most = groups.into_values().max().filter(|(seats, _)| *seats > mine + 1);
        let Some(holding) = most.and_then(|(_, newest)| self.remove(newest)) else { return false };
        holding.evicted.notify_one();
        true
    }
}

fn count<K: Hash + Eq>(all: &HashMap<K, usize>, key: &K) -> usize {
    all.get(key).copied().unwrap_or(0)
}

fn give_back<K: Hash + Eq>(all: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = all.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            all.remove(key);
        }
    }
}

/// A taken seat, released on drop.
pub(crate) struct Seat {
    seats: Seats,
    number: u64,
    evicted: Arc<Notify>,
}

impl Seat {
    /// Waits until another caller has got this seat; the stream must then end.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seat")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.lock().remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn seats(streams: usize, streams_address: usize, streams_person: usize) -> Seats {
        Seats::of_pages(Limits { streams, streams_address, streams_person, ..Limits::default() })
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn person(number: u128) -> Taker {
        Taker::Person(address(1), UserId(Uuid::from_u128(number)))
    }

    #[test]
    fn anonymous_callers_leave_half_to_signed_in_users() {
        let seats = seats(8, 100, 100);
        let crowd: Vec<_> = (0..8).filter_map(|last| seats.take(Taker::Stranger(address(last)))).collect();
        assert_eq!(crowd.len(), 4);
        let people: Vec<_> = (0..8).filter_map(|number| seats.take(person(number))).collect();
        assert_eq!((people.len(), seats.taken()), (4, 8));
        drop((crowd, people));
        assert_eq!(seats.taken(), 0);
        let taken = seats.lock();
        assert!(taken.strangers_of.is_empty() && taken.users_of.is_empty() && taken.of_person.is_empty());
    }

    #[test]
    fn an_address_and_a_person_have_so_many() {
        let seats = seats(1_000, 2, 3);
        let hold = |taker: Taker, most: usize| (0..most).filter_map(|_| seats.take(taker)).count();
        let _strangers: Vec<_> = (0..2).map(|_| seats.take(Taker::Stranger(address(1))).unwrap()).collect();
        assert!(seats.take(Taker::Stranger(address(1))).is_none());
        assert_eq!(hold(Taker::Stranger(address(2)), 1), 1);
        let _mine: Vec<_> = (0..3).map(|_| seats.take(person(1)).unwrap()).collect();
        assert!(seats.take(person(1)).is_none());
        assert_eq!(hold(person(2), 1), 1, "another person at the same address");
    }

    #[test]
    fn many_free_accounts_at_one_address_have_an_end() {
        let seats = seats(1_000, 2, 3);
        let taken: Vec<_> = (0..100).filter_map(|number| seats.take(person(number))).collect();
        assert_eq!(taken.len(), 2 * USERS_PER_ADDRESS);
    }

    fn at(last: u8, number: u128) -> Taker {
        Taker::Person(address(last), UserId(Uuid::from_u128(number)))
    }

    /// Whether the stream of a seat was asked to end.
    async fn is_evicted(seat: &Seat) -> bool {
        tokio::time::timeout(std::time::Duration::ZERO, seat.evicted()).await.is_ok()
    }

    #[tokio::test]
    async fn accounts_at_two_addresses_leave_room_for_a_trader_at_a_third() {
        let seats = seats(320, 32, 32);
        let crowd: Vec<_> = (0..10_u8)
            .flat_map(|account| (0..32).map(move |_| at(1 + account / 8, u128::from(account))))
            .map(|taker| seats.take(taker).unwrap())
            .collect();
        assert_eq!(seats.taken(), 320);
        let trader = seats.take(at(3, 100)).unwrap();
        assert!(is_evicted(&crowd[255]).await, "the newest of the address with the most");
        assert!(!is_evicted(&crowd[254]).await && !is_evicted(&crowd[319]).await);
        let neighbor = seats.take(at(1, 101)).unwrap();
        assert!(!is_evicted(&trader).await);
        assert_eq!(seats.taken(), 320, "each took the place of another");
        drop(crowd);
        assert_eq!(seats.taken(), 2);
        drop((trader, neighbor));
        let taken = seats.lock();
        assert!(taken.users_of.is_empty() && taken.of_person.is_empty());
    }

    #[tokio::test]
    async fn a_trader_behind_a_crowded_address_takes_the_place_of_the_user_with_the_most() {
        let seats = seats(1_000, 2, 10);
        let crowd: Vec<_> = (0..16).filter_map(|number| seats.take(at(1, number / 10))).collect();
        assert_eq!(crowd.len(), 16);
        assert!(seats.take(at(1, 100)).is_some());
        assert!(is_evicted(&crowd[9]).await);
        assert!(seats.take(at(1, 1)).is_some(), "the first trader has left");
    }

    #[tokio::test]
    async fn anonymous_callers_replace_only_those_who_have_more() {
        let seats = seats(8, 3, 100);
        let users: Vec<_> = (0..4).map(|_| seats.take(at(9, 1)).unwrap()).collect();
        let crowd: Vec<_> =
            [1, 1, 1, 2].map(|last| seats.take(Taker::Stranger(address(last))).unwrap()).into();
        let stranger = seats.take(Taker::Stranger(address(3))).unwrap();
        assert!(is_evicted(&crowd[2]).await);
        assert!(seats.take(Taker::Stranger(address(3))).is_none(), "the others have hardly more");
        assert!(!is_evicted(&users[3]).await && !is_evicted(&stranger).await);
    }

    #[test]
    fn a_stream_of_the_sandbox_is_not_replaced() {
        let limits = Limits { streams: 2, streams_address: 2, ..Limits::default() };
        let seats = Seats::of_sandbox(limits);
        let _both: Vec<_> = (0..2).map(|_| seats.take(Taker::Stranger(address(1))).unwrap()).collect();
        assert!(seats.take(Taker::Stranger(address(2))).is_none());
    }
}
