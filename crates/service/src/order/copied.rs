//! Intents of copies: an entry for a follower, and the end of a copied position. They are worked and taken up like any
//! other, with two differences: nothing that is not the copy's own is closed or cancelled, and an entry that certainly
//! never arrived is sent again while its signal is fresh, because a killed desk must not cost a follower their trade.

use super::{
    account::Access,
    client_id,
    intent::{Draft, Intent, Request},
    legs::{self, Leg, PlannedOrder, Role, seq},
    place::finish,
    record::Fate,
    run::{Halt, Run, Step},
};
use crate::{
    Desk, Error, Result,
    copy::{
        Begin,
        batch::{Begun, Written},
    },
};
use domain::{
    CopyId, Decimal, IntentId, Market, Micros, PositionSide, Refusal, Side, SignalId,
    copy::{Exit, Paused, Reason},
    ticket::ManualOrder,
};
use exchange::Failure;
use serde::{Deserialize, Serialize};
use store::{
    copy::Ended,
    intent::{LegStatus, Status},
};

/// What an intent says when its entry was never sent and nobody wants it any more.
const TOO_LATE: &str = "the order had not been sent while its signal was fresh";

/// A copied entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entering {
    pub(crate) order: ManualOrder,
    pub(crate) leverage: u16,
    /// Until when the entry may be sent.
    pub(crate) fresh_until: Micros,
    /// Whose entry it is. Intents of earlier versions do not say.
    #[serde(default)]
    pub(crate) signal: Option<SignalId>,
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
pub(crate) fn entering(copy: CopyId, access: &Access, entering: Entering, market: &Market) -> Option<Draft> {
    let mut legs = legs::opening(&entering.order, market)?;
    legs.retain(|leg| !matches!(leg.role, Role::Cancel | Role::Close));
    Some(Draft {
        id: IntentId(copy.0),
        user: access.row.user_id,
        key: access.row.key.id,
        trade_type: access.row.key.trade_type,
        symbol: entering.order.symbol.clone(),
        request: Request::Enter(Box::new(entering)),
        legs,
    })
}

/// The intent that ends a copied position.
pub(crate) fn exiting(id: IntentId, access: &Access, symbol: domain::Symbol, exiting: Exiting) -> Draft {
    Draft {
        id,
        user: access.row.user_id,
        key: access.row.key.id,
        trade_type: access.row.key.trade_type,
        symbol,
        request: Request::Exit(exiting),
        legs: vec![Leg { seq: seq::CLOSE, role: Role::Close, order: None }],
    }
}

/// Writes the intent together with `begin` and works it to its end, as far as it can be seen from here: whatever is left
/// is the keeper's. Unless it is written, nothing was done. The caller has the turn.
pub(crate) async fn work(desk: &Desk, access: &Access, draft: Draft, begin: Begin) -> Result<Written> {
    let (tenure, now) = (desk.tenure().await?, desk.clock.now());
    let (intent, legs) = draft.rows(&desk.instance, now, None)?;
    let begun = Begun { begin, intent, legs };
    let written = desk.copies.batch.write(&desk.db, begun).await?;
    if written != Written::Yes {
        return Ok(written);
    }
    let mut intent = draft.written(now, tenure);
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
        let deadline = self.deadline();
        loop {
            let symbol = &self.intent.symbol;
            let validity = self.desk.validity_in(self.intent.tenure).await.map_err(Halt::Later)?;
            match self.desk.exchange.set_leverage(self.who, symbol, entering.leverage, validity).await {
                Ok(()) => break,
                // Setting it twice does no harm.
                Err(failure) => self.pause_or_halt(failure, deadline).await?,
            }
        }
        let entry = self.send(seq::ENTRY).await?;
        self.protect(&entry).await
    }

    /// Takes up an entry: learns what the exchange has, sends what it certainly never got, if anybody still wants it.
    pub(super) async fn resume_enter(&mut self, claimed_at: Micros) -> Step<()> {
        if super::recover::resume_open(self, claimed_at).await? {
            return Ok(());
        }
        let Request::Enter(entering) = self.intent.request.clone() else { return Ok(()) };
        match self.unwanted(&entering).await? {
            None => self.enter(&entering).await,
            Some(reason) => {
                self.intent.fail(Refusal::ExchangeBadRequest, TOO_LATE.to_owned(), Some(reason));
                Ok(())
            }
        }
    }

    /// Why an entry that was decided on is not to be sent any more.
    async fn unwanted(&self, entering: &Entering) -> Result<Option<Reason>> {
        if self.desk.clock.now() > entering.fresh_until {
            return Ok(Some(Reason::Unreachable));
        }
        let work = store::copy::sole(&self.desk.db, CopyId(self.intent.id.0)).await?;
        Ok(match work {
            None => Some(Reason::KeyDeleted),
            Some(work) if work.stopped_at.is_some() => Some(Reason::Stopped),
            Some(work) if !work.follow_active => match work.paused_reason {
                Some(Paused::Panic) => Some(Reason::Panic),
                _ => Some(Reason::Paused),
            },
            Some(_) => None,
        })
    }

    /// Closes what the copy entered, then takes its protection away: never the other way round.
    pub(super) async fn exit(&mut self, exiting: &Exiting) -> Step<()> {
        let side = if exiting.side == Side::Buy { PositionSide::Long } else { PositionSide::Short };
        match self.position().await?.filter(|position| position.side == side) {
            None => self.intent.mark(seq::CLOSE, LegStatus::Skipped, None),
            Some(position) => {
                let amount = position.contracts.min(exiting.amount);
                self.intent.plan(seq::CLOSE, PlannedOrder::closing(side.closing(), amount));
                self.send(seq::CLOSE).await?;
            }
        }
        if let Some(entered) = Intent::load(self.desk, IntentId(exiting.copy.0)).await? {
            let deadline = self.deadline();
            while let Err(failure) = unprotect(self.desk, self.who, &entered).await {
                self.pause_or_halt(failure, deadline).await?;
            }
        }
        self.intent.status = Status::Done;
        Ok(())
    }
}

/// Cancels the protective orders of an entry that are not known to have ended: they must not meet the next position.
pub(super) async fn unprotect(
    desk: &Desk,
    who: &exchange::Credentials,
    entered: &Intent,
) -> std::result::Result<(), Failure> {
    for leg in entered.legs.iter().filter(|l| matches!(l.role, Role::Stop | Role::Target)) {
        // One that ended by itself is no failure.
        if entered.leg_status(leg.seq) == Some(LegStatus::Placed) {
            let id = client_id::derive(entered.id, leg.seq);
            let conditional = leg.order.as_ref().is_some_and(|o| o.kind.conditional());
            let validity = desk.validity().await?;
            desk.exchange
                .cancel(who, entered.trade_type, &entered.symbol, &id, conditional, validity)
                .await?;
        }
    }
    Ok(())
}

impl Intent {
    /// What this intent, once ended, says of its copy.
    pub(super) fn fate(&self) -> Option<Fate> {
        let entry = self.leg_order(seq::ENTRY).filter(|order| !order.filled.is_zero());
        match (self.status, &self.request, entry) {
            (Status::Done, Request::Enter(_), Some(entry)) => {
                let price = entry.average.or(entry.price).unwrap_or_default();
                Some(Fate::Open(entry.id.clone(), price, entry.filled))
            }
            (Status::Done, Request::Enter(_), None) => {
                Some(Fate::Failed(Reason::Refused, Some("the entry ended without a fill".to_owned())))
            }
            (Status::Done, Request::Exit(exiting), _) => {
                let price = self.leg_order(seq::CLOSE).and_then(|order| order.average);
                Some(Fate::Closed(Ended { exit: exiting.why, price, profit: None }))
            }
            (Status::Failed, Request::Enter(_) | Request::Exit(_), entry) => {
                let words = self.ending.as_ref().map(|ending| ending.words.clone());
                let told = self.ending.as_ref().and_then(|ending| ending.reason);
                let reason =
                    if entry.is_some() { Reason::StopRefused } else { told.unwrap_or(Reason::Refused) };
                Some(Fate::Failed(reason, words))
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
