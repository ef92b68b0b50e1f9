//! Event webhooks: addresses of a user's own programs that receive the user's events, signed as in Standard Webhooks.

mod body;

pub use body::{EventBody, EventData};

use crate::{
    EventDeliveryId, EventWebhookId, Micros, OrderStatus,
    key::words,
    live::LiveEventKind,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use serde::{Deserialize, Serialize};

/// Maximum number of webhooks per user.
pub const MOST_WEBHOOKS: i64 = 5;
/// Number of deliveries that are kept for each webhook.
pub const KEPT_DELIVERIES: i64 = 50;
/// Number of waiting deliveries of a webhook from which on no new ones are written.
pub const MOST_WAITING: i64 = 1_000;
/// The longest address, in characters.
pub const LONGEST_URL: usize = 500;
/// How long the previous secret signs too, after it was replaced.
pub const ROTATION: i64 = DAY;
/// A webhook whose deliveries have failed for this long is disabled.
pub const FAILING_AT_MOST: i64 = 3 * DAY;
/// The kept part of an answer, in bytes.
pub const KEPT_ANSWER: usize = 1_024;

words! {
    /// A group of events that a webhook can receive.
    pub EventTopic {
        /// Orders without a fill.
        Order = "order",
        /// Fills.
        Fill = "fill",
        /// Closed trades.
        Trade = "trade",
        /// Stops that were missing, replaced or rejected.
        Protection = "protection",
        /// Risk rules.
        Rule = "rule",
        /// Exchange keys.
        Key = "key",
        /// The account: sign-ins, plans, refused alerts.
        Account = "account",
    }
}

words! {
    /// The type of an event, as programs receive it.
    pub EventType {
        /// An order was accepted, changed, canceled or expired.
        OrderUpdated = "order.updated",
        /// An order was filled, in part or in whole.
        OrderFilled = "fill.created",
        /// An order that Slipstream did not send was filled.
        ForeignFill = "fill.foreign",
        /// A stop loss was filled.
        StopLoss = "trade.stop_loss",
        /// A take-profit was filled.
        TakeProfit = "trade.take_profit",
        /// A copied position was closed.
        CopyClosed = "trade.copy_closed",
        /// The exchange liquidated a position.
        Liquidated = "trade.liquidated",
        /// A position has reached its time limit and is closed.
        TimeLimit = "trade.time_limit",
        /// A position has no stop.
        StopMissing = "protection.stop_missing",
        /// A missing stop was placed again.
        StopReplaced = "protection.stop_replaced",
        /// A position was closed because its stop was rejected.
        ClosedWithoutStop = "protection.position_closed",
        /// A take-profit could not be placed.
        TakeProfitRejected = "protection.take_profit_rejected",
        /// A risk rule tripped.
        RuleTripped = "rule.tripped",
        /// The exchange rejected a key, which was disabled.
        KeyRejected = "key.rejected",
        /// A key's account is in an unsupported mode.
        KeyAccountMode = "key.account_mode",
        /// A key's permissions have changed.
        KeyPermissions = "key.permissions_changed",
        /// A key was deleted while positions were open.
        KeyDeleted = "key.deleted_with_positions",
        /// A sign-in from a new device or place.
        SignedIn = "account.signed_in",
        /// The password was changed.
        PasswordChanged = "account.password_changed",
        /// A private signal source refused an alert.
        AlertRefused = "account.alert_refused",
        /// An event webhook was disabled because its deliveries failed for too long.
        WebhookDisabled = "account.webhook_disabled",
        /// The plan ends soon.
        PlanEndsSoon = "account.plan_ends_soon",
        /// The renewal of the plan was declined.
        PaymentFailed = "account.payment_failed",
        /// The plan has ended.
        PlanEnded = "account.plan_ended",
        /// A test that the owner sent.
        Test = "webhook.test",
        /// The first message of an event stream.
        StreamOpened = "stream.opened",
    }
}

impl EventType {
    /// Returns the type of an event.
    #[must_use]
    pub fn of(kind: &LiveEventKind) -> Self {
        match kind {
            LiveEventKind::Order(_, Some(_)) => Self::OrderFilled,
            // The answer to a market order reports that it was filled, without the fills.
            LiveEventKind::Order(order, None)
                if order.status == OrderStatus::Closed && !order.filled.is_zero() =>
            {
                Self::OrderFilled
            }
            LiveEventKind::Order(_, None) => Self::OrderUpdated,
            LiveEventKind::ClosedWithoutStop(_) => Self::ClosedWithoutStop,
            LiveEventKind::TargetRefused(..) => Self::TakeProfitRejected,
            LiveEventKind::KeyRefused(_) => Self::KeyRejected,
            LiveEventKind::AccountMode(_) => Self::KeyAccountMode,
            LiveEventKind::KeyRights(..) => Self::KeyPermissions,
            LiveEventKind::ForeignFill(_) => Self::ForeignFill,
            LiveEventKind::Liquidated(_) => Self::Liquidated,
            LiveEventKind::TimeLimit(_) => Self::TimeLimit,
            LiveEventKind::RuleTripped(_) => Self::RuleTripped,
            LiveEventKind::LeftOpen(_) => Self::KeyDeleted,
            LiveEventKind::StopReplaced(_) => Self::StopReplaced,
            LiveEventKind::WithoutStop(_) => Self::StopMissing,
            LiveEventKind::CopyEnded { .. } => Self::CopyClosed,
            LiveEventKind::StopHit(..) => Self::StopLoss,
            LiveEventKind::TargetHit(..) => Self::TakeProfit,
            LiveEventKind::SignedIn(_) => Self::SignedIn,
            LiveEventKind::PasswordChanged => Self::PasswordChanged,
            LiveEventKind::AlertRefused(_) => Self::AlertRefused,
            LiveEventKind::WebhookDisabled(_) => Self::WebhookDisabled,
            LiveEventKind::PlanEndsSoon(_) => Self::PlanEndsSoon,
            LiveEventKind::PaymentFailed(_) => Self::PaymentFailed,
            LiveEventKind::PlanEnded(_) => Self::PlanEnded,
        }
    }

    /// Returns the topic that a webhook must have to receive the event; `None` for what is no event of the user.
    #[must_use]
    pub const fn topic(self) -> Option<EventTopic> {
        Some(match self {
            Self::OrderUpdated => EventTopic::Order,
            Self::OrderFilled | Self::ForeignFill => EventTopic::Fill,
            Self::StopLoss | Self::TakeProfit | Self::CopyClosed | Self::Liquidated | Self::TimeLimit => {
                EventTopic::Trade
            }
            Self::RuleTripped => EventTopic::Rule,
            Self::StopMissing | Self::StopReplaced | Self::ClosedWithoutStop | Self::TakeProfitRejected => {
                EventTopic::Protection
            }
            Self::KeyRejected | Self::KeyAccountMode | Self::KeyPermissions | Self::KeyDeleted => {
                EventTopic::Key
            }
            Self::SignedIn
            | Self::PasswordChanged
            | Self::AlertRefused
            | Self::WebhookDisabled
            | Self::PlanEndsSoon
            | Self::PaymentFailed
            | Self::PlanEnded => EventTopic::Account,
            Self::Test | Self::StreamOpened => return None,
        })
    }
}

words! {
    /// Why a webhook is disabled.
    pub Disabled {
        /// Its owner disabled it.
        ByOwner = "OWNER",
        /// Its deliveries failed for [`FAILING_AT_MOST`].
        Failing = "FAILING",
    }
}

words! {
    /// The state of a delivery.
    pub DeliveryState {
        /// The first attempt is due.
        Waiting = "WAITING",
        /// An attempt failed; the next one is scheduled.
        Retrying = "RETRYING",
        /// The address accepted it.
        Delivered = "DELIVERED",
        /// All attempts failed.
        Failed = "FAILED",
    }
}

words! {
    /// Why an attempt failed.
    pub DeliveryProblem {
        /// The answer's status was not from 200 to 299.
        Status = "STATUS",
        /// No answer within the time limit.
        Timeout = "TIMEOUT",
        /// The address has no public IP address.
        NotPublic = "NOT_PUBLIC",
        /// The host is not, or no longer, one that the install's admin allows.
        NotAllowed = "NOT_ALLOWED",
        /// The host name could not be resolved.
        NoAddress = "NO_ADDRESS",
        /// The connection failed, or TLS was refused.
        Connection = "CONNECTION",
        /// The server stopped during the attempt; the event may have arrived.
        Interrupted = "INTERRUPTED",
    }
}

/// A webhook as its owner sees it, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventWebhook {
    /// Id of the webhook.
    pub id: EventWebhookId,
    /// The name its owner gave it.
    pub name: String,
    /// The address that receives the events.
    pub url: String,
    /// The topics it receives.
    pub topics: Vec<EventTopic>,
    /// Why it is disabled; `None` while it receives events.
    pub disabled: Option<Disabled>,
    /// Since when its deliveries fail.
    pub failing_since: Option<Micros>,
    /// Until when the previous secret signs too.
    pub previous_until: Option<Micros>,
    /// When it was created.
    pub created_at: Micros,
}

/// A delivery in the log of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDelivery {
    /// Id of the delivery, the same at each attempt: `webhook-id`.
    pub id: EventDeliveryId,
    /// The event's number; `None` for a test.
    pub seq: Option<i64>,
    /// The type of the event.
    pub kind: EventType,
    /// The body.
    pub body: String,
    /// The state.
    pub state: DeliveryState,
    /// Number of attempts.
    pub attempts: i64,
    /// When it was written.
    pub created_at: Micros,
    /// When the next attempt is due; only while it waits.
    pub next_attempt_at: Option<Micros>,
    /// Time of the last attempt.
    pub attempted_at: Option<Micros>,
    /// HTTP status of the last answer.
    pub status: Option<i64>,
    /// Duration of the last attempt, in milliseconds.
    pub duration_ms: Option<i64>,
    /// Start of the last answer.
    pub answer: Option<String>,
    /// Why the last attempt failed.
    pub problem: Option<DeliveryProblem>,
}

/// The pauses after failed attempts: more attempts at first, the last one about 24 hours after the first.
const PAUSES: [i64; 9] = [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    7 * HOUR,
    9 * HOUR + 15 * MINUTE,
];

/// Returns the pause after the attempt with this number, from 1; `None` after the last.
#[must_use]
pub fn pause_after(attempts: i64) -> Option<i64> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    PAUSES.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attempts_take_a_day() {
        let pauses: Vec<i64> = (1..).map_while(pause_after).collect();
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
        let all: i64 = pauses.iter().sum();
        assert!((23 * HOUR..=25 * HOUR).contains(&all), "{}", all / MINUTE);
        assert_eq!([pause_after(0), pause_after(-1), pause_after(10)], [None; 3]);
    }

    #[test]
    fn a_type_begins_with_its_topic() {
        for kind in EventType::ALL {
            let start = kind.word().split('.').next().unwrap();
            assert_eq!(
                kind.topic().map(EventTopic::word),
                Some(start).filter(|start| !["webhook", "stream"].contains(start))
            );
        }
    }
}
