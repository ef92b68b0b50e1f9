//! Queries that concern an account rather than its orders, and the table of the order endpoints.

use super::{lists, orders, replace};
use crate::protocol::{
    call::{Call, Endpoint},
    data,
    failure::{Reply, SandboxFailure},
};
use http::Method;
use serde_json::json;

/// The endpoints of conditional orders and order lists, with Binance's weights. Those that place orders count
/// them against the order rate limit themselves, because their number differs.
pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::signed(Method::POST, "/api/v3/order/test", 1, orders::test),
        Endpoint::signed(Method::POST, "/api/v3/order/oco", 1, lists::old_oco),
        Endpoint::signed(Method::POST, "/api/v3/orderList/oco", 1, lists::oco),
        Endpoint::signed(Method::POST, "/api/v3/orderList/oto", 1, lists::oto),
        Endpoint::signed(Method::POST, "/api/v3/orderList/otoco", 1, lists::otoco),
        Endpoint::signed(Method::DELETE, "/api/v3/orderList", 1, lists::cancel),
        Endpoint::signed(Method::GET, "/api/v3/orderList", 4, lists::get),
        Endpoint::signed(Method::GET, "/api/v3/allOrderList", 20, lists::all),
        Endpoint::signed(Method::GET, "/api/v3/openOrderList", 6, lists::open),
        Endpoint::signed(Method::POST, "/api/v3/order/cancelReplace", 1, replace::replace),
        Endpoint::signed(Method::PUT, "/api/v3/order/amend/keepPriority", 4, replace::amend),
        Endpoint::signed(Method::GET, "/api/v3/order/amendments", 4, replace::amendments),
        Endpoint::signed(Method::GET, "/api/v3/rateLimit/order", 40, order_usage),
        Endpoint::signed(Method::GET, "/api/v3/myPreventedMatches", 20, prevented_matches),
        Endpoint::signed(Method::GET, "/api/v3/myAllocations", 20, allocations),
    ]
}

/// The caller's order count in each interval.
fn order_usage(call: &mut Call<'_>) -> Reply {
    orders::all_known(&call.params)?;
    let used = call.shared.budget.order_usage(call.now, call.account()?, call.venue);
    let limits = &call.shared.budget.limits;
    let row = |interval: &str, number: u32, limit: u32, count: u32| {
        json!({
            "rateLimitType": "ORDERS",
            "interval": interval,
            "intervalNum": number,
            "limit": limit,
            "count": count,
        })
    };
    Ok(json!([
        row("SECOND", 10, limits.orders_10s, used.in_10s),
        row("MINUTE", 1, limits.orders_1m, used.in_1m),
    ]))
}

/// Orders expired by self-trade prevention. There are none, because every trade is with the exchange.
fn prevented_matches(call: &mut Call<'_>) -> Reply {
    data::market(call)?;
    let (matched, order) =
        (call.params.integer::<u64>("preventedMatchId")?, call.params.integer::<u64>("orderId")?);
    let from = call.params.integer::<u64>("fromPreventedMatchId")?;
    call.limit(500, 1_000)?;
    orders::all_known(&call.params)?;
    if matched.is_some() == order.is_some() || (from.is_some() && order.is_none()) {
        return Err(SandboxFailure::refused(-1128, "Combination of optional parameters invalid."));
    }
    Ok(json!([]))
}

/// Fills by smart order routing, which is not offered.
fn allocations(call: &mut Call<'_>) -> Reply {
    data::market(call)?;
    data::period(call)?;
    call.params.integer::<u64>("fromAllocationId")?;
    call.params.integer::<u64>("orderId")?;
    call.limit(500, 1_000)?;
    orders::all_known(&call.params)?;
    Ok(json!([]))
}
