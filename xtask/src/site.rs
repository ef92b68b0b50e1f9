//! The browser code: two wasm bundles from the `frontend` crate, fingerprinted and compressed.
//!
//! `small` serves the pages with small live parts, `desk` the trade page. The output is a directory that
//! server/build.rs
//! embeds: `bundles.txt` lists the file stem of each bundle, and `pkg/` contains `<stem>.js` and
//! `<stem>_bg.wasm`, the names
//! that Leptos requests.

use crate::console;
use crate::fs::{self, digest, make_dir};
use crate::process::{self, Running};
use crate::tools;
use crate::workspace::{Workspace, add_rustflags};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each bundle and the features of `frontend` that it is built with.
pub(crate) const BUNDLES: [(&str, &str); 2] = [("small", "islands,pages"), ("desk", "islands,desk")];

/// The one bundle that serves as both, where it matters more how soon it is built.
const ONE_BUNDLE: [(&str, &str); 1] = [("desk", "islands,pages,desk")];

/// The build mode. Server and bundles must be built with the same assertions: a release server with a debug
/// bundle does not hydrate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Small and pre-compressed.
    Release,
    /// Quick to build from nothing.
    Quick,
    /// Quick to rebuild.
    Dev,
}

impl Mode {
    fn profile(self) -> &'static str {
        match self {
            Self::Release => "wasm-release",
            Self::Quick => "wasm-quick",
            Self::Dev => "wasm-dev",
        }
    }

    /// A cargo command for either half of a page in this mode. View types are erased in both halves or in neither:
    /// the markers between elements differ. Erased, they compile in a fraction of the time, and bundles are larger.
    pub(crate) fn cargo(self, workspace: &Workspace, arguments: &[&str]) -> Command {
        let mut cargo = workspace.cargo(arguments);
        if self == Self::Quick {
            add_rustflags(&mut cargo, &["--cfg", "erase_components"]);
        }
        cargo
    }

    /// The bundles that are built. On the own machine a larger download costs less than a second compilation.
    fn bundles(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Release | Self::Dev => &BUNDLES,
            Self::Quick => &ONE_BUNDLE,
        }
    }

    /// The names of the bundles that the built one `name` serves as.
    fn served_by(self, name: &'static str) -> Vec<&'static str> {
        match self {
            Self::Release | Self::Dev => vec![name],
            Self::Quick => BUNDLES.iter().map(|(served, _)| *served).collect(),
        }
    }

    /// The program that runs wasm-bindgen: its profile, its target directory, and its path. It shares what it is compiled
    /// from with xtask; in the quick build it does not wait for the server, whose build locks the folder of its profile.
    fn binder(self, workspace: &Workspace) -> (&'static str, PathBuf, PathBuf) {
        let (profile, folder, target) = match self {
            Self::Release | Self::Dev => ("dev", "debug", workspace.target.clone()),
            Self::Quick => ("quick", "quick", front(workspace)),
        };
        let path = target.join(folder).join("bind");
        (profile, target, path)
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Release => "site",
            Self::Quick => "site-quick",
            Self::Dev => "site-dev",
        }
    }
}

/// The files of one bundle, ready to be written.
struct Bundle {
    stem: String,
    /// The digest of the raw module: if it is unchanged, the outputs are too.
    source: String,
}

/// Builds the site and returns its directory.
pub(crate) fn build(workspace: &Workspace, mode: Mode) -> Result<PathBuf> {
    tools::rust::ensure_wasm(workspace)?;
    let site = workspace.target.join(mode.folder());
    make_dir(&site.join("pkg"))?;
    // It compiles while the first bundle does: its packages are the slowest of our tools'.
    let (profile, target, binder_path) = mode.binder(workspace);
    let mut cargo = mode.cargo(workspace, &["build", "--quiet", "--package", "bind", "--profile", profile]);
    let mut binder = Some(Running::start(cargo.arg("--target-dir").arg(target))?);
    let mut listing = String::new();
    let mut stems = Vec::new();
    for (name, features) in mode.bundles() {
        let raw = compile(workspace, mode, name, features)?;
        if let Some(mut binder) = binder.take() {
            binder.wait_for_success()?;
        }
        let bundle = bind(&binder_path, &site, name, &raw, mode)?;
        if mode == Mode::Release {
            compress_bundle(&binder_path, &site, &bundle.stem)?;
        }
        fs::write_if_changed(&site.join(format!("{name}.source")), bundle.source.as_bytes())?;
        for served in mode.served_by(name) {
            listing.push_str(&format!("{served} {}\n", bundle.stem));
        }
        stems.push(bundle.stem);
    }
    remove_old(&site.join("pkg"), &stems)?;
    fs::write_if_changed(&site.join("bundles.txt"), listing.as_bytes())?;
    Ok(site)
}

/// The stem of a bundle in a built site.
pub(crate) fn stem(site: &Path, name: &str) -> Option<String> {
    let listing = std::fs::read_to_string(site.join("bundles.txt")).ok()?;
    listing.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(' ')?.to_owned()))
}

/// The target directory of the bundles: the lock of the host's would make the two builds wait for each other.
fn front(workspace: &Workspace) -> PathBuf {
    workspace.target.join("front")
}

/// Returns the path of the compiled module.
fn compile(workspace: &Workspace, mode: Mode, name: &str, features: &str) -> Result<PathBuf> {
    let front = front(workspace);
    console::step(&format!("compile the {name} bundle ({})", mode.profile()), || {
        let mut cargo = mode.cargo(workspace, &["build", "--quiet", "--package", "frontend", "--lib"]);
        cargo.args(["--no-default-features", "--features", features, "--profile", mode.profile()]);
        cargo.args(["--target", "wasm32-unknown-unknown", "--target-dir"]).arg(&front);
        process::run(&mut cargo)
    })?;
    Ok(front.join("wasm32-unknown-unknown").join(mode.profile()).join("frontend.wasm"))
}

/// Runs wasm-bindgen and names the two files after their content; does nothing if the raw module is
/// unchanged.
fn bind(binder: &Path, site: &Path, name: &str, raw: &Path, mode: Mode) -> Result<Bundle> {
    let source = digest([fs::read(raw)?.as_slice(), env!("CARGO_PKG_VERSION").as_bytes()]);
    if let Some(stem) = stem(site, name) {
        let same =
            std::fs::read_to_string(site.join(format!("{name}.source"))).is_ok_and(|old| old == source);
        if same && pair(site, &stem).iter().all(|path| path.is_file()) {
            return Ok(Bundle { stem, source });
        }
    }
    console::step(&format!("bind the {name} bundle"), || {
        let out = tempfile::tempdir_in(site)?;
        let ordered = (mode == Mode::Release).then_some("ordered");
        process::run(Command::new(binder).arg(name).arg(raw).arg(out.path()).args(ordered))?;
        let js = std::fs::read_to_string(out.path().join(format!("{name}.js")))?;
        let js = compact(&js).into_bytes();
        let wasm = fs::read(&out.path().join(format!("{name}_bg.wasm")))?;
        // One hash for both: the module and its glue code only work together.
        let hash = digest([js.as_slice(), wasm.as_slice()]);
        let stem = format!("{name}-{}", &hash[..16]);
        let [js_path, wasm_path] = pair(site, &stem);
        fs::write_if_changed(&js_path, &js)?;
        fs::write_if_changed(&wasm_path, &wasm)?;
        copy_snippets(&out.path().join("snippets"), &site.join("pkg").join("snippets"))?;
        Ok(Bundle { stem, source })
    })
}

/// wasm-bindgen's JavaScript without indentation, empty lines, and lines of comments; none of its texts has several lines.
fn compact(script: &str) -> String {
    let (mut compacted, mut in_comment) = (String::with_capacity(script.len()), false);
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            compacted.push_str(line);
            compacted.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    compacted
}

fn pair(site: &Path, stem: &str) -> [PathBuf; 2] {
    let pkg = site.join("pkg");
    [pkg.join(format!("{stem}.js")), pkg.join(format!("{stem}_bg.wasm"))]
}

/// Copies JavaScript from dependencies; wasm-bindgen names its directories after the crate's hash.
fn copy_snippets(from: &Path, to: &Path) -> Result<()> {
    for file in fs::files_below(from)? {
        let target = to.join(file.strip_prefix(from)?);
        if let Some(parent) = target.parent() {
            make_dir(parent)?;
        }
        fs::write_if_changed(&target, &fs::read(&file)?)?;
    }
    Ok(())
}

/// Writes `.br` and `.gz` beside both files. Names contain the content's hash, so existing files are up to
/// date.
fn compress_bundle(binder: &Path, site: &Path, stem: &str) -> Result<()> {
    let todo: Vec<PathBuf> = pair(site, stem)
        .into_iter()
        .filter(|path| !compressed(path, "br").is_file() || !compressed(path, "gz").is_file())
        .collect();
    if todo.is_empty() {
        return Ok(());
    }
    console::step(&format!("compress {stem}"), || {
        process::run(Command::new(binder).arg("compress").args(&todo))
    })
}

fn compressed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Removes the bundles of earlier builds, so that exactly the current ones are served.
fn remove_old(pkg: &Path, stems: &[String]) -> Result<()> {
    for file in fs::files_below(pkg)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bundle = BUNDLES.iter().any(|(bundle, _)| name.starts_with(&format!("{bundle}-")));
        if bundle && !stems.iter().any(|stem| name.starts_with(stem.as_str())) {
            std::fs::remove_file(&file)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listing_names_the_stem() {
        let site = tempfile::tempdir().unwrap();
        std::fs::write(site.path().join("bundles.txt"), "small small-aa\ndesk desk-bb\n").unwrap();
        assert_eq!(stem(site.path(), "desk").as_deref(), Some("desk-bb"));
        assert_eq!(stem(site.path(), "des"), None);
    }

    #[test]
    fn old_bundles_go_and_current_ones_and_snippets_stay() {
        let pkg = tempfile::tempdir().unwrap();
        for name in ["small-aa.js", "small-aa_bg.wasm.br", "small-bb.js", "inline0.js"] {
            std::fs::write(pkg.path().join(name), "x").unwrap();
        }
        remove_old(pkg.path(), &["small-bb".to_owned()]).unwrap();
        let left: Vec<_> = fs::files_below(pkg.path()).unwrap();
        assert_eq!(left, [pkg.path().join("inline0.js"), pkg.path().join("small-bb.js")]);
    }

    #[test]
    fn comments_of_the_script_go() {
        let script =
            "/* a */\n/**\n * b\n */\nexport class C {\n\n    d() { // e\n        return 'f';\n    }\n}\n";
        assert_eq!(compact(script), "export class C {\nd() { // e\nreturn 'f';\n}\n}\n");
    }
}
