//! The compressed forms of a file, beside it.

use anyhow::{Context as _, Result};
use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

/// Writes a file's `.gz` and `.br`.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn compress(file: &Path) -> Result<()> {
    let content = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    for (suffix, packed) in [("gz", gzip(&content)?), ("br", brotli(&content)?)] {
        // Renamed when it is complete: a build takes a file that is there for an up-to-date one.
        let (path, partial) = (beside(file, suffix), beside(file, "partial"));
        let written = std::fs::write(&partial, packed).and_then(|()| std::fs::rename(&partial, &path));
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Quality 11, the slowest and smallest: compressed once per build, downloaded by every visitor.
fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut packed, &parameters)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn compressed_files_unpack_to_the_original() {
        let content = b"slipstream ".repeat(100);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut brotli(&content).unwrap().as_slice(), &mut unpacked).unwrap();
        assert_eq!(unpacked, content);
        let packed = gzip(&content).unwrap();
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, content);
    }

    #[test]
    fn they_are_named_after_the_file() {
        assert_eq!(beside(Path::new("pkg/a.js"), "br"), Path::new("pkg/a.js.br"));
    }
}
