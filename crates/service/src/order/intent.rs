//! An intent in memory, and how it is written down.

use super::{
    client_id,
    legs::{Leg, PlannedOrder, Role, seq},
};
use crate::{Desk, Error, Result};
use domain::{
    ExchangeKeyId, IntentId, Micros, Order, Refusal, Symbol, TradeType, UserId, ticket::ManualOrder, time,
};
use exchange::Failure;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{
    Tx,
    intent::{self as rows, Kind, LegStatus, Status},
};

/// How long a holder may be silent before another takes its intents over.
pub(super) const LEASE: i64 = 30 * time::SECOND;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// A manual order.
    Open(ManualOrder),
    /// The end of whatever stands on the market.
    Close,
}

/// Why an intent failed, kept for callers who ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) refusal: Refusal,
    pub(crate) words: String,
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
    outcomes: Vec<Outcome>,
}

/// What a new intent is made of.
pub(super) struct Draft {
    pub(super) user: UserId,
    pub(super) key: ExchangeKeyId,
    pub(super) trade_type: TradeType,
    pub(super) symbol: Symbol,
    pub(super) request: Request,
    pub(super) legs: Vec<Leg>,
}

impl Intent {
    /// Writes the intent with all its legs; nothing is sent before this has been committed.
    pub(super) async fn commit(
        desk: &Desk,
        draft: Draft,
        idempotency: Option<&super::IdempotencyKey>,
    ) -> Result<Self> {
        let now = desk.clock.now();
        let id = IntentId::mint(&*desk.clock, &*desk.chance);
        let mut tx = desk.db.begin().await?;
        let new = rows::NewIntent {
            id,
            user_id: draft.user,
            exchange_key_id: draft.key,
            trade_type: draft.trade_type,
            symbol: draft.symbol.clone(),
            kind: if draft.request == Request::Close { Kind::Close } else { Kind::Open },
            request: json(&draft.request)?,
            idempotency: idempotency.map(|i| (i.key.clone(), i.body_hash)),
            lease_holder: Some(desk.instance.clone()),
            lease_until: now.plus(LEASE),
            created_at: now,
        };
        let legs = draft.legs.iter().map(|leg| new_leg(id, leg)).collect::<Result<Vec<_>>>()?;
        rows::insert(&mut tx, &new, &legs).await?;
        tx.commit().await?;
        Ok(Self {
            id,
            user: draft.user,
            key: draft.key,
            trade_type: draft.trade_type,
            symbol: draft.symbol,
            request: draft.request,
            status: Status::Working,
            outcomes: draft.legs.iter().map(|l| Outcome::planned(l.seq, true)).collect(),
            legs: draft.legs,
            ending: None,
            created_at: now,
        })
    }

    /// Reads an intent as it was last written.
    pub(super) async fn load(desk: &Desk, id: IntentId) -> Result<Option<Self>> {
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
            outcomes,
        }))
    }

    /// Writes what has become of it, all at once, and lets the lease go.
    pub(super) async fn save(&mut self, desk: &Desk) -> Result<()> {
        let now = desk.clock.now();
        let mut tx = desk.db.begin().await?;
        for outcome in self.outcomes.iter_mut().filter(|o| !o.written) {
            if let Some(leg) = self.legs.iter().find(|l| l.seq == outcome.seq) {
                outcome.write(&mut tx, self.id, leg, now).await?;
            }
        }
        match self.status {
            Status::Done | Status::Failed => {
                let answer = json(&self.answer())?;
                let failure = self.ending.as_ref().map(json).transpose()?;
                rows::finish(&mut tx, self.id, self.status, Some(&answer), failure.as_deref(), now).await?;
            }
            Status::Waiting => {
                rows::set_waiting(&mut tx, self.id, now).await?;
                rows::release(&mut tx, self.id, &desk.instance).await?;
            }
            Status::Working => rows::release(&mut tx, self.id, &desk.instance).await?,
        }
        Ok(tx.commit().await?)
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
            Some(leg) => leg.order = Some(order),
            None => {
                let role = if seq == seq::RESCUE { Role::Rescue } else { Role::Close };
                self.legs.push(Leg { seq, role, order: Some(order) });
                self.outcomes.push(Outcome::planned(seq, false));
            }
        }
    }

    /// Ends it with a refusal.
    pub(super) fn fail(&mut self, refusal: Refusal, words: String) {
        self.status = Status::Failed;
        self.ending = Some(Ending { refusal, words });
    }

    fn outcome(&self, seq: u16) -> Option<&Outcome> {
        self.outcomes.iter().find(|o| o.seq == seq)
    }
}

impl Outcome {
    const fn planned(seq: u16, stored: bool) -> Self {
        Self { seq, status: LegStatus::Planned, order: None, words: None, written: stored, stored }
    }

    async fn write(&mut self, tx: &mut Tx, intent: IntentId, leg: &Leg, now: Micros) -> Result<()> {
        if self.stored {
            rows::set_leg_body(tx, intent, self.seq, &json(leg)?, now).await?;
        } else {
            // It was decided on the way (rescue).
            rows::add_legs(tx, intent, &[new_leg(intent, leg)?], now).await?;
        }
        let order = self.order.as_ref().map(json).transpose()?;
        rows::set_leg(tx, intent, self.seq, self.status, order.as_deref(), self.words.as_deref(), now)
            .await?;
        (self.written, self.stored) = (true, true);
        Ok(())
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

fn new_leg(intent: IntentId, leg: &Leg) -> Result<rows::NewLeg> {
    let sends = leg.role != Role::Cancel;
    Ok(rows::NewLeg {
        seq: leg.seq,
        role: leg.role.word().to_owned(),
        client_order_id: sends.then(|| client_id::derive(intent, leg.seq)),
        body: json(leg)?,
    })
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::fault)
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::fault)
}
