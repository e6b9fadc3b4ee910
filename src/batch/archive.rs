//! A tar (POSIX.1-1988 ustar) that is the same bytes for the same content, and a reader that accepts little else.
//!
//! A general tar reader offers links, devices, sparse files and long-name extensions, and each is a way to write
//! where one should not. This reader knows regular files only; it hands out names as text and never touches a disk.

use std::io::{self, Read, Write};

/// Bytes of a tar block; headers are one block and contents are padded to whole blocks.
const BLOCK: usize = 512;

/// Writes regular files with mode 0644, owner 0 and time 0.
pub(crate) struct ArchiveWriter<W> {
    to: W,
}

impl<W: Write> ArchiveWriter<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to }
    }

    /// Appends one file.
    pub(crate) fn append(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_path(name)?;
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.to.write_all(header.as_bytes())?;
        self.to.write_all(content)?;
        let padding = padding(content.len() as u64);
        self.to.write_all(&vec![0; padding])
    }

    /// Writes the end mark (two empty blocks) and gives the inner writer back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&[0; 2 * BLOCK])?;
        Ok(self.to)
    }
}

/// Why an archive is refused.
#[derive(Debug)]
pub(crate) enum ArchiveFault {
    /// The layer below failed: cut, changed, unreadable.
    Read(io::Error),
    /// What was unpacked could not be written.
    Write(io::Error),
    /// An entry is not what an archive of ours holds.
    Entry { name: String, reason: String },
}

impl From<io::Error> for ArchiveFault {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl ArchiveFault {
    pub(crate) fn entry(name: &str, reason: impl Into<String>) -> Self {
        Self::Entry { name: name.to_owned(), reason: reason.into() }
    }
}

/// What an archive may hold at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    pub(crate) entries: usize,
    pub(crate) entry_bytes: u64,
    pub(crate) total_bytes: u64,
}

/// Reads an archive entry by entry and calls `visit(name, size, content)` for each; the visitor must read the content
/// to its end. Everything that is not a plain regular file, and everything beyond the caps, is a fault.
pub(crate) fn read_archive<R: Read>(
    from: &mut R,
    caps: Caps,
    mut visit: impl FnMut(&str, u64, &mut dyn Read) -> Result<(), ArchiveFault>,
) -> Result<(), ArchiveFault> {
    let (mut entries, mut total) = (0, 0_u64);
    loop {
        let block = read_block(from)?;
        if block.iter().all(|byte| *byte == 0) {
            return read_end(from);
        }
        let (name, size) = plain_file(&block)?;
        entries += 1;
        total = total.saturating_add(size);
        if entries > caps.entries {
            return Err(ArchiveFault::entry(&name, format!("is one more than the {} allowed", caps.entries)));
        }
        if size > caps.entry_bytes || total > caps.total_bytes {
            return Err(ArchiveFault::entry(&name, format!("is too large ({size} bytes)")));
        }
        let mut content = from.take(size);
        visit(&name, size, &mut content)?;
        if content.limit() != 0 {
            return Err(ArchiveFault::entry(&name, "ends before its stated size"));
        }
        skip_padding(from, &name, padding(size))?;
    }
}

/// Name and size of a header that describes a regular file and nothing more.
fn plain_file(block: &[u8; BLOCK]) -> Result<(String, u64), ArchiveFault> {
    let header = tar::Header::from_byte_slice(block);
    let name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
    let fault = |reason: &str| Err(ArchiveFault::entry(&name, reason));
    let sum = block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) });
    if header.cksum().ok() != Some(sum.sum()) {
        return fault("has a damaged header");
    }
    if header.as_ustar().is_none() {
        return fault("is not in the ustar format");
    }
    // A NUL type byte means "regular" only in archives older than ustar.
    if block.get(156) != Some(&b'0') || header.link_name_bytes().is_some() {
        return fault("is not a regular file (link, device, folder or extension)");
    }
    match header.entry_size() {
        Ok(size) => Ok((name, size)),
        Err(_) => fault("has no readable size"),
    }
}

fn read_block<R: Read>(from: &mut R) -> io::Result<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    from.read_exact(&mut block)?;
    Ok(block)
}

/// After the first empty block: a second one, then nothing but the zeros that tar programs pad with.
fn read_end<R: Read>(from: &mut R) -> Result<(), ArchiveFault> {
    let mut zeros = 0;
    let mut buffer = [0; BLOCK];
    loop {
        let count = from.read(&mut buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        zeros += count;
        if read.iter().any(|byte| *byte != 0) || zeros > 64 * BLOCK {
            return Err(ArchiveFault::entry("", "follows the end of the archive"));
        }
        if count == 0 {
            return if zeros < BLOCK { Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()) } else { Ok(()) };
        }
    }
}

fn skip_padding<R: Read>(from: &mut R, name: &str, count: usize) -> Result<(), ArchiveFault> {
    let mut block = [0; BLOCK];
    let padding = block.get_mut(..count).unwrap_or_default();
    from.read_exact(padding)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(ArchiveFault::entry(name, "hides bytes in its padding"));
    }
    Ok(())
}

fn padding(size: u64) -> usize {
    let block = BLOCK as u64;
    ((block - size % block) % block) as usize
}
