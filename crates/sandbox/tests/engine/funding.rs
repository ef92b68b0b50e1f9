//! Funding: paid at its scheduled hours, at the bounded rate, from the correct balance.

use crate::desk::{Desk, MORNING, d, market};
use domain::{Decimal, MarginMode, Side, time};
use sandbox::{
    engine::{EventKind, IncomeKind, Reason},
    market::{Pair, Tick},
};

impl Desk {
    /// Plays one beat just before `moment` and one at it.
    pub(crate) fn over(&mut self, moment: domain::Micros) {
        for at in [moment.plus(-250_000), moment] {
            self.at = at;
            let events = self.engine.tick(Tick::step(at));
            self.events.extend(events);
        }
    }
}

#[test]
fn longs_pay_and_shorts_receive_at_sixteen_hundred() {
    for (side, mode) in [
        (Side::Buy, MarginMode::Crossed),
        (Side::Sell, MarginMode::Crossed),
        (Side::Buy, MarginMode::Isolated),
    ] {
        let mut desk = Desk::new();
        if mode == MarginMode::Isolated {
            desk.mode(mode).unwrap();
        }
        desk.place(market(side, "0.5"));
        let (wallet, own) = (desk.wallet(), desk.position().isolated);
        let due = MORNING.plus(6 * time::HOUR);
        assert_eq!(desk.engine.mark(Pair::BtcUsdt).next_funding, due);
        desk.over(due);
        let paid = *desk.engine.fundings(Pair::BtcUsdt).last().unwrap();
        let amount = (-desk.position().amount * paid.mark * paid.rate).round_dp(8);
        assert_eq!(paid.at, due);
        assert!(!amount.is_zero() && paid.rate.abs() <= d("0.003"));
        assert_eq!(desk.wallet(), wallet + amount);
        if mode == MarginMode::Isolated {
            assert_eq!(desk.position().isolated, own + amount);
        }
        let account = desk.engine.account(desk.who).unwrap();
        let entry = account.income().next_back().unwrap();
        assert_eq!((entry.kind, entry.amount), (IncomeKind::FundingFee, amount));
        let reported = desk.events.iter().any(
            |e| matches!(&e.kind, EventKind::Futures { reason: Reason::FundingFee, change, .. } if *change == amount),
        );
        assert!(reported);
        assert_eq!(desk.engine.mark(Pair::BtcUsdt).next_funding, due.plus(8 * time::HOUR));
    }
}

#[test]
fn a_market_without_ticks_pays_no_funding() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.5"));
    let wallet = desk.wallet();
    desk.at = MORNING.plus(30 * time::HOUR);
    desk.step(1);
    assert_eq!(desk.wallet(), wallet);
    assert_eq!(desk.engine.mark(Pair::BtcUsdt).next_funding, MORNING.plus(38 * time::HOUR));
    assert_eq!(desk.engine.fundings(Pair::BtcUsdt).count(), 0);
    assert_eq!(desk.engine.counterparty().insurance(), Decimal::ZERO);
}
