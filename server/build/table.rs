//! The table that src/assets.rs includes: Rust source with an `include_bytes!` per file.

use super::Result;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// One file to embed.
pub(crate) struct File {
    address: String,
    content: Vec<u8>,
    immutable: bool,
    /// The path whose `.br` and `.gz` files already exist, if they do.
    packed: Option<PathBuf>,
}

impl File {
    pub(crate) fn new(address: &str, content: Vec<u8>, immutable: bool) -> Self {
        Self { address: address.to_owned(), content, immutable, packed: None }
    }

    /// A file that may have compressed forms beside it.
    pub(crate) fn packed(address: &str, path: PathBuf, immutable: bool) -> Result<Self> {
        let content = fs::read(&path)?;
        Ok(Self { address: address.to_owned(), content, immutable, packed: Some(path) })
    }
}

/// All files, and the addresses that pages refer to by name.
pub(crate) struct Table {
    out: PathBuf,
    compress: bool,
    entries: Vec<(String, String)>,
    pub(crate) css: String,
    pub(crate) icons: String,
    pub(crate) bundles: Vec<(String, String)>,
}

impl Table {
    pub(crate) fn new(out: &Path, compress: bool) -> Self {
        let (css, icons) = (String::new(), String::new());
        Self { out: out.to_path_buf(), compress, entries: Vec::new(), css, icons, bundles: Vec::new() }
    }

    pub(crate) fn add(&mut self, file: File) -> Result<()> {
        let hash = super::fingerprint(&file.content);
        let plain = self.keep(&hash, "", &file.content)?;
        let (mime, text) = media_type(&file.address);
        let (mut br, mut gz) = ("None".to_owned(), "None".to_owned());
        if let Some(path) = &file.packed {
            br = self.beside(&hash, path, "br")?;
            gz = self.beside(&hash, path, "gz")?;
        } else if text && self.compress {
            br = format!("Some({})", self.keep(&hash, ".br", &brotli(&file.content)?)?);
            gz = format!("Some({})", self.keep(&hash, ".gz", &gzip(&file.content)?)?);
        }
        let immutable = file.immutable;
        let fields = format!(
            "bytes: {plain}, br: {br}, gz: {gz}, mime: {mime:?}, hash: {hash:?}, immutable: {immutable}"
        );
        self.entries.push((file.address, fields));
        Ok(())
    }

    /// Copies bytes into the build's own directory, so that a later clean-up of their source cannot break the
    /// build.
    fn keep(&self, hash: &str, suffix: &str, content: &[u8]) -> Result<String> {
        let path = self.out.join(format!("{hash}{suffix}"));
        fs::write(&path, content)?;
        Ok(format!("include_bytes!({path:?})"))
    }

    fn beside(&self, hash: &str, path: &Path, suffix: &str) -> Result<String> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{suffix}"));
        match fs::read(PathBuf::from(name)) {
            Ok(content) => Ok(format!("Some({})", self.keep(hash, &format!(".{suffix}"), &content)?)),
            Err(_) => Ok("None".to_owned()),
        }
    }

    /// The Rust source; entries are sorted, for the binary search of `lookup`.
    pub(crate) fn source(mut self) -> String {
        self.entries.sort();
        let mut source = String::from("static ASSETS: &[(&str, Asset)] = &[\n");
        for (address, fields) in &self.entries {
            let _ = writeln!(source, "    ({address:?}, Asset {{ {fields} }}),");
        }
        source.push_str("];\n");
        let _ = writeln!(source, "const CSS: &str = {:?};", self.css);
        let _ = writeln!(source, "const ICONS: &str = {:?};", self.icons);
        let _ = writeln!(source, "static BUNDLES: &[(&str, &str)] = &{:?};", self.bundles);
        source
    }
}

/// The media type of an address, and whether it is text, which is compressed.
fn media_type(address: &str) -> (&'static str, bool) {
    match address.rsplit('.').next().unwrap_or_default() {
        "css" => ("text/css; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "json" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "wasm" => ("application/wasm", false),
        "woff2" => ("font/woff2", false),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "ico" => ("image/x-icon", false),
        _ => ("application/octet-stream", false),
    }
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut packed, &parameters)?;
    Ok(packed)
}
