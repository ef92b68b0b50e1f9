//! The archive: compressed files of rows that have left the database, in a folder of the data directory.

use async_trait::async_trait;
use flate2::{Compression, write::GzEncoder};
use service::platform::archive::{Archive, ArchiveBatch};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The name of the folder.
const FOLDER: &str = "archive";

/// Stores batches as `<data dir>/archive/<table>/<name>.jsonl.gz`, readable by their owner only.
#[derive(Clone, Debug)]
pub(super) struct Files {
    data_dir: PathBuf,
}

impl Files {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned() }
    }
}

#[async_trait]
impl Archive for Files {
    async fn put(&self, batch: ArchiveBatch) -> anyhow::Result<()> {
        let data_dir = self.data_dir.clone();
        tokio::task::spawn_blocking(move || write(&data_dir, &batch)).await??;
        Ok(())
    }
}

fn write(data_dir: &Path, batch: &ArchiveBatch) -> io::Result<()> {
    let archive = data_dir.join(FOLDER);
    let folder = archive.join(batch.table);
    keep::private_dir(&folder)?;
    // For existing folders as well: a server may have been killed after it had created them and before they were on
    // the disk.
    keep::sync_dir(&archive)?;
    keep::sync_dir(data_dir)?;
    let packed = packed(&batch.lines)?;
    // Nothing is overwritten: a batch that was stored before its rows were deleted has the same bytes, or it is stored
    // beside the earlier one.
    let mut number = 1_u32;
    loop {
        let name = match number {
            1 => format!("{}.jsonl.gz", batch.name),
            _ => format!("{}-{number}.jsonl.gz", batch.name),
        };
        match fs::read(folder.join(&name)) {
            Ok(stored) if stored == packed => return keep::sync_dir(&folder),
            Ok(_) => number += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return keep::replace(&folder, &name, &packed);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The same lines always give the same bytes, because the header has no time and no name.
fn packed(lines: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(lines)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn batch(name: &str, lines: &str) -> ArchiveBatch {
        ArchiveBatch { table: "fills", name: name.to_owned(), lines: lines.as_bytes().to_vec() }
    }

    fn read(dir: &Path, name: &str) -> String {
        let packed = fs::read(dir.join("archive/fills").join(name)).unwrap();
        let mut text = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        text
    }

    #[tokio::test]
    async fn a_batch_is_stored_once_and_replaces_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        for lines in ["{\"at\":1}\n", "{\"at\":1}\n", "{\"at\":2}\n"] {
            files.put(batch("a", lines)).await.unwrap();
        }
        assert_eq!(read(dir.path(), "a.jsonl.gz"), "{\"at\":1}\n");
        assert_eq!(read(dir.path(), "a-2.jsonl.gz"), "{\"at\":2}\n");
        assert_eq!(
            fs::read_dir(dir.path().join("archive/fills")).unwrap().count(),
            2,
            "and no temporary file"
        );
    }

    #[tokio::test]
    async fn a_batch_that_cannot_be_stored_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("archive"), "a file where the folder should be").unwrap();
        assert!(Files::new(dir.path()).put(batch("a", "{}\n")).await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read_the_archive() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        Files::new(dir.path()).put(batch("a", "{}\n")).await.unwrap();
        let mode = |path: &str| fs::metadata(dir.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("archive/fills"), mode("archive/fills/a.jsonl.gz")), (0o700, 0o600));
    }
}
