//! Tests of the definition of profit, with an account that is kept independently of it.

use super::*;
use crate::money::parse;
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    parse(text).unwrap()
}

fn fill(at: i64, side: Side, price: &str, amount: &str, realized: &str, fee: &str) -> FuturesFill {
    FuturesFill {
        at: Micros(at),
        side,
        price: d(price),
        amount: d(amount),
        realized: d(realized),
        fee: d(fee),
        client_order_id: Some(format!("order-{at}")),
    }
}

/// A futures account as an exchange keeps it: wallets in the quote and in BNB, and one position.
#[derive(Default)]
struct Books {
    quote: Decimal,
    bnb: Decimal,
    amount: Decimal,
    entry: Decimal,
    transferred: Decimal,
    fills: Vec<FuturesFill>,
    funding: Vec<FundingPayment>,
}

impl Books {
    fn transfer(&mut self, quote: Decimal) {
        self.quote += quote;
        self.transferred += quote;
    }

    /// Fills `signed` units; the fee is `fee_bnb` BNB, worth `bnb_price` each.
    fn fill(&mut self, at: i64, signed: Decimal, price: Decimal, fee_bnb: Decimal, bnb_price: Decimal) {
        let closes = self.amount * signed < Decimal::ZERO;
        let realized = if closes {
            let amount = signed.abs().min(self.amount.abs());
            let gain = (price - self.entry) * amount;
            if self.amount > Decimal::ZERO { gain } else { -gain }
        } else {
            self.entry = (self.entry * self.amount + price * signed) / (self.amount + signed);
            Decimal::ZERO
        };
        self.quote += realized;
        self.bnb -= fee_bnb;
        self.amount += signed;
        self.fills.push(FuturesFill {
            at: Micros(at),
            side: if signed > Decimal::ZERO { Side::Buy } else { Side::Sell },
            price,
            amount: signed.abs(),
            realized,
            fee: fee_bnb * bnb_price,
            client_order_id: None,
        });
    }

    fn fund(&mut self, at: i64, paid: Decimal) {
        self.quote -= paid;
        self.funding.push(FundingPayment { at: Micros(at), paid });
    }

    fn equity(&self, mark: Decimal, bnb_price: Decimal) -> Decimal {
        self.quote + self.bnb * bnb_price + (mark - self.entry) * self.amount
    }

    /// The profit of all trades at a mark price.
    fn trades(&self, mark: Decimal) -> Profit {
        let trips = round_trips(&self.fills, &self.funding);
        let mut all: Profit = trips.iter().map(|trip| trip.profit).sum();
        let open = trips.iter().filter(|trip| trip.closed_at.is_none());
        all.unrealized = open.map(|trip| unrealized(trip.side, trip.left, self.entry, mark)).sum::<Decimal>();
        all
    }
}

#[test]
fn a_month_with_deposits_funding_bnb_fees_and_a_partial_close_reconciles_to_the_last_digit() {
    let bnb = d("612.37");
    let mut books = Books { bnb: d("1.5"), ..Books::default() };
    books.transfer(d("10000.00000001"));
    let start = books.equity(Decimal::ZERO, bnb);
    let before = books.transferred;
    books.fill(1, d("0.05"), d("68123.1"), d("0.00278123"), bnb);
    books.fund(2, d("0.34061550"));
    books.transfer(d("2500.5"));
    books.fill(3, d("-0.02"), d("69541.7"), d("0.00113567"), bnb);
    books.fund(4, d("-0.11872013"));
    books.transfer(d("-1200.25"));
    books.fill(5, d("-0.03"), d("66870.3"), d("0.00163801"), bnb);
    books.fill(6, d("-0.04"), d("66500.9"), d("0.00217193"), bnb);
    books.fund(7, d("0.05320072"));
    let mark = d("65990.4");
    let account = of_account(start, books.equity(mark, bnb), books.transferred - before);
    let trades = books.trades(mark);
    assert_eq!(trades.funding, d("0.27509609"));
    assert_eq!(reconciled(account, &trades, Decimal::ZERO), Decimal::ZERO);
    assert_eq!(trades.net(), account);
    let trips = round_trips(&books.fills, &books.funding);
    assert_eq!(trips.len(), 2);
    assert_eq!((trips[0].amount, trips[0].left, trips[0].closed_at), (d("0.05"), d("0"), Some(Micros(5))));
    assert_eq!(trips[0].profit.funding, d("0.22189537"), "of both payments while it was open");
    assert_eq!((trips[1].side, trips[1].left, trips[1].closed_at), (PositionSide::Short, d("0.04"), None));
}

#[test]
fn a_change_in_price_of_the_fee_asset_belongs_to_no_trade() {
    let (first, later) = (d("600"), d("630"));
    let mut books = Books { bnb: d("1"), ..Books::default() };
    books.transfer(d("1000"));
    let start = books.equity(Decimal::ZERO, first);
    books.fill(1, d("1"), d("100"), d("0.01"), first);
    books.fill(2, d("-1"), d("110"), d("0.01"), first);
    let account = of_account(start, books.equity(d("110"), later), Decimal::ZERO);
    let revalued = books.bnb * (later - first);
    assert_eq!(books.trades(d("110")).net(), d("-2"));
    assert_eq!(reconciled(account, &books.trades(d("110")), revalued), Decimal::ZERO);
    assert_eq!(reconciled(account, &books.trades(d("110")), Decimal::ZERO), revalued);
}

#[test]
fn a_partial_close_stays_one_position_with_average_prices() {
    let fills = [
        fill(1, Side::Buy, "100", "2", "0", "0.1"),
        fill(2, Side::Buy, "106", "1", "0", "0.05"),
        fill(3, Side::Sell, "112", "1", "10", "0.06"),
        fill(4, Side::Sell, "96", "2", "-12", "0.1"),
    ];
    let trips = round_trips(&fills, &[]);
    assert_eq!(trips.len(), 1);
    let trip = &trips[0];
    assert_eq!((trip.side, trip.amount, trip.left), (PositionSide::Long, d("3"), d("0")));
    assert_eq!(trip.entry_price, d("102"));
    assert_eq!(trip.exit_price, Some(d("101.33333333")));
    assert_eq!((trip.profit.net(), trip.profit.fees), (d("-2.31"), d("0.31")));
    assert_eq!((trip.opened_at, trip.closed_at), (Micros(1), Some(Micros(4))));
    assert_eq!((trip.opened_by.as_deref(), trip.closed_by.as_deref()), (Some("order-1"), Some("order-4")));
}

#[test]
fn a_reversing_fill_ends_one_position_and_opens_the_next() {
    let fills = [
        fill(1, Side::Buy, "100", "1", "0", "0.1"),
        fill(2, Side::Sell, "110", "3", "10", "0.3"),
        fill(3, Side::Buy, "105", "2", "10", "0.2"),
    ];
    let trips = round_trips(&fills, &[]);
    let shown: Vec<_> = trips.iter().map(|t| (t.side, t.amount, t.profit.realized, t.profit.fees)).collect();
    assert_eq!(
        shown,
        [(PositionSide::Long, d("1"), d("10"), d("0.2")), (PositionSide::Short, d("2"), d("10"), d("0.4"))]
    );
}

#[test]
fn fills_whose_entry_is_unknown_are_left_out() {
    let fills = [
        fill(1, Side::Sell, "110", "1", "10", "0.1"),
        fill(2, Side::Sell, "100", "1", "0", "0.1"),
        fill(3, Side::Buy, "90", "1", "10", "0.1"),
    ];
    let trips = round_trips(&fills, &[FundingPayment { at: Micros(0), paid: d("7") }]);
    assert_eq!(trips.len(), 1);
    assert_eq!((trips[0].side, trips[0].profit.net()), (PositionSide::Short, d("9.8")));
    assert!(round_trips(&[], &[]).is_empty());
}

#[test]
fn a_close_at_the_average_entry_of_what_was_left_is_a_close() {
    // After the partial close the exchange's entry is (100 + 120) / 2, not the average of all three entries.
    let fills = [
        fill(1, Side::Buy, "100", "2", "0", "0"),
        fill(2, Side::Sell, "110", "1", "10", "0"),
        fill(3, Side::Buy, "120", "1", "0", "0"),
        fill(4, Side::Sell, "110", "2", "0", "0"),
    ];
    let trips = round_trips(&fills, &[]);
    assert_eq!((trips.len(), trips[0].profit.net(), trips[0].closed_at), (1, d("10"), Some(Micros(4))));
}

#[test]
fn a_position_whose_end_is_unknown_does_not_disturb_the_next() {
    // The first unit was bought before fills were stored; the last sale closes both.
    let fills = [
        fill(1, Side::Buy, "100", "1", "0", "0.1"),
        fill(2, Side::Sell, "110", "2", "25", "0.2"),
        fill(3, Side::Buy, "90", "1", "0", "0.1"),
        fill(4, Side::Sell, "95", "1", "5", "0.1"),
    ];
    let trips = round_trips(&fills, &[]);
    let shown: Vec<_> = trips.iter().map(|t| (t.side, t.opened_at, t.profit.realized)).collect();
    assert_eq!(
        shown,
        [(PositionSide::Long, Micros(1), d("25")), (PositionSide::Long, Micros(3), d("5"))],
        "no short position"
    );
}

proptest! {
    /// Whatever is traded, the trades and the account agree, because both are kept in exact decimals.
    #[test]
    fn trades_explain_the_account(
        steps in proptest::collection::vec((-5_i64..=5, 900_i64..1_100, 0_i64..50, -20_i64..20), 1..40),
        mark in 900_i64..1_100,
    ) {
        let mut books = Books { bnb: Decimal::TEN, ..Books::default() };
        books.transfer(Decimal::from(10_000));
        let bnb = Decimal::from(600);
        let start = books.equity(Decimal::ZERO, bnb);
        for (number, (signed, price, fee, funding)) in steps.into_iter().enumerate() {
            let at = i64::try_from(number).unwrap() * 2;
            let wanted = Decimal::from(signed);
            // A fill that would reverse the position only closes it: the books do not split fills.
            let signed = if books.amount * wanted < Decimal::ZERO && wanted.abs() > books.amount.abs() {
                -books.amount
            } else {
                wanted
            };
            if !signed.is_zero() {
                books.fill(at, signed, Decimal::from(price), Decimal::new(fee, 8), bnb);
            }
            if !books.amount.is_zero() {
                books.fund(at + 1, Decimal::new(funding, 8));
            }
        }
        let mark = Decimal::from(mark);
        let account = of_account(start, books.equity(mark, bnb), Decimal::ZERO);
        // The average entry price may be a repeating decimal, which is rounded at the 28th digit.
        let difference = reconciled(account, &books.trades(mark), Decimal::ZERO);
        prop_assert!(difference.abs() < Decimal::new(1, 18), "{difference}");
    }
}
