//! Every open connection by its network, and which of them is evicted for a new one.

use super::{Connection, Limits};
use service::Origin;
use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// How far closing connections may exceed the limit.
const CLOSING: usize = 32;

/// The open connections. Clones share them.
#[derive(Clone)]
pub(super) struct Connections {
    limits: Limits,
    proxies: Arc<[IpAddr]>,
    open: Arc<Mutex<Open>>,
    left: Arc<Notify>,
}

#[derive(Default)]
struct Open {
    /// Open sockets, including those being closed.
    count: usize,
    /// Open sockets, without those being closed.
    active: usize,
    next: u64,
    /// Connections that are not being closed, the oldest first.
    networks: HashMap<IpAddr, BTreeMap<u64, Arc<Connection>>>,
}

impl Connections {
    pub(super) fn new(limits: Limits, proxies: Arc<[IpAddr]>) -> Self {
        Self { limits, proxies, open: Arc::default(), left: Arc::default() }
    }

    /// The number of open sockets.
    pub(super) fn open(&self) -> usize {
        self.lock().count
    }

    /// Waits until enough of the connections being closed have gone.
    pub(super) async fn has_capacity(&self) {
        while self.open() >= self.limits.connections.saturating_add(CLOSING) {
            self.left.notified().await;
        }
    }

    /// Admits a new connection. If its network or the whole desk is at its limit, evicts the oldest
    /// connection that loses the least: one that has never sent a whole request, then one that waits or whose
    /// request is incomplete, then one that reads its response too slowly. `None` if there is no such
    /// connection.
    pub(super) fn admit(&self, peer: IpAddr) -> Option<(Arc<Connection>, ConnectionSlot)> {
        let peer = peer.to_canonical();
        let network = Origin::new(peer, "").network();
        let mut open = self.lock();
        let siblings = open.networks.get(&network).map_or(0, BTreeMap::len);
        let proxy = self.proxies.contains(&peer);
        if !proxy && siblings >= self.limits.address && !open.evict(network) {
            return None;
        }
        if open.active >= self.limits.connections && !self.evict_any(&mut open) {
            return None;
        }
        let connection = Arc::new(Connection::new());
        let number = open.next;
        open.next += 1;
        open.count += 1;
        open.active += 1;
        open.networks.entry(network).or_default().insert(number, Arc::clone(&connection));
        Some((connection, ConnectionSlot { connections: self.clone(), network, number }))
    }

    /// Closes one connection that is not being served, if there is one.
    pub(super) fn close_one(&self) {
        self.evict_any(&mut self.lock());
    }

    /// Evicts from the network with the most connections. Proxies carry many users' connections, so they come
    /// last.
    fn evict_any(&self, open: &mut Open) -> bool {
        let proxy = |network: &IpAddr| self.proxies.iter().any(|p| Origin::new(*p, "").network() == *network);
        let mut networks: Vec<(bool, usize, IpAddr)> =
            open.networks.iter().map(|(network, all)| (!proxy(network), all.len(), *network)).collect();
        networks.sort_unstable_by(|a, b| b.cmp(a));
        networks.into_iter().any(|(.., network)| open.evict(network))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn evict(&mut self, network: IpAddr) -> bool {
        let Some(all) = self.networks.get_mut(&network) else { return false };
        let losses = all.iter().filter_map(|(number, connection)| Some((connection.loss()?, *number)));
        let Some((_, number)) = losses.min() else { return false };
        if let Some(connection) = all.remove(&number) {
            self.active = self.active.saturating_sub(1);
            connection.close();
        }
        true
    }
}

/// A connection's slot, released when its socket closes.
pub(super) struct ConnectionSlot {
    connections: Connections,
    network: IpAddr,
    number: u64,
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut guard = self.connections.lock();
        let open = &mut *guard;
        open.count = open.count.saturating_sub(1);
        if let Some(all) = open.networks.get_mut(&self.network) {
            if all.remove(&self.number).is_some() {
                open.active = open.active.saturating_sub(1);
            }
            if all.is_empty() {
                open.networks.remove(&self.network);
            }
        }
        drop(guard);
        self.connections.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{http::StatusCode, response::IntoResponse as _};

    const ALICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const BOB: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
    const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    fn connections(connections: usize, address: usize) -> Connections {
        let limits = Limits { connections, address, ..Limits::default() };
        Connections::new(limits, [PROXY].into())
    }

    /// Whether a connection was asked to close.
    async fn is_evicted(connection: &Connection) -> bool {
        tokio::time::timeout(std::time::Duration::ZERO, connection.closed()).await.is_ok()
    }

    fn served(connection: &Arc<Connection>) {
        connection.begin(false);
        drop(Arc::clone(connection).answer(StatusCode::OK.into_response()));
    }

    #[tokio::test]
    async fn a_new_connection_replaces_the_oldest_of_its_own_address() {
        let all = connections(100, 2);
        let (first, place) = all.admit(ALICE).unwrap();
        let (second, _second) = all.admit(ALICE).unwrap();
        let (other, _other) = all.admit(BOB).unwrap();
        served(&first);
        let (third, _third) = all.admit(ALICE).unwrap();
        assert!(is_evicted(&second).await, "the first was served before, this one never");
        let (_, _fourth) = all.admit(ALICE).unwrap();
        assert!(is_evicted(&third).await);
        assert!(!is_evicted(&first).await && !is_evicted(&other).await);
        drop(place);
    }

    #[tokio::test]
    async fn a_connection_that_is_being_served_is_not_closed() {
        let all = connections(100, 1);
        let (first, place) = all.admit(ALICE).unwrap();
        first.begin(false);
        assert!(all.admit(ALICE).is_none());
        assert!(!is_evicted(&first).await && all.admit(BOB).is_some());
        drop(place);
        assert!(all.admit(ALICE).is_some());
    }

    #[tokio::test]
    async fn half_sent_bodies_of_two_addresses_leave_room_for_a_third() {
        let all = connections(8, 4);
        let sent: Vec<_> = [ALICE, ALICE, ALICE, ALICE, BOB, BOB, BOB, BOB]
            .into_iter()
            .map(|address| all.admit(address).unwrap())
            .collect();
        for (connection, _) in &sent {
            connection.begin(true);
        }
        assert!(all.admit(PROXY).is_some(), "another address");
        assert!(all.admit(ALICE).is_some(), "a trader behind the same address");
    }

    #[tokio::test]
    async fn when_all_are_taken_the_largest_crowd_gives_way() {
        let all = connections(4, 100);
        let crowd: Vec<_> = (0..3).map(|_| all.admit(ALICE).unwrap()).collect();
        let (bob, _bob) = all.admit(BOB).unwrap();
        let (_, _next) = all.admit(BOB).unwrap();
        assert!(is_evicted(&crowd[0].0).await && !is_evicted(&bob).await);
        assert_eq!(all.open(), 5, "one has been asked to close and has not done so yet");
    }

    #[tokio::test]
    async fn a_proxy_counts_as_many_users() {
        let all = connections(5, 1);
        let people: Vec<_> = (0..4).map(|_| all.admit(PROXY).unwrap()).collect();
        let (alice, _alice) = all.admit(ALICE).unwrap();
        let (_, _bob) = all.admit(BOB).unwrap();
        assert!(is_evicted(&alice).await, "before any of those behind the proxy");
        for (connection, _) in &people {
            assert!(!is_evicted(connection).await);
        }
    }

    #[tokio::test]
    async fn one_ipv6_network_is_one_address() {
        let all = connections(100, 1);
        let (first, _first) = all.admit("2001:db8:1:2::1".parse().unwrap()).unwrap();
        let (_, _second) = all.admit("2001:db8:1:2:ffff::9".parse().unwrap()).unwrap();
        let (_, _third) = all.admit("2001:db8:1:3::1".parse().unwrap()).unwrap();
        assert!(is_evicted(&first).await);
    }
}
