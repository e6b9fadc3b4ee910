//! The last station of an export's stream: whole chunks to the disk, hashed, with progress and a way to stop.

use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::ControlFlow;

use sha2::{Digest as _, Sha256};

use super::disk::DiskFile;
use super::export::{Progress, Stage};
use super::names::Digest;

/// Bytes handed to the disk at once.
const CHUNK: usize = 1 << 20;

/// The caller's progress callback with the figures it is told.
pub(crate) struct Told<'a> {
    progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    items: u64,
    bytes: u64,
    pub(crate) expected_bytes: u64,
}

impl<'a> Told<'a> {
    pub(crate) fn new(progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>, expected_bytes: u64) -> Self {
        Self { progress, items: 0, bytes: 0, expected_bytes }
    }

    pub(crate) fn tell(&mut self, stage: Stage, bytes: u64) -> io::Result<()> {
        self.bytes = bytes;
        let progress = Progress { stage, items: self.items, bytes, expected_bytes: self.expected_bytes };
        match (self.progress)(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(io::Error::other(Stopped)),
        }
    }

    /// One more record or recall was taken.
    pub(crate) fn item(&mut self) -> io::Result<()> {
        self.items += 1;
        self.tell(Stage::Writing, self.bytes)
    }
}

/// Travels through the layers of writers when the operator stops the export.
#[derive(Debug, thiserror::Error)]
#[error("stopped on request")]
pub(crate) struct Stopped;

/// Collects chunks of 1 MiB, hashes and writes them. After an error it refuses everything.
pub(crate) struct ChunkWriter<'a, 'b> {
    file: Box<dyn DiskFile + 'a>,
    buffer: Vec<u8>,
    hasher: Sha256,
    bytes: u64,
    broken: bool,
    told: &'a RefCell<Told<'b>>,
}

impl<'a, 'b> ChunkWriter<'a, 'b> {
    pub(crate) fn new(file: Box<dyn DiskFile + 'a>, told: &'a RefCell<Told<'b>>) -> Self {
        Self { file, buffer: Vec::with_capacity(CHUNK), hasher: Sha256::new(), bytes: 0, broken: false, told }
    }

    fn write_chunk(&mut self) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed"));
        }
        self.broken = true;
        self.hasher.update(&self.buffer);
        self.file.write_all(&self.buffer)?;
        self.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        self.told.borrow_mut().tell(Stage::Writing, self.bytes)?;
        self.broken = false;
        Ok(())
    }

    /// Writes the rest and syncs; gives the hash and number of all bytes.
    pub(crate) fn finish(mut self) -> io::Result<(Digest, u64)> {
        self.write_chunk()?;
        self.file.sync()?;
        Ok((Digest::finish(self.hasher), self.bytes))
    }
}

impl Write for ChunkWriter<'_, '_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let count = data.len().min(CHUNK.saturating_sub(self.buffer.len()));
        self.buffer.extend_from_slice(data.get(..count).unwrap_or_default());
        if self.buffer.len() >= CHUNK {
            self.write_chunk()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
