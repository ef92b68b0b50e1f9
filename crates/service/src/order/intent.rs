//! An intent in memory, and how it is written down.

use super::{
    client_id,
    copied::{Entering, Exiting},
    legs::{Leg, PlannedOrder, Role, seq},
    record::{LegRecord, Record},
};
use crate::{Desk, Error, Result, copy::batch::Write as _, fence::Tenure};
use domain::{
    ExchangeKeyId, IntentId, Micros, Order, Refusal, Symbol, TradeType, UserId, copy::Reason,
    ticket::ManualOrder, time,
};
use exchange::Failure;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::intent::{self as rows, Kind, LegStatus, Status};

/// By when an intent should be finished; health tells of those that take longer.
pub(super) const LEASE: i64 = 30 * time::SECOND;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// A manual order.
    Open(ManualOrder),
    /// The end of whatever stands on the market.
    Close,
    /// The same, by the panic button.
    Panic,
    /// A copied entry.
    Enter(Box<Entering>),
    /// The end of a copied position.
    Exit(Exiting),
}

impl Request {
    const fn kind(&self) -> Kind {
        match self {
            Self::Open(_) | Self::Enter(_) => Kind::Open,
            Self::Close | Self::Panic | Self::Exit(_) => Kind::Close,
        }
    }
}

/// Why an intent failed, kept for callers who ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) refusal: Refusal,
    pub(crate) words: String,
    /// What a copy's owner is told.
    #[serde(default)]
    pub(crate) reason: Option<Reason>,
}

/// What became of a leg.
#[derive(Clone, Debug)]
struct Outcome {
    seq: u16,
    status: LegStatus,
    order: Option<Order>,
    words: Option<String>,
    /// The row behind it says so already.
    written: bool,
    /// There is a row behind it.
    stored: bool,
    /// It was planned anew since.
    replanned: bool,
}

/// Orders that we have decided to send.
pub(crate) struct Intent {
    pub(crate) id: IntentId,
    pub(crate) user: UserId,
    pub(crate) key: ExchangeKeyId,
    pub(crate) trade_type: TradeType,
    pub(crate) symbol: Symbol,
    pub(crate) request: Request,
    pub(crate) status: Status,
    pub(crate) legs: Vec<Leg>,
    pub(crate) ending: Option<Ending>,
    pub(crate) created_at: Micros,
    /// Since before it was claimed here: what is sent for it must be sent in the same.
    pub(crate) tenure: Tenure,
    outcomes: Vec<Outcome>,
}

/// What a new intent is made of.
pub(crate) struct Draft {
    pub(super) id: IntentId,
    pub(super) user: UserId,
    pub(super) key: ExchangeKeyId,
    pub(super) trade_type: TradeType,
    pub(super) symbol: Symbol,
    pub(super) request: Request,
    pub(super) legs: Vec<Leg>,
}

impl Draft {
    /// The rows that are written before anything is sent.
    pub(super) fn rows(
        &self,
        holder: &str,
        now: Micros,
        idempotency: Option<&super::IdempotencyKey>,
    ) -> Result<(rows::NewIntent, Vec<rows::NewLeg>)> {
        let new = rows::NewIntent {
            id: self.id,
            user_id: self.user,
            exchange_key_id: self.key,
            trade_type: self.trade_type,
            symbol: self.symbol.clone(),
            kind: self.request.kind(),
            request: json(&self.request)?,
            idempotency: idempotency.map(|i| (i.key.clone(), i.body_hash)),
            lease_holder: Some(holder.to_owned()),
            lease_until: now.plus(LEASE),
            created_at: now,
        };
        let legs = self.legs.iter().map(|leg| new_leg(self.id, leg)).collect::<Result<_>>()?;
        Ok((new, legs))
    }

    /// The intent, once its rows are written.
    pub(super) fn written(self, now: Micros, tenure: Tenure) -> Intent {
        Intent {
            id: self.id,
            user: self.user,
            key: self.key,
            trade_type: self.trade_type,
            symbol: self.symbol,
            request: self.request,
            status: Status::Working,
            outcomes: self.legs.iter().map(|l| Outcome::planned(l.seq, true)).collect(),
            legs: self.legs,
            ending: None,
            created_at: now,
            tenure,
        }
    }
}

impl Intent {
    /// Writes the intent with all its legs; nothing is sent before this has been committed.
    pub(super) async fn commit(
        desk: &Desk,
        draft: Draft,
        idempotency: Option<&super::IdempotencyKey>,
    ) -> Result<Self> {
        let (tenure, now) = (desk.tenure().await?, desk.clock.now());
        let (new, legs) = draft.rows(&desk.instance, now, idempotency)?;
        let mut tx = desk.db.begin().await?;
        rows::insert(&mut tx, &new, &legs).await?;
        tx.commit().await?;
        Ok(draft.written(now, tenure))
    }

    /// Reads an intent as it was last written.
    pub(super) async fn load(desk: &Desk, id: IntentId) -> Result<Option<Self>> {
        let tenure = desk.tenure().await?;
        let Some(row) = rows::get(&desk.db, id).await? else { return Ok(None) };
        let mut legs = Vec::new();
        let mut outcomes = Vec::new();
        for row in rows::legs(&desk.db, id).await? {
            legs.push(read::<Leg>(&row.body)?);
            outcomes.push(Outcome {
                order: row.order_json.as_deref().map(read).transpose()?,
                status: row.status,
                words: row.failure,
                ..Outcome::planned(row.seq, true)
            });
        }
        Ok(Some(Self {
            id,
            user: row.user_id,
            key: row.exchange_key_id,
            trade_type: row.trade_type,
            symbol: row.symbol,
            request: read(&row.request)?,
            status: row.status,
            legs,
            ending: row.failure.as_deref().map(read).transpose()?,
            created_at: row.created_at,
            tenure,
            outcomes,
        }))
    }

    /// Writes what has become of it, all at once, and lets the lease go. Copies share their transactions.
    pub(super) async fn save(&mut self, desk: &Desk) -> Result<()> {
        let record = self.record(&desk.instance, desk.clock.now())?;
        if matches!(self.request, Request::Enter(_) | Request::Exit(_)) {
            desk.copies.batch.write(&desk.db, record).await?;
            return Ok(());
        }
        let mut tx = desk.db.begin().await?;
        record.write(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// What has become of it since it was last written, as rows.
    fn record(&mut self, holder: &str, at: Micros) -> Result<Record> {
        let mut legs = Vec::new();
        for outcome in self.outcomes.iter_mut().filter(|o| !o.written) {
            if let Some(leg) = self.legs.iter().find(|l| l.seq == outcome.seq) {
                legs.push(LegRecord {
                    row: new_leg(self.id, leg)?,
                    stored: outcome.stored,
                    replanned: outcome.replanned,
                    status: outcome.status,
                    order: outcome.order.as_ref().map(json).transpose()?,
                    words: outcome.words.clone(),
                });
                (outcome.written, outcome.stored, outcome.replanned) = (true, true, false);
            }
        }
        Ok(Record {
            id: self.id,
            holder: holder.to_owned(),
            at,
            legs,
            status: self.status,
            answer: json(&self.answer())?,
            failure: self.ending.as_ref().map(json).transpose()?,
            copy: self.fate(),
            telling: self.ordered(at)?,
            protected: self.protection(),
        })
    }

    /// The orders as the document answers them: entry, targets, stop; only those that the exchange has.
    pub(super) fn answer(&self) -> Vec<Order> {
        let of = |role: Role| {
            self.legs
                .iter()
                .filter(move |l| l.role == role)
                .filter_map(|l| self.outcome(l.seq)?.order.clone())
        };
        of(Role::Entry).chain(of(Role::Target)).chain(of(Role::Stop)).collect()
    }

    /// A leg by its number.
    pub(super) fn leg(&self, seq: u16) -> Option<&Leg> {
        self.legs.iter().find(|l| l.seq == seq)
    }

    /// Where a leg stands.
    pub(super) fn leg_status(&self, seq: u16) -> Option<LegStatus> {
        self.outcome(seq).map(|o| o.status)
    }

    /// The order of a leg, as far as it is known.
    pub(super) fn leg_order(&self, seq: u16) -> Option<&Order> {
        self.outcome(seq)?.order.as_ref()
    }

    /// The order legs that are not known to have been sent.
    pub(super) fn planned(&self) -> Vec<Leg> {
        let unsent = |l: &&Leg| l.order.is_some() && self.leg_status(l.seq) == Some(LegStatus::Planned);
        self.legs.iter().filter(unsent).cloned().collect()
    }

    /// Notes what became of a leg.
    pub(super) fn mark(&mut self, seq: u16, status: LegStatus, order: Option<Order>) {
        if let Some(outcome) = self.outcomes.iter_mut().find(|o| o.seq == seq) {
            outcome.written = false;
            outcome.status = status;
            outcome.order = order.or_else(|| outcome.order.take());
        }
    }

    /// Notes that the exchange said no to a leg.
    pub(super) fn refuse(&mut self, seq: u16, failure: &Failure) {
        self.mark(seq, LegStatus::Refused, None);
        if let Some(outcome) = self.outcomes.iter_mut().find(|o| o.seq == seq) {
            outcome.words = Some(failure.to_string());
        }
    }

    /// Gives a leg its order now that it is known; the rescue leg is added here.
    pub(super) fn plan(&mut self, seq: u16, order: PlannedOrder) {
        match self.legs.iter_mut().find(|l| l.seq == seq) {
            Some(leg) => {
                leg.order = Some(order);
                self.replanned(seq);
            }
            None => self.add(seq, if seq == seq::RESCUE { Role::Rescue } else { Role::Close }, order),
        }
    }

    /// Adds a leg that was decided on the way.
    pub(super) fn add(&mut self, seq: u16, role: Role, order: PlannedOrder) {
        self.legs.push(Leg { seq, role, order: Some(order) });
        self.outcomes.push(Outcome { written: false, ..Outcome::planned(seq, false) });
    }

    /// Whether its entry may still be sent: a manual one is not sent late.
    pub(super) fn still_wanted(&self, now: Micros) -> bool {
        matches!(&self.request, Request::Enter(entering) if now <= entering.fresh_until)
    }

    /// Notes that a leg is not as it was written down.
    pub(super) fn replanned(&mut self, seq: u16) {
        if let Some(outcome) = self.outcomes.iter_mut().find(|o| o.seq == seq) {
            (outcome.written, outcome.replanned) = (false, true);
        }
    }

    /// Ends it with a refusal.
    pub(super) fn fail(&mut self, refusal: Refusal, words: String, reason: Option<Reason>) {
        self.status = Status::Failed;
        self.ending = Some(Ending { refusal, words, reason });
    }

    fn outcome(&self, seq: u16) -> Option<&Outcome> {
        self.outcomes.iter().find(|o| o.seq == seq)
    }
}

impl Outcome {
    const fn planned(seq: u16, stored: bool) -> Self {
        let status = LegStatus::Planned;
        Self { seq, status, order: None, words: None, written: stored, stored, replanned: false }
    }
}

/// Ends what waited on the market for an entry to fill: its orders have just been cancelled to make room for `by`.
pub(super) async fn supersede_waiting(desk: &Desk, by: &Intent) -> Result<()> {
    let unfinished = rows::unfinished_for_key(&desk.db, by.key).await?;
    let waiting =
        |row: &&rows::Intent| row.id != by.id && row.symbol == by.symbol && row.status == Status::Waiting;
    for row in unfinished.iter().filter(waiting) {
        if let Some(mut intent) = Intent::load(desk, row.id).await? {
            intent.status = Status::Done;
            intent.save(desk).await?;
        }
    }
    Ok(())
}

pub(super) fn new_leg(intent: IntentId, leg: &Leg) -> Result<rows::NewLeg> {
    let sends = leg.role != Role::Cancel;
    Ok(rows::NewLeg {
        seq: leg.seq,
        role: leg.role.word().to_owned(),
        client_order_id: sends.then(|| client_id::derive(intent, leg.seq)),
        body: json(leg)?,
    })
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::fault)
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::fault)
}

/// What was asked for by hand; none for the orders of copies, and for closing.
pub(crate) fn asked_by_hand(request: &str) -> Result<Option<ManualOrder>> {
    match read(request)? {
        Request::Open(order) => Ok(Some(order)),
        _ => Ok(None),
    }
}
