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
/// Columns of the search code.
pub(super) const SEARCH_COLUMNS: usize = 128;
/// Words of the search code.
pub(super) const SEARCH_WORDS: usize = 32;
/// Bits of one column of the search code: 8 rows with 2 bits each.
pub(super) const SEARCH_COLUMN_BITS: usize = 16;

const MAGIC: [u8; 4] = *b"RIC2";
const LENGTH: usize = MAGIC.len() + 2 * 8 * WORDS;

/// A phase code of 16,384 bits with an equally long mask of the bits that count.
///
/// Masked code bits are always 0, so equal templates have equal bytes.
#[derive(Clone, PartialEq)]
pub struct Template {
    code: Vec<u64>,
    mask: Vec<u64>,
    /// [`freedom::redundancy`] of code and mask; never read from bytes, which somebody may have written to be believed.
    redundancy: f32,
    search: SearchCode,
}

/// The redundancy is a plain number, so equality is total.
impl Eq for Template {}

/// Code and mask of the short form.
type SearchCode = Box<([u64; SEARCH_WORDS], [u64; SEARCH_WORDS])>;

/// Bytes that are not an iris template of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Not exactly as many bytes as a template has.
    #[error("an iris template has {LENGTH} bytes, not {0}")]
    Length(usize),
    /// Another kind of data or another version.
    #[error("the bytes do not begin like an iris template of this version")]
    Magic,
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
        Self::complete(code, mask)
    }

    /// Adds what follows from a code without bits outside its mask.
    fn complete(code: Vec<u64>, mask: Vec<u64>) -> Self {
        let redundancy = freedom::redundancy(&code, &mask);
        let search = search_code(&code, &mask);
        Self { code, mask, redundancy, search }
    }

    /// How many bits of a block make one independent bit, at least 1.
    pub(super) fn redundancy(&self) -> f32 {
        self.redundancy
    }

    pub(super) fn code(&self) -> &[u64] {
        &self.code
    }

    pub(super) fn mask(&self) -> &[u64] {
        &self.mask
    }

    /// The short form for searching many, 2,048 bits with their mask: 128 columns clockwise from the right of 8 rows from
    /// the pupil outwards of the 2 bits of the coarse filter (real, imaginary). Bit `16 * column + 2 * row + part`, so
    /// that turning the eye by one column (2.8125 degrees) rotates the whole string by 16 bits.
    pub fn search_code(&self) -> (&[u64; SEARCH_WORDS], &[u64; SEARCH_WORDS]) {
        (&self.search.0, &self.search.1)
    }

    /// Number of bits that count, 0..=16384.
    pub fn valid_bits(&self) -> u32 {
        self.mask.iter().map(|w| w.count_ones()).sum()
    }

    /// The byte form: four bytes of kind and version, the code, the mask; little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(LENGTH);
        out.extend_from_slice(&MAGIC);
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
        let mut words: Vec<u64> = body.as_chunks::<8>().0.iter().map(|c| u64::from_le_bytes(*c)).collect();
        let mask = words.split_off(WORDS);
        if words.iter().zip(&mask).any(|(c, m)| c & !m != 0) {
            return Err(TemplateError::StrayBits);
        }
        Ok(Self::complete(words, mask))
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

/// The coarse filter's bits, which survive blur best: each the majority of two by two neighbours, fragile ones apart,
/// and masked where they are at odds.
fn search_code(code: &[u64], mask: &[u64]) -> SearchCode {
    let mut out = Box::new(([0; SEARCH_WORDS], [0; SEARCH_WORDS]));
    for at in 0..64 * SEARCH_WORDS {
        let (column, row, part) = (at / SEARCH_COLUMN_BITS * 2, at % SEARCH_COLUMN_BITS / 2 * 2, at % 2);
        let (mut set, mut seen) = (0, 0);
        for row in [row, row + 1] {
            let word = part * PLANE_WORDS + row * WORDS_PER_ROW + column / 64;
            set += (code[word] >> (column % 64) & 3).count_ones();
            seen += (mask[word] >> (column % 64) & 3).count_ones();
        }
        out.0[at / 64] |= u64::from(2 * set > seen) << (at % 64);
        out.1[at / 64] |= u64::from(2 * set != seen) << (at % 64);
    }
    out
}

/// A short code moved by `shift` of its columns.
pub(super) fn turned(code: &[u64; SEARCH_WORDS], shift: usize) -> [u64; SEARCH_WORDS] {
    let (words, bits) = (shift * SEARCH_COLUMN_BITS / 64, shift * SEARCH_COLUMN_BITS % 64);
    std::array::from_fn(|w| {
        let low = code[(w + 2 * SEARCH_WORDS - words) % SEARCH_WORDS];
        let below = code[(w + 2 * SEARCH_WORDS - words - 1) % SEARCH_WORDS];
        if bits == 0 { low } else { (low << bits) | (below >> (64 - bits)) }
    })
}
