//! Hash chain over the audit log. Every row gets a MAC over itself and the previous seal, in order, within a
//! second of its commit. The key is derived from the install's secret for messages, which the database holds
//! only encrypted under the master key: an attacker with write access to the database can add rows that were
//! never sealed, but cannot change, remove or reorder any without `slipstream audit verify` finding it.

use crate::{
    error::{Error, Result},
    platform::{
        Platform,
        secrets::{Purpose, sign},
    },
};
use store::audit::{AuditEntry, Seal};

/// Rows per transaction.
const ROUND: i64 = 500;
/// How many ids before the last sealed row are checked again: concurrent transactions commit in any order.
const LATE: i64 = 1_000;

/// Seals the rows that are not sealed yet and returns their number. The caller holds the job's lease.
///
/// # Errors
/// When the database cannot be used.
pub async fn seal(desk: &Platform) -> Result<usize> {
    let after = store::audit::last_sealed(&desk.db).await?.saturating_sub(LATE);
    let rows = store::audit::list_unsealed(&desk.db, after, ROUND).await?;
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
        match store::audit::insert_seal(&mut tx, seal).await {
            // Another instance was first; the next round continues from there.
            Err(error) if error.is_unique() => return Ok(0),
            other => other?,
        }
    }
    // Before the commit: if the process ends now, a row may be logged twice, but no sealed row is missing.
    if desk.settings.log_audit {
        rows.iter().zip(&seals).for_each(|(row, seal)| log(row, seal));
    }
    tx.commit().await?;
    Ok(seals.len())
}

/// Writes a row to the log, with its seal. Collected on another machine, it survives a change of the database, and the
/// seals show later whether rows are missing at the end. Texts that a caller can choose, such as the client, are in
/// quotes: they cannot pretend to be another field.
fn log(row: &AuditEntry, seal: &Seal) {
    tracing::info!(
        target: "audit",
        number = row.id,
        user = %row.user_id.map(|user| user.to_string()).unwrap_or_default(),
        action = %row.action,
        subject = row.subject,
        detail = row.detail,
        address = %row.address,
        client = row.client,
        at = %row.at,
        seal = %hex::encode(&seal.mac),
        "audit"
    );
}

async fn mac(desk: &Platform, seq: i64, before: &[u8], row: &AuditEntry) -> Result<Vec<u8>> {
    // JSON, so that no two different rows have the same text.
    let text = serde_json::to_string(&(
        seq,
        hex::encode(before),
        (row.id, row.user_id, &row.action, &row.subject, &row.detail),
        (&row.address, &row.client, row.at.0),
    ));
    let text = text.map_err(Error::fault)?;
    sign(desk, Purpose::Audit, &text).await.map(Vec::from)
}

/// Result of a check of the whole chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number of rows that match their seals.
    pub rows: i64,
    /// Number of rows without a seal; on a running desk, those of the last second.
    pub unsealed: usize,
    /// The first fault found.
    pub broken: Option<String>,
    /// The last seal, in hex. Kept elsewhere, it shows later whether the end of the log was cut off.
    pub head: Option<String>,
}

/// Checks every seal and its row.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(desk: &Platform) -> Result<Verified> {
    let mut found = Verified { rows: 0, unsealed: 0, broken: None, head: None };
    let (mut seq, mut before) = (0, Vec::new());
    loop {
        let seals = store::audit::list_seals(&desk.db, seq, ROUND).await?;
        if seals.is_empty() {
            break;
        }
        for seal in seals {
            seq += 1;
            let row = store::audit::get_entries(&desk.db, seal.audit_id).await?.pop();
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
    found.unsealed = store::audit::list_unsealed(&desk.db, 0, i64::MAX).await?.len();
    Ok(found)
}
