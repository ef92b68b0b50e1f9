//! Why orders were not carried out, as the end of a sentence, for messages and pages.

use domain::{
    Refusal as R,
    order_failure::{FailureCause as C, OrderFailure, RejectionKind as K},
};
use language::{Lang, table, texts};

table! {
    /// Answers of the exchange.
    Words, words {
        with_code(text, code): "{text} (error {code})",
        answered(message, code): "“{message}” (error {code})",
        code_only(code): "error {code}",
    }
}

texts! {
    /// The text of a cause.
    cause(C) {
        C::KeyRejected => "the exchange rejected the key",
        C::UnknownMarket => "the exchange doesn't offer this market",
        C::RateLimited => "the exchange's rate limit was reached",
        C::Expired => "the request couldn't be sent in time",
        C::Unreachable => "the exchange couldn't be reached",
        C::OutcomeUnknown => "the exchange didn't answer",
        C::OrderRejected => "the exchange rejected the order",
        C::SignalOld => "the signal was too old before the order could be sent",
        C::NeverSent => "the server stopped before the order was sent",
        C::KeyDeleted => "the exchange key was deleted",
        C::NoFill => "the order ended without a fill",
        C::PositionEnded => "the position is closed",
        C::StopRejected => "the exchange rejected the stop loss",
        C::ClosedUnprotected => "the position had no working stop loss and was closed",
    }
}

texts! {
    /// The text of an exchange's answer with a known code.
    rejection(K) {
        K::Margin => "not enough margin is available",
        K::TriggersImmediately => "it would trigger immediately at the current price",
        K::NothingToReduce => "there is no open position to reduce",
        K::BelowMinimum => "the order is below the market's minimum",
        K::AboveMaximum => "the order is above the market's maximum",
        K::Precision => "the price or the amount has too many decimals for this market",
        K::PriceLimits => "the price is too far from the market price",
        K::NoLiquidity => "the order book has no price close enough to the mark price",
        K::PositionLimit => "the position would be above the limit for its leverage",
        K::Leverage => "this leverage isn't available for the account",
        K::TooManyOrders => "the account has too many open orders",
        K::PositionMode => "the account is in the other position mode",
        K::MarketClosed => "the market isn't trading at the moment",
    }
}

texts! {
    /// The text of a refusal. Those about plans, payments and accounts do not concern orders.
    refusal(R) {
        R::KeyUnauthorized => "the exchange rejected the key",
        R::KeyInactive => "the exchange key is disabled",
        R::KeyTypeInvalid | R::KeyTypeUnsupported => "this kind of exchange key can't be used for the order",
        R::SymbolInvalid => "the exchange doesn't offer this market",
        R::SymbolMismatch | R::SymbolFollowed | R::ExchangeMismatch => "the account and the strategy don't match",
        R::ExchangeBadRequest => "the exchange rejected the order",
        R::PlanFeature | R::PlanKeyLimit | R::PlanBalanceLimit => "your plan doesn't include it",
        R::AccountFrozen => "the account is frozen",
        R::AccountSuspended => "the account is suspended",
        R::KeyExists
        | R::PlanInvalid
        | R::PaymentDeclined
        | R::NoStripeSubscription
        | R::StripeSubscriptionExists
        | R::LastAdmin => "it isn't allowed",
    }
}

/// The text of a failure. A message of the exchange whose code has no text of its own is quoted.
#[must_use]
pub fn order_failure(lang: Lang, failure: &OrderFailure) -> String {
    let words = words(lang);
    match failure {
        OrderFailure::Cause(why) => cause(lang, *why).to_owned(),
        OrderFailure::Refused(why) => refusal(lang, *why).to_owned(),
        OrderFailure::Answered(code, message) => {
            let number = code.to_string();
            match K::of_code(*code) {
                Some(kind) => words.with_code(rejection(lang, kind), &number),
                None if message.is_empty() => words.code_only(&number),
                None => words.answered(message, &number),
            }
        }
        OrderFailure::Sentence(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_text_in_each_language() {
        let causes = C::ALL.iter().map(|cause| OrderFailure::Cause(*cause));
        let refusals = R::ALL.iter().map(|refusal| OrderFailure::Refused(*refusal));
        let answers = [-2019, -1013].map(|code| OrderFailure::Answered(code, "Odd.".to_owned()));
        let empty = OrderFailure::Answered(-1013, String::new());
        for failure in causes.chain(refusals).chain(answers).chain([empty]) {
            assert!(!order_failure(Lang::En, &failure).is_empty(), "{failure:?}");
            let pseudo = order_failure(Lang::Pseudo, &failure);
            assert!(pseudo.starts_with('⟦') && pseudo.ends_with('⟧'), "{pseudo}");
        }
        assert!(K::ALL.iter().all(|kind| rejection(Lang::Pseudo, *kind).starts_with('⟦')));
    }

    #[test]
    fn an_answer_of_the_exchange_is_explained_or_quoted() {
        let text =
            |code, message: &str| order_failure(Lang::En, &OrderFailure::Answered(code, message.to_owned()));
        assert_eq!(text(-2019, "Margin is insufficient."), "not enough margin is available (error -2019)");
        assert_eq!(text(-1013, "Filter failure: LOT_SIZE"), "“Filter failure: LOT_SIZE” (error -1013)");
        assert_eq!(text(-1013, ""), "error -1013");
    }
}
