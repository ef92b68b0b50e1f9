//! Functions shared by spot and futures orders: parameter parsing, lookup and paging.

use super::{
    call::Call,
    data::{self, period},
    failure::{Reply, SandboxFailure},
    limits::Venue,
    listen,
    params::Params,
};
use crate::{
    engine::{Account, Fill, Order, OrderRef, RegistryEntry},
    history::ReadKind,
    market::MarketId,
};
use domain::{Micros, Side, TimeInForce, TradeType, time};
use serde_json::Value;

/// Default number of rows of a history page.
const PAGE: usize = 500;
/// Maximum number of rows of a history page.
const LARGEST_PAGE: usize = 1_000;

/// The `side` parameter, `BUY` or `SELL`.
pub(crate) fn side(params: &Params) -> Reply<Side> {
    Side::parse(params.required("side")?).ok_or_else(|| SandboxFailure::refused(-1117, "Invalid side."))
}

/// The optional `timeInForce` parameter, without `GTD`, which only futures know.
pub(crate) fn time_in_force(params: &Params) -> Reply<Option<TimeInForce>> {
    time_in_force_of(params, "timeInForce")
}

/// An optional time in force in the parameter `name`.
pub(crate) fn time_in_force_of(params: &Params, name: &str) -> Reply<Option<TimeInForce>> {
    let read = |text| {
        let known = TimeInForce::parse(text).filter(|tif| *tif != TimeInForce::Gtd);
        known.ok_or_else(|| SandboxFailure::refused(-1115, "Invalid timeInForce."))
    };
    params.text(name)?.map(read).transpose()
}

/// The order that a request refers to, by one of two parameters.
pub(crate) fn reference(params: &Params, id: &str, client: &str) -> Reply<OrderRef> {
    let (number, name) = (params.integer::<u64>(id)?, params.text(client)?);
    match (number, name) {
        (Some(number), _) => Ok(OrderRef::Id(number)),
        (None, Some(name)) => Ok(OrderRef::Client(name.to_owned())),
        (None, None) => {
            let msg = format!("Param '{client}' or '{id}' must be sent, but both were empty/null!");
            Err(SandboxFailure::refused(-1102, msg))
        }
    }
}

/// The error for a query that matches no order.
pub(crate) fn no_such_order() -> SandboxFailure {
    SandboxFailure::refused(-2013, "Order does not exist.")
}

/// Generates a client id for actions that the engine performs for the caller.
pub(crate) fn fresh_client_id(call: &Call<'_>) -> String {
    let mut id = listen::token(call.shared.entropy.as_ref());
    id.truncate(22);
    id
}

/// Runs a read-only closure against the caller's account.
pub(crate) fn account<T>(call: &Call<'_>, query: impl FnOnce(&Account) -> T) -> Reply<T> {
    let id = call.account()?;
    call.read(|engine| engine.account(id).map(query))?.ok_or_else(SandboxFailure::unknown_key)
}

/// Like [`account`], but uses the past state of the account if its reads lag.
pub(crate) fn account_read<T>(
    call: &Call<'_>,
    read: ReadKind,
    query: impl FnOnce(&Account) -> T,
) -> Reply<T> {
    match call.shared.exchange.past(call.account()?, read)? {
        Some(past) => Ok(query(&past.account)),
        None => account(call, query),
    }
}

/// The caller's order given by the parameters, on the market given by the parameters.
pub(crate) fn find(call: &Call<'_>, read: ReadKind) -> Reply<Order> {
    let market = data::market(call)?;
    let which = reference(&call.params, "orderId", "origClientOrderId")?;
    let found = account_read(call, read, |a| {
        a.orders(market.kind).find(&which).filter(|o| o.market == market).cloned()
    })?;
    found.ok_or_else(no_such_order)
}

/// The caller's open orders, on one market or all, oldest first.
pub(crate) fn open(call: &Call<'_>, kind: TradeType, market: Option<MarketId>) -> Reply<Vec<Order>> {
    account_read(call, ReadKind::OpenOrders, |a| {
        a.orders(kind).open().filter(|o| market.is_none_or(|market| o.market == market)).cloned().collect()
    })
}

/// Checks the length of a period of the caller's history, in milliseconds: a day on spot, a week on futures.
fn check_length(venue: Venue, millis: i64) -> Reply<()> {
    let day = time::DAY / (time::SECOND / 1_000);
    match venue {
        Venue::Spot if millis > day => {
            Err(SandboxFailure::refused(-1127, "More than 24 hours between startTime and endTime."))
        }
        Venue::Futures if millis > 7 * day => {
            Err(SandboxFailure::refused(-4165, "Maximum time interval is 7 days"))
        }
        Venue::Spot | Venue::Futures => Ok(()),
    }
}

/// The requested part of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HistoryRange {
    from: Option<u64>,
    start: Option<Micros>,
    end: Option<Micros>,
    limit: usize,
}

impl HistoryRange {
    /// Parses the period, the limit and the first id, whose parameter is named `from`.
    pub(crate) fn read(call: &Call<'_>, from: &str) -> Reply<Self> {
        let (start, end) = period(call)?;
        if let (Some(start), Some(end)) = (start, end) {
            check_length(call.venue, end.millis() - start.millis())?;
        }
        let from = call.params.integer(from)?;
        Ok(Self { from, start, end, limit: call.limit(PAGE, LARGEST_PAGE)? })
    }

    /// Selects the rows of the page. If a start is given, these are the oldest rows from there; otherwise the
    /// newest.
    pub(crate) fn cut<T>(self, rows: impl Iterator<Item = T>, id_at: impl Fn(&T) -> (u64, Micros)) -> Vec<T> {
        let wanted = |row: &T| {
            let (id, at) = id_at(row);
            self.from.is_none_or(|from| id >= from)
                && self.start.is_none_or(|start| at >= start)
                && self.end.is_none_or(|end| at <= end)
        };
        let mut rows: Vec<T> = rows.filter(wanted).collect();
        if self.from.is_some() || self.start.is_some() {
            rows.truncate(self.limit);
        } else {
            rows.drain(..rows.len().saturating_sub(self.limit));
        }
        rows
    }
}

/// The caller's orders on a market, open or ended.
pub(crate) fn history(call: &Call<'_>, shape: fn(&Order) -> Value) -> Reply {
    let market = data::market(call)?;
    let page = HistoryRange::read(call, "orderId")?;
    account_read(call, ReadKind::Orders, |a| {
        let rows = a.orders(market.kind).all().filter(|o| o.market == market);
        page.cut(rows, |o| (o.id(), o.created)).into_iter().map(shape).collect()
    })
}

/// The caller's fills on a market.
pub(crate) fn fills(call: &Call<'_>, shape: fn(&Fill) -> Value) -> Reply {
    let market = data::market(call)?;
    let page = HistoryRange::read(call, "fromId")?;
    let order = call.params.integer::<u64>("orderId")?;
    account(call, |a| {
        let rows = a.fills().filter(|f| f.market == market && order.is_none_or(|id| f.order_id == id));
        page.cut(rows, |f| (f.id, f.at)).into_iter().map(shape).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_begin_at_the_beginning_or_end_at_the_end() {
        let page = |from, start| HistoryRange { from, start, end: Some(Micros(8)), limit: 3 };
        let cut = |page: HistoryRange| page.cut(1..=9_u64, |n| (*n, Micros(i64::try_from(*n).unwrap())));
        assert_eq!(cut(page(None, None)), [6, 7, 8]);
        assert_eq!(cut(page(Some(2), None)), [2, 3, 4]);
        assert_eq!(cut(page(None, Some(Micros(7)))), [7, 8]);
    }
}
