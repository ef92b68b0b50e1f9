//! Valid definitions, and the problems reported for invalid ones.

use crate::bars::dec;
use proptest::prelude::*;
use strategy::{
    Condition, Definition, DefinitionProblem, Expr, Fault, Sides, Source, Stop, Target, demo, limits,
};

fn entry(long: Condition) -> Definition {
    Definition {
        entry: Sides { long: Some(long), short: None },
        exit: Sides::default(),
        stop: None,
        targets: Vec::new(),
    }
}

fn always() -> Condition {
    Condition::Above(Expr::close(), Expr::Constant(dec("0")))
}

fn problems(definition: &Definition) -> Vec<String> {
    definition.validate().unwrap_err().iter().map(DefinitionProblem::to_string).collect()
}

#[test]
fn is_read_as_it_is_written() {
    for demo in demo::demo_strategies() {
        assert_eq!(Definition::from_json(&demo.definition.to_json()), Ok(demo.definition), "{}", demo.name);
    }
    let read = Definition::from_json(
        r#"{"entry": {"short": {"all": [
                {"not": {"above": [{"rsi": {"length": 14}}, {"constant": "70.5"}]}},
                {"any": [{"below": [{"price": "volume"}, {"sma": {"of": "volume", "length": 20}}]}]}]}},
            "stop": {"level": {"short": {"donchianHigh": {"length": 20}}}},
            "targets": [{"r": "1.5"}, {"percent": "2"}]}"#,
    )
    .unwrap();
    assert_eq!(read.targets, [Target::R(dec("1.5")), Target::Percent(dec("2"))]);
    assert_eq!(read.warm_up(), 21);
}

#[test]
fn an_invalid_definition_is_rejected_with_an_explanation() {
    let long = r#""long": {"above": [{"price": "close"}, {"ema": {"length": 5}}]}"#;
    let deep = format!("{{\"entry\":{{\"long\":{}{}", "{\"not\":".repeat(5_000), "}".repeat(5_002));
    for (bad, part) in [
        (String::new(), "Line 1, column 1: the text ends too early"),
        ("[]".to_owned(), "too many or too few items"),
        (deep, "too many levels of brackets"),
        (format!(r#"{{"entry": {{{long}}}, "exits": {{}}}}"#), "the name `exits` is not known here"),
        (format!(r#"{{"entry": {{{long}, "both": {{}}}}}}"#), "the name `both` is not known here"),
        (long.replace("\"length\"", "\"lengths\""), "expected an object in braces"),
        (
            format!(r#"{{"entry": {{{}}}}}"#, long.replace("\"length\"", "\"of\": \"open\", \"span\"")),
            "the name `span` is not known here; use one of `of`, `length`",
        ),
        (format!(r#"{{"entry": {{{}}}}}"#, long.replace('5', "-5")), "expected a positive whole number"),
        (format!(r#"{{"entry": {{{}}}}}"#, long.replace('5', "1.5")), "expected a positive whole number"),
        (
            format!(r#"{{"entry": {{{}}}}}"#, long.replace('5', "99999999999")),
            "expected a positive whole number",
        ),
        (format!(r#"{{"entry": {{{long}}}, "stop": {{"percent": "NaN"}}}}"#), "expected a number in quotes"),
        (" ".repeat(limits::JSON + 1), "The definition must not be longer than"),
    ] {
        let reported = Definition::from_json(&bad).unwrap_err();
        assert!(reported[0].to_string().contains(part), "{bad:.80}: {}", reported[0]);
    }
}

#[test]
fn every_problem_is_reported_with_its_location() {
    let ema = |length| Expr::Ema { of: Source::Close, length };
    let definition = Definition {
        entry: Sides {
            long: Some(Condition::All(vec![
                Condition::Above(ema(0), Expr::close()),
                Condition::Not(Box::new(Condition::Any(Vec::new()))),
            ])),
            short: Some(Condition::CrossesBelow(
                Expr::Supertrend { length: 1_001, multiple: dec("0") },
                Expr::Constant(dec("1000000001")),
            )),
        },
        exit: Sides::default(),
        stop: Some(Stop::Level(Sides { long: Some(Expr::Atr { length: u32::MAX }), short: None })),
        targets: vec![Target::R(dec("-1")), Target::Percent(dec("100"))],
    };
    assert_eq!(
        problems(&definition),
        [
            "entry.long.all[0].above[0].length must be between 1 and 1000",
            "entry.long.all[1].not.any needs at least one condition",
            "entry.short.crossesBelow[0].length must be between 1 and 1000",
            "entry.short.crossesBelow[0].multiple must be greater than 0 and at most 100",
            "entry.short.crossesBelow[1] must be between -1000000000 and 1000000000, with at most 10 decimals",
            "stop.level.long.length must be between 1 and 1000",
            "stop.level.short is required, because this side has an entry condition",
            "targets[0].r must be greater than 0 and at most 100",
            "targets[1].percent must be greater than 0 and less than 100",
        ]
    );
}

#[test]
fn sizes_are_bounded() {
    let deeper = |levels: usize| (1..levels).fold(always(), |inner, _| Condition::Not(Box::new(inner)));
    assert_eq!(entry(deeper(limits::DEPTH)).validate(), Ok(()));
    assert!(
        problems(&entry(deeper(limits::DEPTH + 1)))[0]
            .ends_with("must not be nested more than 6 levels deep")
    );
    let wide = |count| entry(Condition::All(vec![always(); count]));
    assert_eq!(wide(limits::CONDITIONS - 1).validate(), Ok(()));
    assert_eq!(problems(&wide(limits::CONDITIONS)), ["The definition must not have more than 64 conditions"]);
    let targets = |count| Definition { targets: vec![Target::Percent(dec("1")); count], ..entry(always()) };
    assert_eq!(targets(limits::TARGETS).validate(), Ok(()));
    assert_eq!(problems(&targets(limits::TARGETS + 1)), ["targets must not have more than 10 take profits"]);
}

#[test]
fn entry_and_stop_are_needed() {
    let nothing = Definition { entry: Sides::default(), ..entry(always()) };
    assert_eq!(problems(&nothing), ["entry needs a long or a short condition"]);
    let risk = Definition { targets: vec![Target::R(dec("1"))], ..entry(always()) };
    assert_eq!(problems(&risk), ["targets[0].r needs a stop loss, which defines R"]);
    assert_eq!(entry(always()).validate(), Ok(()));
    assert_eq!(entry(always()).validate_followable().unwrap_err()[0].fault, Fault::NoStop);
    for percent in ["0", "100", "-1", "0.000000001"] {
        let stop = Definition { stop: Some(Stop::Percent(dec(percent))), ..entry(always()) };
        assert_eq!(problems(&stop), ["stop.percent must be greater than 0 and less than 100"], "{percent}");
    }
}

#[test]
fn warm_up_follows_from_the_longest_indicator() {
    let [above, crosses] = [Condition::Above, Condition::CrossesAbove];
    let bars = |condition| entry(condition).warm_up();
    assert_eq!(bars(always()), 1);
    assert_eq!(bars(crosses(Expr::close(), Expr::Constant(dec("5")))), 2);
    assert_eq!(bars(crosses(Expr::ema(12), Expr::ema(26))), 26);
    let sma = || Expr::Sma { of: Source::Close, length: 20 };
    assert_eq!((bars(above(Expr::close(), sma())), bars(crosses(Expr::close(), sma()))), (20, 21));
    assert_eq!((bars(above(Expr::rsi(14), sma())), bars(above(Expr::rsi(30), sma()))), (20, 31));
    let stop = Some(Stop::Atr { length: 50, multiple: dec("2") });
    assert_eq!(Definition { stop, ..entry(always()) }.warm_up(), 50);
}

proptest! {
    #[test]
    fn rubbish_never_panics(text in "\\PC{0,200}", cut in 0_usize..400) {
        let _ = Definition::from_json(&text);
        let whole = demo::demo_strategies()[0].definition.to_json();
        let _ = Definition::from_json(&whole.chars().take(cut).collect::<String>());
    }
}
