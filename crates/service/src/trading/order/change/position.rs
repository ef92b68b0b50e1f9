//! The position that a request is for. In hedge mode a market has two.

use domain::{IntentId, PositionSide};
use store::protection::Protection;

/// Returns the protections of the position that is meant: that of a trade, or the one on a side. If neither is given,
/// returns all, of which the latest decides.
pub(in crate::trading::order) fn of_one_position(
    mut rows: Vec<Protection>,
    trade: Option<IntentId>,
    side: Option<PositionSide>,
) -> Vec<Protection> {
    let meant = rows.iter().find(|row| Some(row.intent_id) == trade).map(|row| row.position_side);
    if let Some(slot) = meant {
        rows.retain(|row| row.position_side == slot);
    }
    rows.retain(|row| side.is_none_or(|side| row.side == side.opening()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ExchangeKeyId, Micros, PositionSlot, Side, UserId};
    use store::protection::Wanted;
    use uuid::Uuid;

    fn row(number: u128, side: Side, hedged: bool) -> Protection {
        Protection {
            intent_id: IntentId(Uuid::from_u128(number)),
            user_id: UserId(Uuid::nil()),
            exchange_key_id: ExchangeKeyId(Uuid::nil()),
            symbol: "BTC/USDT".parse().unwrap(),
            position_side: PositionSlot::opened_by(side, hedged),
            side,
            wanted: Wanted::Stop,
            entered_at: None,
            told_at: None,
            ended_at: None,
            held_before: None,
            lost: None,
            created_at: Micros(0),
        }
    }

    fn numbers(rows: Vec<Protection>, trade: Option<u128>, side: Option<PositionSide>) -> Vec<u128> {
        let trade = trade.map(|number| IntentId(Uuid::from_u128(number)));
        of_one_position(rows, trade, side).iter().map(|row| row.intent_id.0.as_u128()).collect()
    }

    #[test]
    fn a_trade_means_its_position_and_not_the_one_beside_it() {
        let rows = || vec![row(1, Side::Buy, true), row(2, Side::Sell, true), row(3, Side::Buy, true)];
        assert_eq!(numbers(rows(), Some(1), None), [1, 3]);
        assert_eq!(numbers(rows(), Some(2), None), [2]);
        assert_eq!(numbers(rows(), None, Some(PositionSide::Short)), [2]);
        assert_eq!(numbers(rows(), None, None), [1, 2, 3]);
        assert!(numbers(rows(), Some(2), Some(PositionSide::Long)).is_empty(), "they contradict each other");
    }

    #[test]
    fn all_trades_of_a_one_way_market_are_of_one_position() {
        let rows = || vec![row(1, Side::Buy, false), row(2, Side::Sell, false)];
        assert_eq!(numbers(rows(), Some(1), None), [1, 2]);
    }
}
