//! Reads variables and collects what is wrong with them.

use super::{Problems, secret_files};
use service::platform::secrets::MasterKey;
use std::{collections::BTreeMap, net::IpAddr, str::FromStr};
use store::PostgresLink;

/// Variables used by xtask and tests, not by the program. They cause no warning about an unknown variable.
const OTHERS: &[&str] = &["SLIPSTREAM_SITE", "SLIPSTREAM_BIN", "SLIPSTREAM_DEEP", "SLIPSTREAM_SKIP_POSTGRES"];

/// The variables, the names requested so far, and the problems found.
pub(super) struct Check {
    vars: BTreeMap<String, String>,
    known: Vec<String>,
    problems: Vec<String>,
    /// The operator allows secrets and orders to travel unencrypted.
    plain: bool,
}

impl Check {
    /// An empty variable counts as unset.
    pub(super) fn new(mut vars: BTreeMap<String, String>) -> Self {
        vars.retain(|_, value| !value.trim().is_empty());
        let (known, problems) = secret_files::read(&mut vars);
        let mut check = Self { vars, known, problems, plain: false };
        check.plain = check.word("SLIPSTREAM_PLAIN_HTTP", &["refuse", "allow"]) == Some("allow");
        check
    }

    /// Requires that traffic to this address is encrypted or stays on this machine.
    pub(super) fn encrypted(&mut self, name: &str, url: &str) {
        let encrypted = url.starts_with("https://") || url.starts_with("smtps://");
        // The mail library's notation for STARTTLS that must succeed.
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let starts_tls = url.starts_with("smtp://") && query.split('&').any(|part| part == "tls=required");
        if !(self.plain || encrypted || starts_tls || is_on_this_machine(url)) {
            self.fail(
                name,
                "encrypted (https://, smtps://) or on this machine; set SLIPSTREAM_PLAIN_HTTP=allow to override",
            );
        }
    }

    /// Requires that the connection to a Postgres database is encrypted or stays on this machine.
    pub(super) fn encrypted_database(&mut self, url: &str) {
        // A URL that cannot be used is reported when the database is opened.
        let open =
            !url.starts_with("sqlite:") && matches!(store::postgres_link(url), Ok(PostgresLink::Unprotected));
        if open && !self.plain {
            self.fail(
                "DATABASE_URL",
                "encrypted (sslmode=verify-full, verify-ca or require) or on this machine; set SLIPSTREAM_PLAIN_HTTP=allow to override",
            );
        }
    }

    /// Records a problem. The value is never repeated, because it may be a secret.
    pub(super) fn fail(&mut self, name: &str, wanted: &str) {
        self.problems.push(format!("{name} must be {wanted}"));
    }

    pub(super) fn absent(&self, name: &str) -> bool {
        !self.vars.contains_key(name)
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        self.vars.get(name).map(|value| value.trim().to_owned())
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        let parsed = self.text(name)?.parse().ok();
        if parsed.is_none() {
            self.fail(name, wanted);
        }
        parsed
    }

    pub(super) fn list<T: FromStr>(&mut self, name: &str, wanted: &str) -> Vec<T> {
        let Some(text) = self.text(name) else { return Vec::new() };
        let items: Result<Vec<T>, _> = text.split(',').map(|item| item.trim().parse()).collect();
        items.unwrap_or_else(|_| {
            self.fail(name, wanted);
            Vec::new()
        })
    }

    /// Reads host names, separated by commas, in lower case.
    pub(super) fn hosts(&mut self, name: &str) -> Vec<String> {
        let hosts: Vec<String> = self.list(name, "host names, separated by commas");
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.".contains(&b);
        if !hosts.iter().all(|host| !host.is_empty() && host.bytes().all(plain)) {
            self.fail(name, "host names without a scheme or a port, separated by commas");
        }
        hosts.iter().map(|host| host.to_ascii_lowercase()).collect()
    }

    pub(super) fn word(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(name)?;
        let word = words.iter().find(|word| **word == text).copied();
        if word.is_none() {
            self.fail(name, &words.join(" or "));
        }
        word
    }

    /// Reads a URL and removes the trailing slash.
    pub(super) fn url(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let url = text.trim_end_matches('/');
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let good = rest.is_some_and(|r| !r.is_empty() && !r.contains(['@', '?', '#', ' ']));
        if !good {
            self.fail(name, "an http:// or https:// address, without name, password or query");
        }
        good.then(|| url.to_owned())
    }

    pub(super) fn master_key(&mut self, name: &str) -> Option<MasterKey> {
        let parsed = MasterKey::parse(&self.text(name)?);
        if parsed.is_err() {
            self.fail(name, "64 hex digits, or 32 bytes in Base64");
        }
        parsed.ok()
    }

    /// Variables with our prefix that are not settings: mostly spelling mistakes.
    pub(super) fn unknown(&self) -> Vec<String> {
        let ours = self.vars.keys().filter(|name| name.starts_with("SLIPSTREAM_"));
        ours.filter(|name| !self.known.contains(name) && !OTHERS.contains(&name.as_str())).cloned().collect()
    }

    pub(super) fn finish<T>(self, config: T) -> Result<T, Problems> {
        if self.problems.is_empty() { Ok(config) } else { Err(Problems(self.problems)) }
    }
}

/// Whether an address is on this machine.
pub(super) fn is_on_this_machine(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
