//! Intents of copies: an entry for a follower, and the end of a copied position. They are worked and taken up like any
//! other, with two differences: nothing that is not the copy's own is closed or cancelled, and an entry that certainly
//! never arrived is sent again while its signal is fresh, because a killed desk must not cost a follower their trade.

use super::{
    account::Access,
    begin::{Begin, Begun},
    finish::finish,
    intent::{Intent, Request},
    legs::{self, Leg, Role},
    record::CopyOutcome,
    run::{Run, Step},
    seq,
};
use crate::{Desk, Error, Result, eligibility};
use domain::{
    Clock, CopyId, Decimal, IntentId, Market, Micros, Refusal, Side, SignalId,
    copy::{Exit, Reason},
    ticket::ManualOrder,
};
use exchange::{Answer, Failure};
use serde::{Deserialize, Serialize};
use store::{copy::Ended, group_commit::Outcome, intent::Status};

/// What an intent says when its entry was never sent and nobody wants it any more.
pub(super) const TOO_LATE: &str = "the order had not been sent while its signal was fresh";

/// A copied entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entering {
    pub(crate) order: ManualOrder,
    pub(crate) leverage: u16,
    /// Until when the entry may be sent, by the wall clock.
    pub(crate) fresh_until: Micros,
    /// The same by this machine's boot clock, which nobody sets back; none once the process was restarted.
    #[serde(skip)]
    pub(crate) fresh_until_boot: Option<Micros>,
    /// Whose entry it is. Intents of earlier versions do not say.
    #[serde(default)]
    pub(crate) signal: Option<SignalId>,
}

impl Entering {
    /// Whether the entry is too late to be sent.
    pub(super) fn is_too_late(&self, clock: &dyn Clock) -> bool {
        clock.now() > self.fresh_until || self.fresh_until_boot.is_some_and(|until| clock.boot() > until)
    }
}

/// The end of a copied position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exiting {
    /// Whose position: the copy's intent holds its protective orders.
    pub(crate) copy: CopyId,
    /// Which way it was entered.
    pub(crate) side: Side,
    /// No more than this is closed: what else stands on the market is its owner's.
    pub(crate) amount: Decimal,
    pub(crate) why: Exit,
}

/// The intent of a copied entry. None when a target's share would be nothing.
pub(crate) fn entering(
    desk: &Desk,
    copy: CopyId,
    access: &Access,
    entering: Entering,
    market: &Market,
) -> Option<Intent> {
    let mut legs = legs::opening(&entering.order, market)?;
    legs.retain(|leg| !matches!(leg.role, Role::Cancel | Role::Close));
    let symbol = entering.order.symbol.clone();
    Some(Intent::new(desk, IntentId(copy.0), access, symbol, Request::Enter(Box::new(entering)), legs))
}

/// The intent that ends a copied position.
pub(crate) fn exiting(
    desk: &Desk,
    id: IntentId,
    access: &Access,
    symbol: domain::Symbol,
    exiting: Exiting,
) -> Intent {
    let legs = vec![Leg::new(seq::CLOSE, Role::Close, None)];
    Intent::new(desk, id, access, symbol, Request::Exit(exiting), legs)
}

/// Writes the intent together with `begin` and works it to its end, as far as it can be seen from here: whatever is left
/// is the keeper's. Unless it is written, nothing was done. The caller has the turn.
pub(crate) async fn work(desk: &Desk, access: &Access, mut intent: Intent, begin: Begin) -> Result<Outcome> {
    intent.tenure = desk.tenure().await?;
    let (row, legs) = intent.rows(&desk.instance, None)?;
    let begun = Begun { begin, intent: row, legs };
    let written = desk.group_commit.write(&desk.db, begun).await?;
    if written != Outcome::Committed {
        return Ok(written);
    }
    let mut run = Run::new(desk, &access.who, &mut intent, false).await?;
    let outcome = run.copied().await;
    // A refusal here has been written down; the copy's row tells it.
    match finish(desk, &mut intent, outcome).await {
        Err(error @ Error::Fault(_)) => Err(error),
        _ => Ok(written),
    }
}

impl Run<'_> {
    /// A copy's intent from its first step on.
    async fn copied(&mut self) -> Step<()> {
        match self.intent.request.clone() {
            Request::Enter(entering) => self.enter(&entering).await,
            Request::Exit(exiting) => self.exit(&exiting).await,
            _ => Err(Error::fault("not a copy's intent").into()),
        }
    }

    async fn enter(&mut self, entering: &Entering) -> Step<()> {
        self.ensure_leverage(entering.leverage).await?;
        let entry = self.send(seq::ENTRY).await?;
        self.protect(&entry).await
    }

    /// Sets the market's leverage, unless the account's stream says that it is set.
    async fn ensure_leverage(&self, leverage: u16) -> Step<()> {
        let (accounts, key, symbol) = (&self.desk.copies.accounts, self.intent.key, &self.intent.symbol);
        if accounts.has_leverage(key, symbol, leverage) {
            return Ok(());
        }
        let mut tries = self.tries();
        // Setting it twice does no harm.
        while let Err(failure) = self.set_leverage(leverage).await {
            self.pause_or_halt(failure, &mut tries).await?;
        }
        accounts.leverage_was_set(key, symbol, leverage);
        Ok(())
    }

    async fn set_leverage(&self, leverage: u16) -> Answer<()> {
        let validity = self.desk.validity_in(self.intent.tenure).await?;
        self.desk.exchange.set_leverage(self.who, &self.intent.symbol, leverage, validity).await
    }

    /// Takes up an entry: learns what the exchange has, sends what it certainly never got, if anybody still wants it.
    pub(super) async fn resume_enter(&mut self) -> Step<()> {
        if super::recover::resume_open(self).await? {
            return Ok(());
        }
        let Request::Enter(entering) = self.intent.request.clone() else { return Ok(()) };
        match self.unwanted(&entering).await? {
            None => self.enter(&entering).await,
            Some((reason, words)) => {
                self.intent.fail(Refusal::ExchangeBadRequest, words, Some(reason));
                Ok(())
            }
        }
    }

    /// Why an entry that was decided on and certainly not sent is not wanted any more, in words too: by the rule that new
    /// entries are judged by.
    async fn unwanted(&self, entering: &Entering) -> Result<Option<(Reason, String)>> {
        let Some(work) = store::copy::sole(&self.desk.db, CopyId(self.intent.id.0)).await? else {
            return Ok(Some((Reason::KeyDeleted, Reason::KeyDeleted.text().to_owned())));
        };
        if let Err((reason, words)) = eligibility::resumed(self.desk, &work).await? {
            let words = if reason == Reason::TooOld { Some(TOO_LATE.to_owned()) } else { words };
            return Ok(Some((reason, words.unwrap_or_else(|| reason.text().to_owned()))));
        }
        let late = entering.is_too_late(&*self.desk.clock);
        Ok(late.then(|| (Reason::TooOld, TOO_LATE.to_owned())))
    }
}

impl Intent {
    /// What this intent, once ended, says of its copy.
    pub(super) fn copy_outcome(&self) -> Option<CopyOutcome> {
        match (self.status, &self.request, self.filled_entry()) {
            (Status::Done, Request::Enter(_), Some(entry)) => {
                let price = entry.average.or(entry.price).unwrap_or_default();
                Some(CopyOutcome::Open(entry.id.clone(), price, entry.filled))
            }
            (Status::Done, Request::Enter(_), None) => {
                let words = "the entry ended without a fill".to_owned();
                Some(CopyOutcome::Failed(Reason::Refused, Some(words)))
            }
            (Status::Done, Request::Exit(exiting), _) => {
                let price = self.leg_order(seq::CLOSE).and_then(|order| order.average);
                Some(CopyOutcome::Closed(Ended { exit: exiting.why, price, profit: None }))
            }
            (Status::Failed, Request::Enter(_) | Request::Exit(_), entry) => {
                let words = self.ending.as_ref().map(|ending| ending.words.clone());
                let given = self.ending.as_ref().and_then(|ending| ending.reason);
                let reason =
                    if entry.is_some() { Reason::StopRefused } else { given.unwrap_or(Reason::Refused) };
                Some(CopyOutcome::Failed(reason, words))
            }
            _ => None,
        }
    }
}

/// What a copy's owner is told of the exchange's failure.
pub(super) const fn reason(failure: &Failure) -> Reason {
    match failure {
        Failure::Unauthorized => Reason::KeyUnauthorized,
        Failure::Limited(_) | Failure::Unreachable | Failure::Unknown(_) | Failure::Expired => {
            Reason::Unreachable
        }
        // Insufficient margin; leverage that this account may not have; the position would be too large for it.
        Failure::Refused { code: -2019 | -2027 | -2028 | -4028, .. } => Reason::Margin,
        Failure::Refused { code: -1013 | -4164, .. } => Reason::BelowMinimum,
        Failure::Refused { .. } | Failure::UnknownSymbol => Reason::Refused,
    }
}
