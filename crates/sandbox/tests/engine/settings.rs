//! Leverage and its brackets, margin mode, isolated margin, transfers and reset.

use crate::desk::{BTC, Desk, conditional, d, limit, market, new_account};
use domain::{MarginMode, OrderType, Side, TimeInForce, TradeType};
use sandbox::{
    engine::{Command, CommandResult, PositionSlot, Reject},
    market::Pair,
};

impl Desk {
    pub(crate) fn leverage(&mut self, leverage: u16) -> Result<CommandResult, Reject> {
        self.apply(Command::SetLeverage { account: self.who, pair: Pair::BtcUsdt, leverage })
    }

    pub(crate) fn mode(&mut self, mode: MarginMode) -> Result<CommandResult, Reject> {
        self.apply(Command::SetMarginMode { account: self.who, pair: Pair::BtcUsdt, mode })
    }

    fn margin(&mut self, amount: &str) -> Result<CommandResult, Reject> {
        let slot = PositionSlot::Both;
        self.apply(Command::AdjustMargin { account: self.who, pair: Pair::BtcUsdt, amount: d(amount), slot })
    }

    fn transfer(&mut self, from: TradeType, asset: &str, amount: &str) -> Result<CommandResult, Reject> {
        let (account, asset, amount) = (self.who, asset.to_owned(), d(amount));
        self.apply(Command::Transfer { account, from, asset, amount })
    }
}

fn code(answer: Result<CommandResult, Reject>) -> i32 {
    answer.unwrap_err().code
}

#[test]
fn leverage_has_its_range_and_its_brackets() {
    let mut desk = Desk::new();
    for bad in [0, 126, u16::MAX] {
        assert_eq!(code(desk.leverage(bad)), -4028);
    }
    assert_eq!(
        desk.leverage(125).unwrap(),
        CommandResult::Leverage { leverage: 125, max_notional: d("300000") }
    );
    assert_eq!(desk.refuse(market(Side::Buy, "16")), -2027, "320,000 at 125 times");
    desk.leverage(100).unwrap();
    desk.place(market(Side::Buy, "16"));
    assert_eq!(code(desk.leverage(125)), -2027);
    assert_eq!(code(desk.leverage(5)), -2028, "64,000 of margin are not there");
}

#[test]
fn an_isolated_position_keeps_its_leverage_or_raises_it() {
    let mut desk = Desk::new();
    desk.mode(MarginMode::Isolated).unwrap();
    desk.place(market(Side::Buy, "0.1"));
    assert_eq!(code(desk.leverage(10)), -4161);
    desk.leverage(30).unwrap();
}

#[test]
fn margin_mode_changes_only_when_idle() {
    let mut desk = Desk::new();
    assert_eq!(code(desk.mode(MarginMode::Crossed)), -4046);
    let order = desk.place(limit(Side::Buy, "0.1", "19000", TimeInForce::Gtc));
    assert_eq!(code(desk.mode(MarginMode::Isolated)), -4047);
    desk.cancel(BTC, sandbox::engine::Which::Plain, order.id).unwrap();
    desk.mode(MarginMode::Isolated).unwrap();
    desk.place(market(Side::Buy, "0.1"));
    assert_eq!(code(desk.mode(MarginMode::Crossed)), -4048);
}

#[test]
fn isolated_margin_moves_in_and_out() {
    let mut desk = Desk::new();
    assert_eq!(code(desk.margin("10")), -4054);
    desk.mode(MarginMode::Isolated).unwrap();
    let order = desk.place(market(Side::Buy, "0.1"));
    let own = (order.cost / d("20")).round_dp(8);
    assert_eq!(desk.position().isolated, own);
    desk.margin("500").unwrap();
    assert_eq!(desk.position().isolated, own + d("500"));
    assert_eq!(code(desk.margin("-505")), -4051);
    desk.margin("-490").unwrap();
    assert_eq!(code(desk.margin("100000")), -2019);
    let before = desk.wallet();
    desk.place(market(Side::Sell, "0.1"));
    assert_eq!(desk.position().isolated, d("0"), "all of it is released");
    assert!(before - desk.wallet() < d("5"));
}

#[test]
fn transfers_move_what_is_free() {
    let mut desk = Desk::new();
    desk.transfer(TradeType::Spot, "USDT", "2500.5").unwrap();
    assert_eq!((desk.wallet(), desk.spot("USDT").0), (d("12500.5"), d("7499.5")));
    assert_eq!(code(desk.transfer(TradeType::Spot, "USDT", "7499.6")), -5013);
    assert_eq!(code(desk.transfer(TradeType::Spot, "BTC", "1")), -1108);
    assert_eq!(code(desk.transfer(TradeType::Spot, "USDT", "-1")), -1111);
    assert_eq!(code(desk.transfer(TradeType::Spot, "USDT", "0.000000001")), -1111);
    desk.place(limit(Side::Buy, "10", "19000", TimeInForce::Gtc));
    assert_eq!(code(desk.transfer(TradeType::Futures, "USDT", "3001")), -5013, "9,500 are held");
    desk.transfer(TradeType::Futures, "USDT", "3000").unwrap();
    let big = "79228162514264337593543950335";
    assert_eq!(code(desk.transfer(TradeType::Spot, "USDT", big)), -5013);
}

#[test]
fn a_reset_ends_everything_and_funds_again() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.place(limit(Side::Buy, "0.1", "19000", TimeInForce::Gtc));
    desk.algo(conditional(OrderType::StopMarket, Side::Sell, "0.1", "19000"));
    desk.jump("25000");
    desk.apply(Command::ResetAccount { account: desk.who }).unwrap();
    let account = desk.engine.account(desk.who).unwrap();
    assert_eq!(account.orders(TradeType::Futures).open().count() + account.algos().open().count(), 0);
    assert_eq!(account.fills().count(), 1, "history stays");
    let view = desk.engine.futures(desk.who).unwrap();
    assert_eq!((view.wallet, view.available, view.unrealized), (d("10000"), d("10000"), d("0")));
    assert_eq!(desk.spot("USDT"), (d("10000"), d("0")));
}

#[test]
fn a_key_is_taken_once() {
    let mut desk = Desk::new();
    assert_eq!(code(desk.apply(new_account(1))), -2014);
    desk.apply(new_account(2)).unwrap();
    let found = desk.engine.account_by_key("key2").unwrap();
    assert!(!format!("{found:?}").contains("secret\""), "no secret in Debug");
}
