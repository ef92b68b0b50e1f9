//! Measures bars per second of a backtest on one core: EMA 12/26, long and short, with fees, over 1,000,000
//! one-minute bars, including the full list of trades. `cargo xtask bench` runs it; to run it directly:
//! `cargo run --release -p strategy --example backtest_speed -- [RUNS]`.
//!
//! Prints one line of JSON: bars, trades, runs, and bars per second of the median and of the best run.

use domain::{Decimal, Micros, dec, time::MINUTE};
use std::{error::Error, hint::black_box, io::Write, time::Instant};
use strategy::{Bar, Condition, Costs, Definition, Expr, Price, Series, Sides, Ticks, backtest};

const BARS: i64 = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let runs: usize = std::env::args().nth(1).map_or(Ok(15), |word| word.parse())?;
    let series = minutes().ok_or("a price fell to nothing")?;
    let definition = ema_cross();
    let ticks = Ticks::new(dec!(0.01)).ok_or("no tick")?;
    let start = Price::from_decimal(Decimal::from(10_000)).ok_or("no equity")?;
    let mut trades = 0;
    let mut times = Vec::new();
    for _ in 0..runs.max(1) {
        let started = Instant::now();
        let report = backtest::run(&definition, ticks, Costs::PERPETUAL, start, black_box(&series))
            .map_err(|problems| format!("{problems:?}"))?;
        times.push(started.elapsed());
        trades = black_box(report).trades.len();
    }
    times.sort();
    let rate = |place: usize| times.get(place).map_or(0.0, |time| BARS as f64 / time.as_secs_f64()).round();
    let (median, best) = (rate(times.len() / 2), rate(0));
    let line = serde_json::json!({
        "bars": BARS, "trades": trades, "runs": times.len(), "medianBarsPerSecond": median, "bestBarsPerSecond": best,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

fn ema_cross() -> Definition {
    let (fast, slow) = (Expr::ema(12), Expr::ema(26));
    Definition {
        entry: Sides {
            long: Some(Condition::CrossesAbove(fast.clone(), slow.clone())),
            short: Some(Condition::CrossesBelow(fast, slow)),
        },
        exit: Sides::default(),
        stop: None,
        targets: Vec::new(),
    }
}

/// A random walk in cents around 30,000, identical on every machine.
fn minutes() -> Option<Series> {
    const CENT: i64 = 1_000_000;
    let (mut state, mut close) = (0x5EED_u64, 3_000_000_i64);
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % bound).unwrap_or(0)
    };
    (0..BARS)
        .map(|number| {
            let open = close;
            // Mean reversion keeps a million steps near the starting price.
            close = open + below(6_001) - 3_000 - (open - 3_000_000) / 4_000;
            let (high, low) = (open.max(close) + below(1_500), open.min(close) - below(1_500));
            let price = |cents: i64| Price::from_units(cents * CENT);
            Some(Bar {
                at: Micros(1_600_000_000_000_000 + number * MINUTE),
                open: price(open)?,
                high: price(high)?,
                low: price(low)?,
                close: price(close)?,
                volume: 1.0,
            })
        })
        .collect()
}
