//! A business "no": one closed enum with Mudawyl's codes and texts (seeds/mudawyl-user-api.txt; wire.md section 1).
//!
//! Faults (database, network) are another type and never come through here.

use serde::{Deserialize, Serialize};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why a request that was well formed is not carried out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Refusal { $($(#[$doc])* $name),* }

        impl Refusal {
            /// Every refusal, in the order of its code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Mudawyl's code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// Mudawyl's text, without the code.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

refusals! {
    /// The exchange does not let this key in.
    KeyUnauthorized = "1103", "exchange API authorization failed";
    /// The operation is for another kind of key.
    KeyTypeInvalid = "1106", "exchange API key type is invalid";
    /// The key is connected already, here or by someone else.
    KeyExists = "1109", "exchange API key already exist";
    /// The key is switched off.
    KeyInactive = "1110", "exchange API key is inactive";
    /// The operation does not exist for this kind of key yet.
    KeyTypeUnsupported = "1115", "exchange API key type is unsupported";
    /// Strategy and key are of different exchanges.
    ExchangeMismatch = "1206", "exchange id does not match";
    /// The exchange has no such market.
    SymbolInvalid = "1300", "invalid exchange symbol";
    /// The new strategy trades another market.
    SymbolMismatch = "1306", "exchange symbol does not match";
    /// The key follows a strategy on this market already.
    SymbolFollowed = "1309", "exchange symbol already exist";
    /// The exchange refuses the request as it stands.
    ExchangeBadRequest = "1500", "exchange bad request";
    /// The plan cannot be bought.
    PlanInvalid = "2100", "invalid subscription type";
    /// The plan does not include the feature.
    PlanFeature = "2103", "unauthorized subscription features";
    /// The plan allows no more keys.
    PlanKeyLimit = "2129a", "exceed subscription max API key limit";
    /// The plan allows no more balance.
    PlanBalanceLimit = "2129b", "exceed subscription max API balance limit";
    /// The payment provider could not charge the card. Ours: the document has no code for it.
    PaymentDeclined = "3102", "payment declined";
    /// Nothing to change: there is no paid subscription.
    NoStripeSubscription = "3104", "active stripe subscription does not exist";
    /// There is a paid subscription already.
    StripeSubscriptionExists = "3109", "active stripe subscription already exist";
    /// The account's owner froze it. Ours, as those that follow.
    AccountFrozen = "4100", "account is frozen";
    /// The operator suspended the account.
    AccountSuspended = "4101", "account is suspended";
    /// Somebody must be able to operate the desk.
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
    }
}
