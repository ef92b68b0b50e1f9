//! The OpenAPI document against what it describes: the document and its examples by their schemas, and a running desk
//! by schemathesis, which makes requests of the document and judges the answers. The same seed makes the same requests.

use super::Run;
use super::clients::{self, Desk};
use super::report;
use super::tally::Tally;
use crate::{process, say, tools};
use anyhow::Result;
use std::process::Command;

const SEED: &str = "20261121";

/// What each answer must keep. Left out are four of schemathesis's checks: that what keeps the schema is accepted (whether
/// an exchange knows a key, or a market a price, no schema says), that another method is 405 (the document we follow says
/// 404), and those of headers and links that we do not have.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,ignored_auth";

/// 25 requests of each kind for an operation, or 200.
pub(super) fn schema(run: &Run<'_>) -> Result<Tally> {
    let folder = run.workspace.root.join("end2end").join("schema");
    let programs = tools::python::ensure(&folder, &run.workspace.target)?;
    clients::build(run)?;
    let binary = run.workspace.debug_binary();
    let desk = Desk::start(&binary)?;
    let prepared = |name: &str| {
        let mut command = Command::new(programs.join(name));
        command.current_dir(&folder).env("DESK_URL", &desk.url);
        // The operator is made by the program itself, on the same data.
        command.env("SLIPSTREAM_BIN", &binary).env("SLIPSTREAM_DATA_DIR", desk.data_dir());
        command
            .env("PYTHONPATH", &folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SCHEMATHESIS_HOOKS", "hooks");
        command
    };
    let kept = say::step("the document by its meta-schema, its examples by their schemas", || {
        process::status(prepared("python").arg("document.py"))
    })?;
    let mut tally = report::judged(Tally { passed: u64::from(kept.success()), failed: 0 }, kept);
    let report = run.report("schema.xml")?;
    let mut schemathesis = prepared("schemathesis");
    schemathesis.arg("run").arg(format!("{}/openapi.json", desk.url));
    schemathesis.args(["--seed", SEED, "--max-examples", if run.deep { "200" } else { "25" }]);
    schemathesis.args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure"]);
    schemathesis.args(["--warnings", "off", "--report", "junit", "--report-junit-path"]).arg(&report);
    let status = process::status(&mut schemathesis)?;
    tally += report::read(&report, status, report::junit)?;
    Ok(tally)
}
