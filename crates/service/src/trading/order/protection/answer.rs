//! Classifies an exchange's refusal of a stop.

use super::rules::Rule;
use exchange::ExchangeFailure;

/// How to proceed after a refused stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trading::order) enum StopRefusal {
    /// A stop already exists, or the position is gone: inspect again, and never close on this refusal alone.
    Inspect,
    /// Price or amount violate a filter: corrected once.
    Filter,
    /// The stop price has been reached, or the exchange does not accept the stop: the position is closed.
    Close,
}

/// Classifies a definite refusal of a stop by Binance's error code (derivatives error codes).
pub(in crate::trading::order) fn stop_refusal(failure: &ExchangeFailure) -> StopRefusal {
    match failure {
        // A closePosition stop exists in this direction; the client order id is in use; there is no position; the
        // account is in the other position mode, which changes only while it has no positions.
        ExchangeFailure::Refused { code: -4130 | -4115 | -4116 | -4509 | -4061, .. }
            if Rule::AmbiguousRefusalLooks.holds() =>
        {
            StopRefusal::Inspect
        }
        // Precision, filters, price not on the tick size, quantity not on the step size.
        ExchangeFailure::Refused { code: -1111 | -1013 | -4014 | -4023, .. }
            if Rule::FilterRefusalCorrects.holds() =>
        {
            StopRefusal::Filter
        }
        // -2021: the stop would trigger immediately. All other definite refusals are treated the same.
        _ if Rule::DefiniteRefusalCloses.holds() => StopRefusal::Close,
        _ => StopRefusal::Inspect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_definite_and_final_refusal_closes() {
        let of = |code| stop_refusal(&ExchangeFailure::Refused { code, message: String::new() });
        assert_eq!([of(-4130), of(-4116), of(-4509), of(-4061)], [StopRefusal::Inspect; 4]);
        assert_eq!([of(-1111), of(-4014)], [StopRefusal::Filter; 2]);
        assert_eq!([of(-2021), of(-2019), of(-4999)], [StopRefusal::Close; 3]);
    }
}
