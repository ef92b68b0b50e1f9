//! Intents of copies: a follower's entry, and the exit of a copied position. They are worked and resumed like
//! any other intent, with two differences: they close and cancel only what belongs to the copy, and an entry
//! that certainly never arrived is sent again while its signal is fresh, because a killed process must not
//! cost a follower the trade.

use super::{
    account::Access,
    begin::{BeginCondition, PendingIntent},
    change::{self, HistoryEntry, Reducing},
    copied_request::{Entering, Exiting},
    finish::finish,
    intent::{Intent, Request},
    legs::{self, Leg, Role},
    record::CopyOutcome,
    run::{Run, RunResult},
    seq,
};
use crate::{
    error::{Error, Result},
    trading::{Trading, eligibility},
};
use domain::{
    CopyId, Decimal, IntentId, Market, Refusal,
    copy::{CopyDetail, Exit, Reason},
    order_failure::FailureCause,
    trade::{ChangeKind, TradeSnapshot},
};
use exchange::ExchangeResult;
use store::{copy::Ended, group_commit::CommitOutcome, intent::Status};

/// Builds the intent of a copied entry; `None` if a target's share would be zero.
pub(crate) fn entering(
    desk: &Trading,
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

/// Builds the intent that ends a copied position.
pub(crate) fn exiting(
    desk: &Trading,
    id: IntentId,
    access: &Access,
    symbol: domain::Symbol,
    exiting: Exiting,
) -> Intent {
    let legs = vec![Leg::new(seq::CLOSE, Role::Close, None)];
    Intent::new(desk, id, access, symbol, Request::Exit(exiting), legs)
}

/// Builds the intent that closes a part of a copied position.
pub(crate) fn reducing(
    desk: &Trading,
    id: IntentId,
    access: &Access,
    symbol: domain::Symbol,
    reducing: Reducing,
) -> Intent {
    let legs = vec![Leg::new(seq::CLOSE, Role::Close, None)];
    Intent::new(desk, id, access, symbol, Request::Reduce(reducing), legs)
}

/// Returns the reduction that the intent `id` was to carry out; `None` if there is no such intent.
pub(crate) async fn planned_reduction(desk: &Trading, id: IntentId) -> Result<Option<Reducing>> {
    Ok(Intent::load(desk, id).await?.and_then(|intent| match intent.request {
        Request::Reduce(reducing) => Some(reducing),
        _ => None,
    }))
}

/// Returns what a copy still holds of the amount that it `entered`, in base units: less what its partial exits have closed.
pub(crate) async fn remaining(desk: &Trading, copy: CopyId, entered: Decimal) -> Result<Decimal> {
    let mut remaining = entered;
    for change in store::trade::list_changes(&desk.db, IntentId(copy.0)).await? {
        // An entry that cannot be read must not hold up an exit.
        let after: TradeSnapshot = serde_json::from_str(&change.after).unwrap_or_default();
        if after.kind != Some(ChangeKind::Reduce) {
            continue;
        }
        let Some(intent) = Intent::load(desk, change.id).await? else { continue };
        if matches!(&intent.request, Request::Reduce(reducing) if reducing.copy == Some(copy)) {
            remaining -= intent.reduced();
        }
    }
    // A partial exit always leaves something. If nothing is left, one that was tried again has closed what the owner had
    // added meanwhile, and the copy could not be closed any more.
    Ok(if remaining > Decimal::ZERO { remaining } else { entered })
}

/// Writes the intent if `begin` allows it, and works it as far as possible; the background reconciler
/// finishes the rest. If the intent is not written, nothing has been sent. The caller holds the per-market
/// lock.
pub(crate) async fn work(
    desk: &Trading,
    access: &Access,
    mut intent: Intent,
    begin: BeginCondition,
) -> Result<CommitOutcome> {
    intent.tenure = desk.tenure().await?;
    let (row, legs) = intent.rows(&desk.instance, None)?;
    let history = intent.reduction_entry()?.map(|entry| entry.row(&intent));
    let started = PendingIntent { begin, intent: row, legs, history };
    let written = desk.group_commit.write(&desk.db, started).await?;
    if written != CommitOutcome::Committed {
        return Ok(written);
    }
    let mut run = Run::new(desk, &access.who, &mut intent, false).await?;
    let outcome = run.copied().await;
    // A refusal has been recorded here and is reported by the copy's row.
    match finish(desk, &access.who, &mut intent, outcome).await {
        Err(error @ Error::Fault(_)) => Err(error),
        _ => Ok(written),
    }
}

impl Run<'_> {
    /// Works a new intent of a copy from its first step.
    async fn copied(&mut self) -> RunResult<()> {
        match self.intent.request.clone() {
            Request::Enter(entering) => self.enter(&entering).await,
            Request::Exit(exiting) => self.exit(&exiting).await,
            Request::Reduce(_) => change::carry_out(self.desk, self.who, self.intent, false).await,
            _ => Err(Error::fault("not a copy's intent").into()),
        }
    }

    async fn enter(&mut self, entering: &Entering) -> RunResult<()> {
        self.ensure_leverage(entering.leverage).await?;
        let entry = self.send(seq::ENTRY).await?;
        self.protect(&entry).await
    }

    /// Sets the market's leverage, unless it is known to be set from the account's stream.
    async fn ensure_leverage(&self, leverage: u16) -> RunResult<()> {
        let (accounts, key, symbol) = (&self.desk.accounts, self.intent.key, &self.intent.symbol);
        if accounts.has_leverage(key, symbol, leverage) {
            return Ok(());
        }
        let mut tries = self.tries();
        // Setting it twice is harmless.
        while let Err(failure) = self.set_leverage(leverage).await {
            self.pause_or_halt(failure, &mut tries).await?;
        }
        accounts.set_leverage(key, symbol, leverage);
        Ok(())
    }

    async fn set_leverage(&self, leverage: u16) -> ExchangeResult<()> {
        let validity = self.desk.validity_in(self.intent.tenure).await?;
        self.desk.exchange.set_leverage(self.who, &self.intent.symbol, leverage, validity).await
    }

    /// Resumes an entry: finds out what the exchange has, and sends the entry if it certainly never arrived
    /// and is still wanted.
    pub(super) async fn resume_enter(&mut self) -> RunResult<()> {
        if super::recover::resume_open(self).await? {
            return Ok(());
        }
        let Request::Enter(entering) = self.intent.request.clone() else { return Ok(()) };
        match self.unwanted(&entering).await? {
            None => self.enter(&entering).await,
            Some((reason, detail)) => {
                self.intent.fail(Refusal::ExchangeBadRequest, detail, Some(reason));
                Ok(())
            }
        }
    }

    /// Returns why an entry that was decided but certainly not sent is no longer wanted, by the same rule
    /// that new entries are judged by; `None` if it still is.
    async fn unwanted(&self, entering: &Entering) -> Result<Option<(Reason, Option<CopyDetail>)>> {
        let Some(work) = store::copy::get_work(&self.desk.db, CopyId(self.intent.id.0)).await? else {
            return Ok(Some((Reason::KeyDeleted, None)));
        };
        let unsent = || (Reason::TooOld, Some(FailureCause::SignalOld.into()));
        if let Err((reason, detail)) = eligibility::resumed(self.desk, &work).await? {
            let known = || (reason, detail.as_deref().map(CopyDetail::read));
            return Ok(Some(if reason == Reason::TooOld { unsent() } else { known() }));
        }
        Ok(entering.is_too_late(&*self.desk.clock).then(unsent))
    }
}

impl Intent {
    /// Returns the entry in the history of the trade that this intent reduces.
    fn reduction_entry(&self) -> Result<Option<HistoryEntry>> {
        let Request::Reduce(Reducing { trade: Some(trade), amount, left, .. }) = &self.request else {
            return Ok(None);
        };
        HistoryEntry::of_amounts(*trade, ChangeKind::Reduce, *left + *amount, *left).map(Some)
    }

    /// Returns what this intent, once ended, changes in its copy's row.
    pub(super) fn copy_outcome(&self) -> Option<CopyOutcome> {
        if !self.request.copies() {
            return None;
        }
        match (self.status, &self.request, self.filled_entry()) {
            (Status::Done, Request::Enter(_), Some(entry)) => {
                let price = entry.average.or(entry.price).unwrap_or_default();
                Some(CopyOutcome::Open(entry.id.clone(), price, entry.filled))
            }
            (Status::Done, Request::Enter(_), None) => {
                let detail = CopyDetail::from(FailureCause::NoFill).stored();
                Some(CopyOutcome::Failed(Reason::Refused, Some(detail)))
            }
            (Status::Done, Request::Exit(exiting), _) => {
                let price = self.leg_order(seq::CLOSE).and_then(|order| order.average);
                Some(CopyOutcome::Closed(Ended { exit: exiting.why, price, profit: None }))
            }
            (Status::Done, Request::Reduce(_), _) => {
                let price = self.leg_order(seq::CLOSE).and_then(|order| order.average);
                Some(CopyOutcome::Closed(Ended { exit: Exit::Signal, price, profit: None }))
            }
            (Status::Failed, _, entry) => {
                let words = self.ending.as_ref().map(|ending| ending.words.clone());
                let words = words.filter(|words| !words.is_empty());
                let given = self.ending.as_ref().and_then(|ending| ending.reason);
                let reason =
                    if entry.is_some() { Reason::StopRefused } else { given.unwrap_or(Reason::Refused) };
                Some(CopyOutcome::Failed(reason, words))
            }
            _ => None,
        }
    }
}
