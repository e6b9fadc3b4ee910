//! The bytes of an extract: separator, encoding, and rows that do not end.

use std::cell::Cell;
use std::io::{self, Chain, Cursor, Read};
use std::rc::Rc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::super::{OfficeError, Result};

/// How much is looked at to find the separator.
const PEEK: usize = 64 << 10;

/// A row longer than this does not end.
const ROW_BYTES: u64 = 1 << 20;

/// Counts what was read since the last row, so that a file with one open quotation mark cannot fill the memory.
struct Guard<R> {
    inner: R,
    since_row: Rc<Cell<u64>>,
    total: Rc<Cell<u64>>,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row.get() > ROW_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let read = self.inner.read(buffer)?;
        self.since_row.set(self.since_row.get() + read as u64);
        self.total.set(self.total.get() + read as u64);
        Ok(read)
    }
}

/// Rows of an extract, one after another.
pub(super) struct Input<R: Read> {
    reader: Reader<Guard<Chain<Cursor<Vec<u8>>, R>>>,
    since_row: Rc<Cell<u64>>,
    total: Rc<Cell<u64>>,
    line: u64,
}

impl<R: Read> Input<R> {
    /// Looks at the beginning: byte order mark and separator.
    pub(super) fn open(mut input: R) -> Result<Self> {
        let mut head = Vec::new();
        input.by_ref().take(PEEK as u64).read_to_end(&mut head).map_err(OfficeError::Read)?;
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(OfficeError::Utf16);
        }
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            head.drain(..3);
        }
        let (since_row, total) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let delimiter = delimiter(&head);
        let guard = Guard { inner: Cursor::new(head).chain(input), since_row: since_row.clone(), total: total.clone() };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(guard);
        Ok(Self { reader, since_row, total, line: 0 })
    }

    /// Reads the next row; `false` at the end.
    pub(super) fn next(&mut self, row: &mut ByteRecord) -> Result<bool> {
        let read = self.reader.read_byte_record(row).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(source) if source.kind() == io::ErrorKind::InvalidData => {
                OfficeError::EndlessRow { line: self.line }
            }
            csv::ErrorKind::Io(source) => OfficeError::Read(source),
            other => OfficeError::Read(io::Error::other(format!("{other:?}"))),
        })?;
        self.since_row.set(0);
        self.line = row.position().map_or(self.line, csv::Position::line);
        Ok(read)
    }

    /// The line where the last row began, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.total.get()
    }
}

/// The one of `;`, `,` and tab that the first line has most of, outside quotation marks.
fn delimiter(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in head.iter().copied() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(mark, _)| *mark == byte).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    // The first of equals: a file with a single column fails by its missing columns in any case.
    counts.into_iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(mark, _)| mark)
}
