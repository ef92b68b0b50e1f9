use super::*;
use domain::ticket::{Entry, RawTicket, Stop};

fn d(text: &str) -> Decimal {
    domain::money::parse(text).unwrap()
}

pub(crate) fn market() -> Market {
    Market {
        symbol: "BTC/USDT".parse().unwrap(),
        trade_type: TradeType::Futures,
        tick: d("0.1"),
        min_price: d("0.1"),
        max_price: d("1000000"),
        lot: d("0.001"),
        min_amount: d("0.001"),
        max_amount: d("1000"),
        min_notional: d("5"),
        price_band: (d("0.5"), d("1.5")),
    }
}

/// Returns an open reduce-only order.
pub(crate) fn open_order(kind: OrderType, side: Side, amount: Option<Decimal>) -> Order {
    Order {
        id: "1".into(),
        client_order_id: "other".into(),
        at: Micros(0),
        symbol: "BTC/USDT".parse().unwrap(),
        kind,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: true,
        side,
        price: None,
        stop_price: Some(d("90")),
        callback_rate: None,
        amount,
        cost: Decimal::ZERO,
        average: None,
        filled: Decimal::ZERO,
        remaining: amount,
        status: OrderStatus::Open,
        position_side: PositionSlot::Both,
    }
}

/// Returns a position of this amount; negative means short.
pub(crate) fn position(amount: Decimal) -> Position {
    let (zero, long) = (Decimal::ZERO, amount > Decimal::ZERO);
    Position {
        symbol: "BTC/USDT".parse().unwrap(),
        contracts: amount.abs(),
        unrealized_pnl: zero,
        leverage: 10,
        liquidation_price: None,
        collateral: zero,
        notional: zero,
        mark_price: zero,
        entry_price: zero,
        initial_margin: zero,
        initial_margin_percentage: zero,
        maintenance_margin: zero,
        maintenance_margin_percentage: zero,
        margin_ratio: None,
        at: Micros(0),
        margin_mode: domain::MarginMode::Crossed,
        side: if long { domain::PositionSide::Long } else { domain::PositionSide::Short },
        percentage: zero,
        position_side: PositionSlot::Both,
    }
}

fn order() -> ManualOrder {
    RawTicket {
        symbol: Some("BTC/USDT".into()),
        kind: Some("MARKET".into()),
        side: Some("BUY".into()),
        amount: Some("0.05".into()),
        take_profit_prices: vec!["19250".into(), "19300".into()],
        stop_trigger_price: Some("19000".into()),
        stop_trigger_type: Some("LIMIT".into()),
        stop_price: Some("19000".into()),
        ..RawTicket::default()
    }
    .check()
    .unwrap()
}

#[test]
fn plans_the_documents_example() {
    let legs = opening(&order(), &market()).unwrap();
    let roles: Vec<_> = legs.iter().map(|l| l.role).collect();
    assert_eq!(roles, [Role::Cancel, Role::Close, Role::Entry, Role::Stop, Role::Target, Role::Target]);
    let stop = legs[3].order.as_ref().unwrap();
    assert_eq!((stop.kind, stop.amount, stop.side), (OrderType::Stop, Some(d("0.05")), Side::Sell));
    assert_eq!(legs[4].order.as_ref().unwrap().amount, Some(d("0.025")));
}

#[test]
fn a_market_stop_closes_whatever_there_is() {
    let order = ManualOrder { stop: Some(Stop { trigger: d("19000"), limit: None }), ..order() };
    let stop = opening(&order, &market()).unwrap()[3].order.clone().unwrap();
    assert_eq!(
        (stop.kind, stop.amount, stop.time_in_force),
        (OrderType::StopMarket, None, TimeInForce::GteGtc)
    );
}

#[test]
fn a_partial_fill_is_shared_by_the_targets_it_reaches() {
    let mut legs = opening(&order(), &market()).unwrap();
    fit_to_fill(&mut legs, d("0.003"), &market());
    let amounts: Vec<_> = legs[3..].iter().map(|l| l.order.as_ref().unwrap().amount.unwrap()).collect();
    assert_eq!(amounts, [d("0.003"), d("0.001"), d("0.002")]);
    fit_to_fill(&mut legs, d("0.001"), &market());
    let amounts: Vec<_> = legs[4..].iter().map(|l| l.order.as_ref().unwrap().amount.unwrap()).collect();
    assert_eq!(amounts, [d("0.001"), Decimal::ZERO]);
}

#[test]
fn an_oco_has_two_orders_that_open_the_same_amount() {
    let entry = Entry::Oco { price: d("19000"), trigger: d("21000"), limit: Some(d("21010")) };
    let legs = opening(&ManualOrder { entry, ..order() }, &market()).unwrap();
    let opening: Vec<_> = legs.iter().filter(|leg| leg.role == Role::Entry).collect();
    assert_eq!(opening.iter().map(|leg| leg.seq).collect::<Vec<_>>(), [seq::ENTRY, seq::SECOND_ENTRY]);
    let planned = |index: usize| opening[index].order.clone().unwrap();
    let (limit, stop) = (planned(0), planned(1));
    assert_eq!((limit.kind, limit.price, limit.stop_price), (OrderType::Limit, Some(d("19000")), None));
    assert_eq!(
        (stop.kind, stop.price, stop.stop_price),
        (OrderType::Stop, Some(d("21010")), Some(d("21000")))
    );
    assert_eq!((limit.amount, limit.side, limit.reduce_only), (stop.amount, stop.side, stop.reduce_only));
    assert!(!limit.reduce_only && seq::is_entry(seq::SECOND_ENTRY) && !seq::is_protective(seq::SECOND_ENTRY));
}

#[test]
fn the_date_of_an_order_is_stored_with_its_plan() {
    let until = Micros::from_millis(1_700_000_600_000);
    let entry = Entry::Until { price: d("19000"), until };
    let legs = opening(&ManualOrder { entry, ..order() }, &market()).unwrap();
    let planned = legs.iter().find(|leg| leg.role == Role::Entry).unwrap().order.clone().unwrap();
    assert_eq!((planned.time_in_force, planned.good_till), (TimeInForce::Gtd, Some(until)));
    let stored = serde_json::to_string(&planned).unwrap();
    assert_eq!(serde_json::from_str::<PlannedOrder>(&stored).unwrap(), planned);
    let earlier = stored.replace(&format!(r#","good_till":{}"#, until.0), "");
    assert_eq!(serde_json::from_str::<PlannedOrder>(&earlier).unwrap().good_till, None);
}
