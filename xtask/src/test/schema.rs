//! Tests of the OpenAPI document: the document and its examples against their schemas, and a running desk by
//! schemathesis, which generates requests from the document and checks the responses. The same seed generates
//! the same requests.

use super::Run;
use super::clients::{self, Desk};
use super::report;
use super::tally::Tally;
use crate::{console, process, tools};
use anyhow::Result;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// The directory of these tests.
pub(super) const FOLDER: &str = "end2end/schema";

const SEED: &str = "20261121";
/// The desk's database. Postgres is the stricter of the two: it does not accept zero bytes.
const DATABASE: &str = "schema";

/// The checks of each response. Omitted are schemathesis's checks for things we do not promise: that every
/// request valid by its schema is accepted (no schema says whether an exchange knows a key), that another
/// method is answered with 405 (the document that we follow requires 404), and those about links between
/// operations, which we do not describe.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,ignored_auth";

/// 25 generated requests for each operation, or 200 in the long variant, in addition to those at the bounds
/// of its schemas.
pub(super) fn schema(run: &Run<'_>) -> Result<Tally> {
    let folder = run.workspace.root.join(FOLDER);
    let programs = tools::python::ensure(&folder, &run.workspace.target)?;
    clients::build(run)?;
    let cluster = run.cluster()?;
    cluster.psql("postgres", &["-c", &format!("create database {DATABASE}")].map(OsStr::new))?;
    let (binary, database) = (run.workspace.binary("debug"), cluster.url(DATABASE));
    let settings = [("DATABASE_URL", database.as_str()), ("SLIPSTREAM_LOCAL_WEBHOOKS", "1")];
    let desk = Desk::with(&binary, &settings)?;
    // schemathesis stores data of a run here; the next run must not depend on it.
    let memory = tempfile::tempdir()?;
    let prepared = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir(memory.path()).env("DESK_URL", &desk.url);
        // The program itself creates the operator, on the same data.
        command.env("SLIPSTREAM_BIN", &binary).env("SLIPSTREAM_DATA_DIR", desk.data_dir());
        command.env("DATABASE_URL", &database).env("SCHEMATHESIS_HOOKS", "hooks");
        command.env("PYTHONPATH", &folder).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    };
    let kept = console::step("the document by its meta-schema, its examples by their schemas", || {
        process::status(prepared(&programs.join("python")).arg(folder.join("document.py")))
    })?;
    let mut tally = report::judged(Tally { passed: u64::from(kept.success()), ..Tally::default() }, kept);
    let report = run.report("schema.xml")?;
    let mut schemathesis = prepared(&programs.join("schemathesis"));
    schemathesis.arg("run").arg(format!("{}/openapi.json", desk.url));
    schemathesis.args(["--seed", SEED, "--max-examples", if run.deep { "200" } else { "25" }]);
    schemathesis.args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure"]);
    schemathesis.args(["--warnings", "off", "--report", "junit", "--report-junit-path"]).arg(&report);
    let status = process::status(&mut schemathesis)?;
    tally += report::read(&report, status, report::junit)?;
    Ok(tally)
}
