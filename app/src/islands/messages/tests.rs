//! Tests of the stream's messages: what the server writes is what the browser reads.

use super::*;
use domain::{
    live::{ClientMessage, LiveEvent, LiveMessage},
    order_failure::FailureCause,
};

fn parsed(message: &LiveMessage) -> Option<TabMessage> {
    read(&serde_json::to_value(message).unwrap())
}

fn happened(what: domain::live::LiveEventKind) -> Option<TabMessage> {
    let key = "0192d3a0-0000-7000-8000-000000000001".parse().unwrap();
    parsed(&LiveMessage::Happened {
        seq: 9,
        event: LiveEvent { key: Some(key), at: domain::Micros(5), what },
        result: None,
    })
}

#[test]
fn reads_the_result_of_an_order() {
    let what = domain::live::LiveEventKind::Order(Box::new(crate::islands::tests::order()), None);
    let event = LiveEvent { key: None, at: domain::Micros(5), what };
    let result = Some(domain::Decimal::new(-15, 1));
    let Some(TabMessage::Happened(TabEvent { what: ToastEvent::Order(order), .. })) =
        parsed(&LiveMessage::Happened { seq: 9, event, result })
    else {
        panic!("an order")
    };
    assert_eq!(order.result, "-1.5");
}

#[test]
fn reads_what_the_server_writes() {
    assert_eq!(parsed(&LiveMessage::Hello { seq: 3 }), Some(TabMessage::Hello(3)));
    assert_eq!(parsed(&LiveMessage::Upstream { live: false }), Some(TabMessage::Upstream(false)));
    assert_eq!(parsed(&LiveMessage::Reload), None);
    let symbol: domain::Symbol = "BTC/USDT".parse().unwrap();
    let refused = happened(domain::live::LiveEventKind::TargetRefused(
        symbol.clone(),
        FailureCause::KeyRejected.into(),
    ));
    let what = ToastEvent::TargetRefused("BTC/USDT".into(), "key-rejected".into());
    assert_eq!(refused, Some(TabMessage::Happened(TabEvent { seq: 9, what })));
    let closed = happened(domain::live::LiveEventKind::ClosedWithoutStop(symbol));
    let what = ToastEvent::ClosedWithoutStop("BTC/USDT".into());
    assert_eq!(closed, Some(TabMessage::Happened(TabEvent { seq: 9, what })));
    let key = happened(domain::live::LiveEventKind::KeyRefused("mine".into()));
    assert_eq!(
        key,
        Some(TabMessage::Happened(TabEvent { seq: 9, what: ToastEvent::KeyRefused("mine".into()) }))
    );
    let symbol: domain::Symbol = "BTC/USDT".parse().unwrap();
    let stop = happened(domain::live::LiveEventKind::StopReplaced(symbol.clone()));
    assert_eq!(
        stop,
        Some(TabMessage::Happened(TabEvent { seq: 9, what: ToastEvent::StopReplaced("BTC/USDT".into()) }))
    );
    let ended = |profit_usd| {
        happened(domain::live::LiveEventKind::CopyEnded {
            strategy: "EMA cross".into(),
            symbol: symbol.clone(),
            exit: domain::copy::Exit::Target,
            profit_usd,
        })
    };
    let what = |profit: &str| {
        ToastEvent::CopyEnded("EMA cross".into(), "BTC/USDT".into(), "TARGET".into(), profit.into())
    };
    let profit = domain::money::parse("12.5").unwrap();
    assert_eq!(ended(Some(profit)), Some(TabMessage::Happened(TabEvent { seq: 9, what: what("12.5") })));
    assert_eq!(ended(None), Some(TabMessage::Happened(TabEvent { seq: 9, what: what("") })));
    let hit = happened(domain::live::LiveEventKind::StopHit(symbol.clone(), None));
    let what = ToastEvent::StopHit("BTC/USDT".into(), String::new());
    assert_eq!(hit, Some(TabMessage::Happened(TabEvent { seq: 9, what })));
    let hit = happened(domain::live::LiveEventKind::TargetHit(symbol, Some(profit)));
    let what = ToastEvent::TargetHit("BTC/USDT".into(), "12.5".into());
    assert_eq!(hit, Some(TabMessage::Happened(TabEvent { seq: 9, what })));
    let changed = happened(domain::live::LiveEventKind::PasswordChanged);
    assert_eq!(changed, Some(TabMessage::Happened(TabEvent { seq: 9, what: ToastEvent::PasswordChanged })));
    let over = happened(domain::live::LiveEventKind::PlanEnded("Pro".into()));
    assert_eq!(
        over,
        Some(TabMessage::Happened(TabEvent { seq: 9, what: ToastEvent::PlanEnded("Pro".into()) }))
    );
}

#[test]
fn reads_prices_and_orders() {
    let ticker = r#"{"Price":{"symbol":"BTC/USDT","at":1,"high":"2","low":"1","vwap":"1","open":"1","last":"1.5",
        "change":"0.5","percentage":"50","base_volume":"1","quote_volume":"1"}}"#;
    let message: LiveMessage = serde_json::from_str(ticker).unwrap();
    let quote = Quote { last: "1.5".into(), percent: "50".into(), up: true };
    assert_eq!(parsed(&message), Some(TabMessage::Price("BTC/USDT".into(), quote)));
    let order = crate::islands::tests::order();
    let what = domain::live::LiveEventKind::Order(Box::new(order), None);
    let Some(TabMessage::Happened(TabEvent { what: ToastEvent::Order(news), .. })) = happened(what) else {
        panic!("no order was read");
    };
    assert_eq!((news.side.as_str(), news.status.as_str()), ("BUY", "open"));
    assert_eq!((news.symbol.as_str(), news.amount.as_str()), ("BTC/USDT", "0.05"));
}

#[test]
fn the_watch_message_is_what_the_server_reads() {
    let key = "0192d3a0-0000-7000-8000-000000000001";
    let symbols = ["BTC/USDT", "ETH/USDT"].map(str::to_owned);
    let account = (key.to_owned(), "BTC/USDT".to_owned());
    let read = serde_json::from_str(&watch_message(&symbols, Some(&account), Some(7))).unwrap();
    let ClientMessage::Watch { symbols, account, after } = read else { panic!("another message") };
    assert_eq!(symbols.len(), 2);
    assert_eq!(account.unwrap().0.to_string(), key);
    assert_eq!(after, Some(7));
    assert!(serde_json::from_str::<ClientMessage>(&watch_message(&[], None, None)).is_ok());
    assert_eq!(serde_json::from_str::<ClientMessage>(PORTFOLIO).unwrap(), ClientMessage::Portfolio);
}

#[test]
fn reads_the_profit_of_all_accounts() {
    let key = "0192d3a0-0000-7000-8000-000000000001";
    let open = domain::live::OpenProfit {
        key: key.parse().unwrap(),
        symbol: "BTC/USDT".parse().unwrap(),
        side: domain::PositionSide::Short,
        unrealized: domain::money::parse("-12.5").unwrap(),
    };
    let unrealized = open.unrealized;
    let positions = vec![open];
    let state = domain::live::Portfolio { revision: 7, complete: false, unrealized, positions };
    let news = PortfolioNews {
        revision: 7,
        complete: false,
        unrealized: "-12.5".into(),
        positions: vec![(format!("{key} BTC/USDT short"), "-12.5".into())],
    };
    let written = serde_json::to_value(LiveMessage::Portfolio(Box::new(state))).unwrap();
    assert_eq!(portfolio_news(&written), Some(news));
    assert_eq!(read(&written), None, "only the island of the dashboard reads it");
    assert_eq!(portfolio_news(&serde_json::to_value(LiveMessage::Hello { seq: 3 }).unwrap()), None);
}
