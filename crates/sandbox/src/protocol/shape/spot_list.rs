//! Response bodies and stream messages for spot order lists and amendments.

use super::{
    amount, price,
    spot::{self, Detail, conditional, list_id, merge, order_type, prevention, time_in_force},
};
use crate::{
    engine::{ListReport, ListStatus, Order, OrderList, SpotAmendment, Status},
    protocol::{number::asset, time_unit::stamp},
};
use domain::{Decimal, Micros};
use serde_json::{Value, json};

const fn order_status(done: bool) -> &'static str {
    if done { "ALL_DONE" } else { "EXECUTING" }
}

fn orders(list: &OrderList) -> Value {
    let symbol = list.market.pair.joined();
    let row = |id: u64, client: &str| json!({ "symbol": symbol, "orderId": id, "clientOrderId": client });
    list.orders.iter().map(|order| row(order.id, &order.client_id)).collect()
}

/// A list without its orders' reports, as the queries answer.
pub(crate) fn list(list: &OrderList) -> Value {
    let status = if list.done { ListStatus::Done } else { ListStatus::Started };
    json!({
        "orderListId": list.id,
        "contingencyType": list.contingency.word(),
        "listStatusType": status.word(),
        "listOrderStatus": order_status(list.done),
        "listClientOrderId": list.client_id,
        "transactionTime": stamp(list.updated),
        "symbol": list.market.pair.joined(),
        "orders": orders(list),
    })
}

/// The response to a new list.
pub(crate) fn placed(report: &ListReport, detail: Detail) -> Value {
    let reports = report.orders.iter().map(|(order, fills)| spot::placed(order, fills, detail));
    merge(list(&report.list), json!({ "orderReports": reports.collect::<Vec<_>>() }))
}

/// The response to the cancellation of a list. Orders that had ended before are not reported.
pub(crate) fn cancelled(report: &ListReport, by: &str) -> Value {
    let ended = report.orders.iter().filter(|(order, _)| order.status == Status::Canceled);
    let reports: Vec<_> = ended.map(|(order, _)| spot::cancelled(order, by)).collect();
    merge(list(&report.list), json!({ "orderReports": reports }))
}

/// The response to an amendment.
pub(crate) fn amended(order: &Order, amendment: &SpotAmendment, list: Option<&OrderList>) -> Value {
    let market = order.market;
    let mut amended = json!({
        "symbol": market.pair.joined(),
        "orderId": order.id,
        "orderListId": list_id(order.list()),
        "origClientOrderId": amendment.client_before,
        "clientOrderId": order.client_id,
        "price": price(market, order.price.unwrap_or_default()),
        "qty": amount(market, order.amount),
        "executedQty": amount(market, order.filled),
        "preventedQty": asset(Decimal::ZERO),
        "quoteOrderQty": asset(order.quote_amount.unwrap_or_default()),
        "cumulativeQuoteQty": asset(order.cost),
        "status": order.status.word(),
        "timeInForce": time_in_force(order),
        "type": order_type(order),
        "side": order.side.word(),
        "selfTradePreventionMode": prevention(order),
    });
    if let Some(since) = order.working_since() {
        amended["workingTime"] = stamp(since).into();
    }
    let mut body = json!({
        "transactTime": stamp(amendment.at),
        "executionId": amendment.execution_id,
        "amendedOrder": merge(amended, conditional(order)),
    });
    if let Some(list) = list {
        body["listStatus"] = json!({
            "orderListId": list.id,
            "contingencyType": list.contingency.word(),
            "listOrderStatus": order_status(list.done),
            "listClientOrderId": list.client_id,
            "symbol": market.pair.joined(),
            "orders": orders(list),
        });
    }
    body
}

/// A row of an order's amendments.
pub(crate) fn amendment(amendment: &SpotAmendment) -> Value {
    let market = amendment.market;
    json!({
        "symbol": market.pair.joined(),
        "orderId": amendment.order_id,
        "executionId": amendment.execution_id,
        "origClientOrderId": amendment.client_before,
        "newClientOrderId": amendment.client_after,
        "origQty": amount(market, amendment.amount_before),
        "newQty": amount(market, amendment.amount_after),
        "time": stamp(amendment.at),
    })
}

/// The message of the user-data stream.
pub(crate) fn list_status(at: Micros, list: &OrderList, status: ListStatus) -> Value {
    let symbol = list.market.pair.joined();
    let rows = list.orders.iter().map(|order| json!({ "s": symbol, "i": order.id, "c": order.client_id }));
    json!({
        "e": "listStatus",
        "E": stamp(at),
        "s": symbol,
        "g": list.id,
        "c": list.contingency.word(),
        "l": status.word(),
        "L": order_status(status == ListStatus::Done),
        "r": "NONE",
        "C": list.client_id,
        "T": stamp(list.updated),
        "O": rows.collect::<Vec<_>>(),
    })
}
