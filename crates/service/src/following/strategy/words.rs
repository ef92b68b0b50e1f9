//! Texts about the rules of a strategy.

use ::strategy::{DefinitionProblem, Fault, Unreadable, UnreadableCause, limits};
use language::{Lang, table};

table! {
    /// Problems of a definition. The place is a path in its JSON.
    Words, words {
        not_readable(line, column, cause): "Line {line}, column {column}: {cause}",
        not_readable_in(line, column, field, cause): "Line {line}, column {column}, in {field}: {cause}",
        ends_early: "the text ends too early; a bracket or a quote is missing",
        expected(token): "expected {token}",
        value: "expected a value",
        whole_number: "expected a positive whole number",
        decimal: "expected a number in quotes, such as \"1.5\"",
        list: "expected a list in square brackets",
        object: "expected an object in braces",
        wrong_length: "the list has too many or too few items",
        trailing_comma: "remove the comma after the last item",
        surplus: "there is more text than expected",
        escape: "the text has an invalid escape or a control character",
        number: "the number is not valid",
        key: "expected a name in quotes",
        too_many_levels: "there are too many levels of brackets",
        unknown(name, accepted): "the name `{name}` is not known here; use one of {accepted}",
        missing(name): "the field `{name}` is missing",
        repeated(name): "the field `{name}` is given twice",
        other: "this value is not valid here",
        too_long(most): "The definition must not be longer than {most} bytes",
        no_entry(place): "{place} needs a long or a short condition",
        length(place, most): "{place} must be between 1 and {most}",
        multiple(place, most): "{place} must be greater than 0 and at most {most}",
        percent(place, limit): "{place} must be greater than 0 and less than {limit}",
        constant(place, least, most): "{place} must be between {least} and {most}, with at most 10 decimals",
        empty(place): "{place} needs at least one condition",
        too_deep(place, most): "{place} must not be nested more than {most} levels deep",
        too_many_conditions(most): "The definition must not have more than {most} conditions",
        too_many_targets(place, most): "{place} must not have more than {most} take profits",
        risk_without_stop(place): "{place} needs a stop loss, which defines R",
        no_level(place): "{place} is required, because this side has an entry condition",
        no_stop(place): "{place} is required, because copies are sized by the stop loss",
    }
}

/// A problem of a definition as a sentence. In English it is the one that the API answers.
pub(super) fn problem_text(lang: Lang, problem: &DefinitionProblem) -> String {
    let (words, place) = (words(lang), problem.at.as_str());
    match &problem.fault {
        Fault::NotReadable(why) => unreadable_text(words, why),
        Fault::TooLong => words.too_long(&limits::JSON.to_string()),
        Fault::NoEntry => words.no_entry(place),
        Fault::Length => words.length(place, &limits::LENGTH.to_string()),
        Fault::Multiple => words.multiple(place, &limits::MULTIPLE.to_string()),
        Fault::Percent(limit) => words.percent(place, &limit.to_string()),
        Fault::Constant => {
            words.constant(place, &(-limits::CONSTANT).to_string(), &limits::CONSTANT.to_string())
        }
        Fault::Empty => words.empty(place),
        Fault::TooDeep => words.too_deep(place, &limits::DEPTH.to_string()),
        Fault::TooManyConditions => words.too_many_conditions(&limits::CONDITIONS.to_string()),
        Fault::TooManyTargets => words.too_many_targets(place, &limits::TARGETS.to_string()),
        Fault::RiskWithoutStop => words.risk_without_stop(place),
        Fault::NoLevel => words.no_level(place),
        Fault::NoStop => words.no_stop(place),
    }
}

/// The fault of a text that could not be parsed.
fn unreadable_text(words: &Words, why: &Unreadable) -> String {
    let cause = match &why.cause {
        UnreadableCause::EndsEarly => words.ends_early.to_owned(),
        UnreadableCause::Token(token) => words.expected(token),
        UnreadableCause::Value => words.value.to_owned(),
        UnreadableCause::WholeNumber => words.whole_number.to_owned(),
        UnreadableCause::Decimal => words.decimal.to_owned(),
        UnreadableCause::List => words.list.to_owned(),
        UnreadableCause::Object => words.object.to_owned(),
        UnreadableCause::WrongLength => words.wrong_length.to_owned(),
        UnreadableCause::TrailingComma => words.trailing_comma.to_owned(),
        UnreadableCause::Surplus => words.surplus.to_owned(),
        UnreadableCause::Escape => words.escape.to_owned(),
        UnreadableCause::Number => words.number.to_owned(),
        UnreadableCause::Key => words.key.to_owned(),
        UnreadableCause::TooDeep => words.too_many_levels.to_owned(),
        UnreadableCause::Unknown { name, accepted } => words.unknown(name, accepted),
        UnreadableCause::Missing(name) => words.missing(name),
        UnreadableCause::Repeated(name) => words.repeated(name),
        UnreadableCause::Other => words.other.to_owned(),
    };
    let (line, column) = (why.line.to_string(), why.column.to_string());
    if why.field.is_empty() {
        words.not_readable(&line, &column, &cause)
    } else {
        words.not_readable_in(&line, &column, &why.field, &cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn causes() -> Vec<UnreadableCause> {
        let name = || "ema".to_owned();
        vec![
            UnreadableCause::EndsEarly,
            UnreadableCause::Token("a comma or }"),
            UnreadableCause::Value,
            UnreadableCause::WholeNumber,
            UnreadableCause::Decimal,
            UnreadableCause::List,
            UnreadableCause::Object,
            UnreadableCause::WrongLength,
            UnreadableCause::TrailingComma,
            UnreadableCause::Surplus,
            UnreadableCause::Escape,
            UnreadableCause::Number,
            UnreadableCause::Key,
            UnreadableCause::TooDeep,
            UnreadableCause::Unknown { name: name(), accepted: "`above`, `below`".to_owned() },
            UnreadableCause::Missing(name()),
            UnreadableCause::Repeated(name()),
            UnreadableCause::Other,
        ]
    }

    #[test]
    fn a_problem_reads_as_in_the_api() {
        let place = |field: &str, cause| {
            Fault::NotReadable(Unreadable { line: 3, column: 14, field: field.to_owned(), cause })
        };
        let unreadable = causes().into_iter().map(|cause| place("", cause));
        let within = causes().into_iter().map(|cause| place("entry.long", cause));
        let whole = unreadable.chain(within).chain([Fault::TooLong, Fault::TooManyConditions]);
        let parts = [
            Fault::NoEntry,
            Fault::Length,
            Fault::Multiple,
            Fault::Percent(100),
            Fault::Constant,
            Fault::Empty,
            Fault::TooDeep,
            Fault::TooManyTargets,
            Fault::RiskWithoutStop,
            Fault::NoLevel,
            Fault::NoStop,
        ];
        let whole: Vec<_> = whole.map(|fault| DefinitionProblem { at: String::new(), fault }).collect();
        let parts = parts.map(|fault| DefinitionProblem { at: "stop.percent".to_owned(), fault });
        for problem in whole.iter().chain(&parts) {
            assert_eq!(problem_text(Lang::En, problem), problem.to_string());
            assert!(problem_text(Lang::Pseudo, problem).starts_with('⟦'));
        }
    }
}
