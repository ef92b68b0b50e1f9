//! Tests of the readers of alerts and of the rules that complete them.

use super::{redact::redacted, *};
use domain::{
    Symbol, dec,
    own_source::{RefusedAlert, SourceRules},
};
use proptest::prelude::*;

fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

fn text(body: &str) -> ReadAlert {
    read(body.as_bytes()).unwrap()
}

fn reason(body: &str) -> RefusedAlert {
    RefusedAlert::of(&read(body.as_bytes()).unwrap_err())
}

#[test]
fn free_text_gives_side_price_stop_and_targets() {
    for body in [
        "BTC long 60000 SL 59000 TP 61000 62000",
        "LONG BTC/USDT @ 60000, SL: 59000, TP1: 61000, TP2: 62000",
        "#BTCUSDT\nBuy\nEntry: 60000\nStop loss: 59000\nTake profit: 61000; 62000",
        "long 60000 sl=59000 targets 61000 62000",
    ] {
        let alert = text(body);
        assert_eq!((alert.action, alert.side), (Action::Enter, Some(Side::Buy)), "{body}");
        assert_eq!((alert.price, alert.stop), (Some(dec!(60000)), Some(dec!(59000))), "{body}");
        assert_eq!(alert.targets, [dec!(61000), dec!(62000)], "{body}");
        assert!(alert.ticker.is_none_or(|ticker| same_market(&ticker, &btc())), "{body}");
    }
    let exit = text("close short BTC");
    assert_eq!((exit.action, exit.side, exit.exits), (Action::Exit, None, Some(Side::Sell)));
}

#[test]
fn half_a_sentence_gives_no_trade() {
    for body in [
        "BTC long 60000 maybe later",
        "BTC long 61,000",
        "BTC long 20x",
        "{\"action\":\"buy\"",
        "[1]",
        "\"buy\"",
        "long 1 long 2",
    ] {
        assert_eq!(reason(body), RefusedAlert::Unreadable, "{body}");
    }
    assert_eq!(reason("BTC 60000"), RefusedAlert::NoDirection);
    assert_eq!(reason("BTC long short"), RefusedAlert::NoDirection);
    assert_eq!(reason(""), RefusedAlert::Unreadable);
    assert_eq!(RefusedAlert::of(&read(&[b'a'; LARGEST + 1]).unwrap_err()), RefusedAlert::Unreadable);
}

#[test]
fn a_signal_bots_message_is_read_as_it_is() {
    let alert = text(
        r#"{"secret":"s3cr3t","max_lag":"300","timestamp":"2026-01-01T00:00:00Z","trigger_price":"60000.5",
            "tv_exchange":"BINANCE","tv_instrument":"BTCUSDT.P","action":"enter_short","bot_uuid":"x",
            "order":{"amount":"12.5","currency_type":"margin_percent"}}"#,
    );
    assert_eq!((alert.action, alert.side), (Action::Enter, Some(Side::Sell)));
    assert_eq!((alert.price, alert.max_lag_s), (Some(dec!(60000.5)), Some(300)));
    assert_eq!(alert.ticker.as_deref(), Some("BTCUSDT.P"));
    assert_eq!(alert.amount, Some(AlertAmount { amount: dec!(12.5), unit: AmountUnit::MarginPercent }));
    let time = alert.time.unwrap();
    assert!(!is_late(&alert, time.plus(300_000_000)) && is_late(&alert, time.plus(300_000_001)));
    let exit = text(r#"{"action":"exit_long"}"#);
    assert_eq!((exit.action, exit.exits), (Action::Exit, Some(Side::Buy)));
    let flat = r#"{"action":"sell","max_lag":1,"strategy_info":{"market_position":"flat"}}"#;
    assert_eq!(text(flat).action, Action::Exit);
}

#[test]
fn a_signal_bots_message_with_a_mistake_is_refused() {
    for (body, expected) in [
        (r#"{"action":"sell","max_lag":1}"#, RefusedAlert::NoDirection),
        (r#"{"bot_uuid":"x"}"#, RefusedAlert::NoDirection),
        (r#"{"action":"enter_long","max_lag":0}"#, RefusedAlert::Unreadable),
        (r#"{"action":"enter_long","timestamp":"{{timenow}}"}"#, RefusedAlert::Placeholder),
        (r#"{"action":"enter_long","order":{"amount":1,"currency_type":"coins"}}"#, RefusedAlert::Unreadable),
        (r#"{"action":"enter_long","order":{"amount":-1,"currency_type":"base"}}"#, RefusedAlert::Unreadable),
    ] {
        assert_eq!(reason(body), expected, "{body}");
    }
}

#[test]
fn a_market_has_many_names() {
    for name in
        ["BTCUSDT", "btcusdt.p", "BINANCE:BTCUSDT", "BINANCE:BTCUSDTPERP", "BTC/USDT:USDT", "BTC-USDT", "BTC"]
    {
        assert!(same_market(name, &btc()), "{name}");
    }
    for name in ["ETHUSDT", "BTCUSD", "BTCUSDTX", "", "USDT", "BTC/USDC:USDC"] {
        assert!(!same_market(name, &btc()), "{name}");
    }
}

#[test]
fn the_sources_rules_complete_an_alert() {
    let rules = SourceRules {
        stop_percent: Some(dec!(2)),
        target_percents: vec![dec!(1), dec!(3)],
        max_distance_percent: dec!(5),
    };
    let levels = complete(&text("BTC short"), &rules, dec!(1000), dec!(0.1)).unwrap();
    assert_eq!((levels.price, levels.stop), (dec!(1000), dec!(1020)));
    assert_eq!(levels.targets, [dec!(990), dec!(970)]);
    let own = complete(&text("BTC long 1000 SL 900 TP 1100"), &rules, dec!(1000), dec!(0.1)).unwrap();
    assert_eq!((own.stop, own.targets), (dec!(900), vec![dec!(1100)]));
}

#[test]
fn an_alert_that_cannot_be_traded_has_its_reason() {
    let rules = SourceRules::default();
    for (body, expected) in [
        ("BTC long", RefusedAlert::NoStop),
        ("BTC long 1060 SL 900", RefusedAlert::TooFar),
        ("BTC long 7922816251426433759354395033 SL 1", RefusedAlert::TooFar),
        ("BTC long 0 SL 900", RefusedAlert::TooFar),
        ("BTC long 1000 SL 0", RefusedAlert::BadStop),
        ("BTC long 1000 SL 1100", RefusedAlert::BadStop),
        ("BTC long 1000 SL 900 TP 950", RefusedAlert::BadTarget),
        ("BTC long 1000 SL 900 TP 0", RefusedAlert::BadTarget),
        ("enter", RefusedAlert::NoDirection),
    ] {
        let found = complete(&text(body), &rules, dec!(1000), dec!(0.1)).unwrap_err();
        assert_eq!(found, expected, "{body}");
    }
}

/// The message that the page of a source shows, as TradingView fills it in.
#[test]
fn a_partial_exit_of_a_strategy_is_no_entry() {
    let filled = |position: &str, action: &str| {
        let body = format!(
            r#"{{"ticker":"BTCUSDT.P","position":"{position}","action":"{action}","price":"60000"}}"#
        );
        read(body.as_bytes()).map(|alert| (alert.action, alert.side))
    };
    assert_eq!(filled("long", "buy"), Ok((Action::Enter, Some(Side::Buy))));
    assert_eq!(filled("short", "sell"), Ok((Action::Enter, Some(Side::Sell))));
    assert_eq!(filled("flat", "sell"), Ok((Action::Exit, None)));
    for (position, action) in [("long", "sell"), ("short", "buy")] {
        let problems = filled(position, action).unwrap_err();
        assert_eq!(RefusedAlert::of(&problems), RefusedAlert::NoDirection, "{position} {action}");
    }
}

#[test]
fn secrets_are_not_kept() {
    for body in [
        r#"{"secret":"hunter2","nested":[{"apiKey":"hunter2","api_secret":{"a":"hunter2"}}],"action":"buy"}"#,
        "{\"action\":\"buy\",\n\"secret\": \"hunter2\"",
        "long BTC\nSecret=hunter2",
        "long BTC\npassword hunter2",
        "long BTC\npassword:\n\nhunter2",
        "long BTC\nAPI key hunter2",
        r#"{"action":"buy","message":"secret=hunter2"}"#,
        r#"{"action":"buy","nested":["{\"token\":\"hunter2\"}"]}"#,
        "\"long BTC, token hunter2\"",
    ] {
        let kept = redacted(body.as_bytes());
        assert!(!kept.contains("hunter2"), "{kept}");
        assert!(kept.contains("buy") || kept.contains("long"), "{kept}");
    }
    let long = redacted("é".repeat(9_000).as_bytes());
    assert!(long.len() <= redact::LONGEST && long.ends_with('…'), "{}", long.len());
}

proptest! {
    #[test]
    fn no_body_breaks_the_readers(bytes in any::<Vec<u8>>(), text in "[ -~\n]{0,200}") {
        for body in [bytes.as_slice(), text.as_bytes()] {
            let _ = read(body);
            prop_assert!(redacted(body).len() <= redact::LONGEST);
        }
    }

    #[test]
    fn an_accepted_entry_has_its_stop_on_the_losing_side(
        price in 1_i64..10_000_000, stop in proptest::option::of(1_i64..10_000_000),
        percent in proptest::option::of(1_i64..99), buy in any::<bool>(),
    ) {
        let side = if buy { "long" } else { "short" };
        let stop = stop.map(|stop| format!(" SL {stop}")).unwrap_or_default();
        let alert = read(format!("BTC {side} {price}{stop}").as_bytes()).unwrap();
        let rules = SourceRules { stop_percent: percent.map(Decimal::from), ..SourceRules::default() };
        if let Ok(levels) = complete(&alert, &rules, Decimal::from(price), dec!(0.01)) {
            prop_assert_eq!(levels.stop < levels.price, buy);
            prop_assert!(levels.stop != levels.price && levels.stop > Decimal::ZERO);
        }
    }

    #[test]
    fn free_text_keeps_its_numbers(units in 1_i64..1_000_000_000_000, scale in 0_u32..9) {
        let price = Decimal::new(units, scale);
        let alert = read(format!("BTC long {price} SL {price} TP {price} {price}").as_bytes()).unwrap();
        prop_assert_eq!((alert.price, alert.stop), (Some(price), Some(price)));
        prop_assert_eq!(alert.targets, vec![price, price]);
    }
}
