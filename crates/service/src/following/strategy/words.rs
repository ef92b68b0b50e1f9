//! Texts about the rules of a strategy.

use ::strategy::{DefinitionProblem, Fault, limits};
use language::{Lang, table};

table! {
    /// Problems of a definition. The place is a path in its JSON.
    Words, words {
        not_readable(cause): "The definition is not valid: {cause}",
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
        Fault::NotReadable(cause) => words.not_readable(cause),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_in_the_api() {
        let whole = [Fault::NotReadable("no JSON".to_owned()), Fault::TooLong, Fault::TooManyConditions];
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
        let whole = whole.map(|fault| DefinitionProblem { at: String::new(), fault });
        let parts = parts.map(|fault| DefinitionProblem { at: "stop.percent".to_owned(), fault });
        for problem in whole.iter().chain(&parts) {
            assert_eq!(problem_text(Lang::En, problem), problem.to_string());
            assert!(problem_text(Lang::Pseudo, problem).starts_with('⟦'));
        }
    }
}
