//! The command line of the real program: what it prints where, and its exit codes.

use std::process::Command;

/// The exit code, standard output and standard error.
fn ended(words: &[&str]) -> (Option<i32>, String, String) {
    let program = env!("CARGO_BIN_EXE_slipstream");
    let ended = Command::new(program).args(words).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

#[test]
fn help_and_version_go_to_standard_output() {
    let version = concat!("slipstream ", env!("CARGO_PKG_VERSION"), "\n");
    for words in [["--version"], ["-V"]] {
        assert_eq!(ended(&words), (Some(0), version.to_owned(), String::new()));
    }
    for words in [["--help"], ["-h"], ["help"]] {
        let (code, help, errors) = ended(&words);
        assert_eq!((code, errors.as_str()), (Some(0), ""));
        for part in ["Usage: slipstream", "reset-link", "docs/OPERATIONS.md"] {
            assert!(help.contains(part), "no {part} in {help}");
        }
    }
    let (code, help, _) = ended(&["person", "--help"]);
    assert_eq!(code, Some(0));
    for part in ["Usage: slipstream person", "<EMAIL>", "--end-webhooks", "Freeze the account"] {
        assert!(help.contains(part), "no {part} in {help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_1_and_the_reason() {
    for (words, reason) in [
        (&["beckup", "copy.db"][..], "beckup"),
        (&["backup"], "<FILE>"),
        (&["plan", "ada@example.org"], "<PLAN>"),
        (&["rekey", "--fast"], "--fast"),
        (&["person", "ada@example.org", "--suspended"], "--suspended"),
        (&["import", "candles", "a.csv", "BTC/USDT"], "<TIMEFRAME>"),
    ] {
        let (code, output, errors) = ended(words);
        assert_eq!((code, output.as_str()), (Some(1), ""), "{words:?}");
        assert!(errors.starts_with("error: ") && errors.contains(reason), "{words:?}: {errors}");
    }
}
