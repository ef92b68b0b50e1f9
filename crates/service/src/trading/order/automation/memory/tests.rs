use super::*;
use domain::{ExchangeKeyId, trade::PriceSource};
use store::{DecimalText, protection::Wanted};
use uuid::Uuid;

fn d(text: &str) -> Decimal {
    domain::money::parse(text).unwrap()
}

fn row(side: Side, peak: Option<&str>) -> ActiveAutomation {
    ActiveAutomation {
        trade_type: domain::TradeType::Futures,
        intent_id: IntentId(Uuid::from_u128(1)),
        exchange_key_id: ExchangeKeyId(Uuid::from_u128(2)),
        symbol: "BTC/USDT".parse().unwrap(),
        side,
        wanted: Wanted::Stop,
        entered_at: Some(Micros(0)),
        breakeven_after: None,
        breakeven_at: None,
        trailing_percent: Some(DecimalText(d("1"))),
        price_source: PriceSource::Last,
        peak: peak.map(|peak| DecimalText(d(peak))),
        time_limit: None,
    }
}

fn seen(low: &str, high: &str) -> Option<Seen> {
    Some(Seen { low: d(low), high: d(high), now: d(low) })
}

#[test]
fn the_peak_is_the_best_price_since_it_was_stored() {
    let automations = Automations::default();
    let long = row(Side::Buy, Some("100"));
    automations.keep_only(std::slice::from_ref(&long));
    assert_eq!(automations.follow(&long, None), Some(d("100")));
    assert_eq!(automations.follow(&long, seen("90", "105")), Some(d("105")));
    assert_eq!(automations.follow(&long, seen("90", "101")), Some(d("105")), "it stays");
    let moved = row(Side::Buy, Some("103"));
    assert_eq!(automations.follow(&moved, seen("90", "101")), Some(d("103")), "what is stored since counts");
    let short = row(Side::Sell, None);
    assert_eq!(automations.follow(&short, seen("90", "101")), Some(d("90")));
    let off = ActiveAutomation { trailing_percent: None, ..long };
    assert_eq!(automations.follow(&off, seen("90", "105")), None);
    assert_eq!(automations.peak(off.intent_id), None);
}

#[test]
fn failures_are_retried_ever_later_and_a_move_waits_a_second() {
    let automations = Automations::default();
    let long = row(Side::Buy, None);
    automations.keep_only(std::slice::from_ref(&long));
    let id = long.intent_id;
    assert!(automations.is_due(id, Micros(0)));
    automations.record_failure(id, Micros(0));
    automations.record_failure(id, Micros(0));
    assert!(!automations.is_due(id, Micros(2 * SECOND - 1)) && automations.is_due(id, Micros(2 * SECOND)));
    for _ in 0..20 {
        automations.record_failure(id, Micros(0));
    }
    assert!(automations.is_due(id, Micros(LONGEST_PAUSE)) && !automations.is_due(id, Micros(WAIT)));
    automations.record_wait(id, Micros(0));
    assert!(automations.is_due(id, Micros(WAIT)), "a wait does not grow");
    automations.record_move(id, Micros(0));
    assert!(!automations.is_due(id, Micros(SECOND - 1)) && automations.is_due(id, Micros(SECOND)));
    automations.keep_only(&[]);
    assert!(!automations.is_due(id, Micros(i64::MAX)), "a trade that has ended is forgotten");
}

#[test]
fn take_profits_are_looked_up_now_and_then_and_when_one_changes() {
    let automations = Automations::default();
    let long = row(Side::Buy, None);
    automations.keep_only(std::slice::from_ref(&long));
    let id = long.intent_id;
    assert!(automations.may_check(id, Micros(0)) && !automations.may_check(id, Micros(CHECK_EVERY - 1)));
    automations.check_soon(id);
    assert!(automations.may_check(id, Micros(CHECK_EVERY - 1)));
    assert!(automations.may_check(id, Micros(2 * CHECK_EVERY)));
}
