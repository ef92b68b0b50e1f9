//! The form that opens a trade with the order types that the ticket does not have, or closes a part of one at a limit price.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    form::Form,
    posted_fields::PostedFields,
    trade::{at_desk, back_to_desk, fresh_key, market_of, once, positive, unconfirmed},
    trade_change::{stop_change, target_shares},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::DeskNotice,
};
use domain::{
    Micros, Side, TimeInForce, money,
    ticket::{ManualOrder, RawTicket, TradeEntryType, TradeTicket},
    time,
    trade::{AutomationChange, StopChange, TargetShare},
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Actor, Error, SharedDesk,
    trading::order::{self, IdempotencyKey, LimitClose, NewTrade},
};

/// The value of the order type that closes a part of the position.
pub(crate) const LIMIT_CLOSE: &str = "LIMIT_CLOSE";
/// The fields with one value, which are kept for a second try.
const FIELDS: [&str; 13] = [
    "type",
    "side",
    "amount",
    "price",
    "triggerPrice",
    "triggerLimitPrice",
    "callbackRate",
    "goodTillHours",
    "stopTriggerPrice",
    "stopTriggerType",
    "stopPrice",
    "withoutStop",
    "replace",
];
/// The fields with several values.
const LISTS: [&str; 2] = ["takeProfitPrices", "takeProfitShares"];

/// Opens a trade, or closes a part of one at a limit price.
#[server(endpoint = "trade-open")]
pub async fn open_trade(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] idempotency: String,
    #[server(flatten)] fields: PostedFields,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = keep(at_desk("trade-open", &key, &symbol), &fields);
    let body = FIELDS.iter().map(|name| fields.one(name).to_owned());
    let lists = LISTS.iter().map(|name| fields.list(name).join(","));
    let body: Vec<String> = [key.clone(), symbol.clone()].into_iter().chain(body).chain(lists).collect();
    let once = once("trade-open", &body.iter().collect::<Vec<_>>(), idempotency);
    let opened = open(&visit.desk, &actor, (key.as_str(), symbol.as_str()), &fields, once).await;
    let done = opened.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::OrderPlaced));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

async fn open(
    desk: &SharedDesk,
    actor: &Actor,
    (key, symbol): (&str, &str),
    fields: &PostedFields,
    once: Option<IdempotencyKey>,
) -> Result<(), Error> {
    let (id, pair) = market_of(key, symbol)?;
    if fields.one("type") == LIMIT_CLOSE {
        return order::reduce_at_limit(desk, actor, id, &pair, limit_close(fields)?, once)
            .await
            .map_err(own_fields);
    }
    let (order, targets) = order_of(symbol, fields, desk.clock.now())?;
    let replace = fields.one("replace") == "yes";
    let new = NewTrade { order, targets, replace, automation: AutomationChange::default() };
    order::open_trade(desk, actor, id, new, once)
        .await
        .map(drop)
        .map_err(|error| own_fields(unconfirmed(error)))
}

/// Keeps the values for a second try.
fn keep(form: Form, fields: &PostedFields) -> Form {
    let form = FIELDS.iter().fold(form, |form, name| form.keep(name, fields.one(name)));
    LISTS
        .iter()
        .fold(form, |form, name| fields.list(name).iter().fold(form, |form, value| form.keep(name, value)))
}

fn limit_close(fields: &PostedFields) -> Result<LimitClose, Error> {
    Ok(LimitClose {
        side: Side::parse(fields.one("side")).ok_or_else(|| Error::field("side", Problem::NotSide))?,
        amount: positive("amount", fields.one("amount"))?,
        price: positive("price", fields.one("price"))?,
    })
}

/// Reads the order and its take-profits at the time `now`.
fn order_of(
    symbol: &str,
    fields: &PostedFields,
    now: Micros,
) -> Result<(ManualOrder, Vec<TargetShare>), Error> {
    use TradeEntryType::{Limit, Oco, StopLimit, StopMarket, TrailingStop};
    let confirmed = fields.one("withoutStop") == "yes";
    let stop = match (fields.given("stopTriggerPrice"), confirmed) {
        (None, false) => return Err(Error::field("withoutStop", Problem::Required)),
        (None, true) => None,
        (Some(price), _) => {
            match stop_change(&price, fields.one("stopTriggerType"), fields.one("stopPrice"), false)? {
                StopChange::Set(stop) => Some(stop),
                StopChange::Remove { .. } => None,
            }
        }
    };
    let targets = target_shares(&fields.list("takeProfitPrices"), &fields.list("takeProfitShares"))?;
    let kind = TradeEntryType::parse(fields.one("type"));
    let dated = kind == Some(Limit);
    // Fields that the order type does not use may be filled in; they are ignored.
    let used = |name: &str, by: &[TradeEntryType]| {
        fields.given(name).filter(|_| kind.is_none_or(|kind| by.contains(&kind)))
    };
    let good_till_date = if dated { Some(good_till(fields, now)?) } else { None };
    let ticket = TradeTicket {
        raw: RawTicket {
            symbol: Some(symbol.to_owned()),
            kind: fields.given("type"),
            side: fields.given("side"),
            price: used("price", &[Limit, StopLimit, Oco, TrailingStop]),
            amount: fields.given("amount"),
            take_profit_prices: targets.iter().map(|target| money::text(target.price)).collect(),
            stop_trigger_price: stop.map(|stop| money::text(stop.trigger)),
            stop_trigger_type: stop.map(|stop| stop.kind().word().to_owned()),
            stop_price: stop.and_then(|stop| stop.limit).map(money::text),
            callback_rate: used("callbackRate", &[TrailingStop]),
            risk_profile_percent: None,
            time_in_force: dated.then(|| TimeInForce::Gtd.word().to_owned()),
        },
        trigger_price: used("triggerPrice", &[StopMarket, StopLimit, Oco]),
        trigger_limit_price: used("triggerLimitPrice", &[Oco]),
        good_till_date,
    };
    let order = ticket.check(now).map_err(|problems| own_fields(Error::Fields(problems)))?;
    Ok((order, targets))
}

/// The date of an order that is valid for a number of hours, in milliseconds.
fn good_till(fields: &PostedFields, now: Micros) -> Result<String, Error> {
    const FIELD: &str = "goodTillHours";
    let hours = positive(FIELD, fields.one(FIELD))?;
    let micros = hours.checked_mul(time::HOUR.into()).and_then(|micros| i64::try_from(micros.trunc()).ok());
    let until = micros.and_then(|micros| now.0.checked_add(micros)).map(Micros);
    until.map(|at| at.millis().to_string()).ok_or_else(|| Error::field(FIELD, Problem::NotGoodTill))
}

/// Names the fields of a problem as this form does.
fn own_fields(error: Error) -> Error {
    let renamed = |problem: FieldProblem| match problem.field.as_str() {
        "goodTillDate" => FieldProblem::new("goodTillHours", problem.problem),
        "reduceOnly" => FieldProblem::new("type", problem.problem),
        _ => problem,
    };
    match error {
        Error::Fields(problems) => Error::Fields(problems.into_iter().map(renamed).collect()),
        Error::NotFound => Error::field("type", Problem::NoPosition),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Decimal, dec, ticket::Entry};

    const NOW: Micros = Micros(1_700_000_000_000_000);

    fn fields(json: serde_json::Value) -> PostedFields {
        serde_json::from_value(json).unwrap()
    }

    fn entry(json: serde_json::Value) -> Entry {
        order_of("BTC/USDT", &fields(json), NOW).unwrap().0.entry
    }

    fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Problem) {
        let Err(Error::Fields(mut all)) = result else { panic!("{result:?}") };
        let first = all.remove(0);
        (first.field, first.problem)
    }

    #[test]
    fn each_order_type_is_read_from_its_fields() {
        let oco = serde_json::json!({
            "type": "OCO", "side": "BUY", "amount": "0.05", "price": "19000", "triggerPrice": "21000",
            "triggerLimitPrice": "", "callbackRate": "", "stopTriggerPrice": "18000", "stopTriggerType": "MARKET",
            "takeProfitPrices": ["22000", "", "23000"], "takeProfitShares": ["70", "", "30"],
        });
        let (order, targets) = order_of("BTC/USDT", &fields(oco), NOW).unwrap();
        assert_eq!(order.entry, Entry::Oco { price: dec!(19000), trigger: dec!(21000), limit: None });
        assert_eq!((targets.len(), targets[0].share), (2, dec!(0.7)));
        let until = entry(serde_json::json!({
            "type": "LIMIT", "side": "SELL", "amount": "1", "price": "21000", "goodTillHours": "1.5", "withoutStop": "yes",
        }));
        assert_eq!(until, Entry::Until { price: dec!(21000), until: NOW.plus(90 * time::MINUTE) });
    }

    #[test]
    fn problems_are_shown_at_the_fields_of_this_form() {
        let of = |json| problem(order_of("BTC/USDT", &fields(json), NOW));
        let short = serde_json::json!({
            "type": "LIMIT", "side": "BUY", "amount": "1", "price": "9", "goodTillHours": "0.1", "withoutStop": "yes",
        });
        assert_eq!(of(short), ("goodTillHours".to_owned(), Problem::NotGoodTill));
        let bare =
            serde_json::json!({ "type": "STOP_MARKET", "side": "BUY", "amount": "1", "triggerPrice": "9" });
        assert_eq!(of(bare), ("withoutStop".to_owned(), Problem::Required));
        let closed = own_fields(Error::field("reduceOnly", Problem::EntryStillOpen));
        assert_eq!(problem::<()>(Err(closed)), ("type".to_owned(), Problem::EntryStillOpen));
        assert_eq!(problem(limit_close(&fields(serde_json::json!({"side": "SELL"})))).0, "amount");
    }
}
