//! The chain over the audit. Every row gets a MAC of itself and of the seal before it, in order, within a second of its commit. The
//! key is the install's secret for messages, which the database holds only sealed under the master key: who can write the database can
//! add rows that were never sealed, but can change, remove or reorder none without `slipstream audit verify` finding it.

use crate::{
    Desk, Error, Result,
    notify::secret::{Purpose, sign},
};
use store::audit::{Entry, Seal};

/// Rows of one transaction.
const ROUND: i64 = 500;
/// So many numbers behind the last sealed row are looked at again: transactions that write at the same time commit in any order.
const LATE: i64 = 1_000;

/// Seals what is not sealed yet; how many rows that were. The caller holds the job's lease.
///
/// # Errors
/// When the database cannot be used.
pub async fn seal(desk: &Desk) -> Result<usize> {
    let after = store::audit::last_sealed(&desk.db).await?.saturating_sub(LATE);
    let rows = store::audit::unsealed(&desk.db, after, ROUND).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let last = store::audit::last_seal(&desk.db).await?;
    let (mut seq, mut before) = last.map_or((0, Vec::new()), |seal| (seal.seq, seal.mac));
    let mut seals = Vec::with_capacity(rows.len());
    for row in &rows {
        seq += 1;
        before = mac(desk, seq, &before, row).await?;
        seals.push(Seal { seq, audit_id: row.id, mac: before.clone(), sealed_at: desk.clock.now() });
    }
    let mut tx = desk.db.begin().await?;
    for seal in &seals {
        match store::audit::seal(&mut tx, seal).await {
            // Another instance was first: the next round goes on from there.
            Err(error) if error.is_unique() => return Ok(0),
            other => other?,
        }
    }
    tx.commit().await?;
    Ok(seals.len())
}

async fn mac(desk: &Desk, seq: i64, before: &[u8], row: &Entry) -> Result<Vec<u8>> {
    // As JSON: no two rows have the same text.
    let text = serde_json::to_string(&(
        seq,
        hex::encode(before),
        (row.id, row.user_id, &row.action, &row.subject, &row.detail),
        (&row.address, &row.client, row.at.0),
    ));
    let text = text.map_err(Error::fault)?;
    sign(desk, Purpose::Audit, &text).await.map(Vec::from)
}

/// What a check of the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Rows that are as they were sealed.
    pub rows: i64,
    /// Rows that are not sealed; on a running desk those of the last second.
    pub unsealed: usize,
    /// The first thing that is wrong.
    pub broken: Option<String>,
    /// The last seal, as hex: kept elsewhere, it shows later whether the end was cut off.
    pub head: Option<String>,
}

/// Checks every seal and its row.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(desk: &Desk) -> Result<Verified> {
    let mut found = Verified { rows: 0, unsealed: 0, broken: None, head: None };
    let (mut seq, mut before) = (0, Vec::new());
    loop {
        let seals = store::audit::seals(&desk.db, seq, ROUND).await?;
        if seals.is_empty() {
            break;
        }
        for seal in seals {
            seq += 1;
            let row = store::audit::get(&desk.db, seal.audit_id).await?.pop();
            let wrong = match &row {
                _ if seal.seq != seq => Some(format!("seal {seq} is missing")),
                None => Some(format!("row {} is missing", seal.audit_id)),
                Some(row) if mac(desk, seq, &before, row).await? != seal.mac => {
                    Some(format!("row {} differs from its seal", seal.audit_id))
                }
                Some(_) => None,
            };
            if wrong.is_some() {
                found.broken = wrong;
                return Ok(found);
            }
            found.rows += 1;
            before = seal.mac;
        }
    }
    found.head = (!before.is_empty()).then(|| hex::encode(&before));
    found.unsealed = store::audit::unsealed(&desk.db, 0, i64::MAX).await?.len();
    Ok(found)
}
