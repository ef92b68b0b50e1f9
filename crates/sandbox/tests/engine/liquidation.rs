//! Liquidation: it happens at the liquidation price, takes no more than it may, and leaves no balance
//! negative.

use crate::desk::{Desk, d, limit, market};
use domain::{Decimal, MarginMode, Side, TimeInForce};
use proptest::prelude::*;
use sandbox::{
    engine::{Command, EventKind, IncomeKind, NewOrder, Reason},
    market::{MarketId, Pair},
};

/// Moves the mark price to the liquidation price: one tick before it nothing happens, at it the position is
/// closed.
fn goes_at_its_price(mode: MarginMode, side: Side, leverage: u16, amount: &str) {
    let mut desk = Desk::new();
    if mode == MarginMode::Isolated {
        desk.mode(mode).unwrap();
    }
    desk.leverage(leverage).unwrap();
    desk.place(market(side, amount));
    let Some(price) = desk.position().liquidation_price else { return };
    let tick = d("0.1");
    let down = domain::money::floor_to(price, tick);
    let (safe, gone) = match side {
        Side::Buy => (down + tick, down),
        Side::Sell if down == price => (down - tick, down),
        Side::Sell => (down, down + tick),
    };
    desk.jump(&safe.to_string());
    assert!(!desk.position().amount.is_zero(), "{mode} {side} {leverage} safe at {safe}, price {price}");
    desk.jump(&gone.to_string());
    assert!(desk.position().amount.is_zero(), "{mode} {side} {leverage} gone at {gone}, price {price}");
    assert!(desk.wallet() >= Decimal::ZERO);
    if mode == MarginMode::Isolated {
        assert!(desk.wallet() > d("9000") - d("20000") * d(amount) / Decimal::from(leverage));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn positions_are_liquidated_at_the_liquidation_price(
        isolated: bool, buy: bool, leverage in 2_u16..=100, lots in 50_u32..400,
    ) {
        let mode = if isolated { MarginMode::Isolated } else { MarginMode::Crossed };
        let side = if buy { Side::Buy } else { Side::Sell };
        let margin = Decimal::from(lots) * d("20") / Decimal::from(leverage);
        prop_assume!(margin < d("9000"));
        goes_at_its_price(mode, side, leverage, &Decimal::new(i64::from(lots), 3).to_string());
    }
}

#[test]
fn large_positions_use_their_bracket() {
    for side in [Side::Buy, Side::Sell] {
        goes_at_its_price(MarginMode::Crossed, side, 50, "20");
        goes_at_its_price(MarginMode::Isolated, side, 75, "30");
    }
}

#[test]
fn liquidation_cancels_orders_first_reports_all_and_pays_the_insurance() {
    let mut desk = Desk::new();
    desk.mode(MarginMode::Isolated).unwrap();
    desk.place(market(Side::Buy, "1"));
    let order = desk.place(limit(Side::Buy, "0.1", "15000", TimeInForce::Gtc));
    let price = desk.position().liquidation_price.unwrap();
    desk.jump(&domain::money::floor_to(price, d("0.1")).to_string());
    assert_eq!(desk.story(&order), ["NEW", "EXPIRED"]);
    let reported = |wanted: Reason| {
        desk.events.iter().any(|e| matches!(&e.kind, EventKind::Futures { reason, .. } if *reason == wanted))
    };
    assert!(reported(Reason::InsuranceClear));
    let autoclose = desk.events.iter().filter(
        |e| matches!(&e.kind, EventKind::Order { order, execution, .. } if order.liquidation && execution.word() == "CALCULATED"),
    );
    assert!(autoclose.count() > 0);
    assert!(desk.engine.counterparty().insurance() > Decimal::ZERO);
    assert!(desk.wallet() > d("8950"), "an isolated position loses its margin alone: {}", desk.wallet());
}

#[test]
fn a_gap_beyond_the_margin_is_covered_by_the_insurance() {
    for mode in [MarginMode::Isolated, MarginMode::Crossed] {
        let mut desk = Desk::new();
        if mode == MarginMode::Isolated {
            desk.mode(mode).unwrap();
        }
        desk.place(market(Side::Buy, "5"));
        let wallet = desk.wallet();
        let own = desk.position().isolated;
        desk.jump("5000");
        assert_eq!(desk.position().amount, Decimal::ZERO);
        let account = desk.engine.account(desk.who).unwrap();
        let covered = account.income().filter(|i| i.kind == IncomeKind::InsuranceClear).map(|i| i.amount);
        let covered: Decimal = covered.sum();
        assert!(covered > Decimal::ZERO);
        let reported = desk.events.iter().filter_map(|e| match &e.kind {
            EventKind::Futures { reason: Reason::InsuranceClear, change, .. } => Some(*change),
            _ => None,
        });
        assert_eq!(reported.sum::<Decimal>(), covered);
        assert!(desk.engine.counterparty().insurance() < Decimal::ZERO);
        if mode == MarginMode::Crossed {
            assert_eq!(desk.wallet(), Decimal::ZERO);
        } else {
            let fee = d("5") * d("5000") * d("0.0005");
            assert!(desk.wallet() >= wallet - own - fee * d("1.1"), "{}", desk.wallet());
        }
    }
}

#[test]
fn a_margin_call_comes_first_and_once() {
    let mut desk = Desk::new();
    desk.mode(MarginMode::Isolated).unwrap();
    desk.place(market(Side::Buy, "1"));
    let price = desk.position().liquidation_price.unwrap();
    let near = domain::money::floor_to(price + d("15"), d("0.1"));
    desk.jump(&near.to_string());
    desk.jump(&(near + d("1")).to_string());
    let calls = desk.events.iter().filter(|e| matches!(e.kind, EventKind::MarginCall(_))).count();
    assert_eq!((calls, desk.position().amount), (1, d("1")));
}

#[test]
fn a_safe_position_elsewhere_does_not_repeat_the_margin_call() {
    let mut desk = Desk::new();
    desk.mode(MarginMode::Isolated).unwrap();
    desk.place(market(Side::Buy, "1"));
    desk.place(NewOrder::market(MarketId::futures(Pair::EthUsdt), Side::Buy, d("1")));
    let price = desk.position().liquidation_price.unwrap();
    let near = domain::money::floor_to(price + d("15"), d("0.1"));
    for more in ["0", "0.1", "0.2"] {
        desk.jump(&(near + d(more)).to_string());
        let price = desk.engine.price(MarketId::spot(Pair::EthUsdt));
        desk.apply(Command::SetPrice { pair: Pair::EthUsdt, price }).unwrap();
    }
    let calls = desk.events.iter().filter(|e| matches!(e.kind, EventKind::MarginCall(_))).count();
    assert_eq!((calls, desk.position().amount), (1, d("1")));
}
