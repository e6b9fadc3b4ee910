//! A BagIt 1.0 bag (RFC 8493) on its way into a tar.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::archive::ArchiveWriter;
use super::manifest::{
    AUDIT, BAG_INFO, BAGIT, BAGIT_TXT, BatchManifest, MANIFEST_JSON, PAYLOAD_MANIFEST, TAG_MANIFEST, bag_info,
    bag_manifest,
};
use super::names::{BatchName, Digest};

/// Writes a bag's files into an archive below one folder named as the batch, and keeps their digests.
///
/// The manifests come last, because they are known last; the order of files within a bag is free.
pub(crate) struct BagWriter<W> {
    folder: BatchName,
    archive: ArchiveWriter<W>,
    payload: BTreeMap<String, Digest>,
    payload_bytes: u64,
}

impl<W: Write> BagWriter<W> {
    /// Starts a bag.
    pub(crate) fn new(folder: BatchName, to: W) -> io::Result<Self> {
        let archive = ArchiveWriter::new(to);
        let mut bag = Self { folder, archive, payload: BTreeMap::new(), payload_bytes: 0 };
        bag.file(BAGIT, BAGIT_TXT.as_bytes())?;
        Ok(bag)
    }

    /// Adds a payload file, `data/...`.
    pub(crate) fn add(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.file(path, content)?;
        self.payload.insert(path.to_owned(), Digest::of(content));
        self.payload_bytes += content.len() as u64;
        Ok(())
    }

    /// Adds the audit rows, the manifests and the archive's end.
    pub(crate) fn finish(mut self, manifest: &BatchManifest, audit: &[u8]) -> io::Result<W> {
        self.add(AUDIT, audit)?;
        self.add(MANIFEST_JSON, &manifest.to_json())?;
        let tags = [
            (BAG_INFO, bag_info(manifest, self.payload_bytes, self.payload.len())),
            (PAYLOAD_MANIFEST, bag_manifest(&self.payload)),
        ];
        let mut digests = BTreeMap::from([(BAGIT.to_owned(), Digest::of(BAGIT_TXT.as_bytes()))]);
        for (name, text) in &tags {
            self.file(name, text.as_bytes())?;
            digests.insert((*name).to_owned(), Digest::of(text.as_bytes()));
        }
        self.file(TAG_MANIFEST, bag_manifest(&digests).as_bytes())?;
        self.archive.finish()
    }

    fn file(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.archive.append(&format!("{}/{path}", self.folder), content)
    }
}
