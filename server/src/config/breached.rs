//! The list of breached passwords.

use super::Check;
use std::{fs::File, io::Read as _, path::PathBuf};

const NAME: &str = "SLIPSTREAM_BREACHED_PASSWORDS";
/// Length of a SHA-1 in hexadecimal digits.
const HASH: usize = 40;

/// Reads the path of the list, and checks that the file begins as one.
pub(super) fn list(check: &mut Check) -> Option<PathBuf> {
    let path = PathBuf::from(check.text(NAME)?);
    let mut begin = [0; HASH];
    let read = File::open(&path).and_then(|mut file| file.read_exact(&mut begin));
    let is_hash = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
    if read.is_err() || !begin.iter().all(is_hash) {
        check.fail(NAME, "the path of a readable file of SHA-1 hashes in upper case, sorted");
    }
    Some(path)
}
