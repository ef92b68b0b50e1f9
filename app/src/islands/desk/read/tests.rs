//! The desk's types survive their JSON.

use super::*;
use domain::{
    ticket::Stop,
    trade::{Automation, OpenTrade, PriceSource, TargetShare},
};

fn again<T: FromTree + serde::Serialize>(value: &T) -> Option<T> {
    T::read(&serde_json::to_value(value).unwrap())
}

fn position() -> Position {
    let n = Decimal::from;
    Position {
        symbol: "BTC/USDT".parse().unwrap(),
        contracts: n(1),
        unrealized_pnl: n(-2),
        leverage: 20,
        liquidation_price: None,
        collateral: n(3),
        notional: n(4),
        mark_price: n(5),
        entry_price: n(6),
        initial_margin: n(7),
        initial_margin_percentage: n(8),
        maintenance_margin: n(9),
        maintenance_margin_percentage: n(10),
        margin_ratio: Some(n(11)),
        at: Micros(12),
        margin_mode: MarginMode::Crossed,
        side: PositionSide::Short,
        percentage: n(13),
        position_side: PositionSlot::Both,
    }
}

fn trade() -> OpenTrade {
    let n = Decimal::from;
    OpenTrade {
        id: "0192d3a0-0000-7000-8000-000000000002".parse().unwrap(),
        version: 3,
        side: Side::Buy,
        entry: Some("slAb-0355qhtT7I19h4oxHrvoac-2".into()),
        entered: n(0),
        stop: Some(Stop { trigger: n(9), limit: None }),
        targets: vec![TargetShare { price: n(11), share: Decimal::new(5, 1) }],
        automation: Automation {
            breakeven_after: Some(1),
            trailing_percent: Some(Decimal::new(15, 1)),
            trigger: PriceSource::Mark,
            time_limit: None,
        },
    }
}

pub(in crate::islands::desk) fn init() -> DeskInit {
    let n = Decimal::from;
    let symbol: Symbol = "BTC/USDT".parse().unwrap();
    let funds = Funds { free: n(1), used: n(2), total: n(3) };
    let mut order = crate::islands::tests::order();
    order.amount = None;
    DeskInit {
        market: Market {
            symbol: symbol.clone(),
            trade_type: TradeType::Futures,
            tick: Decimal::new(1, 1),
            min_price: n(1),
            max_price: n(2),
            lot: Decimal::new(1, 3),
            min_amount: n(3),
            max_amount: n(4),
            min_notional: n(5),
            price_band: (n(6), n(7)),
        },
        frame: Frame::M5,
        bars: Bars {
            settled: vec![Bar(1, 2, 3, 4, 5, 6)],
            forming: Bar(7, 8, 9, 10, 11, 12),
            minute: (0, 0),
        },
        last: n(10_000),
        account: AccountState {
            key: "0192d3a0-0000-7000-8000-000000000001".parse().unwrap(),
            symbol,
            orders: vec![order],
            position: Some(position()),
            second: None,
            protection: Some(PositionProtection { state: ProtectionState::Supervised, stop: Some(n(9)) }),
            trades: vec![trade()],
            balance: Balance { assets: [("USDT".to_owned(), funds)].into(), unrealized_pnl: n(-2) },
            leverage: 20,
            margin_mode: MarginMode::Isolated,
            at: Micros(1_700_000_000_000_000),
        },
        fee_rate: Decimal::new(5, 4),
        tradable: true,
        automated: false,
        first_day: true,
        draft: TicketDraft { targets: vec!["1".into(), String::new()], ..TicketDraft::default() },
        failure: FormFailure {
            fields: vec![FieldProblem::new("stopPrice", Problem::NotPositive)],
            refusal: Some(Rejection::Rule(domain::Refusal::ExchangeBadRequest)),
            fresh: None,
        },
        managed: FormFailure {
            fields: vec![FieldProblem::new("stopTriggerPrice", Problem::StopOnWrongSide)],
            ..FormFailure::default()
        },
        idempotency: "abc".into(),
    }
}

#[test]
fn reads_back_what_serde_writes() {
    assert_eq!(again(&init()), Some(init()));
    let done = Done {
        to: "/trade".into(),
        notice: Some(PostNotice::Desk(crate::notice::DeskNotice::OrderPlaced)),
        about: Some("BTC/USDT".into()),
        fresh: Some("f".into()),
        details: Vec::new(),
    };
    assert_eq!(again(&done), Some(done));
    let candle = Candle {
        start: Micros(60_000_000),
        open: Decimal::ONE,
        high: Decimal::TWO,
        low: Decimal::ONE,
        close: Decimal::TWO,
        volume: Decimal::TEN,
    };
    assert_eq!(again(&candle), Some(candle));
}

#[test]
fn every_problem_can_be_read() {
    for problem in Problem::ALL {
        let reported = FieldProblem::new("x", *problem);
        assert_eq!(again(&reported), Some(reported));
    }
}
