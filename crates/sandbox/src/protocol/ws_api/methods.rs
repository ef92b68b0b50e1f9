//! The methods of each venue, and the REST endpoints that they are.

use crate::protocol::{call::Endpoint, futures, limits::Venue, listen_calls, spot};
use http::Method;
use std::{collections::HashMap, sync::LazyLock};

/// Method, HTTP verb and path. A method whose endpoint is not served does not exist.
static SPOT: [(&str, &str, &str); 42] = [
    ("ping", "GET", "/api/v3/ping"),
    ("time", "GET", "/api/v3/time"),
    ("exchangeInfo", "GET", "/api/v3/exchangeInfo"),
    ("depth", "GET", "/api/v3/depth"),
    ("trades.recent", "GET", "/api/v3/trades"),
    ("trades.historical", "GET", "/api/v3/historicalTrades"),
    ("trades.aggregate", "GET", "/api/v3/aggTrades"),
    ("klines", "GET", "/api/v3/klines"),
    ("uiKlines", "GET", "/api/v3/uiKlines"),
    ("avgPrice", "GET", "/api/v3/avgPrice"),
    ("ticker.24hr", "GET", "/api/v3/ticker/24hr"),
    ("ticker.tradingDay", "GET", "/api/v3/ticker/tradingDay"),
    ("ticker", "GET", "/api/v3/ticker"),
    ("ticker.price", "GET", "/api/v3/ticker/price"),
    ("ticker.book", "GET", "/api/v3/ticker/bookTicker"),
    ("order.place", "POST", "/api/v3/order"),
    ("order.test", "POST", "/api/v3/order/test"),
    ("order.status", "GET", "/api/v3/order"),
    ("order.cancel", "DELETE", "/api/v3/order"),
    ("order.cancelReplace", "POST", "/api/v3/order/cancelReplace"),
    ("order.amend.keepPriority", "PUT", "/api/v3/order/amend/keepPriority"),
    ("openOrders.status", "GET", "/api/v3/openOrders"),
    ("openOrders.cancelAll", "DELETE", "/api/v3/openOrders"),
    ("order.amendments", "GET", "/api/v3/order/amendments"),
    ("orderList.place", "POST", "/api/v3/order/oco"),
    ("orderList.place.oco", "POST", "/api/v3/orderList/oco"),
    ("orderList.place.oto", "POST", "/api/v3/orderList/oto"),
    ("orderList.place.otoco", "POST", "/api/v3/orderList/otoco"),
    ("orderList.status", "GET", "/api/v3/orderList"),
    ("orderList.cancel", "DELETE", "/api/v3/orderList"),
    ("openOrderLists.status", "GET", "/api/v3/openOrderList"),
    ("allOrderLists", "GET", "/api/v3/allOrderList"),
    ("account.status", "GET", "/api/v3/account"),
    ("account.commission", "GET", "/api/v3/account/commission"),
    ("account.rateLimits.orders", "GET", "/api/v3/rateLimit/order"),
    ("allOrders", "GET", "/api/v3/allOrders"),
    ("myTrades", "GET", "/api/v3/myTrades"),
    ("myPreventedMatches", "GET", "/api/v3/myPreventedMatches"),
    ("myAllocations", "GET", "/api/v3/myAllocations"),
    ("userDataStream.start", "POST", "/api/v3/userDataStream"),
    ("userDataStream.ping", "PUT", "/api/v3/userDataStream"),
    ("userDataStream.stop", "DELETE", "/api/v3/userDataStream"),
];

/// As [`SPOT`].
static FUTURES: [(&str, &str, &str); 21] = [
    ("ping", "GET", "/fapi/v1/ping"),
    ("time", "GET", "/fapi/v1/time"),
    ("exchangeInfo", "GET", "/fapi/v1/exchangeInfo"),
    ("depth", "GET", "/fapi/v1/depth"),
    ("ticker.price", "GET", "/fapi/v2/ticker/price"),
    ("ticker.book", "GET", "/fapi/v1/ticker/bookTicker"),
    ("order.place", "POST", "/fapi/v1/order"),
    ("order.test", "POST", "/fapi/v1/order/test"),
    ("order.modify", "PUT", "/fapi/v1/order"),
    ("order.status", "GET", "/fapi/v1/order"),
    ("order.cancel", "DELETE", "/fapi/v1/order"),
    ("algoOrder.place", "POST", "/fapi/v1/algoOrder"),
    ("algoOrder.cancel", "DELETE", "/fapi/v1/algoOrder"),
    ("account.status", "GET", "/fapi/v2/account"),
    ("v2/account.status", "GET", "/fapi/v3/account"),
    ("userDataStream.start", "POST", "/fapi/v1/listenKey"),
    ("userDataStream.stop", "DELETE", "/fapi/v1/listenKey"),
    ("account.position", "GET", "/fapi/v2/positionRisk"),
    ("v2/account.position", "GET", "/fapi/v3/positionRisk"),
    ("account.balance", "GET", "/fapi/v2/balance"),
    ("v2/account.balance", "GET", "/fapi/v3/balance"),
];

/// The keepalive of futures, which answers with the key here.
static FUTURES_PING: LazyLock<Endpoint> =
    LazyLock::new(|| Endpoint::keyed(Method::PUT, "/fapi/v1/listenKey", 1, listen_calls::ping));

/// Endpoints by venue and method.
type Methods = HashMap<(Venue, &'static str), &'static Endpoint>;

static METHODS: LazyLock<Methods> = LazyLock::new(|| {
    let mut all = Methods::from([((Venue::Futures, "userDataStream.ping"), &*FUTURES_PING)]);
    let tables =
        [(Venue::Spot, &SPOT[..], &*spot::ENDPOINTS), (Venue::Futures, &FUTURES[..], &*futures::ENDPOINTS)];
    for (venue, table, endpoints) in tables {
        for (name, verb, path) in table {
            let served = endpoints.iter().find(|e| e.path == *path && e.method.as_str() == *verb);
            all.extend(served.map(|endpoint| ((venue, *name), endpoint)));
        }
    }
    all
});

/// The endpoint that a method is; `None` if the venue does not serve it. A method may be prefixed with the
/// venue's version.
pub(super) fn find(venue: Venue, method: &str) -> Option<&'static Endpoint> {
    let plain = unversioned(venue, method);
    METHODS.get(&(venue, plain)).copied()
}

/// A method's name without the version that needs no mention.
pub(super) fn unversioned(venue: Venue, method: &str) -> &str {
    let version = match venue {
        Venue::Spot => "v3/",
        Venue::Futures => "v1/",
    };
    method.strip_prefix(version).unwrap_or(method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_an_endpoint_of_its_venue() {
        let path = |venue, method| find(venue, method).map(|endpoint| endpoint.path);
        assert_eq!(path(Venue::Spot, "v3/order.place"), Some("/api/v3/order"));
        assert_eq!(path(Venue::Spot, "order.cancel"), Some("/api/v3/order"));
        assert_eq!(path(Venue::Futures, "v2/account.position"), Some("/fapi/v3/positionRisk"));
        assert_eq!(path(Venue::Futures, "account.position"), Some("/fapi/v2/positionRisk"));
        assert_eq!(path(Venue::Futures, "v3/order.place"), None);
        assert_eq!(path(Venue::Futures, "avgPrice"), None);
        assert_eq!(path(Venue::Spot, "order.dance"), None);
        assert_eq!(find(Venue::Spot, "openOrders.status").map(|e| e.weight_of_all), Some(80));
    }
}
