//! Business refusals: a closed enum with the codes and texts of the Mudawyl API document.
//!
//! Faults (database, network) have another type and are never expressed as refusals.

use serde::{Deserialize, Serialize};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why a well-formed request was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Refusal { $($(#[$doc])* $name),* }

        impl Refusal {
            /// Every refusal, ordered by code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the code of the Mudawyl document.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// Returns the text of the Mudawyl document, without the code.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Parses a code of the Mudawyl document.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

refusals! {
    /// The exchange rejects this key.
    KeyUnauthorized = "1103", "exchange API authorization failed";
    /// The operation requires another kind of key.
    KeyTypeInvalid = "1106", "exchange API key type is invalid";
    /// The key is already connected, by this user or another.
    KeyExists = "1109", "exchange API key already exist";
    /// The key is disabled.
    KeyInactive = "1110", "exchange API key is inactive";
    /// The operation is not supported for this kind of key.
    KeyTypeUnsupported = "1115", "exchange API key type is unsupported";
    /// Strategy and key belong to different exchanges.
    ExchangeMismatch = "1206", "exchange id does not match";
    /// The exchange has no such market.
    SymbolInvalid = "1300", "invalid exchange symbol";
    /// The new strategy trades another market.
    SymbolMismatch = "1306", "exchange symbol does not match";
    /// The key already follows a strategy on this market.
    SymbolFollowed = "1309", "exchange symbol already exist";
    /// The exchange rejects the request as invalid.
    ExchangeBadRequest = "1500", "exchange bad request";
    /// The plan cannot be bought.
    PlanInvalid = "2100", "invalid subscription type";
    /// The plan does not include the feature.
    PlanFeature = "2103", "unauthorized subscription features";
    /// The plan's limit of exchange keys is reached.
    PlanKeyLimit = "2129a", "exceed subscription max API key limit";
    /// The plan's balance limit is reached.
    PlanBalanceLimit = "2129b", "exceed subscription max API balance limit";
    /// The payment provider could not charge the card. Our own code: the document has none for this.
    PaymentDeclined = "3102", "payment declined";
    /// There is no paid subscription to change.
    NoStripeSubscription = "3104", "active stripe subscription does not exist";
    /// There already is a paid subscription.
    StripeSubscriptionExists = "3109", "active stripe subscription already exist";
    /// The account is frozen. Our own code, like those that follow.
    AccountFrozen = "4100", "account is frozen";
    /// The account was suspended by an admin.
    AccountSuspended = "4101", "account is suspended";
    /// The last admin account cannot be removed or demoted.
    LastAdmin = "4102", "account is the last admin";
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.text(), self.code())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_the_document_prints_it() {
        assert_eq!(Refusal::KeyUnauthorized.to_string(), "exchange API authorization failed (1103)");
        assert_eq!(Refusal::PlanKeyLimit.to_string(), "exceed subscription max API key limit (2129a)");
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = Refusal::ALL.iter().map(|r| r.code()).collect();
        codes.dedup();
        assert_eq!(codes.len(), Refusal::ALL.len());
        assert!(Refusal::ALL.iter().all(|r| Refusal::parse(r.code()) == Some(*r)));
        assert_eq!(Refusal::parse("fault"), None);
    }
}
