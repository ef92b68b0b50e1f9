use super::*;
use crate::dec;

const NOW: Micros = Micros(1_700_000_000_000_000);

fn text(s: &str) -> Option<String> {
    Some(s.into())
}

fn ticket(kind: &str) -> TradeTicket {
    TradeTicket {
        raw: RawTicket {
            symbol: text("BTC/USDT"),
            kind: text(kind),
            side: text("BUY"),
            amount: text("0.05"),
            take_profit_prices: vec!["22000".into()],
            stop_trigger_price: text("18000"),
            stop_trigger_type: text("MARKET"),
            ..RawTicket::default()
        },
        ..TradeTicket::default()
    }
}

fn priced(kind: &str, price: &str) -> TradeTicket {
    let ticket = ticket(kind);
    TradeTicket { raw: RawTicket { price: text(price), ..ticket.raw }, ..ticket }
}

fn entry(ticket: &TradeTicket) -> Entry {
    ticket.check(NOW).unwrap().entry
}

fn problems(ticket: &TradeTicket) -> Vec<(String, Problem)> {
    ticket.check(NOW).unwrap_err().into_iter().map(|problem| (problem.field, problem.problem)).collect()
}

fn problem(field: &str, problem: Problem) -> (String, Problem) {
    (field.to_owned(), problem)
}

#[test]
fn the_documents_order_types_are_as_before() {
    assert_eq!(entry(&ticket("MARKET")), Entry::Market);
    assert_eq!(entry(&priced("LIMIT", "19000")), Entry::Limit(dec!(19000)));
    assert_eq!(problems(&ticket("STOP")), [problem("type", Problem::NotOrderType)]);
    for kind in ["STOP_MARKET", "STOP_LIMIT", "OCO"] {
        let raw = RawTicket { price: text("19000"), ..ticket(kind).raw };
        assert_eq!(
            raw.check().unwrap_err()[0].problem,
            Problem::NotOrderType,
            "{kind} is not the document's"
        );
    }
}

#[test]
fn a_stop_entry_has_a_trigger() {
    let market = TradeTicket { trigger_price: text("21000"), ..ticket("STOP_MARKET") };
    assert_eq!(entry(&market), Entry::Stop { trigger: dec!(21000), limit: None });
    let limit = TradeTicket { trigger_price: text("21000"), ..priced("STOP_LIMIT", "21010") };
    assert_eq!(entry(&limit), Entry::Stop { trigger: dec!(21000), limit: Some(dec!(21010)) });
    assert_eq!(entry(&limit).price(), Some(dec!(21010)));
    assert_eq!(problems(&ticket("STOP_MARKET")), [problem("triggerPrice", Problem::Required)]);
    assert_eq!(problems(&priced("STOP_LIMIT", "21010")), [problem("triggerPrice", Problem::Required)]);
    let low = TradeTicket { trigger_price: text("17000"), ..ticket("STOP_MARKET") };
    assert_eq!(problems(&low), [problem("stopTriggerPrice", Problem::StopOnWrongSide)]);
}

#[test]
fn an_oco_has_its_stop_order_beyond_its_limit_order() {
    let oco = TradeTicket { trigger_price: text("21000"), ..priced("OCO", "19000") };
    assert_eq!(entry(&oco), Entry::Oco { price: dec!(19000), trigger: dec!(21000), limit: None });
    assert_eq!(entry(&oco).prices(dec!(20000)), [dec!(19000), dec!(21000)]);
    let limited = TradeTicket { trigger_limit_price: text("21050"), ..oco.clone() };
    assert_eq!(entry(&limited).second_price(), Some(dec!(21050)));
    let crossed = TradeTicket { trigger_price: text("19000"), ..oco.clone() };
    assert_eq!(problems(&crossed), [problem("triggerPrice", Problem::Contradicts)]);
    // The take-profit must gain from the stop order's price, too.
    let beyond = TradeTicket { trigger_price: text("22500"), ..oco.clone() };
    assert_eq!(problems(&beyond), [problem("takeProfitPrices", Problem::TargetOnWrongSide)]);
    let unreadable = TradeTicket { trigger_limit_price: text("x"), ..oco };
    assert_eq!(problems(&unreadable), [problem("triggerLimitPrice", Problem::NotNumber)]);
}

#[test]
fn a_date_is_at_least_eleven_minutes_ahead_and_has_whole_seconds() {
    let dated = |date: Option<&str>| {
        let ticket = priced("LIMIT", "19000");
        TradeTicket {
            raw: RawTicket { time_in_force: text("GTD"), ..ticket.raw },
            good_till_date: date.map(ToOwned::to_owned),
            ..ticket
        }
    };
    let soon = NOW.plus(LEAST_GOOD_TILL);
    let millis = (soon.millis() + 999).to_string();
    let expected = Entry::Until { price: dec!(19000), until: soon };
    assert_eq!(entry(&dated(Some(&millis))), expected, "milliseconds are cut off");
    assert_eq!(entry(&dated(Some("2023-11-15T02:00:00+02:00"))).price(), Some(dec!(19000)));
    let early = (soon.millis() - 1_000).to_string();
    assert_eq!(problems(&dated(Some(&early))), [problem("goodTillDate", Problem::NotGoodTill)]);
    assert_eq!(problems(&dated(None)), [problem("goodTillDate", Problem::Required)]);
    for unreadable in ["soon", "-1", "9999999999999999"] {
        assert_eq!(problems(&dated(Some(unreadable))), [problem("goodTillDate", Problem::NotDate)]);
    }
    let undated = TradeTicket { good_till_date: Some(millis), ..priced("LIMIT", "19000") };
    assert_eq!(problems(&undated), [problem("goodTillDate", Problem::Contradicts)]);
}

#[test]
fn a_trailing_entry_of_a_trade_has_its_protection() {
    let ticket = priced("TRAILING_STOP", "19000");
    let trailing =
        TradeTicket { raw: RawTicket { callback_rate: text("1"), ..ticket.raw.clone() }, ..ticket };
    let order = trailing.check(NOW).unwrap();
    assert_eq!(order.entry, Entry::Trailing { activation: dec!(19000), callback_rate: dec!(1) });
    assert!(order.stop.is_some() && order.targets.len() == 1);
    assert!(trailing.raw.check().is_err(), "the document's order has none");
    let without = TradeTicket { raw: RawTicket { callback_rate: None, ..trailing.raw.clone() }, ..trailing };
    assert_eq!(problems(&without), [problem("callbackRate", Problem::Required)]);
}

#[test]
fn fields_of_other_order_types_are_refused() {
    let market = TradeTicket { trigger_price: text("21000"), ..ticket("MARKET") };
    assert_eq!(problems(&market), [problem("triggerPrice", Problem::Contradicts)]);
    let stop = TradeTicket { trigger_price: text("21000"), ..priced("STOP_MARKET", "21000") };
    assert_eq!(problems(&stop), [problem("price", Problem::Contradicts)]);
    let oco = TradeTicket { trigger_price: text("21000"), ..priced("OCO", "19000") };
    let timed = TradeTicket { raw: RawTicket { time_in_force: text("IOC"), ..oco.raw.clone() }, ..oco };
    assert_eq!(problems(&timed), [problem("timeInForce", Problem::Contradicts)]);
}
