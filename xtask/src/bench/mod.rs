//! `bench`: measures Slipstream's performance, with the sandbox in a separate process. Prints a table and
//! writes `<target dir>/bench.json`. The numbers are informative: no test depends on them.

mod backtest;
mod desk;
mod fanout;
mod http;
mod load;
mod orders;
mod peer;
mod reads;
mod table;

use crate::budget::{BUDGETS, Size};
use crate::sandbox::Sandbox;
use crate::workspace::Workspace;
use crate::{build, console, process, tools};
use anyhow::{Context as _, Result};
use desk::Desk;
use load::{Load, load, micros};
use serde_json::json;
use std::time::Duration;
use table::Table;

/// As many keys as the compared list has entries.
const KEYS: usize = 20;

/// Runs all measurements.
pub(crate) fn bench(workspace: &Workspace, seconds: u64) -> Result<()> {
    let seconds = seconds.max(1);
    tools::wrk::ensure()?;
    let binary = build::release(workspace)?;
    console::step("compile the sandbox example (release)", || {
        let mut cargo = workspace.cargo(&["build", "--quiet", "--release", "--package", "sandbox"]);
        process::run(cargo.args(["--example", "serve"]))
    })?;
    console::step("compile the backtest example (release)", || backtest::build(workspace))?;
    console::step("compile the examples of copies (release)", || fanout::build(workspace))?;
    let mut table = Table::default();
    sizes(workspace, &mut table)?;
    console::step("backtest", || backtest::measure(workspace, &mut table))?;

    for followers in [150, 1_000, 10_000] {
        console::step(&format!("a signal to {followers} followers"), || {
            fanout::measure(workspace, followers, &mut table)
        })?;
    }

    console::step("alerts of 1,000 private sources", || {
        fanout::private_sources(workspace, 1_000, &mut table)
    })?;

    let sandbox = Sandbox::start(workspace, "release", &["--unlimited"])?;
    let mut desk = Desk::start(&binary, &sandbox)?;
    console::step("start-up and memory", || start_up(&mut desk, &mut table))?;
    let account = console::step("a person with keys", || desk.sign_up(KEYS))?;
    console::step("pages and prices", || pages(&desk, seconds, &mut table))?;
    console::step("reads of /v1, beside Express 5", || {
        reads::measure(workspace, &desk, &account, seconds, &mut table)
    })?;
    console::step("orders through /v1", || {
        for kind in ["LIMIT", "MARKET"] {
            let times = orders::through_the_desk(&desk, &account, kind, 20 * seconds)?;
            table.round_trip(kind, &times);
        }
        Ok(())
    })?;
    console::step("orders straight to the sandbox", || {
        let rate = orders::at_the_sandbox(&sandbox, Duration::from_secs(seconds))?;
        table.add("sandboxOrdersPerSecond", "sandbox, orders a second", rate, &format!("{rate}/s"), None);
        Ok(())
    })?;

    console::line(&table.to_string());
    let file = workspace.target.join("bench.json");
    let text = serde_json::to_string_pretty(&json!({ "seconds": seconds, "results": table.json() }))?;
    std::fs::write(&file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    console::note(&format!("also written to {}", file.display()));
    Ok(())
}

/// The size in bytes of each wasm bundle including its glue code: what a first visit loads.
fn sizes(workspace: &Workspace, table: &mut Table) -> Result<()> {
    let site = workspace.target.join("site");
    for (name, limit) in BUDGETS {
        let Size { raw, packed, script: glue } = Size::of(&site, name)?;
        let shown = format!("{packed} B brotli ({raw} raw, + {glue} of JavaScript)");
        let value = json!({ "raw": raw, "brotli": packed, "javascriptBrotli": glue });
        let target = Some((packed <= limit, format!("{limit} B")));
        table.add(&format!("wasm.{name}"), &format!("wasm, {name} bundle"), value, &shown, target);
    }
    Ok(())
}

fn start_up(desk: &mut Desk, table: &mut Table) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..7 {
        times.push(desk.restart()?);
    }
    times.sort();
    let median = times[times.len() / 2];
    let shown = format!("{:.1} ms", median.as_secs_f64() * 1e3);
    let target = Some((median <= Duration::from_millis(300), "300 ms".to_owned()));
    table.add("coldStartMicros", "exec to first healthy answer", micros(median), &shown, target);
    // Waits until the work of the start is over, so that the server is idle.
    std::thread::sleep(Duration::from_secs(5));
    let resident = load::resident_bytes(desk.process_id())?;
    let shown = format!("{:.1} MB", resident as f64 / 1e6);
    table.add(
        "residentBytes",
        "resident, idle",
        resident,
        &shown,
        Some((resident < 60_000_000, "60 MB".to_owned())),
    );
    Ok(())
}

fn pages(desk: &Desk, seconds: u64, table: &mut Table) -> Result<()> {
    let measure = |path: &str| -> Result<Load> {
        load(&format!("http://{}{path}", desk.addr), &[], desk.process_id(), seconds)
    };
    let landing = measure("/")?;
    // Sixteen concurrent visitors wait for each other, so the server's own time per page is its CPU time.
    let server_time = Duration::from_secs_f64(1.0 / landing.per_cpu_second());
    let verdict = (server_time < Duration::from_millis(5), "5 ms server time".to_owned());
    table.load("landing", "landing page", &landing, Some(verdict));
    table.load("ticker", "/v1 ticker", &measure("/v1/pub/exchange/ticker")?, None);
    Ok(())
}
