//! The four strategies of a fresh install. Made for hours of BTC/USDT: on the sandbox a recorded hour plays in a minute, so
//! there they trade its one-minute candles.

use crate::definition::{Condition, Definition, Expr, Sides, Stop, Target};
use domain::Decimal;

/// A strategy and what people read about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence or two.
    pub description: &'static str,
    /// Its rules.
    pub definition: Definition,
}

/// All four, in the order in which they are listed.
#[must_use]
pub fn all() -> [Demo; 4] {
    [
        Demo {
            name: "EMA cross",
            description: "Follows the trend: goes with the 12-bar average when it crosses the 26-bar one, either way. \
                          Stop at three average ranges.",
            definition: ema_cross(),
        },
        Demo {
            name: "Donchian breakout",
            description: "Goes with a close beyond the highest or lowest price of 55 bars, and leaves at the opposite \
                          extreme of 20. Stop at two and a half average ranges.",
            definition: donchian_breakout(),
        },
        Demo {
            name: "RSI reversal",
            description: "In a rise, buys the end of a fall: RSI(14) comes back above 30 over the 200-bar average; \
                          the mirror image in a fall. Leaves at RSI 60 or 40.",
            definition: rsi_reversal(),
        },
        Demo {
            name: "Supertrend",
            description: "Goes with Supertrend(10, 3) when the close crosses its line. Stop at the line itself.",
            definition: supertrend(),
        },
    ]
}

fn both(long: Condition, short: Condition) -> Sides<Condition> {
    Sides { long: Some(long), short: Some(short) }
}

fn r(multiple: i64) -> Target {
    Target::R(Decimal::from(multiple))
}

fn atr(multiple: Decimal) -> Option<Stop> {
    Some(Stop::Atr { length: 14, multiple })
}

fn ema_cross() -> Definition {
    let (fast, slow) = (Expr::ema(12), Expr::ema(26));
    Definition {
        entry: both(Condition::CrossesAbove(fast.clone(), slow.clone()), Condition::CrossesBelow(fast, slow)),
        exit: Sides::default(),
        stop: atr(Decimal::from(3)),
        targets: vec![r(2), r(4)],
    }
}

fn donchian_breakout() -> Definition {
    let (high, low) = (|length| Expr::DonchianHigh { length }, |length| Expr::DonchianLow { length });
    Definition {
        entry: both(
            Condition::CrossesAbove(Expr::close(), high(55)),
            Condition::CrossesBelow(Expr::close(), low(55)),
        ),
        exit: both(Condition::Below(Expr::close(), low(20)), Condition::Above(Expr::close(), high(20))),
        stop: atr(Decimal::new(25, 1)),
        targets: vec![r(3), r(6)],
    }
}

fn rsi_reversal() -> Definition {
    let (rsi, average) = (Expr::rsi(14), Expr::Sma { of: crate::Source::Close, length: 200 });
    let level = |value: i64| Expr::Constant(Decimal::from(value));
    Definition {
        entry: both(
            Condition::All(vec![
                Condition::CrossesAbove(rsi.clone(), level(30)),
                Condition::Above(Expr::close(), average.clone()),
            ]),
            Condition::All(vec![
                Condition::CrossesBelow(rsi.clone(), level(70)),
                Condition::Below(Expr::close(), average),
            ]),
        ),
        exit: both(Condition::Above(rsi.clone(), level(60)), Condition::Below(rsi, level(40))),
        stop: atr(Decimal::from(2)),
        targets: vec![r(1), r(2)],
    }
}

fn supertrend() -> Definition {
    let line = Expr::Supertrend { length: 10, multiple: Decimal::from(3) };
    Definition {
        entry: both(
            Condition::CrossesAbove(Expr::close(), line.clone()),
            Condition::CrossesBelow(Expr::close(), line.clone()),
        ),
        exit: Sides::default(),
        stop: Some(Stop::Level(Sides { long: Some(line.clone()), short: Some(line) })),
        targets: vec![r(1), r(2), r(4)],
    }
}
