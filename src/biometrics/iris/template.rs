//! The iris template and its compact byte form.

use super::freedom;

/// Rows of the code, from the pupil outwards.
pub(super) const ROWS: usize = 16;
/// Columns of the code, clockwise from the right; one is 360/256 degrees.
pub(super) const COLUMNS: usize = 256;
pub(super) const WORDS_PER_ROW: usize = COLUMNS / 64;
/// Words of one bit plane (a filter's real or imaginary signs).
pub(super) const PLANE_WORDS: usize = ROWS * WORDS_PER_ROW;
/// Words of the whole code: two filters with two parts each.
pub(super) const WORDS: usize = 4 * PLANE_WORDS;

const MAGIC: [u8; 4] = *b"RIC1";
const LENGTH: usize = MAGIC.len() + 2 + 2 * 8 * WORDS;
/// Steps in which the redundancy is kept.
const REDUNDANCY_STEP: f32 = 1.0 / 128.0;

/// A phase code of 16,384 bits with an equally long mask of the bits that count.
///
/// Masked code bits are always 0, so equal templates have equal bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    code: Vec<u64>,
    mask: Vec<u64>,
    /// [`freedom::redundancy`] in [`REDUNDANCY_STEP`]s.
    redundancy: u16,
}

/// Bytes that are not an iris template of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Not exactly as many bytes as a template has.
    #[error("an iris template has {LENGTH} bytes, not {0}")]
    Length(usize),
    /// Another kind of data or another version.
    #[error("the bytes do not begin like an iris template of this version")]
    Magic,
    /// The stated redundancy is impossible.
    #[error("the iris template states an impossible redundancy")]
    Redundancy,
    /// A code bit is set that the mask excludes: the bytes are damaged or were not written by this program.
    #[error("the iris template has bits outside its mask")]
    StrayBits,
}

impl Template {
    /// Length of the byte form.
    pub const BYTES: usize = LENGTH;

    /// `code` and `mask` hold [`WORDS`] words; missing ones are taken as masked.
    pub(super) fn new(mut code: Vec<u64>, mut mask: Vec<u64>) -> Self {
        code.resize(WORDS, 0);
        mask.resize(WORDS, 0);
        code.iter_mut().zip(&mask).for_each(|(c, m)| *c &= m);
        let redundancy = (freedom::redundancy(&code, &mask) / REDUNDANCY_STEP).round() as u16;
        Self { code, mask, redundancy }
    }

    /// The factor by which the code's bits are fewer than they look, at least 1.
    pub(super) fn redundancy(&self) -> f32 {
        f32::from(self.redundancy) * REDUNDANCY_STEP
    }

    pub(super) fn code(&self) -> &[u64] {
        &self.code
    }

    pub(super) fn mask(&self) -> &[u64] {
        &self.mask
    }

    /// Number of bits that count, 0..=16384.
    pub fn valid_bits(&self) -> u32 {
        self.mask.iter().map(|w| w.count_ones()).sum()
    }

    /// The byte form: four bytes of kind and version, the redundancy (in 1/128), the code, the mask; little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(LENGTH);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&self.redundancy.to_le_bytes());
        for word in self.code.iter().chain(&self.mask) {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out
    }

    /// Reads [`Template::to_bytes`]; everything else is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TemplateError> {
        if bytes.len() != LENGTH {
            return Err(TemplateError::Length(bytes.len()));
        }
        let body = bytes.strip_prefix(&MAGIC).ok_or(TemplateError::Magic)?;
        let (redundancy, body) = body.split_first_chunk::<2>().ok_or(TemplateError::Magic)?;
        let redundancy = u16::from_le_bytes(*redundancy);
        if !(1.0..=freedom::LARGEST).contains(&(f32::from(redundancy) * REDUNDANCY_STEP)) {
            return Err(TemplateError::Redundancy);
        }
        let mut words: Vec<u64> = body.as_chunks::<8>().0.iter().map(|c| u64::from_le_bytes(*c)).collect();
        let mask = words.split_off(WORDS);
        if words.iter().zip(&mask).any(|(c, m)| c & !m != 0) {
            return Err(TemplateError::StrayBits);
        }
        Ok(Self { code: words, mask, redundancy })
    }
}

impl std::fmt::Debug for Template {
    /// The number of valid bits only: a code is personal data and never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "iris::Template({} valid bits)", self.valid_bits())
    }
}

/// A row moved by `shift` columns: bit `c` goes to `c + shift` modulo the row.
pub(super) fn rotated(row: &[u64; WORDS_PER_ROW], shift: usize) -> [u64; WORDS_PER_ROW] {
    let (words, bits) = (shift / 64, shift % 64);
    std::array::from_fn(|w| {
        let low = row[(w + 2 * WORDS_PER_ROW - words) % WORDS_PER_ROW];
        let below = row[(w + 2 * WORDS_PER_ROW - words - 1) % WORDS_PER_ROW];
        if bits == 0 { low } else { (low << bits) | (below >> (64 - bits)) }
    })
}
