use super::*;
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    money::parse(text).unwrap()
}

fn trailing(percent: &str) -> Automation {
    Automation { trailing_percent: Some(d(percent)), ..Automation::default() }
}

fn stop(trigger: &str) -> Stop {
    Stop { trigger: d(trigger), limit: None }
}

fn problems(change: AutomationChange, facts: AutomationFacts) -> Vec<(String, Problem)> {
    let found = change.check(&facts).err().unwrap_or_default();
    found.into_iter().map(|problem| (problem.field, problem.problem)).collect()
}

const OPEN: AutomationFacts = AutomationFacts { targets: 2, has_stop: true, open_for: Some(30 * MINUTE) };

#[test]
fn a_trailing_stop_is_rounded_away_from_the_peak() {
    let of = |side, peak| trailing("1").trailing_stop(side, d(peak), d("0.1"));
    assert_eq!(of(Side::Buy, "20000"), Some(d("19800")));
    assert_eq!(of(Side::Buy, "20000.3"), Some(d("19800.2")), "19800.297");
    assert_eq!(of(Side::Sell, "20000.3"), Some(d("20200.4")), "20200.303");
    assert_eq!(Automation::default().trailing_stop(Side::Buy, d("20000"), d("0.1")), None);
}

#[test]
fn it_moves_by_a_twentieth_of_its_distance_and_by_a_tick_at_least() {
    // One percent of 20,000 is 200, and a twentieth of that is 10.
    let of = |peak, from| trailing("1").trail(Side::Buy, d(peak), stop(from), d("0.1"));
    assert_eq!(of("20000", "19790.1"), None);
    assert_eq!(of("20000", "19790"), Some(stop("19800")));
    let coarse = |from| trailing("1").trail(Side::Buy, d("100"), stop(from), d("1"));
    assert_eq!(coarse("98.5"), None, "less than a tick");
    assert_eq!(coarse("98"), Some(stop("99")));
    let short = |from| trailing("1").trail(Side::Sell, d("20000"), stop(from), d("0.1"));
    assert_eq!(short("20210"), Some(stop("20200")));
    assert_eq!(short("20190"), None, "a short's stop never rises");
}

#[test]
fn a_limit_price_keeps_its_distance() {
    let from = Stop { trigger: d("19000"), limit: Some(d("18990")) };
    let to = Stop { trigger: d("19800"), limit: Some(d("19790")) };
    assert_eq!(trailing("1").trail(Side::Buy, d("20000"), from, d("0.1")), Some(to));
}

#[test]
fn settings_are_changed_one_by_one() {
    let before = Automation { breakeven_after: Some(1), time_limit: Some(90), ..trailing("2") };
    let change = AutomationChange {
        trailing_percent: Setting::Set(d("3")),
        time_limit: Setting::Clear,
        trigger: Some(PriceSource::Mark),
        ..AutomationChange::default()
    };
    let after =
        Automation { trailing_percent: Some(d("3")), time_limit: None, trigger: PriceSource::Mark, ..before };
    assert_eq!(change.apply(before), after);
    assert!(!change.is_empty() && AutomationChange::default().is_empty());
    assert_eq!(before.without_stop(), Automation { time_limit: Some(90), ..Automation::default() });
}

#[test]
fn settings_that_cannot_be_followed_are_refused() {
    let after = |n| AutomationChange { breakeven_after: Setting::Set(n), ..AutomationChange::default() };
    let field = |name: &str, problem| vec![(name.to_owned(), problem)];
    assert!(problems(after(2), OPEN).is_empty());
    assert_eq!(problems(after(0), OPEN), field("breakevenAfter", Problem::NotTargetNumber));
    assert_eq!(problems(after(3), OPEN), field("breakevenAfter", Problem::NotTargetNumber));
    let bare = AutomationFacts { has_stop: false, ..OPEN };
    assert_eq!(problems(after(1), bare), field("breakevenAfter", Problem::NeedsStop));
    let trail = |percent: &str| AutomationChange {
        trailing_percent: Setting::Set(d(percent)),
        ..AutomationChange::default()
    };
    assert!(problems(trail("0.1"), OPEN).is_empty() && problems(trail("50"), OPEN).is_empty());
    for percent in ["0", "-1", "0.09", "50.1"] {
        assert_eq!(problems(trail(percent), OPEN), field("trailingPercent", Problem::NotTrailingPercent));
    }
    assert_eq!(problems(trail("2"), bare), field("trailingPercent", Problem::NeedsStop));
    let limit = |n| AutomationChange { time_limit: Setting::Set(n), ..AutomationChange::default() };
    assert!(problems(limit(31), OPEN).is_empty());
    assert!(problems(limit(1), AutomationFacts { open_for: None, ..bare }).is_empty());
    assert_eq!(problems(limit(30), OPEN), field("timeLimit", Problem::NotFuture));
    assert_eq!(problems(limit(0), OPEN), field("timeLimit", Problem::NotTimeLimit));
    assert_eq!(problems(limit(LONGEST_TIME_LIMIT + 1), OPEN), field("timeLimit", Problem::NotTimeLimit));
}

#[test]
fn an_average_true_range_counts_gaps() {
    let candle = |high: &str, low: &str, close: &str| Candle {
        start: Micros(0),
        open: d(low),
        high: d(high),
        low: d(low),
        close: d(close),
        volume: Decimal::ONE,
    };
    let mut candles = vec![candle("101", "99", "100"); usize::from(ATR_CANDLES)];
    assert_eq!(atr_percent(&candles, d("1"), d("100")), Some(d("2")));
    assert_eq!(atr_percent(&candles, d("1.5"), d("200")), Some(d("1.5")));
    // The last one opened 14 above the close before it: its range is 16 instead of 2.
    candles[usize::from(ATR_CANDLES) - 1] = candle("116", "114", "115");
    assert_eq!(atr_percent(&candles, d("1"), d("100")), Some(d("3")));
    assert_eq!(atr_percent(&candles[1..], d("1"), d("100")), None);
    assert_eq!(atr_percent(&candles, d("1"), d("0")), None);
    let by =
        |multiple: &str| AutomationChange { trailing_atr: Some(d(multiple)), ..AutomationChange::default() };
    assert_eq!(by("2").atr_multiple(), Ok(Some(d("2"))));
    let refused = |problem| Err(FieldProblem::new("trailingAtr", problem));
    assert_eq!(by("20.1").atr_multiple(), refused(Problem::NotAtrMultiple));
    let both = AutomationChange { trailing_percent: Setting::Set(d("1")), ..by("2") };
    assert_eq!(both.atr_multiple(), refused(Problem::Contradicts));
    assert_eq!(by("2").with_distance(d("3")).apply(Automation::default()), trailing("3"));
}

proptest! {
    /// Whatever the prices, the stop only moves in favour of the position, stays on the tick, and is never closer to the peak
    /// than the distance.
    #[test]
    fn no_sequence_of_prices_moves_a_trailing_stop_back(
        buy in any::<bool>(),
        tenths in 1_i64..=500,
        prices in proptest::collection::vec(10_000_i64..400_000, 1..60),
    ) {
        let (side, tick) = (if buy { Side::Buy } else { Side::Sell }, Decimal::new(5, 1));
        let automation = Automation { trailing_percent: Some(Decimal::new(tenths, 1)), ..Automation::default() };
        let first = Decimal::new(prices[0], 1);
        let mut stop = Stop { trigger: if buy { tick } else { first * Decimal::TEN }, limit: None };
        let mut peak = first;
        for price in prices {
            peak = better_price(side, peak, Decimal::new(price, 1));
            let Some(next) = automation.trail(side, peak, stop, tick) else { continue };
            prop_assert!(gains(side, stop.trigger, next.trigger));
            prop_assert!(money::on_step(next.trigger, tick));
            let distance = peak * Decimal::new(tenths, 1) / Decimal::ONE_HUNDRED;
            prop_assert!((peak - next.trigger).abs() >= distance);
            stop = next;
        }
        // It is never more than a step and a tick behind.
        let wanted = automation.trailing_stop(side, peak, tick).unwrap();
        let step = automation.smallest_step(peak, tick).unwrap();
        let behind = if buy { wanted - stop.trigger } else { stop.trigger - wanted };
        prop_assert!(wanted <= Decimal::ZERO || behind <= step + tick, "{behind} behind, {step} per step");
    }
}
