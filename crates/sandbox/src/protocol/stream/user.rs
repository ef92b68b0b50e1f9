//! Messages of user-data streams.

use crate::{
    engine::{AlgoOrder, Event, EventKind, Execution, Fill, Order, Phase, PositionView, Reason, SpotBalance},
    market::{MarketId, QUOTE},
    protocol::{
        limits::Venue,
        number::{asset, fixed},
        shape::{
            amount,
            futures::order_type,
            price,
            spot::{list_id, order_type as spot_order_type, prevention, time_in_force as spot_time_in_force},
            spot_list::list_status,
        },
        time_unit::stamp,
    },
};
use domain::{Decimal, Micros};
use serde_json::{Value, json};

/// The message of the venue's user-data stream for an event; `None` if the event is not for that venue.
pub(crate) fn message(venue: Venue, event: &Event) -> Option<Value> {
    let at = event.at;
    match (&event.kind, venue) {
        (EventKind::Order { order, execution, fill, cancel_id }, _) if order.market.kind == venue.kind() => {
            let fill = fill.as_deref();
            Some(match venue {
                Venue::Spot => execution_report(at, order, *execution, fill, cancel_id.as_deref()),
                Venue::Futures => order_trade_update(at, order, *execution, fill),
            })
        }
        (EventKind::List { list, status }, Venue::Spot) => Some(list_status(at, list, *status)),
        (EventKind::SpotTransfer { asset: name, change }, Venue::Spot) => Some(json!({
            "e": "balanceUpdate",
            "E": stamp(at),
            "a": name,
            "d": asset(*change),
            "T": stamp(at),
        })),
        (EventKind::Spot(balances), Venue::Spot) => Some(account_position(at, balances)),
        (EventKind::Algo(order), Venue::Futures) => Some(algo_update(at, order)),
        (EventKind::Futures { reason, wallet, cross_wallet, change, positions }, Venue::Futures) => {
            Some(account_update(at, *reason, [*wallet, *cross_wallet, *change], positions))
        }
        (EventKind::Leverage { pair, leverage }, Venue::Futures) => Some(json!({
            "e": "ACCOUNT_CONFIG_UPDATE",
            "E": stamp(at),
            "T": stamp(at),
            "ac": { "s": pair.joined(), "l": leverage },
        })),
        (EventKind::MultiAssets(on), Venue::Futures) => Some(json!({
            "e": "ACCOUNT_CONFIG_UPDATE",
            "E": stamp(at),
            "T": stamp(at),
            "ai": { "j": on },
        })),
        (EventKind::MarginCall(positions), Venue::Futures) => Some(margin_call(at, positions)),
        _ => None,
    }
}

/// The message that the stream's listen key has expired.
pub(crate) fn expired(at: Micros, key: &str) -> Value {
    json!({ "e": "listenKeyExpired", "E": stamp(at), "listenKey": key })
}

/// The message that the server will close the connection.
pub(crate) fn shutdown(at: Micros) -> Value {
    json!({ "e": "serverShutdown", "E": stamp(at) })
}

fn execution_report(
    at: Micros,
    order: &Order,
    execution: Execution,
    fill: Option<&Fill>,
    cancel_id: Option<&str>,
) -> Value {
    let market = order.market;
    let (last_amount, last_price, last_quote) =
        fill.map_or((Decimal::ZERO, Decimal::ZERO, Decimal::ZERO), |f| (f.amount, f.price, f.quote));
    // A cancel is reported with the client id of its request, and the order's as the original one.
    let original = match (execution, &order.spot) {
        (Execution::Canceled, _) => order.client_id.as_str(),
        (Execution::Replaced, Some(terms)) => terms.amended_from.as_deref().unwrap_or_default(),
        _ => "",
    };
    let mut body = json!({
        "e": "executionReport",
        "E": stamp(at),
        "s": market.pair.joined(),
        "c": cancel_id.unwrap_or(&order.client_id),
        "S": order.side.word(),
        "o": spot_order_type(order),
        "f": spot_time_in_force(order),
        "q": amount(market, order.amount),
        "p": price(market, order.price.unwrap_or_default()),
        "P": price(market, order.trigger_price.unwrap_or_default()),
        "F": asset(order.options().and_then(|options| options.iceberg).unwrap_or_default()),
        "g": list_id(order.list()),
        "C": original,
        "x": execution.word(),
        "X": order.status.word(),
        "r": "NONE",
        "i": order.id,
        "l": amount(market, last_amount),
        "z": amount(market, order.filled),
        "L": price(market, last_price),
        "n": asset(fill.map(|f| f.fee).unwrap_or_default()),
        "N": fill.map(|f| f.fee_asset.as_str()),
        "T": stamp(order.updated),
        "t": fill.map_or_else(|| json!(-1), |f| json!(f.id)),
        "I": order.id,
        "w": order.status.open() && order.phase() == Phase::Working,
        "m": fill.is_some_and(|f| f.maker),
        "M": false,
        "O": stamp(order.created),
        "Z": asset(order.cost),
        "Y": asset(last_quote),
        "Q": asset(order.quote_amount.unwrap_or_default()),
        "V": prevention(order),
    });
    add_conditional(&mut body, order, execution);
    body
}

/// Adds the fields that only some execution reports have.
fn add_conditional(body: &mut Value, order: &Order, execution: Execution) {
    if let Some(since) = order.working_since() {
        body["W"] = stamp(since).into();
    }
    let Some(terms) = &order.spot else { return };
    if let Some(delta) = terms.options.trailing_delta {
        body["d"] = delta.into();
        body["D"] = terms.trailing_since.map_or(-1, stamp).into();
    }
    if let Some(id) = terms.options.strategy_id {
        body["j"] = id.into();
    }
    if let Some(kind) = terms.options.strategy_type {
        body["J"] = kind.into();
    }
    if let Some(reason) = terms.reject {
        body["r"] = reason.word().into();
    }
    if let (Execution::Replaced, Some(id)) = (execution, terms.execution_id) {
        body["I"] = id.into();
    }
}

fn account_position(at: Micros, balances: &[SpotBalance]) -> Value {
    let row = |b: &SpotBalance| json!({ "a": b.asset, "f": asset(b.free), "l": asset(b.locked) });
    json!({
        "e": "outboundAccountPosition",
        "E": stamp(at),
        "u": stamp(at),
        "B": balances.iter().map(row).collect::<Vec<_>>(),
    })
}

fn order_trade_update(at: Micros, order: &Order, execution: Execution, fill: Option<&Fill>) -> Value {
    let market = order.market;
    let mut body = json!({
        "s": market.pair.joined(),
        "c": order.client_id,
        "S": order.side.word(),
        "o": if order.liquidation { "LIQUIDATION" } else { order_type(order.kind) },
        "f": order.terms.tif_word(order.tif),
        "q": amount(market, order.amount),
        "p": price(market, order.price.unwrap_or_default()),
        "ap": fixed(order.average(), 5),
        "sp": price(market, order.trigger_price.unwrap_or_default()),
        "x": execution.word(),
        "X": order.status.word(),
        "i": order.id,
        "l": amount(market, fill.map(|f| f.amount).unwrap_or_default()),
        "z": amount(market, order.filled),
        "L": price(market, fill.map(|f| f.price).unwrap_or_default()),
        "T": stamp(order.updated),
        "t": fill.map_or(0, |f| f.id),
        "b": "0",
        "a": "0",
        "m": fill.is_some_and(|f| f.maker),
        "R": order.reduce_only,
        "wt": order.working_type.word(),
        "ot": order_type(order.original_kind),
        "ps": order.terms.slot.word(),
        "cp": order.close_position,
        "rp": asset(fill.map(|f| f.realized).unwrap_or_default()),
        "pP": false,
        "si": 0,
        "ss": 0,
        "V": order.terms.self_trade_word(),
        "pm": order.terms.price_match_word(),
        "gtd": order.terms.good_till_millis(),
    });
    if let Some(fill) = fill {
        body["N"] = fill.fee_asset.as_str().into();
        body["n"] = asset(fill.fee).into();
    }
    if let Some(algo) = order.algo_id {
        // The conditional order that this order came from.
        body["st"] = "ALGO_CONDITIONAL".into();
        body["si"] = algo.into();
    }
    json!({ "e": "ORDER_TRADE_UPDATE", "E": stamp(at), "T": stamp(order.updated), "o": body })
}

fn algo_update(at: Micros, order: &AlgoOrder) -> Value {
    let market = MarketId::futures(order.pair);
    let mut body = json!({
        "caid": order.client_id,
        "aid": order.id,
        "at": "CONDITIONAL",
        "o": order_type(order.kind),
        "s": order.pair.joined(),
        "S": order.side.word(),
        "ps": order.terms.slot.word(),
        "f": order.terms.tif_word(order.tif),
        "q": amount(market, order.amount.unwrap_or_default()),
        "X": order.status.word(),
        "ai": order.order_id.map(|id| id.to_string()).unwrap_or_default(),
        "tp": price(market, order.trigger_price.unwrap_or_default()),
        "p": price(market, order.price.unwrap_or_default()),
        "V": order.terms.self_trade_word(),
        "wt": order.working_type.word(),
        "pm": order.terms.price_match_word(),
        "cp": order.close_position,
        "pP": false,
        "R": order.reduce_only,
        "tt": order.triggered.map_or(0, stamp),
        "gtd": order.terms.good_till_millis(),
    });
    if let Some(why) = &order.failure {
        body["rm"] = why.as_str().into();
    }
    if let Some(rate) = order.callback_rate {
        body["cr"] = rate.normalize().to_string().into();
    }
    if let Some(activation) = order.activation_price {
        body["AP"] = price(market, activation).into();
    }
    json!({ "e": "ALGO_UPDATE", "E": stamp(at), "T": stamp(order.updated), "o": body })
}

fn account_update(
    at: Micros,
    reason: Reason,
    [wallet, cross_wallet, change]: [Decimal; 3],
    positions: &[PositionView],
) -> Value {
    let row = |p: &PositionView| {
        json!({
            "s": p.pair.joined(),
            "pa": amount(MarketId::futures(p.pair), p.amount),
            "ep": asset(p.entry_price),
            "bep": asset(p.break_even),
            "cr": asset(p.realized),
            "up": asset(p.unrealized),
            "mt": p.mode.lower(),
            "iw": asset(p.isolated),
            "ps": p.slot.word(),
        })
    };
    json!({
        "e": "ACCOUNT_UPDATE",
        "E": stamp(at),
        "T": stamp(at),
        "a": {
            "m": reason.word(),
            "B": [{ "a": QUOTE, "wb": asset(wallet), "cw": asset(cross_wallet), "bc": asset(change) }],
            "P": positions.iter().map(row).collect::<Vec<_>>(),
        },
    })
}

fn margin_call(at: Micros, positions: &[PositionView]) -> Value {
    let row = |p: &PositionView| {
        json!({
            "s": p.pair.joined(),
            "ps": p.slot.word(),
            "pa": amount(MarketId::futures(p.pair), p.amount),
            "mt": p.mode.word(),
            "iw": asset(p.isolated),
            "mp": asset(p.mark_price),
            "up": asset(p.unrealized),
            "mm": asset(p.maintenance),
        })
    };
    json!({ "e": "MARGIN_CALL", "E": stamp(at), "p": positions.iter().map(row).collect::<Vec<_>>() })
}
