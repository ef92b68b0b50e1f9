//! The four demo strategies of a fresh install. They were designed for hourly BTC/USDT bars; the sandbox
//! plays a recorded hour in a minute, so there they trade its one-minute candles. Their parameters are the
//! textbook ones, with stops and targets wide enough for those hours. docs/STRATEGIES.md gives their results
//! and discusses their significance.

use crate::definition::{Condition, Definition, Expr, Sides, Source, Stop, Target};
use domain::Decimal;

/// A demo strategy and its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// The name.
    pub name: &'static str,
    /// A description of one or two sentences.
    pub description: &'static str,
    /// The rules.
    pub definition: Definition,
}

/// All four strategies, in display order.
#[must_use]
pub fn all() -> [Demo; 4] {
    [
        Demo {
            name: "EMA cross",
            description: "Goes with the trend: long when the 12-bar average crosses above the 26-bar one, short when \
                          it crosses below. The stop is three average ranges away.",
            definition: ema_cross(),
        },
        Demo {
            name: "Donchian breakout",
            description: "Goes with a close beyond the extreme of 40 bars, on the trend's side of the 200-bar average, \
                          and leaves at the opposite extreme of 20. The stop is four average ranges away.",
            definition: donchian_breakout(),
        },
        Demo {
            name: "RSI reversal",
            description: "Buys the end of a dip in a rise: RSI(7) comes back above 30 over the 100-bar average; sells \
                          the mirror image in a fall. Leaves at RSI 60 or 40. The stop is four average ranges away.",
            definition: rsi_reversal(),
        },
        Demo {
            name: "Supertrend",
            description: "Turns with Supertrend(10, 3), whenever the close crosses its line. The stop is the line.",
            definition: supertrend(),
        },
    ]
}

fn both(long: Condition, short: Condition) -> Sides<Condition> {
    Sides { long: Some(long), short: Some(short) }
}

/// Combines conditions with a trend filter: the close must be on the trend's side of its moving average.
fn with_trend(length: u32, long: Condition, short: Condition) -> Sides<Condition> {
    let average = || Expr::Sma { of: Source::Close, length };
    both(
        Condition::All(vec![long, Condition::Above(Expr::close(), average())]),
        Condition::All(vec![short, Condition::Below(Expr::close(), average())]),
    )
}

fn r(multiple: i64) -> Target {
    Target::R(Decimal::from(multiple))
}

fn atr(multiple: i64) -> Option<Stop> {
    Some(Stop::Atr { length: 14, multiple: Decimal::from(multiple) })
}

fn ema_cross() -> Definition {
    let (fast, slow) = (Expr::ema(12), Expr::ema(26));
    Definition {
        entry: both(Condition::CrossesAbove(fast.clone(), slow.clone()), Condition::CrossesBelow(fast, slow)),
        exit: Sides::default(),
        stop: atr(3),
        targets: vec![r(3), r(6)],
    }
}

fn donchian_breakout() -> Definition {
    let (high, low) = (|length| Expr::DonchianHigh { length }, |length| Expr::DonchianLow { length });
    Definition {
        entry: with_trend(
            200,
            Condition::Above(Expr::close(), high(40)),
            Condition::Below(Expr::close(), low(40)),
        ),
        exit: both(Condition::Below(Expr::close(), low(20)), Condition::Above(Expr::close(), high(20))),
        stop: atr(4),
        targets: vec![r(3), r(6)],
    }
}

fn rsi_reversal() -> Definition {
    let level = |value: i64| Expr::Constant(Decimal::from(value));
    Definition {
        entry: with_trend(
            100,
            Condition::CrossesAbove(Expr::rsi(7), level(30)),
            Condition::CrossesBelow(Expr::rsi(7), level(70)),
        ),
        exit: both(Condition::Above(Expr::rsi(7), level(60)), Condition::Below(Expr::rsi(7), level(40))),
        stop: atr(4),
        targets: vec![Target::R(Decimal::new(5, 1)), r(1)],
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
        targets: vec![r(3), r(6)],
    }
}
