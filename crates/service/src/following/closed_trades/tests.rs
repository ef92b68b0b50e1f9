use super::*;
use domain::{Decimal, PositionSide, Side};
use store::fill::FillDetail;

fn fill(at: i64, side: Side, position_side: PositionSlot, realized: i64) -> Fill {
    let detail = FillDetail {
        client_order_id: None,
        side,
        position_side,
        price: Decimal::from(100),
        amount: Decimal::ONE,
        realized: Decimal::from(realized),
    };
    Fill {
        key: ExchangeKeyId(uuid::Uuid::nil()),
        symbol: "BTC/USDT".parse().unwrap(),
        trade: at.to_string(),
        at: Micros(at),
        fee_usd: Decimal::ZERO,
        detail: Some(detail),
    }
}

#[test]
fn positions_of_hedge_mode_are_two_trades_and_funding_counts_once() {
    use PositionSlot::{Long, Short};
    let stored = vec![
        fill(1, Side::Buy, Long, 0),
        fill(2, Side::Sell, Short, 0),
        fill(4, Side::Sell, Long, 7),
        fill(6, Side::Buy, Short, -2),
    ];
    let paid = |at| FundingPayment { at: Micros(at), paid: Decimal::ONE };
    let positions = by_market(stored).into_values().next().unwrap();
    let trips = trips_of(&positions, &[paid(3), paid(5)], &HashMap::new());
    let found: Vec<_> =
        trips.iter().map(|trip| (trip.side, trip.profit.realized, trip.profit.funding)).collect();
    let (long, short) = (PositionSide::Long, PositionSide::Short);
    let two = Decimal::TWO;
    assert_eq!(found, [(long, Decimal::from(7), Decimal::ZERO), (short, Decimal::from(-2), two)]);
    assert!(trips.iter().all(|trip| trip.closed_at.is_some()));
}

#[test]
fn trades_share_one_position_of_hedge_mode_and_its_funding() {
    use PositionSlot::{Long, Short};
    let of = |trade: u128, fill: Fill| {
        let client_order_id = Some(trade.to_string());
        Fill { detail: fill.detail.map(|detail| FillDetail { client_order_id, ..detail }), ..fill }
    };
    let stored = vec![
        of(1, fill(1, Side::Buy, Long, 0)),
        of(2, fill(2, Side::Buy, Long, 0)),
        of(2, fill(4, Side::Sell, Long, 1)),
        of(3, fill(5, Side::Sell, Short, 0)),
        of(1, fill(7, Side::Sell, Long, 1)),
        of(3, fill(8, Side::Buy, Short, 1)),
    ];
    let trade = |number: u128| (number.to_string(), IntentId(uuid::Uuid::from_u128(number)));
    let trades = HashMap::from([1, 2, 3].map(trade));
    let paid = |at| FundingPayment { at: Micros(at), paid: Decimal::ONE };
    let positions = by_market(stored).into_values().next().unwrap();
    let trips = trips_of(&positions, &[paid(3), paid(6)], &trades);
    let found: Vec<_> = trips
        .iter()
        .map(|trip| (trip.opened_by.as_deref(), trip.side, trip.profit.funding, trip.closed_at))
        .collect();
    let (long, short, half) = (PositionSide::Long, PositionSide::Short, Decimal::new(5, 1));
    let expected = [
        (Some("1"), long, half, Some(Micros(7))),
        (Some("2"), long, half, Some(Micros(4))),
        (Some("3"), short, Decimal::ONE, Some(Micros(8))),
    ];
    assert_eq!(found, expected);
}
