//! Why an order was not carried out. The database stores a word, or the exchange's answer with its code, so that pages
//! and messages show it in the reader's language.

use crate::{Refusal, key::words};
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// Why an order was not carried out, apart from refusals and answers with a code.
    pub FailureCause {
        /// The exchange rejects the key.
        KeyRejected = "key-rejected",
        /// The exchange has no such market.
        UnknownMarket = "unknown-market",
        /// The exchange's rate limit was reached.
        RateLimited = "rate-limited",
        /// The request could not be sent while it was valid.
        Expired = "expired",
        /// The exchange cannot be reached.
        Unreachable = "unreachable",
        /// The outcome of the request is unknown.
        OutcomeUnknown = "outcome-unknown",
        /// The exchange rejected the order; its answer is not known.
        OrderRejected = "order-rejected",
        /// The signal became too old before the order was sent.
        SignalOld = "signal-old",
        /// The server stopped before the order was sent.
        NeverSent = "never-sent",
        /// The key was deleted.
        KeyDeleted = "key-deleted",
        /// The entry ended without a fill.
        NoFill = "no-fill",
        /// The position ended before the order was sent.
        PositionEnded = "position-ended",
        /// The exchange rejected the stop.
        StopRejected = "stop-rejected",
        /// The exchange rejected the stop, and the position was closed.
        ClosedUnprotected = "closed-unprotected",
    }
}

impl FailureCause {
    /// The English sentence, which the APIs answer and earlier releases stored.
    const fn sentence(self) -> &'static str {
        match self {
            Self::KeyRejected => "the exchange rejected the key",
            Self::UnknownMarket => "the exchange has no such market",
            Self::RateLimited => "exchange rate limit",
            Self::Expired => "the request was not sent in time",
            Self::Unreachable => "cannot reach the exchange",
            Self::OutcomeUnknown => "the outcome is unknown",
            Self::OrderRejected => "the exchange rejected the order",
            Self::SignalOld => "the order had not been sent while its signal was fresh",
            Self::NeverSent => "the order had not been sent when the server stopped",
            Self::KeyDeleted => "the key was deleted",
            Self::NoFill => "the entry ended without a fill",
            Self::PositionEnded => "the position has ended",
            Self::StopRejected => "the exchange refused the stop",
            Self::ClosedUnprotected => "its stop loss was rejected, and the position was closed",
        }
    }
}

/// The meaning of an exchange's error code for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// There is not enough margin.
    Margin,
    /// A conditional order would trigger immediately.
    TriggersImmediately,
    /// A reduce-only order has nothing to reduce.
    NothingToReduce,
    /// The order is smaller than the market's minimum.
    BelowMinimum,
    /// The order is larger than the market's maximum.
    AboveMaximum,
    /// Price or amount have too many decimals.
    Precision,
    /// The price is too far from the market price.
    PriceLimits,
    /// The market has no price near enough for a market order.
    NoLiquidity,
    /// The position would exceed the limit of its leverage.
    PositionLimit,
    /// The leverage is not available to the account.
    Leverage,
    /// The account has too many open orders.
    TooManyOrders,
    /// The account is in the other position mode, one-way or hedge, than the order.
    PositionMode,
    /// The market is not trading.
    MarketClosed,
}

impl RejectionKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Margin,
        Self::TriggersImmediately,
        Self::NothingToReduce,
        Self::BelowMinimum,
        Self::AboveMaximum,
        Self::Precision,
        Self::PriceLimits,
        Self::NoLiquidity,
        Self::PositionLimit,
        Self::Leverage,
        Self::TooManyOrders,
        Self::PositionMode,
        Self::MarketClosed,
    ];

    /// Returns the kind of an error code of Binance's USDⓈ-M futures; `None` for a code without a text of its own.
    #[must_use]
    pub const fn of_code(code: i64) -> Option<Self> {
        Some(match code {
            -2018 | -2019 => Self::Margin,
            -2021 => Self::TriggersImmediately,
            -2022 => Self::NothingToReduce,
            -4004 | -4164 => Self::BelowMinimum,
            -4005 => Self::AboveMaximum,
            -1111 | -4014 | -4023 => Self::Precision,
            -4016 | -4024 => Self::PriceLimits,
            -4131 => Self::NoLiquidity,
            -2027 => Self::PositionLimit,
            -2028 | -4028 => Self::Leverage,
            -2025 | -4045 => Self::TooManyOrders,
            -4061 => Self::PositionMode,
            -4140 | -4141 => Self::MarketClosed,
            _ => return None,
        })
    }
}

/// Why an order was not carried out. In JSON it is the text of [`OrderFailure::stored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum OrderFailure {
    /// A cause without figures.
    Cause(FailureCause),
    /// A business refusal.
    Refused(Refusal),
    /// The exchange's answer: its code and its message.
    Answered(i64, String),
    /// A sentence that an earlier release stored, or a value.
    Sentence(String),
}

impl OrderFailure {
    /// Returns the text for the database.
    #[must_use]
    pub fn stored(&self) -> String {
        match self {
            Self::Cause(cause) => cause.word().to_owned(),
            Self::Refused(refusal) => format!("refusal:{}", refusal.code()),
            Self::Answered(code, message) => format!("exchange:{code}:{message}"),
            Self::Sentence(text) => text.clone(),
        }
    }

    /// Parses a text of the database, also one of an earlier release.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let known = match text.split_once(':') {
            None => FailureCause::parse(text).map(Self::Cause),
            Some(("refusal", code)) => Refusal::parse(code).map(Self::Refused),
            Some(("exchange", answer)) => {
                answer.split_once(':').and_then(|(code, message)| Self::answered(code, message))
            }
            Some(_) => None,
        };
        known.or_else(|| Self::earlier(text)).unwrap_or_else(|| Self::Sentence(text.to_owned()))
    }

    fn answered(code: &str, message: &str) -> Option<Self> {
        Some(Self::Answered(code.parse().ok()?, message.to_owned()))
    }

    /// Parses a sentence of an earlier release.
    fn earlier(text: &str) -> Option<Self> {
        if text == "the exchange rejects the key" {
            return Some(Self::Cause(FailureCause::KeyRejected));
        }
        if let Some(cause) = FailureCause::ALL.iter().find(|cause| cause.sentence() == text) {
            return Some(Self::Cause(*cause));
        }
        if let Some(refusal) = Refusal::ALL.iter().find(|refusal| refusal.to_string() == text) {
            return Some(Self::Refused(*refusal));
        }
        let (message, code) =
            text.strip_prefix("the exchange rejected the request: ")?.strip_suffix(')')?.rsplit_once(" (")?;
        // Causes of our own were stored as answers with the code 0.
        let ours = FailureCause::ALL.iter().find(|cause| code == "0" && cause.sentence() == message);
        ours.map_or_else(|| Self::answered(code, message), |cause| Some(Self::Cause(*cause)))
    }
}

/// The English text, which the APIs answer.
impl fmt::Display for OrderFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cause(cause) => f.write_str(cause.sentence()),
            Self::Refused(refusal) => fmt::Display::fmt(refusal, f),
            Self::Answered(code, message) => {
                write!(f, "the exchange rejected the request: {message} ({code})")
            }
            Self::Sentence(text) => f.write_str(text),
        }
    }
}

impl From<FailureCause> for OrderFailure {
    fn from(cause: FailureCause) -> Self {
        Self::Cause(cause)
    }
}

impl From<String> for OrderFailure {
    fn from(text: String) -> Self {
        Self::read(&text)
    }
}

impl From<OrderFailure> for String {
    fn from(failure: OrderFailure) -> Self {
        failure.stored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_failure_is_read_again() {
        let causes = FailureCause::ALL.iter().map(|cause| OrderFailure::Cause(*cause));
        let refusals = Refusal::ALL.iter().map(|refusal| OrderFailure::Refused(*refusal));
        let others = [
            OrderFailure::Answered(-2019, "Margin is insufficient.".to_owned()),
            OrderFailure::Answered(-1013, "Filter failure: LOT_SIZE (1)".to_owned()),
            OrderFailure::Answered(-1, String::new()),
            OrderFailure::Sentence("ETH/USDT".to_owned()),
            OrderFailure::Sentence("exchange: closed".to_owned()),
        ];
        for failure in causes.chain(refusals).chain(others) {
            assert_eq!(OrderFailure::read(&failure.stored()), failure);
            assert_eq!(OrderFailure::from(String::from(failure.clone())), failure);
        }
    }

    #[test]
    fn sentences_of_earlier_releases_are_read() {
        for cause in FailureCause::ALL {
            assert_eq!(OrderFailure::read(cause.sentence()), OrderFailure::Cause(*cause));
            let answer = format!("the exchange rejected the request: {} (0)", cause.sentence());
            assert_eq!(OrderFailure::read(&answer), OrderFailure::Cause(*cause));
        }
        for refusal in Refusal::ALL {
            assert_eq!(OrderFailure::read(&refusal.to_string()), OrderFailure::Refused(*refusal));
        }
        let answered = OrderFailure::Answered(-1013, "Filter failure: LOT_SIZE (1)".to_owned());
        assert_eq!(OrderFailure::read(&answered.to_string()), answered);
        for unknown in ["the exchange rejected the request: odd", "the outcome is unknown: timeout", ""] {
            assert_eq!(OrderFailure::read(unknown).to_string(), unknown);
        }
    }

    #[test]
    fn the_apis_answer_as_before() {
        let answered = OrderFailure::Answered(-2019, "Margin is insufficient.".to_owned());
        let text = "the exchange rejected the request: Margin is insufficient. (-2019)";
        assert_eq!(answered.to_string(), text);
        assert_eq!(
            OrderFailure::Refused(Refusal::ExchangeBadRequest).to_string(),
            "exchange bad request (1500)"
        );
    }

    #[test]
    fn each_kind_of_rejection_has_a_code() {
        let found: Vec<_> = (-5_000..0).filter_map(RejectionKind::of_code).collect();
        assert!(RejectionKind::ALL.iter().all(|kind| found.contains(kind)));
        assert_eq!(RejectionKind::of_code(-1013), None);
    }
}
