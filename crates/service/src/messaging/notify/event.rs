//! The events that users are notified of.

mod parts;

pub use parts::{Closed, ForeignFill, Ordered, RefusedCredentials, RuleNews};

use domain::{
    AccountMode, CopyId, Decimal, ExchangeKeyId, Micros, StrategyId, Symbol,
    account::Credential,
    live::{LiveEventKind, RightsChange},
    notification::Kind,
    order_failure::OrderFailure,
    own_source::{RefusedAlert, SourceDecision},
};
use serde::{Deserialize, Serialize};

/// An event in a user's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotificationEvent {
    /// The exchange accepted an order.
    NewOrder(Ordered),
    /// A take-profit order was filled.
    TakeProfit(Closed),
    /// A stop-loss order was filled.
    StopLoss(Closed),
    /// The exchange rejects a key, which was disabled.
    KeyRefused {
        /// The key.
        key: ExchangeKeyId,
        /// The rejected credentials. Earlier releases did not record them.
        #[serde(default)]
        credentials: Option<RefusedCredentials>,
    },
    /// A key's account was switched to a mode that is not supported: no entries are sent to it.
    AccountMode {
        /// The key.
        key: ExchangeKeyId,
        /// The account mode.
        mode: AccountMode,
    },
    /// A key's permissions at the exchange have changed, or will.
    KeyRights {
        /// The key.
        key: ExchangeKeyId,
        /// The change.
        change: RightsChange,
        /// When the permission ends, if it will in future.
        at: Option<Micros>,
    },
    /// A key was deleted while supervised positions were open.
    LeftOpen {
        /// The key's name.
        name: String,
        /// The markets of the positions.
        symbols: Vec<Symbol>,
    },
    /// An order that Slipstream did not send was filled.
    ForeignFill(ForeignFill),
    /// A position was found without its stop, or could not get one.
    Unprotected {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// Whether the position was closed; otherwise it has a stop again.
        closed: bool,
        /// The copy that opened it.
        copy: Option<CopyId>,
    },
    /// A position lacks its stop, and the desk is working on it.
    WithoutStop {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// The copy that opened it.
        copy: Option<CopyId>,
    },
    /// The exchange rejects a stop that was moved, after the request was answered; the stop before it is still open.
    StopNotMoved {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// The exchange's answer.
        why: OrderFailure,
        /// The copy that opened the position.
        copy: Option<CopyId>,
    },
    /// Both orders of an OCO entry filled before one could be cancelled: what is beyond the trade's amount is closed.
    BothFilled {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// The amount that is closed, in base units.
        amount: Decimal,
        /// The copy that opened the position.
        copy: Option<CopyId>,
    },
    /// A position was open as long as its owner allows, and is closed.
    TimeLimit {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// The time limit, in minutes.
        minutes: u32,
        /// The copy that opened the position.
        copy: Option<CopyId>,
    },
    /// The exchange rejects the close of a copied position that its strategy has exited or a risk rule closes; the
    /// desk keeps trying.
    ExitLate {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// The exchange's answer.
        why: OrderFailure,
        /// The copy of the exit signal, or the copy that the rule closes.
        copy: Option<CopyId>,
    },
    /// A private signal source refused an alert.
    AlertRefused {
        /// Id of the source's strategy.
        strategy: StrategyId,
        /// Name of the source.
        name: String,
        /// Why the alert was refused.
        reason: RefusedAlert,
    },
    /// A trader asks the admins to approve a private signal source for everyone.
    ApprovalRequested {
        /// Id of the source's strategy.
        strategy: StrategyId,
        /// Name of the source.
        name: String,
        /// The owner's e-mail address.
        email: String,
    },
    /// An admin decided about the audience of a private signal source.
    SourceDecided {
        /// Id of the source's strategy.
        strategy: StrategyId,
        /// Name of the source.
        name: String,
        /// The decision.
        decision: SourceDecision,
        /// Whether the recipient is its owner.
        own: bool,
    },
    /// A strategy was paused for entries because it sent too many signals.
    StrategyPaused {
        /// Id of the strategy.
        strategy: StrategyId,
        /// Name of the strategy.
        name: String,
        /// The permitted number of signals within a minute.
        signals: u16,
        /// Whether it is the recipient's own signal source.
        own: bool,
    },
    /// An event webhook was disabled because its deliveries failed for too long.
    WebhookDisabled {
        /// Name of the webhook.
        name: String,
    },
    /// A risk rule tripped, or skipped an entry.
    RuleTripped(RuleNews),
    /// The plan ends soon.
    PlanLapses {
        /// Name of the plan.
        plan: String,
        /// When it ends.
        at: Micros,
    },
    /// A sign-in from a browser and an address that were not seen before.
    SignedIn {
        /// The browser's user agent.
        agent: String,
        /// The IP address.
        address: String,
    },
    /// The password was changed.
    PasswordChanged,
    /// Another credential was created or changed.
    Credential {
        /// The change.
        what: Credential,
        /// Name given by the owner.
        name: String,
    },
}

impl NotificationEvent {
    /// The kind of the event.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NewOrder(_) => Kind::NewOrder,
            Self::TakeProfit(_) => Kind::TakeProfit,
            Self::StopLoss(_) | Self::TimeLimit { .. } => Kind::StopLoss,
            Self::KeyRefused { .. } | Self::AccountMode { .. } => Kind::KeyRefused,
            Self::KeyRights { .. } => Kind::KeyRights,
            Self::ForeignFill(_) => Kind::ForeignFill,
            Self::Unprotected { .. }
            | Self::WithoutStop { .. }
            | Self::StopNotMoved { .. }
            | Self::BothFilled { .. }
            | Self::LeftOpen { .. } => Kind::Unprotected,
            Self::ExitLate { .. } => Kind::ExitLate,
            Self::AlertRefused { .. } => Kind::AlertRefused,
            Self::ApprovalRequested { .. } | Self::SourceDecided { .. } => Kind::SourceApproval,
            Self::StrategyPaused { .. } => Kind::StrategyPaused,
            Self::WebhookDisabled { .. } => Kind::WebhookDisabled,
            Self::RuleTripped(_) => Kind::RuleTripped,
            Self::PlanLapses { .. } => Kind::PlanLapses,
            Self::SignedIn { .. } => Kind::SignedIn,
            Self::PasswordChanged => Kind::PasswordChanged,
            Self::Credential { .. } => Kind::Credential,
        }
    }

    /// The copy concerned.
    #[must_use]
    pub const fn copy(&self) -> Option<CopyId> {
        match self {
            Self::NewOrder(Ordered { copy, .. })
            | Self::TakeProfit(Closed { copy, .. })
            | Self::StopLoss(Closed { copy, .. })
            | Self::Unprotected { copy, .. }
            | Self::WithoutStop { copy, .. }
            | Self::StopNotMoved { copy, .. }
            | Self::BothFilled { copy, .. }
            | Self::TimeLimit { copy, .. }
            | Self::ExitLate { copy, .. }
            | Self::RuleTripped(RuleNews { copy, .. }) => *copy,
            _ => None,
        }
    }

    /// The exchange key concerned.
    pub(super) const fn key(&self) -> Option<ExchangeKeyId> {
        match self {
            Self::NewOrder(Ordered { key, .. })
            | Self::TakeProfit(Closed { key, .. })
            | Self::StopLoss(Closed { key, .. })
            | Self::KeyRefused { key, .. }
            | Self::AccountMode { key, .. }
            | Self::KeyRights { key, .. }
            | Self::ForeignFill(ForeignFill { key, .. })
            | Self::Unprotected { key, .. }
            | Self::WithoutStop { key, .. }
            | Self::StopNotMoved { key, .. }
            | Self::BothFilled { key, .. }
            | Self::TimeLimit { key, .. }
            | Self::ExitLate { key, .. } => Some(*key),
            Self::RuleTripped(RuleNews { key, .. }) => *key,
            _ => None,
        }
    }

    /// The account, market and copy of an event of a position's protection or exit; `None` for other events.
    pub(super) const fn position(&self) -> Option<(ExchangeKeyId, &Symbol, Option<CopyId>)> {
        match self {
            Self::Unprotected { key, symbol, copy, .. }
            | Self::WithoutStop { key, symbol, copy }
            | Self::StopNotMoved { key, symbol, copy, .. }
            | Self::BothFilled { key, symbol, copy, .. }
            | Self::TimeLimit { key, symbol, copy, .. }
            | Self::ExitLate { key, symbol, copy, .. } => Some((*key, symbol, *copy)),
            _ => None,
        }
    }

    /// The event as shown on pages; `None` if it is not shown, or only where the caller adds it
    /// ([`super::Notification::shown`]).
    pub(super) fn what(&self) -> Option<LiveEventKind> {
        let cents = |closed: &Closed| closed.profit_usd.map(|usd| usd.round_dp(2));
        Some(match self {
            Self::NewOrder(_)
            | Self::KeyRefused { .. }
            | Self::AccountMode { .. }
            | Self::KeyRights { .. }
            | Self::StopNotMoved { .. }
            | Self::BothFilled { .. }
            | Self::ExitLate { .. }
            | Self::ApprovalRequested { .. }
            | Self::SourceDecided { .. }
            | Self::StrategyPaused { .. }
            // The user saw it when making the change; the mail is for the owner, in case that was someone
            // else.
            | Self::Credential { .. } => {
                return None;
            }
            Self::LeftOpen { name, .. } => LiveEventKind::LeftOpen(name.clone()),
            Self::ForeignFill(fill) if fill.liquidation => LiveEventKind::Liquidated(fill.symbol.clone()),
            Self::ForeignFill(fill) => LiveEventKind::ForeignFill(fill.symbol.clone()),
            Self::TakeProfit(closed) => LiveEventKind::TargetHit(closed.symbol.clone(), cents(closed)),
            Self::StopLoss(closed) => LiveEventKind::StopHit(closed.symbol.clone(), cents(closed)),
            Self::Unprotected { symbol, closed: true, .. } => LiveEventKind::ClosedWithoutStop(symbol.clone()),
            Self::Unprotected { symbol, .. } => LiveEventKind::StopReplaced(symbol.clone()),
            Self::WithoutStop { symbol, .. } => LiveEventKind::WithoutStop(symbol.clone()),
            Self::TimeLimit { symbol, .. } => LiveEventKind::TimeLimit(symbol.clone()),
            Self::AlertRefused { name, .. } => LiveEventKind::AlertRefused(name.clone()),
            Self::WebhookDisabled { name } => LiveEventKind::WebhookDisabled(name.clone()),
            Self::RuleTripped(news) => LiveEventKind::RuleTripped(news.about.clone()),
            Self::PlanLapses { plan, .. } => LiveEventKind::PlanEndsSoon(plan.clone()),
            Self::SignedIn { address, .. } => LiveEventKind::SignedIn(address.clone()),
            Self::PasswordChanged => LiveEventKind::PasswordChanged,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_key_of_an_earlier_release_is_read() {
        let text = r#"{"KeyRefused":{"key":"0199c0de-0000-7000-8000-000000000001"}}"#;
        let event: NotificationEvent = serde_json::from_str(text).unwrap();
        assert!(matches!(event, NotificationEvent::KeyRefused { credentials: None, .. }), "{event:?}");
    }
}
