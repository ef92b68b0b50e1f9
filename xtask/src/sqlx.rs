//! The offline data of the compile-checked queries: `crates/store/.sqlx`.
//!
//! sqlx's macros write what they learn about a query into `SQLX_OFFLINE_DIR` if a database is available, so
//! neither
//! sqlx-cli nor a manually set-up database is needed: a throw-away cluster gets the Postgres migrations, and
//! the store
//! crate is compiled against it.

use crate::console;
use crate::fs::{files_below, make_dir, read};
use crate::process;
use crate::tools::postgres::Cluster;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The database in the cluster that gets the migrations.
const DATABASE: &str = "slipstream_queries";

/// The variable with the macros' database URL, as named in crates/store/sqlx.toml.
const ADDRESS: &str = "SLIPSTREAM_SQLX_DATABASE_URL";

/// File contents by name.
type Data = BTreeMap<String, Vec<u8>>;

/// `cargo xtask sqlx`: updates the committed data.
pub(crate) fn rewrite(workspace: &Workspace) -> Result<()> {
    let cluster = Cluster::start()?;
    let fresh = generate(workspace, &cluster)?;
    let folder = committed(workspace);
    make_dir(&folder)?;
    for old in files_below(&folder)? {
        if !old.file_name().is_some_and(|name| fresh.contains_key(&*name.to_string_lossy())) {
            std::fs::remove_file(&old)?;
        }
    }
    for (name, content) in &fresh {
        crate::fs::write_if_changed(&folder.join(name), content)?;
    }
    console::note(&format!("{} queries in {}", fresh.len(), folder.display()));
    Ok(())
}

/// Fails if the committed data differs from what the database reports now.
pub(crate) fn compare(workspace: &Workspace, cluster: &Cluster) -> Result<()> {
    let fresh = generate(workspace, cluster)?;
    let stored = load(&committed(workspace))?;
    let differing: Vec<&String> =
        fresh.keys().chain(stored.keys()).filter(|name| fresh.get(*name) != stored.get(*name)).collect();
    if differing.is_empty() {
        return Ok(());
    }
    bail!("crates/store/.sqlx is stale, run `cargo xtask sqlx`; differing: {differing:?}");
}

fn committed(workspace: &Workspace) -> PathBuf {
    workspace.root.join("crates").join("store").join(".sqlx")
}

fn generate(workspace: &Workspace, cluster: &Cluster) -> Result<Data> {
    let create = format!("CREATE DATABASE {DATABASE}");
    cluster.psql("postgres", &[OsStr::new("-c"), OsStr::new(&create)])?;
    for migration in files_below(&workspace.root.join("migrations").join("postgres"))? {
        cluster.psql(DATABASE, &[OsStr::new("-1"), OsStr::new("-f"), migration.as_os_str()])?;
    }
    let folder = tempfile::tempdir()?;
    let url = cluster.url(DATABASE);
    // Cargo does not know that the macros query a database, and would consider an unchanged crate fresh. A
    // cfg that is new each time (because the directory's name is) makes it compile this one crate again, and
    // nothing else.
    let marker = format!("sqlx_run=\"{}\"", folder.path().display());
    let mut cargo =
        workspace.cargo(&["rustc", "--quiet", "--package", "store", "--lib", "--profile", "check"]);
    cargo.args(["--", "--cfg", &marker]);
    cargo.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", folder.path()).env(ADDRESS, &url);
    process::run(&mut cargo)?;
    load(folder.path())
}

fn load(folder: &Path) -> Result<Data> {
    let mut data = Data::new();
    for file in files_below(folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        data.insert(name, read(&file)?);
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_loaded_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("query-1.json"), "{}").unwrap();
        assert_eq!(load(folder.path()).unwrap(), Data::from([("query-1.json".to_owned(), b"{}".to_vec())]));
        assert_eq!(load(&folder.path().join("absent")).unwrap(), Data::new());
    }
}
