//! The events that users are notified of. A notice is written in the same transaction as the rows it is
//! about.

use crate::{Result, audit::Via};
use domain::{
    AccountMode, CopyId, Decimal, ExchangeKeyId, Micros, Side, SignalId, Symbol, UserId,
    account::Credential,
    live::{LiveEvent, LiveEventKind, RightsChange},
    notification::Kind,
    time::SECOND,
};
use serde::{Deserialize, Serialize};
use store::{JsonText, Tx, audit::NewEntry, notice::NewNotice};

/// How long to wait for further events of a burst, which are sent as one message.
const BURST: i64 = 5 * SECOND;

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
    /// The exchange rejects the close of a copied position that its strategy has exited; the desk keeps
    /// trying.
    ExitLate {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// The exchange's error message.
        why: String,
        /// The copy of the exit signal.
        copy: Option<CopyId>,
    },
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

/// A filled order that Slipstream did not send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignFill {
    /// The account.
    pub key: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The side of the order.
    pub side: Side,
    /// The filled amount, in base units.
    pub amount: Decimal,
    /// The average price, if the exchange reports it.
    pub price: Option<Decimal>,
    /// Whether the exchange liquidated the position.
    pub liquidation: bool,
}

/// An order that the exchange accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The account.
    pub key: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The side of the order.
    pub side: Side,
    /// The amount, in base units.
    pub amount: Option<Decimal>,
    /// The price, if the order has one.
    pub price: Option<Decimal>,
    /// The copy it belongs to.
    pub copy: Option<CopyId>,
}

/// An order that closed a position or part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The account.
    pub key: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The side of the closing order.
    pub side: Side,
    /// The amount, in base units.
    pub amount: Option<Decimal>,
    /// The average price.
    pub price: Option<Decimal>,
    /// Profit after fees, in USD.
    pub profit_usd: Option<Decimal>,
    /// Profit in percent of the position's entry value.
    pub profit_percent: Option<Decimal>,
    /// The copy it belongs to.
    pub copy: Option<CopyId>,
}

impl NotificationEvent {
    /// The kind of the event.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NewOrder(_) => Kind::NewOrder,
            Self::TakeProfit(_) => Kind::TakeProfit,
            Self::StopLoss(_) => Kind::StopLoss,
            Self::KeyRefused { .. } | Self::AccountMode { .. } => Kind::KeyRefused,
            Self::KeyRights { .. } => Kind::KeyRights,
            Self::ForeignFill(_) => Kind::ForeignFill,
            Self::Unprotected { .. } | Self::WithoutStop { .. } | Self::LeftOpen { .. } => Kind::Unprotected,
            Self::ExitLate { .. } => Kind::ExitLate,
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
            | Self::ExitLate { copy, .. } => *copy,
            _ => None,
        }
    }

    /// The exchange key concerned.
    const fn key(&self) -> Option<ExchangeKeyId> {
        match self {
            Self::NewOrder(Ordered { key, .. })
            | Self::TakeProfit(Closed { key, .. })
            | Self::StopLoss(Closed { key, .. })
            | Self::KeyRefused { key }
            | Self::AccountMode { key, .. }
            | Self::KeyRights { key, .. }
            | Self::ForeignFill(ForeignFill { key, .. })
            | Self::Unprotected { key, .. }
            | Self::WithoutStop { key, .. }
            | Self::ExitLate { key, .. } => Some(*key),
            _ => None,
        }
    }

    /// The event as shown on pages; `None` if it is not shown, or only where the caller adds it
    /// ([`Notification::shown`]).
    fn what(&self) -> Option<LiveEventKind> {
        let cents = |closed: &Closed| closed.profit_usd.map(|usd| usd.round_dp(2));
        Some(match self {
            Self::NewOrder(_)
            | Self::KeyRefused { .. }
            | Self::AccountMode { .. }
            | Self::KeyRights { .. }
            | Self::ExitLate { .. }
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
            Self::PlanLapses { plan, .. } => LiveEventKind::PlanEndsSoon(plan.clone()),
            Self::SignedIn { address, .. } => LiveEventKind::SignedIn(address.clone()),
            Self::PasswordChanged => LiveEventKind::PasswordChanged,
        })
    }
}

/// A notification ready to be written, repeatedly if its transaction is retried.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    user: UserId,
    once: String,
    kind: Kind,
    copy: Option<CopyId>,
    /// The signal of the copy, if known.
    signal: Option<SignalId>,
    body: JsonText<NotificationEvent>,
    at: Micros,
    page: Option<InAppNotice>,
}

/// The event as pages show it, regardless of the user's e-mail and Telegram settings.
#[derive(Clone, Debug)]
struct InAppNotice {
    once: String,
    /// `None` if another entry already shows it.
    body: Option<JsonText<LiveEvent>>,
}

impl Notification {
    /// `once` identifies the event: however often it is detected, it is notified once.
    pub(crate) fn new(user: UserId, once: String, event: &NotificationEvent, at: Micros) -> Result<Self> {
        let body = JsonText::of(event)?;
        let notification =
            Self { user, once, kind: event.kind(), copy: event.copy(), signal: None, body, at, page: None };
        match event.what() {
            Some(what) => {
                let once = notification.once.clone();
                notification.shown(once, event.key(), what)
            }
            None => Ok(notification),
        }
    }

    /// Sets the signal of the copy, if known, which saves reading the copy's row.
    pub(crate) fn of_signal(self, signal: Option<SignalId>) -> Self {
        Self { signal, ..self }
    }

    /// The user to notify.
    pub(crate) const fn user(&self) -> UserId {
        self.user
    }

    /// Shows `what` on pages, once under the name `once`.
    pub(crate) fn shown(self, once: String, key: Option<ExchangeKeyId>, what: LiveEventKind) -> Result<Self> {
        let event = LiveEvent { key, at: self.at, what };
        let event = Some(JsonText::of(&event)?);
        Ok(Self { page: Some(InAppNotice { once, body: event }), ..self })
    }

    /// Hides the event on pages, because another entry already shows it.
    pub(crate) fn unshown(mut self) -> Self {
        if let Some(page) = &mut self.page {
            page.body = None;
        }
        self
    }

    /// Writes the notification; protection events are recorded in the audit as well. The effects of one
    /// signal on a user's keys are grouped into one message; every other event is sent separately and
    /// immediately.
    pub(crate) async fn write(&self, tx: &mut Tx) -> store::Result<()> {
        if let Some(page) = &self.page
            && store::event::first(tx, self.user, &page.once, self.at).await?
            && let Some(event) = &page.body
        {
            store::event::append(tx, self.user, event, self.at).await?;
        }
        let signal = match (self.signal, self.copy) {
            (None, Some(copy)) => store::copy::signal_of(&mut *tx, copy).await?,
            (known, _) => known,
        };
        let (group, ready_at) = match signal {
            Some(signal) => (format!("signal:{signal}:{}", self.kind), self.at.plus(BURST)),
            None => (self.once.clone(), self.at),
        };
        let notice = NewNotice {
            event_key: &self.once,
            user_id: self.user,
            kind: self.kind,
            group_key: &group,
            body: &self.body,
            at: self.at,
            ready_at,
        };
        let new = store::notice::notify(tx, &notice).await? > 0;
        if new && self.kind.is_protection() {
            let address = Via::Job.address();
            let entry = NewEntry {
                user_id: Some(self.user),
                action: self.kind.word(),
                subject: &self.once,
                detail: "",
                address: &address,
                client: "",
                at: self.at,
            };
            store::audit::insert(tx, &entry).await?;
        }
        Ok(())
    }
}
