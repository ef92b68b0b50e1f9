//! The newest seal of the audit chain that this process knows, in memory and in a file of the data folder. An attacker
//! with write access to the database alone can delete seals, and rows with them, but not this seal: the chain is then
//! shorter than it was, or has another seal in its place.

use crate::{
    error::{Error, Result},
    platform::{
        Platform,
        secrets::{Purpose, sign, verify_signature},
    },
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::ErrorKind,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{sync::Mutex, task::spawn_blocking};

/// Name of the file in the data folder.
const FILE: &str = "audit-head";

/// The newest known seal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Its position in the chain; 0 if there is none.
    pub(super) seq: i64,
    /// The highest number of a sealed row.
    pub(super) audit_id: i64,
    /// Its MAC, in hex.
    pub(super) mac: String,
    /// How the database was found to differ from an earlier head. Stays until an admin removes the file.
    pub(super) fault: Option<String>,
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Signed {
    head: Head,
    signature: String,
}

/// The end of the chain, as this process knows it.
#[derive(Default)]
pub(crate) struct AuditHead {
    /// `None` until it was read.
    pub(super) latest: Mutex<Option<Head>>,
    fault: OnceLock<String>,
    reported: AtomicBool,
}

impl Platform {
    /// How the audit log in the database was found to be changed; `None` while it agrees with the newest seal that
    /// this process knows.
    #[must_use]
    pub fn audit_fault(&self) -> Option<&str> {
        self.audit_head.fault.get().map(String::as_str)
    }

    /// The fault, if the admins have not been notified by this process.
    pub(crate) fn unreported_audit_fault(&self) -> Option<&str> {
        self.audit_fault().filter(|_| !self.audit_head.reported.load(Ordering::Relaxed))
    }

    /// Notes that the admins have been notified.
    pub(crate) fn set_audit_fault_reported(&self) {
        self.audit_head.reported.store(true, Ordering::Relaxed);
    }
}

/// Compares the database with the newest known seal, and advances to the newest one in the database. Returns the head
/// that the chain continues from.
pub(super) async fn advance(desk: &Platform, latest: &mut Option<Head>) -> Result<Head> {
    let known = match latest.as_ref() {
        Some(head) => Some(head.clone()),
        None => read(desk).await?,
    };
    let last = store::audit::last_seal(&desk.db).await?;
    let audit_id = store::audit::last_sealed(&desk.db).await?;
    let newest = last.map_or_else(Head::default, |seal| Head {
        seq: seal.seq,
        audit_id,
        mac: hex::encode(&seal.mac),
        fault: None,
    });
    let head = match known {
        None => newest,
        // Nothing was sealed yet, or the file is not authentic and its content means nothing.
        Some(known) if known.seq == 0 => Head { fault: known.fault, ..newest },
        Some(known) => match known.fault.clone().or(difference(desk, &known).await?) {
            None => Head { audit_id: newest.audit_id.max(known.audit_id), ..newest },
            fault => Head { fault, seq: newest.seq.max(known.seq), ..known },
        },
    };
    let new = head.fault.clone().filter(|fault| desk.audit_head.fault.set(fault.clone()).is_ok());
    if let Some(fault) = new {
        tracing::error!(%fault, "the audit log in the database was changed; see docs/INCIDENT.md");
    }
    remember(desk, latest, head.clone()).await?;
    Ok(head)
}

/// How the database differs from a known seal.
async fn difference(desk: &Platform, known: &Head) -> Result<Option<String>> {
    let found = store::audit::list_seals(&desk.db, known.seq - 1, 1).await?.pop();
    Ok(match found.filter(|seal| seal.seq == known.seq) {
        Some(seal) if hex::encode(&seal.mac) == known.mac => None,
        Some(_) => Some(format!("seal {} was replaced", known.seq)),
        None => Some(format!("seal {} is missing", known.seq)),
    })
}

/// Reads the file of the data folder.
///
/// # Errors
/// When the file exists and cannot be read, or the database cannot be used.
pub(super) async fn read(desk: &Platform) -> Result<Option<Head>> {
    let Some(folder) = &desk.settings.audit_folder else { return Ok(None) };
    let path = folder.join(FILE);
    let read = spawn_blocking(move || fs::read_to_string(path)).await.map_err(Error::fault)?;
    let text = match read {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(Error::fault)?,
    };
    if let Ok(Signed { head, signature }) = serde_json::from_str::<Signed>(&text) {
        let signature = hex::decode(&signature).unwrap_or_default();
        if verify_signature(desk, Purpose::AuditHead, &signed_text(&head)?, &signature).await? {
            return Ok(Some(head));
        }
    }
    let fault = "the last seal in the data folder has another key, or is damaged";
    Ok(Some(Head { fault: Some(fault.to_owned()), ..Head::default() }))
}

/// Keeps a head in memory, and in the data folder if there is one.
pub(super) async fn remember(desk: &Platform, latest: &mut Option<Head>, head: Head) -> Result<()> {
    if latest.as_ref() == Some(&head) {
        return Ok(());
    }
    // Without seals there is nothing to keep.
    let kept = desk.settings.audit_folder.clone().filter(|_| head.seq > 0);
    if let Some(folder) = kept {
        let signature = hex::encode(sign(desk, Purpose::AuditHead, &signed_text(&head)?).await?);
        let signed = Signed { head: head.clone(), signature };
        let text = serde_json::to_vec(&signed).map_err(Error::fault)?;
        // In memory first: with a full disk the process itself still knows.
        *latest = Some(head);
        let written = spawn_blocking(move || keep::replace(&folder, FILE, &text)).await;
        return written.map_err(Error::fault)?.map_err(Error::fault);
    }
    *latest = Some(head);
    Ok(())
}

fn signed_text(head: &Head) -> Result<String> {
    serde_json::to_string(head).map_err(Error::fault)
}
