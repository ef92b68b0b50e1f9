//! Reads of `/v1`, each compared with the same bytes served by Express 5: public lists from the desk's
//! response cache and from its database, and private data.

use super::desk::{BenchUser, Desk, text};
use super::http::Client;
use super::load::{Load, load};
use super::peer::{BenchRead, Peer};
use super::table::Table;
use crate::console;
use crate::workspace::Workspace;
use anyhow::Result;
use serde_json::json;

/// The target: how many times as many requests per second of CPU time as Express.
const PUBLIC_TARGET: f64 = 3.0;
const PRIVATE_TARGET: f64 = 2.0;
/// Bypasses all caches: with this header, and with a request target too long to be cached.
const UNCACHED: (&str, &str) = ("Cache-Control", "no-cache");
const TOO_LONG: usize = 600;

/// A read with its name in the table.
struct Named {
    name: &'static str,
    read: BenchRead,
}

/// Measures all reads in one run.
pub(super) fn measure(
    workspace: &Workspace,
    desk: &Desk,
    account: &BenchUser,
    seconds: u64,
    table: &mut Table,
) -> Result<()> {
    let all = reads(desk, account)?;
    let (names, reads): (Vec<_>, Vec<_>) = all.into_iter().map(|named| (named.name, named.read)).unzip();
    let peer = Peer::start(workspace, &account.token, &reads)?;
    for (name, read) in names.into_iter().zip(&reads) {
        console::note(&format!("  {}", read.path));
        let ours = |query: &str, headers: &[(&str, &str)]| -> Result<Load> {
            load(&format!("http://{}{}{query}", desk.addr, read.path), headers, desk.process_id(), seconds)
        };
        let theirs = |headers: &[(&str, &str)]| -> Result<Load> {
            load(&format!("http://{}{}", peer.addr, read.path), headers, peer.process_id(), seconds)
        };
        if read.open {
            let long = format!("?uncached={}", "x".repeat(TOO_LONG));
            let (express, cached, uncached) = (theirs(&[])?, ours("", &[])?, ours(&long, &[UNCACHED])?);
            rows(table, name, "", &cached, &express, Some(PUBLIC_TARGET));
            rows(table, &format!("{name}Uncached"), ", uncached", &uncached, &express, None);
        } else {
            let express = theirs(&[("Authorization", peer.token.as_str())])?;
            let own = ours("", &[("Authorization", account.token.as_str())])?;
            rows(table, name, "", &own, &express, Some(PRIVATE_TARGET));
        }
    }
    Ok(())
}

/// Adds our load, Express's load, and their ratio.
fn rows(table: &mut Table, name: &str, how: &str, ours: &Load, theirs: &Load, target: Option<f64>) {
    let plain = name.trim_end_matches("Uncached");
    table.load(name, &format!("/v1 {plain}{how}"), ours, None);
    if how.is_empty() {
        table.load(&format!("{name}Express"), "  the same bytes in Express 5", theirs, None);
    }
    let ratio = ours.per_cpu_second() / theirs.per_cpu_second();
    let verdict = target.map(|target| (ratio >= target, format!("{target} times")));
    let value = json!((ratio * 100.0).round() / 100.0);
    table.add(
        &format!("{name}Ratio"),
        "  per CPU second, against it",
        value,
        &format!("{ratio:.2} times"),
        verdict,
    );
}

/// Fetches our responses. A read that this desk does not support is skipped with a message.
fn reads(desk: &Desk, account: &BenchUser) -> Result<Vec<Named>> {
    let mut client = desk.client(&account.token)?;
    let listed = client.get("/v1/pub/strategy/list")?.json()?;
    let strategy = text(&listed["items"][0], "id")?;
    for number in 0..super::KEYS {
        let body = json!({ "name": format!("Bench {number}"), "permissions": ["ACCOUNTS_READ"] });
        client.send("POST", "/v1/priv/api-client", Some(&body))?.json()?;
    }
    let order = json!({ "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.01" });
    for _ in 0..super::KEYS {
        client.send("POST", &format!("/v1/priv/exchange/order/{}", account.key), Some(&order))?.json()?;
    }
    let named =
        json!({ "firstName": "Ada", "lastName": "Lovelace", "country": "GB", "timezone": "Europe/London" });
    client.send("PUT", "/v1/priv/account/profile", Some(&named))?;
    let wanted = [
        ("plans", "/v1/pub/subscription/list".to_owned(), true),
        ("strategies", "/v1/pub/strategy/list".to_owned(), true),
        ("riskProfiles", "/v1/pub/strategy/profile/list".to_owned(), true),
        ("strategyHistory", format!("/v1/pub/strategy/{strategy}/history"), true),
        ("strategyPerformance", format!("/v1/pub/strategy/{strategy}/performance"), true),
        ("keyList", super::desk::KEY_LIST.to_owned(), false),
        ("apiClients", "/v1/priv/api-client".to_owned(), false),
        ("profile", "/v1/priv/account/profile".to_owned(), false),
        ("manualTrades", "/v1/priv/account/trade/manual/history".to_owned(), false),
    ];
    let mut found = Vec::new();
    for (name, path, open) in wanted {
        match answered(&mut client, &path)? {
            Some(body) => found.push(Named { name, read: BenchRead { path, open, body } }),
            None => console::note(&format!("  this server has no {path}")),
        }
    }
    Ok(found)
}

fn answered(client: &mut Client, path: &str) -> Result<Option<Vec<u8>>> {
    let answer = client.get(path)?;
    Ok((answer.status == 200).then_some(answer.body))
}
