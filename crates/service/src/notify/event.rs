//! What people are told of, and how it is noted: with the rows that it is about, in one transaction.

use crate::{Error, Result, audit::Via};
use domain::{
    AccountMode, CopyId, Decimal, ExchangeKeyId, Micros, Side, SignalId, Symbol, UserId,
    account::Credential,
    live::{Happening, RightsChange, What},
    notification::Kind,
    time::SECOND,
};
use serde::{Deserialize, Serialize};
use store::{Tx, audit::NewEntry, notice::NewNotice};

/// So long after the last of a burst it is told, together.
const BURST: i64 = 5 * SECOND;

/// Something that happened to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The exchange took an order.
    NewOrder(Ordered),
    /// A take-profit order was filled.
    TakeProfit(Closed),
    /// A stop was filled.
    StopLoss(Closed),
    /// The exchange refuses a key, which is switched off.
    KeyRefused {
        /// Which.
        key: ExchangeKeyId,
    },
    /// A key's account was switched to a mode that is not supported: no entries are sent to it.
    AccountMode {
        /// Which key.
        key: ExchangeKeyId,
        /// Which mode.
        mode: AccountMode,
    },
    /// What a key may do at the exchange has changed, or will.
    KeyRights {
        /// Which key.
        key: ExchangeKeyId,
        /// How.
        change: RightsChange,
        /// When it will, for a right that ends.
        at: Option<Micros>,
    },
    /// A key was deleted while positions that were supervised are open.
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
        /// On which account.
        key: ExchangeKeyId,
        /// On which market.
        symbol: Symbol,
        /// The position was closed; otherwise it has a stop again.
        closed: bool,
        /// Of which copy.
        copy: Option<CopyId>,
    },
    /// A position is without its stop, and the desk is working on it.
    WithoutStop {
        /// The account.
        key: ExchangeKeyId,
        /// The market.
        symbol: Symbol,
        /// The copy that opened it.
        copy: Option<CopyId>,
    },
    /// The exchange refuses to close a copied position that its strategy left; the desk keeps trying.
    ExitLate {
        /// On which account.
        key: ExchangeKeyId,
        /// On which market.
        symbol: Symbol,
        /// Why, in the exchange's words.
        why: String,
        /// The exit.
        copy: Option<CopyId>,
    },
    /// The plan ends soon.
    PlanLapses {
        /// Its name.
        plan: String,
        /// When.
        at: Micros,
    },
    /// Somebody signed in from a browser and address that were not seen before.
    SignedIn {
        /// What the browser calls itself.
        agent: String,
        /// From where.
        address: String,
    },
    /// The password was changed.
    PasswordChanged,
    /// Another credential was made or changed.
    Credential {
        /// What.
        what: Credential,
        /// Its name, as its owner gave it.
        name: String,
    },
}

/// An order that Slipstream did not send and that was filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignFill {
    /// The account.
    pub key: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The side of the order.
    pub side: Side,
    /// How much was filled, in base units.
    pub amount: Decimal,
    /// The average price, where the exchange reports it.
    pub price: Option<Decimal>,
    /// The exchange liquidated the position.
    pub liquidation: bool,
}

/// An order that the exchange took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// On which account.
    pub key: ExchangeKeyId,
    /// On which market.
    pub symbol: Symbol,
    /// To buy or to sell.
    pub side: Side,
    /// How much, in base units.
    pub amount: Option<Decimal>,
    /// At what price, where it has one.
    pub price: Option<Decimal>,
    /// For which copy.
    pub copy: Option<CopyId>,
}

/// An order that closed a position, or a share of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// On which account.
    pub key: ExchangeKeyId,
    /// On which market.
    pub symbol: Symbol,
    /// To buy or to sell.
    pub side: Side,
    /// How much, in base units.
    pub amount: Option<Decimal>,
    /// At what average price.
    pub price: Option<Decimal>,
    /// What it won or lost after fees, in USD.
    pub profit_usd: Option<Decimal>,
    /// The same in percent of what the position had cost.
    pub profit_percent: Option<Decimal>,
    /// Of which copy.
    pub copy: Option<CopyId>,
}

impl Event {
    /// What kind of event it is.
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

    /// The copy that it happened to.
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

    /// The account that it happened on.
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

    /// What pages tell of it. What it does not say itself ([`Telling::shown`]) is none.
    fn what(&self) -> Option<What> {
        let cents = |closed: &Closed| closed.profit_usd.map(|usd| usd.round_dp(2));
        Some(match self {
            Self::NewOrder(_)
            | Self::KeyRefused { .. }
            | Self::AccountMode { .. }
            | Self::KeyRights { .. }
            | Self::ExitLate { .. }
            // Whoever did it saw it; the mail is for the owner, wherever they are.
            | Self::Credential { .. } => {
                return None;
            }
            Self::LeftOpen { name, .. } => What::LeftOpen(name.clone()),
            Self::ForeignFill(fill) if fill.liquidation => What::Liquidated(fill.symbol.clone()),
            Self::ForeignFill(fill) => What::ForeignFill(fill.symbol.clone()),
            Self::TakeProfit(closed) => What::TargetHit(closed.symbol.clone(), cents(closed)),
            Self::StopLoss(closed) => What::StopHit(closed.symbol.clone(), cents(closed)),
            Self::Unprotected { symbol, closed: true, .. } => What::ClosedWithoutStop(symbol.clone()),
            Self::Unprotected { symbol, .. } => What::StopReplaced(symbol.clone()),
            Self::WithoutStop { symbol, .. } => What::WithoutStop(symbol.clone()),
            Self::PlanLapses { plan, .. } => What::PlanEndsSoon(plan.clone()),
            Self::SignedIn { address, .. } => What::SignedIn(address.clone()),
            Self::PasswordChanged => What::PasswordChanged,
        })
    }
}

/// An event that is to be told, ready to be written, again when its transaction fails.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    user: UserId,
    once: String,
    kind: Kind,
    copy: Option<CopyId>,
    /// The signal that the copy is of, where that is known.
    signal: Option<SignalId>,
    body: String,
    at: Micros,
    page: Option<Page>,
}

/// What pages tell of it, whatever its owner wants by e-mail and Telegram.
#[derive(Clone, Debug)]
struct Page {
    once: String,
    /// None where something else has told it.
    happening: Option<String>,
}

impl Telling {
    /// `once` names the event among all events: however often it is seen, it is told once.
    pub(crate) fn new(user: UserId, once: String, event: &Event, at: Micros) -> Result<Self> {
        let body = serde_json::to_string(event).map_err(Error::fault)?;
        let telling =
            Self { user, once, kind: event.kind(), copy: event.copy(), signal: None, body, at, page: None };
        match event.what() {
            Some(what) => {
                let once = telling.once.clone();
                telling.shown(once, event.key(), what)
            }
            None => Ok(telling),
        }
    }

    /// Of which signal the copy is that it is about: whoever knows spares the look at the copy's row.
    pub(crate) fn of_signal(self, signal: Option<SignalId>) -> Self {
        Self { signal, ..self }
    }

    /// Who is told.
    pub(crate) const fn user(&self) -> UserId {
        self.user
    }

    /// Has pages tell `what` of it, once under the name `once`.
    pub(crate) fn shown(self, once: String, key: Option<ExchangeKeyId>, what: What) -> Result<Self> {
        let happening = Happening { key, at: self.at, what };
        let happening = Some(serde_json::to_string(&happening).map_err(Error::fault)?);
        Ok(Self { page: Some(Page { once, happening }), ..self })
    }

    /// Pages do not tell it: something that they tell says it, too.
    pub(crate) fn unshown(mut self) -> Self {
        if let Some(page) = &mut self.page {
            page.happening = None;
        }
        self
    }

    /// Notes it; what protects money or fails to is in the audit, too. What one signal did to a person's keys is told together; all else by itself, at once.
    pub(crate) async fn write(&self, tx: &mut Tx) -> store::Result<()> {
        if let Some(page) = &self.page
            && store::event::first(tx, self.user, &page.once, self.at).await?
            && let Some(happening) = &page.happening
        {
            store::event::append(tx, self.user, happening, self.at).await?;
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
        let new = store::notice::tell(tx, &notice).await? > 0;
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
