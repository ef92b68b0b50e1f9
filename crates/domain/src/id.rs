//! UUIDv7 newtypes, so that ids of different kinds cannot be confused.

use crate::{Clock, Entropy, Micros};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Generates a new id, ordered by the clock's time.
            #[must_use]
            pub fn mint(clock: &dyn Clock, entropy: &dyn Entropy) -> Self {
                Self(mint(clock, entropy))
            }

            /// Returns a bound for searches: it sorts before every id generated at `at` or later, and after those
            /// generated in an earlier millisecond.
            #[must_use]
            pub fn first_at(at: Micros) -> Self {
                Self(first_at(at))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A user.
    UserId,
    /// A browser session.
    SessionId,
    /// A flash message: the result of a failed form post, shown on the next page.
    FlashId,
    /// A preset of the ticket.
    PresetId,
    /// A chain of refresh tokens that started with one sign-in.
    TokenFamilyId,
    /// A message of the notification outbox.
    MessageId,
    /// A support ticket.
    TicketId,
    /// A key that signs our JWTs.
    SigningKeyId,
    /// A user's credentials at an exchange.
    ExchangeKeyId,
    /// An order intent: a set of orders recorded before they are sent.
    IntentId,
    /// A subscription plan.
    PlanId,
    /// A recorded operation at the payment provider.
    BillingOperationId,
    /// A strategy.
    StrategyId,
    /// A strategy's signal to trade.
    SignalId,
    /// A call of the webhook of a private signal source.
    SourceCallId,
    /// One trade of a strategy's record.
    StrategyTradeId,
    /// A risk profile: the share of equity risked on one trade.
    RiskProfileId,
    /// A bound that a trader sets on copying.
    RiskRuleId,
    /// An exchange key that follows a strategy.
    FollowId,
    /// The copy of one signal for one follow.
    CopyId,
    /// An API client: a program's credentials on Slipstream.
    ApiClientId,
    /// An event webhook: an address of a user's program that receives events.
    EventWebhookId,
    /// The delivery of one event to one webhook.
    EventDeliveryId,
    /// A ledger account in one currency.
    LedgerAccountId,
    /// A balanced ledger transaction.
    LedgerTransactionId,
    /// A hold on funds of a ledger account.
    LedgerHoldId,
    /// A weekly or monthly report.
    ReportId,
    /// A transfer between the ledger and an exchange.
    TransferId,
    /// A sub-account: a legal entity registered with us.
    SubAccountId,
}

/// Generates a UUIDv7 whose twelve bits after the version hold the fraction of the millisecond (RFC 9562,
/// 6.2, method 3), so that ids generated in sequence also sort in that order within a millisecond.
fn mint(clock: &dyn Clock, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    let now = clock.now();
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let fraction = u16::try_from(now.0.rem_euclid(1_000) * 4_096 / 1_000).unwrap_or(0);
    random[..2].copy_from_slice(&fraction.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The smallest UUID whose time is the millisecond of `at`.
fn first_at(at: Micros) -> Uuid {
    let millis = u128::try_from(at.millis()).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(i64);
    impl Clock for Fixed {
        fn now(&self) -> Micros {
            Micros(self.0)
        }
    }
    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(7);
        }
    }

    #[test]
    fn later_ids_sort_later_and_read_back() {
        let moments = [1_000_000, 1_000_001, 1_000_999, 1_001_000, 2_000_000].map(Fixed);
        let ids = moments.map(|at| UserId::mint(&at, &at));
        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
        let [first, ..] = ids;
        assert_eq!(first.to_string().parse::<UserId>().unwrap(), first);
        assert_eq!(first.0.get_version_num(), 7);
    }

    #[test]
    fn a_bound_separates_ids_by_their_time() {
        let before = UserId::mint(&Fixed(1_999_999), &Fixed(0));
        let after = UserId::mint(&Fixed(2_000_000), &Fixed(0));
        let bound = UserId::first_at(Micros(2_000_000));
        assert!(before < bound && bound < after);
        assert_eq!(UserId::first_at(Micros(-1)).0, Uuid::nil());
    }
}
