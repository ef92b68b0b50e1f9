//! Sizing of copies: the amount at which hitting the stop, fees included, loses the share of equity that the
//! follower chose, with the lowest leverage at which the margin suffices. Pure; used for the pages' preview and for
//! the copies.

use super::Reason;
use crate::{
    Decimal, Market, Side, dec, money,
    signal::{AmountUnit, SignalSize},
    sizing,
};

/// The taker fee assumed when sizing; the exchange's actual rate decides.
pub const FEE_RATE: Decimal = dec!(0.0005);
/// Maximum leverage of any exchange.
pub const HIGHEST_LEVERAGE: u16 = 125;
/// Margin kept in reserve, as a share of the position, because the price moves between sizing and filling.
const RESERVE: Decimal = dec!(0.01);

/// The inputs of sizing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms<'a> {
    /// Equity of the account.
    pub equity: Decimal,
    /// Balance available as margin for a new position.
    pub available: Decimal,
    /// Share of equity to lose if the stop is hit, in percent.
    pub risk_percent: Decimal,
    /// The follower's maximum leverage.
    pub max_leverage: Option<u16>,
    /// Side of the entry.
    pub side: Side,
    /// Current price.
    pub price: Decimal,
    /// Stop price of the signal.
    pub stop: Decimal,
    /// Take-profit prices of the signal.
    pub targets: &'a [Decimal],
}

/// A sized entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizedEntry {
    /// Amount in base units.
    pub amount: Decimal,
    /// The lowest leverage at which the margin suffices.
    pub leverage: u16,
    /// Stop price on the market's tick, never closer to the entry than requested.
    pub stop: Decimal,
    /// Take-profit prices on the market's ticks: those that the price has not passed, at most as many as the amount
    /// can be split into.
    pub targets: Vec<Decimal>,
    /// Loss if the stop is hit, fees included.
    pub loss: Decimal,
    /// Margin of the position.
    pub margin: Decimal,
}

/// Why an entry is skipped, with the figure that decided it.
pub type No = (Reason, Option<Decimal>);

/// Sizes an entry.
///
/// # Errors
/// The reason for skipping it, as shown to the follower.
pub fn size(terms: &Terms<'_>, market: &Market) -> Result<SizedEntry, No> {
    let stop = checked_stop(terms, market)?;
    let amount =
        sizing::amount_at_risk(terms.equity, terms.risk_percent, terms.price, stop, FEE_RATE, market.lot)
            .ok_or(too_large(market))?;
    complete(terms, stop, amount, market)
}

/// Sizes an entry as its alert asks. A percentage of the margin is multiplied by the follower's maximum leverage, and a
/// percentage of a position, which an entry does not have yet, leaves the size to the risk profile.
///
/// # Errors
/// As [`size`].
pub fn size_as_requested(terms: &Terms<'_>, asked: SignalSize, market: &Market) -> Result<SizedEntry, No> {
    let stop = checked_stop(terms, market)?;
    let in_quote = |value: Option<Decimal>| value.and_then(|value| value.checked_div(terms.price));
    let amount = match asked.unit {
        AmountUnit::Base => Some(asked.amount),
        AmountUnit::Quote => in_quote(Some(asked.amount)),
        AmountUnit::MarginPercent => {
            let most = Decimal::from(terms.max_leverage.unwrap_or(1).clamp(1, HIGHEST_LEVERAGE));
            let margin = terms.available.checked_mul(asked.amount);
            in_quote(margin.and_then(|margin| (margin / Decimal::ONE_HUNDRED).checked_mul(most)))
        }
        AmountUnit::PositionPercent => return size(terms, market),
    };
    complete(terms, stop, money::floor_to(amount.ok_or(too_large(market))?, market.lot), market)
}

fn too_large(market: &Market) -> No {
    (Reason::AboveMaximum, Some(market.max_amount))
}

/// The stop on the market's tick, if the price has not passed it.
fn checked_stop(terms: &Terms<'_>, market: &Market) -> Result<Decimal, No> {
    let stop = market.price_to_tick(terms.stop, terms.side);
    let lost = match terms.side {
        Side::Buy => stop >= terms.price,
        Side::Sell => stop <= terms.price,
    };
    if lost {
        return Err((Reason::PastStop, Some(terms.price)));
    }
    if terms.equity <= Decimal::ZERO {
        return Err((Reason::NoEquity, Some(terms.equity)));
    }
    Ok(stop)
}

/// Checks an amount against the market and the balance, and completes the entry.
fn complete(terms: &Terms<'_>, stop: Decimal, amount: Decimal, market: &Market) -> Result<SizedEntry, No> {
    if amount > market.max_amount {
        return Err(too_large(market));
    }
    if amount < market.min_amount {
        return Err((Reason::BelowMinimum, Some(market.min_amount)));
    }
    if market.check_notional(terms.price, amount).is_err() {
        return Err((Reason::BelowMinimum, Some(market.min_notional)));
    }
    let cost = amount.checked_mul(terms.price).ok_or(too_large(market))?;
    let leverage = least_leverage(cost, terms)?;
    let loss = amount * ((terms.price - stop).abs() + (terms.price + stop) * FEE_RATE);
    let targets = targets(terms, amount, market)?;
    Ok(SizedEntry { amount, leverage, stop, targets, loss, margin: cost / Decimal::from(leverage) })
}

/// Returns the lowest leverage at which margin, fees and reserve fit into the available balance.
fn least_leverage(cost: Decimal, terms: &Terms<'_>) -> Result<u16, No> {
    let most = terms.max_leverage.unwrap_or(HIGHEST_LEVERAGE).clamp(1, HIGHEST_LEVERAGE);
    let no = (Reason::Margin, Some(terms.available));
    let free = terms.available - cost * (RESERVE + FEE_RATE * Decimal::TWO);
    if free <= Decimal::ZERO {
        return Err(no);
    }
    let needed = cost.checked_div(free).ok_or(no)?.ceil().max(Decimal::ONE);
    u16::try_from(needed).ok().filter(|needed| *needed <= most).ok_or(no)
}

/// Returns the targets that the price has not passed, at most as many as the amount can be split into.
fn targets(terms: &Terms<'_>, amount: Decimal, market: &Market) -> Result<Vec<Decimal>, No> {
    let ahead = |target: &Decimal| match terms.side {
        Side::Buy => *target > terms.price,
        Side::Sell => *target < terms.price,
    };
    let rounded = terms.targets.iter().map(|target| money::round_to(*target, market.tick));
    let mut left: Vec<Decimal> = rounded.filter(ahead).collect();
    if left.is_empty() && !terms.targets.is_empty() {
        return Err((Reason::PastTargets, Some(terms.price)));
    }
    let fits = |count: usize| {
        sizing::target_shares(amount, count, market.lot)
            .is_some_and(|shares| shares.iter().all(|share| *share >= market.min_amount))
    };
    let count = (0..=left.len()).rev().find(|count| fits(*count)).unwrap_or(0);
    left.truncate(count);
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TradeType;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        money::parse(text).unwrap()
    }

    fn market() -> Market {
        Market {
            symbol: "BTC/USDT".parse().unwrap(),
            trade_type: TradeType::Futures,
            tick: d("0.1"),
            min_price: d("0.1"),
            max_price: d("1000000"),
            lot: d("0.001"),
            min_amount: d("0.001"),
            max_amount: d("1000"),
            min_notional: d("5"),
            price_band: (d("0.5"), d("1.5")),
        }
    }

    fn terms(targets: &[Decimal]) -> Terms<'_> {
        Terms {
            equity: d("10000"),
            available: d("10000"),
            risk_percent: d("2"),
            max_leverage: None,
            side: Side::Buy,
            price: d("20000"),
            stop: d("19800"),
            targets,
        }
    }

    #[test]
    fn risks_the_share_and_borrows_as_little_as_fits() {
        let sized = size(&terms(&[d("20200"), d("20400")]), &market()).unwrap();
        // 200 USDT at risk; one unit loses 200 plus fees of 19.9.
        assert_eq!((sized.amount, sized.leverage), (d("0.909"), 2));
        assert!(sized.loss <= d("200") && sized.loss > d("199"));
        assert_eq!(sized.targets, [d("20200"), d("20400")]);
    }

    #[test]
    fn an_alert_decides_the_amount_within_the_same_limits() {
        let asked = |amount: &str, unit| SignalSize { amount: d(amount), unit };
        let sized = |asked| size_as_requested(&terms(&[]), asked, &market()).map(|sized| sized.amount);
        assert_eq!(sized(asked("0.1234", AmountUnit::Base)), Ok(d("0.123")));
        assert_eq!(sized(asked("1000", AmountUnit::Quote)), Ok(d("0.05")));
        assert_eq!(sized(asked("10", AmountUnit::MarginPercent)), Ok(d("0.05")));
        let leveraged = Terms { max_leverage: Some(5), ..terms(&[]) };
        let leveraged =
            size_as_requested(&leveraged, asked("10", AmountUnit::MarginPercent), &market()).unwrap();
        assert_eq!(leveraged.amount, d("0.25"));
        let by_risk = size(&terms(&[]), &market()).unwrap().amount;
        assert_eq!(sized(asked("50", AmountUnit::PositionPercent)), Ok(by_risk));
        let reason = |asked| sized(asked).unwrap_err().0;
        assert_eq!(reason(asked("0.0001", AmountUnit::Base)), Reason::BelowMinimum);
        assert_eq!(reason(asked("2000", AmountUnit::Base)), Reason::AboveMaximum);
        assert_eq!(reason(asked("200", AmountUnit::Base)), Reason::Margin);
        let passed = Terms { price: d("19700"), ..terms(&[]) };
        let passed = size_as_requested(&passed, asked("0.1", AmountUnit::Base), &market());
        assert_eq!(passed.unwrap_err().0, Reason::PastStop);
    }

    #[test]
    fn reports_the_reason() {
        let reason = |change: &dyn Fn(&mut Terms<'_>)| {
            let targets = [d("20200")];
            let mut terms = terms(&targets);
            change(&mut terms);
            size(&terms, &market()).unwrap_err().0
        };
        assert_eq!(reason(&|t| t.stop = d("20000")), Reason::PastStop);
        assert_eq!(reason(&|t| t.equity = Decimal::ZERO), Reason::NoEquity);
        assert_eq!(reason(&|t| t.equity = d("10")), Reason::BelowMinimum);
        assert_eq!(reason(&|t| t.equity = d("1000000000")), Reason::AboveMaximum);
        assert_eq!(reason(&|t| t.max_leverage = Some(1)), Reason::Margin);
        assert_eq!(reason(&|t| t.available = d("5")), Reason::Margin);
        assert_eq!(reason(&|t| t.price = d("20300")), Reason::PastTargets);
    }

    #[test]
    fn a_dust_position_has_fewer_targets_and_a_passed_one_is_left_out() {
        let all = [d("19990"), d("20100"), d("20200"), d("20300")];
        assert_eq!(size(&terms(&all), &market()).unwrap().targets.len(), 3);
        let dust = Terms { equity: d("25"), ..terms(&all) };
        let sized = size(&dust, &market()).unwrap();
        assert_eq!((sized.amount, sized.targets), (d("0.002"), vec![d("20100"), d("20200")]));
    }

    proptest! {
        #[test]
        fn a_size_keeps_every_promise(
            equity in 1_i64..1_000_000_000, free in 1_i64..1_000_000_000, risk in 1_i64..10_000, highest in 1_u16..=125,
            price in 100_i64..10_000_000, stop in 100_i64..10_000_000, buy in any::<bool>(),
            targets in proptest::collection::vec(100_i64..10_000_000, 0..10),
        ) {
            let cents = |n: i64| Decimal::new(n, 2);
            let targets: Vec<_> = targets.into_iter().map(cents).collect();
            let terms = Terms {
                equity: cents(equity), available: cents(free), risk_percent: cents(risk), max_leverage: Some(highest),
                side: if buy { Side::Buy } else { Side::Sell }, price: cents(price), stop: cents(stop),
                targets: &targets,
            };
            let market = market();
            if let Ok(sized) = size(&terms, &market) {
                prop_assert!(sized.loss <= terms.equity * terms.risk_percent / Decimal::ONE_HUNDRED);
                prop_assert!(market.check_amount(sized.amount).is_ok());
                prop_assert!(market.check_notional(terms.price, sized.amount).is_ok());
                prop_assert!((1..=highest).contains(&sized.leverage));
                prop_assert!(sized.margin <= terms.available);
                prop_assert!(money::on_step(sized.stop, market.tick));
                let losing = if buy { sized.stop < terms.price } else { sized.stop > terms.price };
                prop_assert!(losing);
                if sized.leverage > 1 {
                    let less = Decimal::from(sized.leverage - 1);
                    let cost = sized.amount * terms.price;
                    let fits = cost / less + cost * (RESERVE + FEE_RATE * Decimal::TWO) <= terms.available;
                    prop_assert!(!fits, "less leverage would do");
                }
            }
        }
    }
}
