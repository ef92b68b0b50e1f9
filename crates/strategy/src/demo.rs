//! The four demo strategies of a fresh install. They were designed for hourly BTC/USDT bars; the sandbox
//! plays a recorded hour in a minute, so there they trade its one-minute candles. Their parameters are the
//! textbook ones, with stops and targets wide enough for those hours. docs/STRATEGIES.md gives their results
//! and discusses their significance.

use crate::definition::{Condition, Definition, Expr, Sides, Source, Stop, Target};
use domain::{Decimal, dec};

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
pub fn demo_strategies() -> [Demo; 4] {
    [
        Demo {
            name: "EMA cross",
            description: "Trend following: long when the EMA(12) crosses above the EMA(26), short when it crosses \
                          below. The stop loss is three ATR(14) away.",
            definition: ema_cross(),
        },
        Demo {
            name: "Donchian breakout",
            description: "Enters when the close breaks the 40-bar high or low in the direction of the SMA(200), and exits \
                          at the opposite 20-bar extreme. The stop loss is four ATR(14) away.",
            definition: donchian_breakout(),
        },
        Demo {
            name: "RSI reversal",
            description: "Buys pullbacks in an uptrend: RSI(7) crosses back above 30 while the price is above the \
                          SMA(100). Sells the opposite. Exits at RSI 60 or 40. The stop loss is four ATR(14) away.",
            definition: rsi_reversal(),
        },
        Demo {
            name: "Supertrend",
            description: "Reverses whenever the close crosses the Supertrend(10, 3) line. The stop loss is the line.",
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
        targets: vec![Target::R(dec!(0.5)), r(1)],
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
