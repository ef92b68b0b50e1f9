//! Order lists: OCO, OTO and OTOCO, their queries and their cancellation.

use super::{
    fields::{Common, Fields, Names, SpotKind, prevention, strategy_type},
    orders::{act, all_known, detail},
};
use crate::{
    engine::{
        Account, NewList, OrderList, OrderRef, SelfTradePrevention, SpotAction, SpotOptions, SpotOrder,
        SpotResult,
    },
    history::ReadKind,
    market::MarketId,
    protocol::{
        call::Call,
        data,
        failure::{Reply, SandboxFailure},
        orders::{self, HistoryRange, fresh_client_id, time_in_force_of},
        params::Params,
        shape::{spot::Detail, spot_list},
    },
};
use domain::{Decimal, Side};

/// The parameters that apply to all orders of a list.
struct Head {
    market: MarketId,
    client_id: Option<String>,
    prevention: Option<SelfTradePrevention>,
    detail: Detail,
}

impl Head {
    fn read(call: &Call<'_>) -> Reply<Self> {
        Ok(Self {
            market: data::market(call)?,
            client_id: call.params.spot_client_id("listClientOrderId")?.map(str::to_owned),
            prevention: prevention(&call.params)?,
            detail: detail(&call.params, Detail::Result)?,
        })
    }

    const fn common(&self, side: Side, amount: Option<Decimal>) -> Common {
        Common { market: self.market, side, amount, prevention: self.prevention }
    }
}

fn side_of(params: &Params, name: &str) -> Reply<Side> {
    Side::parse(params.required(name)?).ok_or_else(|| SandboxFailure::refused(-1117, "Invalid side."))
}

/// Places a list and answers with the reports of its orders.
fn place(call: &mut Call<'_>, head: Head, working: Option<SpotOrder>, others: Vec<SpotOrder>) -> Reply {
    all_known(&call.params)?;
    let list = NewList { market: head.market, client_id: head.client_id, working, others };
    match act(call, head.market, SpotAction::PlaceList(list))? {
        SpotResult::List(report) => Ok(spot_list::placed(&report, head.detail)),
        _ => Err(SandboxFailure::unknown()),
    }
}

/// One leg of an OCO: its type, and the order.
type Leg = (SpotKind, SpotOrder);

/// Parses the leg of an OCO with the given prefix.
fn leg(params: &Params, prefix: &'static str, common: Common) -> Reply<Leg> {
    let names = Names(prefix);
    let kind = SpotKind::parse(params.required(&names.of("type"))?)?;
    if matches!(kind, SpotKind::Market | SpotKind::Limit) {
        return Err(SandboxFailure::refused(-1158, "Order type not supported in OCO."));
    }
    Ok((kind, Fields::read(params, names)?.order(kind, common, names)?))
}

/// Checks which leg is above and which below the price. Returns both, stop loss first.
fn pair(side: Side, (above, upper): Leg, (below, lower): Leg) -> Reply<Vec<SpotOrder>> {
    let refuse = |code, msg: &'static str| Err(SandboxFailure::refused(code, msg));
    match (side, above, below) {
        (_, SpotKind::LimitMaker, SpotKind::LimitMaker) => {
            refuse(-1168, "At least one OCO order must be contingent.")
        }
        (Side::Buy, SpotKind::LimitMaker, _) => refuse(-1165, "A limit order in a buy OCO must be below."),
        (Side::Sell, _, SpotKind::LimitMaker) => refuse(-1166, "A limit order in a sell OCO must be above."),
        (Side::Buy, _, below) if below.stops() => {
            refuse(-1196, "A stop loss order in a buy OCO must be above.")
        }
        (Side::Sell, above, _) if above.stops() => {
            refuse(-1197, "A stop loss order in a sell OCO must be below.")
        }
        (Side::Buy, above, _) if above.takes_profit() => {
            refuse(-1198, "A take profit order in a buy OCO must be below.")
        }
        (Side::Sell, _, below) if below.takes_profit() => {
            refuse(-1199, "A take profit order in a sell OCO must be above.")
        }
        (Side::Buy, ..) => Ok(vec![upper, lower]),
        (Side::Sell, ..) => Ok(vec![lower, upper]),
    }
}

pub(super) fn oco(call: &mut Call<'_>) -> Reply {
    call.count_orders(2)?;
    let (head, params) = (Head::read(call)?, &call.params);
    let side = side_of(params, "side")?;
    let amount = params.spot_decimal("quantity")?.ok_or_else(|| SandboxFailure::missing("quantity"))?;
    let common = head.common(side, Some(amount));
    let legs = pair(side, leg(params, "above", common)?, leg(params, "below", common)?)?;
    place(call, head, None, legs)
}

/// The deprecated way to place an OCO: a limit order and a stop loss.
pub(super) fn old_oco(call: &mut Call<'_>) -> Reply {
    call.count_orders(2)?;
    let (head, params) = (Head::read(call)?, &call.params);
    let side = side_of(params, "side")?;
    let amount = params.spot_decimal("quantity")?.ok_or_else(|| SandboxFailure::missing("quantity"))?;
    let common = head.common(side, Some(amount));
    let text = |name: &str| Ok::<_, SandboxFailure>(params.spot_client_id(name)?.map(str::to_owned));
    let limit = Fields {
        price: params.spot_decimal("price")?,
        client_id: text("limitClientOrderId")?,
        options: labels(params, "limit")?,
        ..Fields::default()
    };
    params.required("stopPrice")?;
    let mut stop = Fields {
        price: params.spot_decimal("stopLimitPrice")?,
        tif: time_in_force_of(params, "stopLimitTimeInForce")?,
        stop_price: params.spot_decimal("stopPrice")?,
        client_id: text("stopClientOrderId")?,
        options: labels(params, "stop")?,
        ..Fields::default()
    };
    stop.options.trailing_delta = params.integer("trailingDelta")?;
    let kind = if stop.price.is_some() { SpotKind::StopLossLimit } else { SpotKind::StopLoss };
    if stop.price.is_some() != stop.tif.is_some() {
        return Err(if stop.tif.is_none() {
            SandboxFailure::missing("stopLimitTimeInForce")
        } else {
            SandboxFailure::not_required("stopLimitTimeInForce")
        });
    }
    let legs = vec![
        stop.order(kind, common, Names::PLAIN)?,
        limit.order(SpotKind::LimitMaker, common, Names::PLAIN)?,
    ];
    place(call, head, None, legs)
}

/// Iceberg amount and strategy of one leg of a deprecated OCO.
fn labels(params: &Params, prefix: &'static str) -> Reply<SpotOptions> {
    let names = Names(prefix);
    Ok(SpotOptions {
        iceberg: params.spot_decimal(&names.of("icebergQty"))?,
        strategy_id: params.integer(&names.of("strategyId"))?,
        strategy_type: strategy_type(params, names)?,
        ..SpotOptions::default()
    })
}

/// The mandatory quantity of a list's order.
fn quantity(params: &Params, names: Names) -> Reply<Option<Decimal>> {
    let name = names.of("quantity");
    params.spot_decimal(&name)?.map(Some).ok_or_else(|| SandboxFailure::missing(&name))
}

/// Parses the working order of an OTO.
fn working(params: &Params, head: &Head) -> Reply<SpotOrder> {
    let names = Names("working");
    let kind = SpotKind::parse(params.required(&names.of("type"))?)?;
    if !matches!(kind, SpotKind::Limit | SpotKind::LimitMaker) {
        return Err(SandboxFailure::not_valid("workingType"));
    }
    let side = side_of(params, "workingSide")?;
    let common = head.common(side, quantity(params, names)?);
    Fields::read(params, names)?.order(kind, common, names)
}

pub(super) fn oto(call: &mut Call<'_>) -> Reply {
    call.count_orders(2)?;
    let (head, params) = (Head::read(call)?, &call.params);
    let first = working(params, &head)?;
    let names = Names("pending");
    let kind = SpotKind::parse(params.required(&names.of("type"))?)?;
    let side = side_of(params, "pendingSide")?;
    let common = head.common(side, quantity(params, names)?);
    let second = Fields::read(params, names)?.order(kind, common, names)?;
    place(call, head, Some(first), vec![second])
}

pub(super) fn otoco(call: &mut Call<'_>) -> Reply {
    call.count_orders(3)?;
    let (head, params) = (Head::read(call)?, &call.params);
    let first = working(params, &head)?;
    let side = side_of(params, "pendingSide")?;
    let common = head.common(side, quantity(params, Names("pending"))?);
    let legs = pair(side, leg(params, "pendingAbove", common)?, leg(params, "pendingBelow", common)?)?;
    place(call, head, Some(first), legs)
}

pub(super) fn cancel(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let list = orders::reference(&call.params, "orderListId", "listClientOrderId")?;
    let client = call.params.text("listClientOrderId")?.map(str::to_owned);
    let by = call.params.spot_client_id("newClientOrderId")?.map(str::to_owned);
    all_known(&call.params)?;
    let same = orders::account(call, |account| {
        let found = account.order_lists().find(&list);
        found.is_none_or(|found| client.as_ref().is_none_or(|client| *client == found.client_id))
    })?;
    if !same {
        return Err(SandboxFailure::refused(-2011, "Unknown order sent."));
    }
    let by = by.unwrap_or_else(|| fresh_client_id(call));
    match act(call, market, SpotAction::CancelList { list, by: by.clone() })? {
        SpotResult::List(report) => Ok(spot_list::cancelled(&report, &by)),
        _ => Err(SandboxFailure::unknown()),
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Reply {
    let which: OrderRef = orders::reference(&call.params, "orderListId", "origClientOrderId")?;
    all_known(&call.params)?;
    let found = orders::account_read(call, ReadKind::Orders, |account: &Account| {
        account.order_lists().find(&which).map(spot_list::list)
    })?;
    found.ok_or_else(|| SandboxFailure::refused(-2013, "Order list does not exist."))
}

pub(super) fn all(call: &mut Call<'_>) -> Reply {
    if call.params.text("fromId")?.is_some() {
        call.params.forbid("startTime")?;
        call.params.forbid("endTime")?;
    }
    let page = HistoryRange::read(call, "fromId")?;
    all_known(&call.params)?;
    orders::account_read(call, ReadKind::Orders, |account| {
        let rows = page.cut(account.order_lists().all(), |list: &&OrderList| (list.id, list.created));
        rows.into_iter().map(spot_list::list).collect()
    })
}

pub(super) fn open(call: &mut Call<'_>) -> Reply {
    all_known(&call.params)?;
    orders::account_read(call, ReadKind::OpenOrders, |account| {
        account.order_lists().open().map(spot_list::list).collect()
    })
}
