//! Embeds the static files: styles, the files of public/, and the wasm bundles if xtask has built them.
//!
//! Every file gets a fingerprinted address below /pkg, which may be cached forever; files of public/ also
//! keep their
//! own address (robots.txt, favicon), which is revalidated. Without `SLIPSTREAM_SITE` (plain `cargo check`,
//! tests)
//! there are no bundles, and pages have no live parts. src/assets.rs includes the table written here.

#[path = "build/css.rs"]
mod css;
#[path = "build/table.rs"]
mod table;

use sha2::{Digest as _, Sha256};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};
use table::{File, Table};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let server = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = server.parent().ok_or("server/ has no parent")?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-env-changed=SLIPSTREAM_SITE");

    // Quality 11 takes seconds in an unoptimized build script, so an unoptimized server sends uncompressed styles.
    let mut table = Table::new(&out, env::var("OPT_LEVEL")? != "0");
    let public = public(&root.join("public"), &mut table)?;
    styles(&root.join("style"), &public, &mut table)?;
    if let Some(site) = env::var_os("SLIPSTREAM_SITE").filter(|site| !site.is_empty()) {
        bundles(Path::new(&site), &mut table)?;
    }
    fs::write(out.join("assets.rs"), table.source())?;
    Ok(())
}

/// Adds public/ and returns each file's own address with its fingerprinted one.
fn public(folder: &Path, table: &mut Table) -> Result<Vec<(String, String)>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut addresses = Vec::new();
    for file in files_below(folder)? {
        let own = format!("/{}", file.strip_prefix(folder)?.to_string_lossy());
        let content = fs::read(&file)?;
        let (stem, extension) = stem_and_extension(&file);
        let fingerprinted = format!("/pkg/{stem}-{}{extension}", fingerprint(&content));
        table.add(File::new(&own, content.clone(), false))?;
        table.add(File::new(&fingerprinted, content, true))?;
        addresses.push((own, fingerprinted));
    }
    let icons = addresses.iter().find(|(own, _)| own == "/icons.svg");
    table.icons = icons.map_or("/icons.svg", |(_, fingerprinted)| fingerprinted).to_owned();
    Ok(addresses)
}

/// Bundles style/main.css, pointing its `url(/…)`s at the fingerprinted files of public/.
fn styles(folder: &Path, public: &[(String, String)], table: &mut Table) -> Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entry = folder.join("main.css");
    let bundled =
        if entry.is_file() { css::bundle(&entry, &|path| fs::read_to_string(path))? } else { String::new() };
    let mut content = css::minify(&bundled);
    for (own, fingerprinted) in public {
        content = css::readdress(&content, own, fingerprinted);
    }
    table.css = format!("/pkg/slipstream-{}.css", fingerprint(content.as_bytes()));
    let address = table.css.clone();
    table.add(File::new(&address, content.into_bytes(), true))
}

/// Adds the output of `cargo xtask`: `bundles.txt` (a name and a file stem per line) and pkg/, with `.br` and
/// `.gz` beside the files in a release build. Snippets of dependencies have no fingerprint in their names.
fn bundles(site: &Path, table: &mut Table) -> Result<()> {
    let listing = site.join("bundles.txt");
    println!("cargo::rerun-if-changed={}", listing.display());
    for line in fs::read_to_string(&listing)?.lines() {
        let (name, stem) = line.split_once(' ').ok_or("bundles.txt has a line without a stem")?;
        table.bundles.push((name.to_owned(), stem.to_owned()));
    }
    for path in files_below(&site.join("pkg"))? {
        let (_, extension) = stem_and_extension(&path);
        if extension == ".br" || extension == ".gz" {
            continue;
        }
        let name = path.strip_prefix(site)?.to_string_lossy().into_owned();
        let immutable = table.bundles.iter().any(|(_, stem)| name.starts_with(&format!("pkg/{stem}")));
        table.add(File::packed(&format!("/{name}"), path, immutable)?)?;
    }
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn stem_and_extension(path: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let extension = text(path.extension());
    (text(path.file_stem()), if extension.is_empty() { extension } else { format!(".{extension}") })
}

fn fingerprint(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)[..8])
}
