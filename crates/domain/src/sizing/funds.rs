//! The funds that an order needs, the largest order that the available funds allow, and the estimated liquidation price.

use super::MAINTENANCE_RATE;
use crate::money::Arithmetic as _;
use crate::{Decimal, Market, Order, PositionSide, dec, live::AccountState, money};

/// The share of the order value that [`amount_for_share`] leaves for a fill at a worse price than the estimate.
pub const SLIPPAGE_RATE: Decimal = dec!(0.001);

/// Returns the funds that an order of this value needs, in quote units: its margin and the fee of its entry. `None` if
/// numbers overflow.
#[must_use]
pub fn funds_needed(cost: Decimal, leverage: u16, fee_rate: Decimal) -> Option<Decimal> {
    let margin = cost.over(Decimal::from(leverage.max(1)))?;
    margin.plus(cost.times(fee_rate)?)
}

/// Returns the funds that a new order on the account's market can use, in quote units: what is free now, and what closing
/// the market's position and cancelling its entry orders frees, less the closing fee. In hedge mode, where an order leaves the
/// other position alone, nothing is counted as freed. It is never more than the total balance less that fee. `None` if
/// numbers overflow.
#[must_use]
pub fn available_funds(account: &AccountState, fee_rate: Decimal) -> Option<Decimal> {
    let funds = account.balance.assets.get(account.symbol.quote()).copied().unwrap_or_default();
    let leverage = Decimal::from(account.leverage.max(1));
    let (mut free, mut fee) = (funds.free, Decimal::ZERO);
    if let Some(position) = account.position.as_ref().filter(|held| !held.position_side.is_hedged()) {
        free = free.plus(position.initial_margin)?;
        fee = position.notional.times(fee_rate)?;
    }
    let replaced = |order: &&Order| !order.reduce_only && !order.position_side.is_hedged();
    for order in account.orders.iter().filter(replaced) {
        if let (Some(price), Some(remaining)) = (order.price.or(order.stop_price), order.remaining) {
            free = free.plus(price.times(remaining)?.over(leverage)?)?;
        }
    }
    free.min(funds.total).minus(fee)
}

/// Returns the amount that uses `percent` of the available funds for an entry at `entry`, in base units, rounded down to
/// the lot. Fee and slippage are reserved; the market's maximum applies, its minimums do not. `None` if there are no
/// funds or numbers overflow.
#[must_use]
pub fn amount_for_share(
    available: Decimal,
    percent: Decimal,
    entry: Decimal,
    leverage: u16,
    fee_rate: Decimal,
    market: &Market,
) -> Option<Decimal> {
    let reserve = fee_rate.plus(SLIPPAGE_RATE)?;
    let for_one = funds_needed(entry, leverage, reserve)?;
    let usable = available.times(percent)?.over(Decimal::ONE_HUNDRED)?;
    if for_one <= Decimal::ZERO || usable <= Decimal::ZERO {
        return None;
    }
    let amount = usable.over(for_one)?.min(market.max_amount);
    Some(money::floor_to(amount, market.lot))
}

/// Returns the amount in base units whose value at `price` is at most `value`, rounded down to the lot; an amount below
/// one lot is returned unrounded, so that the market's filter names it. `None` without a price, or if numbers overflow.
#[must_use]
pub fn amount_of_value(value: Decimal, price: Decimal, market: &Market) -> Option<Decimal> {
    if price <= Decimal::ZERO {
        return None;
    }
    let exact = value.over(price)?.min(Decimal::from(1_000_000_000_000_u64)).round_dp(12);
    let rounded = money::floor_to(exact, market.lot);
    Some(if rounded.is_zero() { exact } else { rounded })
}

/// Returns the estimated price at which the exchange liquidates a position of `amount` base units. `margin`, in quote
/// units, is what backs it, as in [`super::stop_comes_first`]. `None` if no price liquidates it, or if numbers overflow.
#[must_use]
pub fn liquidation_price(
    side: PositionSide,
    amount: Decimal,
    entry: Decimal,
    margin: Decimal,
) -> Option<Decimal> {
    let value = amount.times(entry)?;
    let (left, factor) = match side {
        PositionSide::Long => (value.minus(margin)?, Decimal::ONE.minus(MAINTENANCE_RATE)?),
        PositionSide::Short => (value.plus(margin)?, Decimal::ONE.plus(MAINTENANCE_RATE)?),
    };
    let price = left.over(amount.times(factor)?)?;
    (price > Decimal::ZERO).then_some(price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Balance, Funds, MarginMode, Micros, Order, OrderStatus, OrderType, Position, Side, TimeInForce,
        sizing::{
            stop_comes_first,
            tests::{d, market},
        },
    };
    use proptest::prelude::*;

    fn account() -> AccountState {
        let funds = Funds { free: d("8000"), used: d("2000"), total: d("10000") };
        AccountState {
            key: "0192d3a0-0000-7000-8000-000000000001".parse().unwrap(),
            symbol: "BTC/USDT".parse().unwrap(),
            orders: Vec::new(),
            position: None,
            protection: None,
            second: None,
            trades: Vec::new(),
            balance: Balance { assets: [("USDT".to_owned(), funds)].into(), unrealized_pnl: Decimal::ZERO },
            leverage: 10,
            margin_mode: MarginMode::Crossed,
            at: Micros(0),
        }
    }

    fn position() -> Position {
        Position {
            symbol: "BTC/USDT".parse().unwrap(),
            contracts: d("1"),
            unrealized_pnl: Decimal::ZERO,
            leverage: 10,
            liquidation_price: None,
            collateral: d("1000"),
            notional: d("10000"),
            mark_price: d("10000"),
            entry_price: d("10000"),
            initial_margin: d("1000"),
            initial_margin_percentage: d("0.1"),
            maintenance_margin: d("40"),
            maintenance_margin_percentage: d("0.004"),
            margin_ratio: None,
            at: Micros(0),
            margin_mode: MarginMode::Crossed,
            side: PositionSide::Long,
            percentage: Decimal::ZERO,
            position_side: crate::PositionSlot::Both,
        }
    }

    fn entry(reduce_only: bool) -> Order {
        Order {
            id: "1".into(),
            client_order_id: "slip-1".into(),
            at: Micros(0),
            symbol: "BTC/USDT".parse().unwrap(),
            kind: OrderType::Limit,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only,
            side: Side::Buy,
            price: Some(d("9000")),
            stop_price: None,
            callback_rate: None,
            amount: Some(d("1")),
            cost: Decimal::ZERO,
            average: None,
            filled: Decimal::ZERO,
            remaining: Some(d("1")),
            status: OrderStatus::Open,
            position_side: crate::PositionSlot::Both,
        }
    }

    #[test]
    fn closing_what_is_open_frees_its_margin_and_costs_a_fee() {
        let fee = d("0.0005");
        assert_eq!(available_funds(&account(), fee), Some(d("8000")));
        let waiting = AccountState { orders: vec![entry(false), entry(true)], ..account() };
        assert_eq!(available_funds(&waiting, fee), Some(d("8900")), "a reducing order holds no margin");
        let open = AccountState { position: Some(position()), ..account() };
        assert_eq!(available_funds(&open, fee), Some(d("8995")));
        let both = AccountState { position: Some(position()), orders: vec![entry(false); 3], ..account() };
        assert_eq!(available_funds(&both, fee), Some(d("9995")), "never more than the total");
        let hedged = Position { position_side: crate::PositionSlot::Long, ..position() };
        let long = AccountState { position: Some(hedged), ..account() };
        assert_eq!(available_funds(&long, fee), Some(d("8000")), "an order may be for the other position");
        let none = AccountState { balance: Balance::default(), ..account() };
        assert_eq!(available_funds(&none, fee), Some(Decimal::ZERO));
    }

    #[test]
    fn a_share_of_the_funds_reserves_fee_and_slippage() {
        let amount =
            |percent: &str| amount_for_share(d("10000"), d(percent), d("10000"), 10, d("0.0005"), &market());
        // One unit needs 1,000 of margin, 5 of fee and 10 of slippage.
        assert_eq!(amount("100"), Some(d("9.852")));
        assert_eq!(amount("25"), Some(d("2.463")));
        assert_eq!(amount_for_share(d("0"), d("50"), d("1"), 1, d("0"), &market()), None);
        assert_eq!(
            amount_for_share(d("1e12"), d("100"), d("1"), 125, d("0"), &market()),
            Some(market().max_amount)
        );
    }

    #[test]
    fn a_value_is_an_amount_at_the_price() {
        assert_eq!(amount_of_value(d("540"), d("10800"), &market()), Some(d("0.05")));
        assert_eq!(amount_of_value(d("545"), d("10800"), &market()), Some(d("0.05")));
        let tiny = amount_of_value(d("5"), d("10000"), &market()).unwrap();
        assert_eq!(tiny, d("0.0005"), "the filter names an amount below one lot");
        assert_eq!(amount_of_value(d("5"), Decimal::ZERO, &market()), None);
    }

    #[test]
    fn liquidation_is_where_the_margin_ends() {
        let long = liquidation_price(PositionSide::Long, d("1"), d("10000"), d("1000")).unwrap();
        assert_eq!(long.round_dp(2), d("9036.14"));
        let short = liquidation_price(PositionSide::Short, d("1"), d("10000"), d("1000")).unwrap();
        assert_eq!(short.round_dp(2), d("10956.18"));
        assert_eq!(liquidation_price(PositionSide::Long, d("1"), d("100"), d("100")), None, "fully backed");
    }

    proptest! {
        #[test]
        fn the_largest_order_is_affordable(
            available in 1_i64..10_000_000,
            percent in 1_i64..=100,
            price in 1_i64..1_000_000,
            leverage in 1_u16..=125,
        ) {
            let (available, price) = (Decimal::from(available), Decimal::from(price));
            let fee = d("0.0005");
            let amount =
                amount_for_share(available, Decimal::from(percent), price, leverage, fee, &market()).unwrap();
            prop_assert!(money::on_step(amount, market().lot));
            prop_assert!(funds_needed(amount * price, leverage, fee).unwrap() <= available);
        }

        #[test]
        fn a_stop_is_reached_first_exactly_inside_the_liquidation_price(
            entry in 100_i64..100_000,
            permille in 1_i64..900,
            long in any::<bool>(),
        ) {
            let (entry, amount) = (Decimal::from(entry), d("2"));
            let margin = entry * amount * Decimal::new(permille, 3);
            let side = if long { PositionSide::Long } else { PositionSide::Short };
            if let Some(price) = liquidation_price(side, amount, entry, margin) {
                let step = d("0.01");
                let (inside, outside) = if long { (price + step, price - step) } else { (price - step, price + step) };
                let loses = |stop: Decimal| if long { stop < entry } else { stop > entry };
                if loses(inside) {
                    prop_assert_eq!(stop_comes_first(amount, entry, inside, margin), Some(true));
                }
                if loses(outside) {
                    prop_assert_eq!(stop_comes_first(amount, entry, outside, margin), Some(false));
                }
            }
        }
    }
}
