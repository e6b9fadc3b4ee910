//! Big-endian bytes, read field by field: whatever is missing is named, and nothing is taken that is not there.

use super::error::{RecordError, Result};

/// What is left to read.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes; no copy, so a lying count costs nothing.
    pub(super) fn take(&mut self, field: &'static str, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(RecordError::Short { field })?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(RecordError::Short { field })?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8> {
        self.array::<1>(field).map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16> {
        self.array(field).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// Six bytes, as the 2005 image record counts itself.
    pub(super) fn u48(&mut self, field: &'static str) -> Result<u64> {
        Ok(u64::from(self.u16(field)?) << 32 | u64::from(self.u32(field)?))
    }

    /// A byte of its own for each of `N` codes.
    pub(super) fn bytes<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N]> {
        self.array(field)
    }

    /// A reader of the next `count` bytes alone.
    pub(super) fn within(&mut self, field: &'static str, count: usize) -> Result<Self> {
        self.take(field, count).map(Self::new)
    }
}

/// Writes numbers high byte first.
#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn u8(&mut self, value: u8) -> &mut Self {
        self.bytes(&[value])
    }

    pub(super) fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(super) fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// A length as the standard's field has room for it.
pub(super) fn fitting<T: TryFrom<usize>>(field: &'static str, length: usize) -> Result<T> {
    T::try_from(length).map_err(|_| RecordError::Field { field, value: length as u64 })
}
