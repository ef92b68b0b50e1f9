//! Candle files: which are accepted, and the problems reported for others.

use crate::bars::{BEGIN, dec, record};
use domain::{Candle, Decimal, Frame, Micros, time::MINUTE};
use proptest::prelude::*;
use strategy::candles::{Gaps, SHOWN, named, parse, render};

const HEADER: &str = "open_time,open,high,low,close,volume,trades";

fn problems_of(text: &str) -> Vec<String> {
    parse(text, Frame::H1, Gaps::Refuse).unwrap_err().to_string().lines().map(str::to_owned).collect()
}

fn file(rows: &[&str]) -> String {
    [HEADER].iter().chain(rows).fold(String::new(), |text, row| text + row + "\n")
}

#[test]
fn every_known_writing_is_read() {
    let ours = "open_time,open,high,low,close,volume,trades\n2017-08-17T04:00Z,4261.48,4313.62,4261.32,4308.83,47.181009,171\n";
    let spot = "1502942400000,4261.48000000,4313.62000000,4261.32000000,4308.83000000,47.18100900,1502945999999,202366.13,171,35.16,150952.47,7887.63\n";
    let micros = spot.replace("1502942400000", "1502942400000000");
    let futures = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n".to_owned() + spot;
    let named = "\u{feff}\"Close\",Volume,Low,High,Open,\"Open time\"\r\n4308.83,47.181009,4261.32,4313.62,4261.48,2017-08-17 04:00:00\r\n\r\n";
    let expected = record()[0];
    for text in [ours, spot, &micros, &futures, named] {
        assert_eq!(parse(text, Frame::H1, Gaps::Refuse), Ok(vec![expected]), "{text}");
    }
}

#[test]
fn every_bad_row_is_named_by_its_line() {
    let text = file(&[
        "2022-01-01T00:00Z,10,12,9,11,1,5",
        "2022-01-01T01:00Z,10,12,9,11,1",
        "2022-01-01T01:00Z,10,9,12,11,1,5",
        "2022-01-01T02:00Z,ten,12,9,11,1,5",
        "2022-01-01T03:00Z,10,12,9,11,-1,5",
        "2022-01-01T04:00Z,10,12,0,11,1,5",
        "2022-01-01T07:00Z,10,12,9,11,1,5",
        "2022-01-01T07:00Z,10,12,9,11,1,5",
        "2022-01-01T06:00Z,10,12,9,11,1,5",
        "2022-01-01T08:30Z,10,12,9,11,1,5",
        "yesterday,10,12,9,11,1,5",
        "2022-01-01T08:00Z,10,12,9,11,NaN,5",
        "2022-01-01T09:00Z,10,12,9,11,0,5",
    ]);
    assert_eq!(
        problems_of(&text),
        [
            "line 3: 6 columns, not 7",
            "line 4: high and low do not enclose open and close",
            "line 5: open is not a number: ten",
            "line 6: volume is negative",
            "line 7: low is not a price: 0",
            "line 8: 2 candles are missing after line 7",
            "line 9: same time as line 8",
            "line 10: earlier than line 8",
            "line 11: does not open on a full 1h",
            "line 12: open time is not a time: yesterday",
            "line 13: volume is not a number: NaN",
        ]
    );
}

#[test]
fn many_problems_are_counted() {
    let rows = vec!["rubbish"; 30];
    let problems = parse(&file(&rows), Frame::H1, Gaps::Refuse).unwrap_err();
    assert_eq!((problems.first.len(), problems.count), (SHOWN, 30));
    assert!(problems.to_string().ends_with("line 21: 1 columns, not 7\nand 10 more"));
}

#[test]
fn a_file_without_candles_or_columns_is_refused() {
    assert_eq!(problems_of(""), ["line 1: no candles"]);
    assert_eq!(problems_of("\n\n"), ["line 1: no candles"]);
    assert_eq!(problems_of(&file(&[])), ["line 1: no candles"]);
    assert_eq!(problems_of("open_time,open,high,low,close\n"), ["line 1: no column volume"]);
    assert_eq!(problems_of("\0\u{1}binary"), ["line 1: no column open_time"]);
    assert_eq!(problems_of("1502942400000,1,2\n"), ["line 1: 3 columns, not 12"]);
}

#[test]
fn gaps_are_kept_on_request() {
    let text = file(&["2022-01-01T00:00Z,10,12,9,11,1,5", "2022-01-01T05:28Z,10,12,9,11,1,5"]);
    assert_eq!(problems_of(&text).len(), 1);
    let kept = parse(&text, Frame::H1, Gaps::Keep).unwrap();
    assert_eq!(kept[1].start.to_string(), "2022-01-01T05:00:00.000Z");
    let twice = file(&["2022-01-01T05:00Z,10,12,9,11,1,5", "2022-01-01T05:28Z,10,12,9,11,1,5"]);
    let problems = parse(&twice, Frame::H1, Gaps::Keep).unwrap_err();
    assert_eq!(problems.to_string(), "line 3: same time as line 2");
}

/// The exchange's own record has gaps, and hours that began late.
#[test]
fn the_record_is_read_with_its_gaps_only() {
    let record = record();
    let text = render(&record);
    assert_eq!(parse(&text, Frame::H1, Gaps::Keep).as_ref(), Ok(&record));
    assert!(parse(&text, Frame::H1, Gaps::Refuse).unwrap_err().to_string().contains("candles are missing"));
}

#[test]
fn a_files_name_gives_its_market() {
    assert_eq!(named("BTCUSDT-1h.csv"), Some(("BTCUSDT", Frame::H1)));
    assert_eq!(named("ETHUSDT-1m-2022-01.csv"), Some(("ETHUSDT", Frame::M1)));
    for bad in ["BTCUSDT.csv", "BTCUSDT-1h.txt", "-1h.csv", "BTC/USDT-1h.csv", "BTCUSDT-7h.csv", ""] {
        assert_eq!(named(bad), None, "{bad}");
    }
}

fn candles() -> impl Strategy<Value = Vec<Candle>> {
    let row = (1_i64..1 << 50, 1_i64..1 << 50, 0_i64..1 << 20, 0_i64..1 << 20, 0_i64..1 << 50, 0_u32..9);
    prop::collection::vec(row, 1..60).prop_map(|rows| {
        let candle =
            |(number, (open, close, up, down, volume, scale)): (i64, (i64, i64, i64, i64, i64, u32))| {
                let price = |units: i64| Decimal::new(units, scale);
                Candle {
                    start: Micros(BEGIN.0 + number * MINUTE),
                    open: price(open),
                    high: price(open.max(close) + up),
                    low: price((open.min(close) - down).max(1)),
                    close: price(close),
                    volume: Decimal::new(volume, scale),
                }
            };
        // A price of 2^50 without decimals exceeds the range of the ledger.
        (0..).zip(rows).map(candle).filter(|c| c.high < dec("90000000000")).collect()
    })
}

proptest! {
    #[test]
    fn rendered_candles_are_parsed(candles in candles()) {
        prop_assume!(!candles.is_empty());
        prop_assert_eq!(parse(&render(&candles), Frame::M1, Gaps::Keep), Ok(candles));
    }

    #[test]
    fn rubbish_never_panics(text in "[0-9,.:TZ\\-\n a-z\"]{0,300}", tail in "\\PC{0,80}") {
        let _ = parse(&text, Frame::M1, Gaps::Keep);
        let _ = parse(&file(&[&text, &tail]), Frame::H1, Gaps::Refuse);
    }
}
