//! UUIDv7 newtypes: an id of one kind cannot stand where another kind is wanted.

use crate::{Chance, Clock};
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
            /// A new id, ordered by the clock's time.
            #[must_use]
            pub fn mint(clock: &dyn Clock, chance: &dyn Chance) -> Self {
                Self(mint(clock, chance))
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
    /// A person who signs in.
    UserId,
    /// A browser session.
    SessionId,
    /// One flash message: what a failed form post tells its page.
    FlashId,
    /// A chain of refresh tokens that began with one sign-in.
    TokenFamilyId,
    /// A message of the outbox.
    MessageId,
    /// What a person asked the operator.
    TicketId,
    /// A key that signs our own JWTs.
    SigningKeyId,
    /// A person's credentials at an exchange.
    ExchangeKeyId,
    /// Orders that we have decided to send.
    IntentId,
    /// A subscription plan.
    PlanId,
    /// Something that we decided to ask of the payment provider.
    BillingOperationId,
    /// A strategy.
    StrategyId,
    /// A strategy's instruction to trade.
    SignalId,
    /// One trade of a strategy's own record.
    StrategyTradeId,
    /// How much of their equity a person risks on one trade.
    RiskProfileId,
    /// An exchange key following a strategy.
    FollowId,
    /// What one signal did to one follow.
    CopyId,
    /// A program's credentials on Slipstream.
    ApiClientId,
    /// A ledger account in one currency.
    LedgerAccountId,
    /// A balanced movement on the ledger.
    LedgerTransactionId,
    /// Funds of a ledger account that are spoken for.
    LedgerHoldId,
    /// A report of a week or a month.
    ReportId,
    /// Funds on their way between the ledger and an exchange.
    TransferId,
    /// A legal entity on the books.
    SubAccountId,
}

/// The twelve bits after the version hold the fraction of the millisecond (RFC 9562, 6.2, method 3): what is made one
/// after the other, within a millisecond too, sorts so.
fn mint(clock: &dyn Clock, chance: &dyn Chance) -> Uuid {
    let mut random = [0_u8; 10];
    chance.fill(&mut random);
    let now = clock.now();
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let fraction = u16::try_from(now.0.rem_euclid(1_000) * 4_096 / 1_000).unwrap_or(0);
    random[..2].copy_from_slice(&fraction.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Micros;

    struct Fixed(i64);
    impl Clock for Fixed {
        fn now(&self) -> Micros {
            Micros(self.0)
        }
    }
    impl Chance for Fixed {
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
}
