//! Secrets from files: `NAME_FILE` is the path of a file with the value of `NAME`. Environment variables are
//! visible to anyone who can inspect the process; Docker, Kubernetes and systemd provide secrets as files.

use std::{collections::BTreeMap, fs, io::Read as _};

/// The variables that may hold a secret.
const SECRETS: &[&str] = &[
    "DATABASE_URL",
    "RECAPTCHA_SECRET",
    "SLIPSTREAM_MASTER_KEY",
    "SLIPSTREAM_MASTER_KEY_BEFORE",
    "SLIPSTREAM_METRICS_TOKEN",
    "SLIPSTREAM_SANDBOX_TOKEN",
    "SMTP_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "TELEGRAM_BOT_TOKEN",
];
/// The largest size of a secret file, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Replaces each `NAME_FILE` variable with the content of its file. Returns the names that were read and the
/// problems.
pub(super) fn read(vars: &mut BTreeMap<String, String>) -> (Vec<String>, Vec<String>) {
    let (mut known, mut problems) = (Vec::new(), Vec::new());
    for name in SECRETS {
        let from = format!("{name}_FILE");
        let Some(path) = vars.get(&from).map(|path| path.trim().to_owned()) else { continue };
        let value = content(&path);
        known.push(from.clone());
        match value {
            _ if vars.contains_key(*name) => {
                problems.push(format!("{from} must not be set together with {name}"))
            }
            Some(value) => drop(vars.insert((*name).to_owned(), value)),
            None => {
                problems.push(format!("{from} must be the path of a readable, non-empty text file"));
            }
        }
    }
    (known, problems)
}

fn content(path: &str) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
