//! Hash chain over the audit log. Every row gets a MAC over itself and the previous seal, in order, within a
//! second of its commit. The key is derived from the install's secret for messages, which the database holds
//! only encrypted under the master key, so an attacker with write access to the database alone can create no seal.
//! This attacker could delete seals and let the running server seal forged rows: the newest seal is therefore kept
//! outside the database as well ([`super::head`]), and rows up to it are not sealed again once a seal is missing. What
//! remains possible is to add rows, which the server then seals, and to change a row before it is sealed.

use crate::{
    error::{Error, Result},
    platform::{
        Platform,
        audit::head::{self, Head},
        secrets::{Purpose, sign},
    },
};
use domain::time::MINUTE;
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
    let mut latest = desk.audit_head.latest.lock().await;
    let head = head::advance(desk, &mut latest).await?;
    // Once a seal is missing, the rows up to the newest known one are evidence: a new seal would hide the change.
    let late = if head.fault.is_some() { 0 } else { LATE };
    let after = head.audit_id.saturating_sub(late);
    let rows = store::audit::list_unsealed(&desk.db, after, ROUND).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let (mut seq, mut before) = (head.seq, hex::decode(&head.mac).map_err(Error::fault)?);
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
    let audit_id = rows.last().map_or(head.audit_id, |row| row.id.max(head.audit_id));
    let sealed = Head { seq, audit_id, mac: hex::encode(&before), fault: head.fault };
    head::remember(desk, &mut latest, sealed).await?;
    Ok(seals.len())
}

/// Compares the database with the newest seal that this process knows. Runs on every instance, because each has its own
/// data folder and only one of them seals.
///
/// # Errors
/// When the database or the file in the data folder cannot be used.
pub async fn watch(desk: &Platform) -> Result<()> {
    let mut latest = desk.audit_head.latest.lock().await;
    head::advance(desk, &mut latest).await.map(drop)
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

/// Checks every seal and its row, that the chain reaches the seal in the data folder, and that it contains `recorded`:
/// a seal, in hex, that an admin has recorded elsewhere.
///
/// # Errors
/// When the database or the file in the data folder cannot be read.
pub async fn verify(desk: &Platform, recorded: Option<&str>) -> Result<Verified> {
    // Read first: the running server may seal rows meanwhile.
    let known = head::read(desk).await?;
    let mut found = Verified { rows: 0, unsealed: 0, broken: None, head: None };
    let mut missing = recorded.map(str::to_lowercase);
    let (mut seq, mut before) = (0, Vec::new());
    loop {
        let seals = store::audit::list_seals(&desk.db, seq, ROUND).await?;
        if seals.is_empty() {
            break;
        }
        for seal in seals {
            seq += 1;
            found.broken = difference(desk, seq, &before, &seal).await?;
            if found.broken.is_some() {
                return Ok(found);
            }
            found.rows += 1;
            let mac = hex::encode(&seal.mac);
            if known.as_ref().is_some_and(|known| known.seq == seq && known.mac != mac) {
                found.broken = Some(format!("seal {seq} is not the one in the data folder"));
                return Ok(found);
            }
            missing = missing.filter(|recorded| *recorded != mac);
            before = seal.mac;
        }
    }
    found.head = (!before.is_empty()).then(|| hex::encode(&before));
    let unsealed = store::audit::list_unsealed(&desk.db, 0, i64::MAX).await?;
    found.unsealed = unsealed.len();
    let now = desk.clock.now();
    let overdue = unsealed.iter().filter(|row| now.since(row.at).abs() > MINUTE).count();
    found.broken = match known {
        Some(Head { fault: Some(fault), .. }) => Some(fault),
        Some(known) if known.seq > seq => {
            Some(format!("the seals after {seq} are missing; the data folder knows {}", known.seq))
        }
        _ if missing.is_some() => Some("the seal that was recorded elsewhere is missing".to_owned()),
        _ if overdue > 0 => Some(format!("{overdue} rows older than a minute have no seal")),
        _ => None,
    };
    Ok(found)
}

/// How a seal or its row differs from what it should be at this position.
async fn difference(desk: &Platform, seq: i64, before: &[u8], seal: &Seal) -> Result<Option<String>> {
    let row = store::audit::get_entries(&desk.db, seal.audit_id).await?.pop();
    Ok(match &row {
        _ if seal.seq != seq => Some(format!("seal {seq} is missing")),
        None => Some(format!("row {} is missing", seal.audit_id)),
        Some(row) if mac(desk, seq, before, row).await? != seal.mac => {
            Some(format!("row {} differs from its seal", seal.audit_id))
        }
        Some(_) => None,
    })
}
