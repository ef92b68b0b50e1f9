//! A file of breached passwords that the admin has downloaded: the SHA-1 of each, sorted, as Have I Been Pwned publishes
//! them. It has tens of gigabytes, so it is searched where it lies.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
    path::Path,
};

/// The longest part of a line that is read, in bytes: a hash has 40, and a count follows it.
const LONGEST: u64 = 100;

/// Whether a file contains a password. Each of its lines begins with the SHA-1 of one in upper case, and they are sorted.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn contains(path: &Path, password: &str) -> io::Result<bool> {
    let wanted = hex::encode_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()));
    let file = File::open(path)?;
    // The line of the password begins at or after `low` and before `high`, if there is one.
    let (mut low, mut high) = (0, file.metadata()?.len());
    let mut file = BufReader::with_capacity(256, file);
    while low < high {
        let middle = low + (high - low) / 2;
        match line_from(&mut file, middle)? {
            Some((_, line)) if line.starts_with(wanted.as_bytes()) => return Ok(true),
            Some((start, line)) if line.as_slice() < wanted.as_bytes() => low = start + 1,
            _ => high = middle,
        }
    }
    Ok(false)
}

/// The first line that begins at this position or after it, with its position; `None` if there is none.
fn line_from(file: &mut BufReader<File>, position: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut start = position.saturating_sub(1);
    file.seek(SeekFrom::Start(start))?;
    if position > 0 {
        // A line begins here only if the one before it has ended.
        let mut rest = Vec::new();
        start += u64::try_from(file.by_ref().take(LONGEST).read_until(b'\n', &mut rest)?).unwrap_or(u64::MAX);
    }
    let mut line = Vec::new();
    file.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    Ok((!line.is_empty()).then_some((start, line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn hash(password: &str) -> String {
        hex::encode_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()))
    }

    /// A file with these passwords, in the published form.
    fn list(passwords: &[String], end: &str) -> tempfile::NamedTempFile {
        let mut hashes: Vec<String> = passwords.iter().map(|password| hash(password)).collect();
        hashes.sort();
        let text = hashes.iter().enumerate().fold(String::new(), |mut text, (i, hash)| {
            let _ = write!(text, "{hash}:{}{end}", i * i * 37);
            text
        });
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn every_listed_password_is_found_and_no_other() {
        assert_eq!(hash("password"), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
        for (count, end) in [(0, "\n"), (1, "\n"), (2, "\r\n"), (300, "\n"), (301, "\r\n")] {
            let listed: Vec<String> = (0..count).map(|number| format!("known {number}")).collect();
            let file = list(&listed, end);
            for password in &listed {
                assert!(contains(file.path(), password).unwrap(), "{password} of {count}");
            }
            for number in 0..50 {
                assert!(!contains(file.path(), &format!("unknown {number}")).unwrap(), "{number} of {count}");
            }
        }
    }

    #[test]
    fn a_missing_file_is_an_error() {
        assert!(contains(Path::new("/no/such/file"), "password").is_err());
    }
}
