//! Limits on event streams. A stream holds memory and a descriptor for hours, so streams are counted per
//! holder.

use super::Limits;
use domain::UserId;
use service::Origin;
use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

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

/// The seats of one kind of stream. Clones share them.
#[derive(Clone)]
pub(crate) struct Seats {
    all: usize,
    strangers: usize,
    address: usize,
    person: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    strangers: usize,
    strangers_of: HashMap<IpAddr, usize>,
    users_of: HashMap<IpAddr, usize>,
    of_person: HashMap<UserId, usize>,
}

impl Seats {
    /// Seats for the desk's own pages. Half of them are reserved for signed-in users.
    pub(crate) fn of_pages(limits: Limits) -> Self {
        Self::new(limits, limits.streams / 2)
    }

    /// Seats for the sandbox's streams, where every caller is anonymous: trading programs.
    pub(crate) fn of_sandbox(limits: Limits) -> Self {
        Self::new(limits, limits.streams)
    }

    fn new(limits: Limits, strangers: usize) -> Self {
        let Limits { streams: all, streams_address: address, streams_person: person, .. } = limits;
        Self { all, strangers, address, person, taken: Arc::default() }
    }

    /// The number of taken seats.
    pub(crate) fn taken(&self) -> usize {
        self.lock().all
    }

    /// Takes a seat, if the limits of this caller allow one more.
    pub(crate) fn take(&self, taker: Taker) -> Option<Seat> {
        let mut taken = self.lock();
        let may = taken.all < self.all
            && match taker {
                Taker::Stranger(address) => {
                    taken.strangers < self.strangers
                        && count(&taken.strangers_of, &network(address)) < self.address
                }
                Taker::Person(address, user) => {
                    count(&taken.of_person, &user) < self.person
                        && count(&taken.users_of, &network(address))
                            < self.address.saturating_mul(USERS_PER_ADDRESS)
                }
            };
        if !may {
            return None;
        }
        taken.all += 1;
        match taker {
            Taker::Stranger(address) => {
                taken.strangers += 1;
                *taken.strangers_of.entry(network(address)).or_default() += 1;
            }
            Taker::Person(address, user) => {
                *taken.users_of.entry(network(address)).or_default() += 1;
                *taken.of_person.entry(user).or_default() += 1;
            }
        }
        drop(taken);
        Some(Seat { seats: self.clone(), taker })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn network(address: IpAddr) -> IpAddr {
    Origin::new(address, "").network()
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
    taker: Taker,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seat")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        taken.all = taken.all.saturating_sub(1);
        match self.taker {
            Taker::Stranger(address) => {
                taken.strangers = taken.strangers.saturating_sub(1);
                give_back(&mut taken.strangers_of, &network(address));
            }
            Taker::Person(address, user) => {
                give_back(&mut taken.users_of, &network(address));
                give_back(&mut taken.of_person, &user);
            }
        }
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
}
