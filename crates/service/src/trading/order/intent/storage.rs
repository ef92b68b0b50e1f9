//! Conversion of an intent to database rows and back, and the transactions that save it.

use super::{Intent, LEASE, Request};
use crate::{
    error::{Error, Result},
    trading::{
        Trading,
        order::{
            IdempotencyKey,
            change::HistoryEntry,
            legs::{Leg, LegPlan, Role, Unsaved},
            record::{LegChange, PositionOutcome, Record},
            seq,
        },
    },
};
use domain::{
    IntentId, Micros,
    ticket::ManualOrder,
    trade::{Automation, gains},
};
use serde::{Serialize, de::DeserializeOwned};
use store::{
    JsonText, Tx,
    automation::{self, AutomationRow},
    group_commit::{BatchedWrite as _, CommitOutcome},
    instance,
    intent::{self as rows, Status},
    protection::{self, Wanted},
    trade::Opened,
};

impl Intent {
    /// Returns the rows that are written before anything is sent.
    pub(in crate::trading::order) fn rows(
        &mut self,
        holder: &str,
        idempotency: Option<&IdempotencyKey>,
    ) -> Result<(rows::NewIntent, Vec<rows::NewLeg>)> {
        let new = rows::NewIntent {
            id: self.id,
            user_id: self.user,
            exchange_key_id: self.key,
            trade_type: self.trade_type,
            symbol: self.symbol.clone(),
            position_side: self.slot,
            kind: self.request.kind(),
            request: json(&self.request)?,
            idempotency: idempotency.map(|i| (i.key.clone(), i.body_hash)),
            lease_holder: Some(holder.to_owned()),
            lease_until: self.created_at.plus(LEASE),
            protection: self.protection(),
            created_at: self.created_at,
        };
        let legs =
            self.legs.iter().map(|leg| new_leg(self.client_id(leg.seq), leg)).collect::<Result<_>>()?;
        self.legs.iter_mut().for_each(|leg| leg.unsaved = Unsaved::Nothing);
        Ok((new, legs))
    }

    /// Writes the intent with all its legs, and a change's entries in the histories of trades. Nothing is sent before this has been
    /// committed.
    pub(in crate::trading::order) async fn commit_with_history(
        &mut self,
        desk: &Trading,
        idempotency: Option<&IdempotencyKey>,
        history: &[HistoryEntry],
    ) -> Result<()> {
        self.tenure = desk.tenure().await?;
        let (new, legs) = self.rows(&desk.instance, idempotency)?;
        let mut tx = desk.db.begin().await?;
        rows::insert_intent(&mut tx, &new, &legs).await?;
        for entry in history {
            entry.write(&mut tx, self).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Does the same as [`Self::commit_with_history`] for an order, with what the desk will do with its trade by itself, and with the changed
    /// legs of the trades that it is opened beside.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if another instance has taken one of them over meanwhile: then nothing is written.
    pub(in crate::trading::order) async fn commit_opening(
        &mut self,
        desk: &Trading,
        idempotency: Option<&IdempotencyKey>,
        automation: &Automation,
        others: &mut [Self],
    ) -> Result<()> {
        self.tenure = desk.tenure().await?;
        let (new, legs) = self.rows(&desk.instance, idempotency)?;
        let mut tx = desk.db.begin().await?;
        rows::insert_intent(&mut tx, &new, &legs).await?;
        for other in others {
            other.write_within(desk, &mut tx).await?;
        }
        if *automation != Automation::default() {
            automation::put_automation(&mut tx, &AutomationRow::new(self.id, automation)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Writes the changed legs of a trade in the transaction of another intent.
    async fn write_within(&mut self, desk: &Trading, tx: &mut Tx) -> Result<()> {
        let changed = self.record(&desk.instance, desk.clock.now(), false)?;
        if !self.settled && !instance::lock_if_held(&mut *tx, &desk.instance, self.id).await? {
            return Err(Error::Unavailable { retry_after_s: 2 });
        }
        changed.write(tx).await?;
        Ok(())
    }

    /// Writes this new intent together with the changed legs of `trade`, with `wanted` as the wanted protection of its
    /// position, with its changed automation, and with an entry in the trade's history. Nothing is sent before this has been
    /// committed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if another instance has taken `trade` over meanwhile: nothing is written, because a change
    /// without its legs could never be carried out.
    pub(in crate::trading::order) async fn commit_change(
        &mut self,
        desk: &Trading,
        idempotency: Option<&IdempotencyKey>,
        trade: &mut Self,
        wanted: Option<Wanted>,
        automation: Option<&AutomationRow>,
        history: HistoryEntry,
    ) -> Result<()> {
        self.tenure = desk.tenure().await?;
        let (new, legs) = self.rows(&desk.instance, idempotency)?;
        let mut tx = desk.db.begin().await?;
        rows::insert_intent(&mut tx, &new, &legs).await?;
        trade.write_within(desk, &mut tx).await?;
        if let Some(wanted) = wanted {
            protection::set_wanted(&mut tx, trade.id, wanted).await?;
        }
        if let Some(automation) = automation {
            automation::put_automation(&mut tx, automation).await?;
        }
        history.write(&mut tx, self).await?;
        Ok(tx.commit().await?)
    }

    /// Loads an intent as it was last written.
    pub(in crate::trading::order) async fn load(desk: &Trading, id: IntentId) -> Result<Option<Self>> {
        let tenure = desk.tenure().await?;
        let Some(row) = rows::get_intent(&desk.db, id).await? else { return Ok(None) };
        let legs = rows::list_legs(&desk.db, id).await?.into_iter().map(leg_of).collect::<Result<_>>()?;
        Ok(Some(Self {
            id,
            user: row.user_id,
            key: row.exchange_key_id,
            trade_type: row.trade_type,
            symbol: row.symbol,
            slot: row.position_side,
            request: read(&row.request)?,
            status: row.status,
            settled: matches!(row.status, Status::Done | Status::Failed),
            legs,
            ending: row.failure.as_deref().map(read).transpose()?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            install: desk.install(),
            held_before: None,
            tenure,
        }))
    }

    /// Writes the changes in one transaction and releases the lease. Copies share their transactions.
    pub(in crate::trading::order) async fn save(&mut self, desk: &Trading) -> Result<()> {
        self.write(desk, true).await
    }

    /// Does the same as [`Self::save`] but keeps the lease, because more work follows.
    pub(in crate::trading::order) async fn save_progress(&mut self, desk: &Trading) -> Result<()> {
        self.write(desk, false).await
    }

    async fn write(&mut self, desk: &Trading, release: bool) -> Result<()> {
        if self.settled && desk.has_ended(self.tenure) {
            tracing::warn!(intent = %self.id, "did not save an intent that another instance may be working on");
            return Ok(());
        }
        let record = self.record(&desk.instance, desk.clock.now(), release)?;
        if self.request.copies() {
            let outcome = desk.group_commit.write(&desk.db, record).await?;
            // Another instance has planned a leg with the same number: what was not written must not be sent.
            let conflict = outcome == CommitOutcome::Conflict;
            return if conflict { Err(Error::Unavailable { retry_after_s: 1 }) } else { Ok(()) };
        }
        let mut tx = desk.db.begin().await?;
        record.write(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Returns the outcome of all legs of a rebuilt intent that [`Self::rows`] has written. Its owner is not
    /// notified again.
    pub(in crate::trading::order) fn adopted(&mut self, holder: &str, at: Micros) -> Result<Record> {
        self.legs.iter_mut().for_each(|leg| leg.unsaved = Unsaved::Outcome);
        Ok(Record { ordered: None, ..self.record(holder, at, true)? })
    }

    /// Returns the changes since the last write, as rows.
    fn record(&mut self, holder: &str, at: Micros, release: bool) -> Result<Record> {
        let mut legs = Vec::new();
        // Computed before the legs are marked as written.
        let position = self.position_outcome();
        for leg in self.legs.iter().filter(|leg| leg.unsaved != Unsaved::Nothing) {
            legs.push(LegChange {
                row: new_leg(self.client_id(leg.seq), leg)?,
                unsaved: leg.unsaved,
                status: leg.status,
                order: leg.placed.as_ref().map(json).transpose()?,
                failure: leg.failure.clone(),
            });
        }
        self.legs.iter_mut().for_each(|leg| leg.unsaved = Unsaved::Nothing);
        Ok(Record {
            id: self.id,
            holder: holder.to_owned(),
            settled: self.settled,
            release,
            at,
            legs,
            status: self.status,
            failure: self.ending.as_ref().map(json).transpose()?,
            copy: self.copy_outcome(),
            ordered: self.ordered(at)?,
            position,
            opened: self.opened(),
        })
    }

    /// Returns what was entered, and its risk down to the first requested stop.
    fn opened(&self) -> Option<Opened> {
        let amount = self.entered()?;
        let price = self.average_entry();
        let stop = self.request.opens().and_then(|order| Some((order.side, order.stop?.trigger)));
        let risk = price.zip(stop).and_then(|(price, (side, stop))| {
            // An adopted position may have gained so much that it has no loss at its stop.
            let loses = gains(side, stop, price);
            (price - stop).abs().checked_mul(amount).filter(|_| loses)
        });
        Some(Opened { amount, price, risk })
    }

    /// Returns the changed outcome of the position that this intent was to open.
    fn position_outcome(&self) -> Option<PositionOutcome> {
        self.request.opens()?;
        if self.adopts() {
            // The position is the trade's only once its stop is known to be placed.
            return match self.status {
                Status::Done => self.has_unsaved_fills().then_some(PositionOutcome::Entered),
                Status::Failed => Some(PositionOutcome::Never),
                Status::Working | Status::Waiting => None,
            };
        }
        self.leg(seq::ENTRY)?;
        if self.filled_entry().is_some() {
            return self.has_unsaved_fills().then_some(PositionOutcome::Entered);
        }
        if !matches!(self.status, Status::Done | Status::Failed) {
            return None;
        }
        Some(if self.entry_is_over() { PositionOutcome::Never } else { PositionOutcome::GivenUp })
    }
}

fn leg_of(row: rows::Leg) -> Result<Leg> {
    let LegPlan { seq, role, order } = read(&row.body)?;
    let placed = row.order_json.as_ref().map(JsonText::value).transpose()?;
    Ok(Leg {
        status: row.status,
        placed,
        failure: row.failure,
        unsaved: Unsaved::Nothing,
        client_order_id: row.client_order_id,
        changed_at: Some(row.updated_at),
        ..Leg::new(seq, role, order)
    })
}

fn new_leg(client_order_id: String, leg: &Leg) -> Result<rows::NewLeg> {
    let sends = leg.role != Role::Cancel;
    let plan = LegPlan { seq: leg.seq, role: leg.role, order: leg.order.clone() };
    Ok(rows::NewLeg {
        seq: leg.seq,
        role: leg.role.word().to_owned(),
        client_order_id: sends.then_some(client_order_id),
        body: json(&plan)?,
    })
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::fault)
}

pub(in crate::trading::order) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::fault)
}

/// Returns the manual order of a stored request; `None` for copies' orders and closing requests.
pub(crate) fn manual_order_of(request: &str) -> Result<Option<ManualOrder>> {
    match read(request)? {
        Request::Open(order) => Ok(Some(order)),
        _ => Ok(None),
    }
}
