//! What an exchange's refusal of a stop means.

use super::rules::Rule;
use exchange::Failure;

/// What follows from a refused stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::order) enum StopRefusal {
    /// There is one already, or there is no position any more: look, never close on this alone.
    Look,
    /// Price or amount break a filter: ours to correct, once.
    Filter,
    /// The stop has been reached, or the exchange will not take it: the position is to be closed.
    Close,
}

/// Classes a definite refusal of a stop by Binance's code (derivatives error codes).
pub(in crate::order) fn stop_refusal(failure: &Failure) -> StopRefusal {
    match failure {
        // A closePosition stop exists in this direction; the client order id is in use; there is no position.
        Failure::Refused { code: -4130 | -4115 | -4116 | -4509, .. }
            if Rule::AmbiguousRefusalLooks.holds() =>
        {
            StopRefusal::Look
        }
        // Precision, filters, price not on the tick, quantity not on the step.
        Failure::Refused { code: -1111 | -1013 | -4014 | -4023, .. }
            if Rule::FilterRefusalCorrects.holds() =>
        {
            StopRefusal::Filter
        }
        // -2021: it would trigger immediately. Everything else that is definite.
        _ if Rule::DefiniteRefusalCloses.holds() => StopRefusal::Close,
        _ => StopRefusal::Look,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_definite_and_final_refusal_closes() {
        let of = |code| stop_refusal(&Failure::Refused { code, message: String::new() });
        assert_eq!([of(-4130), of(-4116), of(-4509)], [StopRefusal::Look; 3]);
        assert_eq!([of(-1111), of(-4014)], [StopRefusal::Filter; 2]);
        assert_eq!([of(-2021), of(-2019), of(-4999)], [StopRefusal::Close; 3]);
    }
}
