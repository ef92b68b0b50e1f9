use super::*;

fn text(s: &str) -> Option<String> {
    Some(s.into())
}

fn seed() -> RawTicket {
    RawTicket {
        symbol: text("BTC/USDT"),
        kind: text("MARKET"),
        side: text("BUY"),
        amount: text("0.05"),
        take_profit_prices: vec!["19250".into(), "19300".into()],
        stop_trigger_price: text("19000"),
        stop_trigger_type: text("LIMIT"),
        stop_price: text("19000"),
        ..RawTicket::default()
    }
}

fn problems(raw: &RawTicket) -> Vec<(String, Problem)> {
    raw.check().unwrap_err().into_iter().map(|p| (p.field, p.problem)).collect()
}

#[test]
fn takes_the_documents_example() {
    let order = seed().check().unwrap();
    assert_eq!(order.entry, Entry::Market);
    assert_eq!(order.stop.unwrap().kind(), StopType::Limit);
    assert_eq!(order.targets.len(), 2);
}

#[test]
fn answers_the_documents_refusals_together() {
    let raw = RawTicket {
        kind: text("TRAILING_STOP"),
        price: text("20000"),
        callback_rate: text("1"),
        stop_trigger_price: text("20000"),
        stop_price: None,
        take_profit_prices: vec![],
        ..seed()
    };
    assert_eq!(
        problems(&raw),
        [
            ("stopTriggerPrice".into(), Problem::NotWithTrailing),
            ("stopTriggerType".into(), Problem::StopPriceRequired)
        ]
    );
}

#[test]
fn names_every_field_in_the_documents_order() {
    let raw =
        RawTicket { price: text("x"), amount: text("-1"), callback_rate: text("9"), ..RawTicket::default() };
    let fields: Vec<_> = problems(&raw).into_iter().map(|p| p.0).collect();
    assert_eq!(fields, ["symbol", "type", "side", "price", "amount", "callbackRate"]);
}

#[test]
fn a_limit_order_knows_its_sides() {
    let raw = RawTicket { kind: text("LIMIT"), price: text("19100"), ..seed() };
    assert!(raw.check().is_ok());
    let sell = RawTicket { side: text("SELL"), ..raw };
    assert_eq!(
        problems(&sell),
        [
            ("takeProfitPrices".into(), Problem::TargetOnWrongSide),
            ("stopTriggerPrice".into(), Problem::StopOnWrongSide)
        ]
    );
}

#[test]
fn a_limit_order_has_a_time_in_force() {
    let limit = |word: &str| RawTicket {
        kind: text("LIMIT"),
        price: text("19100"),
        time_in_force: text(word),
        ..seed()
    };
    assert_eq!(limit("GTC").check().unwrap().entry, Entry::Limit(Decimal::from(19_100)));
    let post_only = limit("GTX").check().unwrap().entry;
    let expected = Entry::TimedLimit { price: Decimal::from(19_100), time_in_force: TimeInForce::Gtx };
    assert_eq!((post_only, post_only.price()), (expected, Some(Decimal::from(19_100))));
    for unknown in ["GTE_GTC", "GTD", ""] {
        assert_eq!(problems(&limit(unknown)), [("timeInForce".to_owned(), Problem::NotTimeInForce)]);
    }
    let market = RawTicket { time_in_force: text("IOC"), ..seed() };
    assert_eq!(problems(&market), [("timeInForce".to_owned(), Problem::Contradicts)]);
    let sell = RawTicket { side: text("SELL"), ..limit("FOK") };
    assert_eq!(problems(&sell).len(), 2, "its sides are checked like those of any limit order");
}
