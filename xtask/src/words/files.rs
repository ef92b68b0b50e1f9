//! The files that are checked.

use crate::process;
use crate::workspace::Workspace;
use anyhow::Result;
use std::process::Command;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Rust. In `shown` files every string literal is a text of the interface, a mail or a chat.
    Rust {
        shown: bool,
    },
    JavaScript,
    Plain(Syntax),
    Markdown,
}

/// A language whose comments are easy to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Python,
    Shell,
    Toml,
    Css,
}

/// A tracked file.
#[derive(Debug)]
pub(super) struct File {
    /// The path from the top of the checkout, with `/`.
    pub(super) path: String,
    pub(super) kind: FileKind,
}

/// Parts of paths of recorded data and of generated files, whose text the project does not choose.
const DATA: [&str; 6] = ["/.sqlx/", "/corpora/", "/testdata/", "/fixtures/", "/data/", "node_modules/"];

/// The tracked files to check.
pub(super) fn tracked(workspace: &Workspace) -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root).args(["ls-files", "-z"]);
    let listed = process::output(&mut git)?;
    let files = listed.split('\0').filter_map(|path| {
        let kind = kind(path)?;
        // Git lists deleted files until the deletion is staged.
        workspace.root.join(path).is_file().then(|| File { path: path.to_owned(), kind })
    });
    Ok(files.collect())
}

fn kind(path: &str) -> Option<FileKind> {
    if DATA.iter().any(|part| path.contains(part)) {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rs" => FileKind::Rust { shown: shown(path, name) },
        "ts" | "js" | "mjs" => FileKind::JavaScript,
        "py" => FileKind::Plain(Syntax::Python),
        "sh" => FileKind::Plain(Syntax::Shell),
        "toml" => FileKind::Plain(Syntax::Toml),
        "css" => FileKind::Plain(Syntax::Css),
        "md" if documents(path) => FileKind::Markdown,
        "" if path == ".ci/run" => FileKind::Plain(Syntax::Shell),
        _ => return None,
    })
}

/// The tables of the interface, and the texts of mails and chats. Literals of their tests are names of tables.
fn shown(path: &str, name: &str) -> bool {
    path.starts_with("app/src/words/") && name != "tests.rs"
        || path.starts_with("crates/") && matches!(name, "words.rs" | "letters.rs")
}

fn documents(path: &str) -> bool {
    matches!(path, "README.md" | "CONTRIBUTING.md" | "CHANGELOG.md") || path.starts_with("docs/")
}

/// The crate, or else the top folder, under which the baseline counts a file.
pub(super) fn part(path: &str) -> &str {
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let first = slashes.next();
    let end = if path.starts_with("crates/") { slashes.next() } else { first };
    end.map_or("root", |end| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_from_paths() {
        assert_eq!(kind("app/src/words/desk.rs"), Some(FileKind::Rust { shown: true }));
        assert_eq!(
            kind("crates/service/src/messaging/notify/words.rs"),
            Some(FileKind::Rust { shown: true })
        );
        assert_eq!(kind("app/src/words/tests.rs"), Some(FileKind::Rust { shown: false }));
        assert_eq!(kind("server/src/main.rs"), Some(FileKind::Rust { shown: false }));
        assert_eq!(kind(".ci/run"), Some(FileKind::Plain(Syntax::Shell)));
        assert_eq!(kind("docs/decisions/0001-a.md"), Some(FileKind::Markdown));
        assert_eq!(kind("crates/sandbox/data/README.md"), None);
    }

    #[test]
    fn data_is_left_out() {
        for path in ["migrations/postgres/1.sql", "crates/store/.sqlx/a.json", "Cargo.lock", "a/corpora/b.js"]
        {
            assert_eq!(kind(path), None, "{path}");
        }
    }

    #[test]
    fn files_count_for_their_crate() {
        assert_eq!(part("crates/service/src/following/copy/worker.rs"), "crates/service");
        assert_eq!(part("app/src/lib.rs"), "app");
        assert_eq!(part("README.md"), "root");
    }
}
