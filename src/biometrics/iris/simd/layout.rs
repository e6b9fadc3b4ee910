//! The search: one code, turned every way, against a gallery that lies bit by bit.
//!
//! The same bit of 512 irises lies side by side, once for the irises that have a valid 0 there and once for those with a
//! valid 1. The probe's bits are known before the search begins: where it has a valid 0, exactly the irises with a valid
//! 1 differ, so that row is added to a count, and the other way round; nothing is compared and nothing masked. Places
//! that the probe has not, fewer than those it has, are counted instead of the common ones: the valid bits of an iris
//! less those at such places are common. So every rotation adds one row for each of its 2,048 places, and adding is all
//! there is to do ([`super::adders`]): five instructions, two with AVX-512. A turned probe is the same rows in another
//! order.
//!
//! The rotations go over the same few rows together, which therefore stay in the nearest cache.

use std::ops::Range;

use super::SimdLevel;
#[cfg(any(test, not(target_arch = "x86_64")))]
use super::words;
#[cfg(target_arch = "x86_64")]
use super::x86;

/// Irises side by side.
pub const LANES: usize = 512;
/// Bits of a search code.
pub const ROWS: usize = 2048;
/// Words of a search code.
const WORDS: usize = ROWS / 64;
/// Bits a rotation by one column moves a code by.
const STEP: usize = 16;
/// Columns of a search code.
pub const COLUMNS: usize = ROWS / STEP;
/// Rotations that are counted together.
pub(super) const GROUP: usize = 15;
/// Rows of differing bits that are counted in one go, and rows of places that the probe has not: fewer, so that they do
/// not lie too far apart. Multiples of 8 up to 64.
pub(super) const DIFFERING: usize = 64;
pub(super) const ABSENT: usize = 32;
/// Binary digits of a count up to [`ROWS`].
pub(super) const DIGITS: usize = 12;

/// One bit of 512 irises: who has a valid 0, who has a valid 1.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct Row {
    pub bits: [[u8; LANES / 8]; 2],
}

impl Row {
    /// Without irises.
    pub const EMPTY: Self = Self { bits: [[0; LANES / 8]; 2] };
}

/// A number for each of 512 irises, at the [`Place`] of the iris.
pub type Numbers = [[[u16; LANES / 16]; 2]; 8];

/// Where the number of an iris lies: as it comes out of the registers.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The iris modulo 8.
    pub number: usize,
    /// Whether its byte is an odd one.
    pub side: usize,
    /// The pair of bytes, or with registers the register.
    pub at: usize,
}

impl Place {
    fn of(lane: usize) -> Self {
        Self { number: lane % 8, side: lane / 8 % 2, at: lane / 16 % (LANES / 16) }
    }
}

/// The number of an iris.
pub fn number(numbers: &Numbers, lane: usize) -> u16 {
    let Place { number, side, at } = Place::of(lane);
    numbers[number][side][at]
}

/// The place for the number of an iris.
pub fn number_mut(numbers: &mut Numbers, lane: usize) -> &mut u16 {
    let Place { number, side, at } = Place::of(lane);
    &mut numbers[number][side][at]
}

/// All bits of 512 irises, and an empty row with which runs are filled up.
pub type Rows = [Row; ROWS + 1];

/// 512 irises; a place without one has no valid bits.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    pub rows: &'a Rows,
    /// How many bits of each iris are valid.
    pub valid: &'a Numbers,
}

/// One kind of bit at one place: where its bytes lie in [`Rows`], in steps of eight bytes, which the processor's
/// addresses can count in.
#[derive(Clone, Copy)]
pub(super) struct Entry(u16);

impl Entry {
    const STEP: usize = 8;
    /// Steps from row to row.
    const STEPS: u16 = (LANES / 8 / Self::STEP) as u16;
    /// The empty row.
    const NONE: Self = Self(2 * ROWS as u16 * Self::STEPS);

    /// The irises that have a valid 0 or a valid 1 at a place (modulo [`ROWS`]).
    fn new(place: usize, bit: usize) -> Self {
        Self((2 * (place % ROWS) + bit % 2) as u16 * Self::STEPS)
    }

    /// The irises that have the other valid bit there.
    #[inline(always)]
    pub fn opposite(self) -> Self {
        Self(self.0 ^ Self::STEPS)
    }

    /// The row.
    #[inline(always)]
    pub fn of(self, rows: &Rows) -> &[u8; LANES / 8] {
        // SAFETY: `new`, `opposite` and `NONE` are all there is to make an entry ([`Four`] only keeps them), so it is the
        // start of one of the rows.
        unsafe { &*rows.as_ptr().cast::<[u8; Self::STEP]>().add(usize::from(self.0)).cast() }
    }
}

/// Four entries in one word, which is one access instead of four.
#[derive(Clone, Copy)]
pub(super) struct Four(u64);

impl Four {
    fn new(entries: [Entry; 4]) -> Self {
        Self(entries.iter().rev().fold(0, |word, entry| word << 16 | u64::from(entry.0)))
    }

    #[inline(always)]
    pub fn entries(self) -> [Entry; 4] {
        [0, 16, 32, 48].map(|bits| Entry((self.0 >> bits) as u16))
    }
}

/// Entries in runs of `4 * FOURS`, the last one filled up with the empty row.
fn runs<const FOURS: usize>(mut entries: Vec<Entry>) -> Vec<[Four; FOURS]> {
    entries.resize(entries.len().next_multiple_of(4 * FOURS), Entry::NONE);
    let fours: Vec<Four> = entries.as_chunks().0.iter().map(|four| Four::new(*four)).collect();
    fours.as_chunks().0.to_vec()
}

/// Runs that are counted while a few rows are near.
#[derive(Clone)]
pub(super) struct Step {
    pub differing: Range<usize>,
    pub absent: Range<usize>,
}

/// As many steps as the longer list has runs: both are through at the same time.
fn steps(differing: usize, absent: usize) -> Vec<Step> {
    let steps = differing.max(absent.div_ceil(DIFFERING / ABSENT));
    let part = |runs: usize, step: usize| runs * step / steps..runs * (step + 1) / steps;
    (0..steps).map(|step| Step { differing: part(differing, step), absent: part(absent, step) }).collect()
}

/// The probe at one rotation.
pub(super) struct Turn {
    /// The bits that differ from those of the probe.
    pub differing: Vec<[Four; DIFFERING / 4]>,
    /// Bits at places that the probe has not, one of the two.
    pub absent: Vec<[Four; ABSENT / 4]>,
}

impl Turn {
    fn new(code: &[u64; WORDS], mask: &[u64; WORDS], turn: i8) -> Self {
        let (mut differing, mut absent) = (Vec::with_capacity(ROWS), Vec::new());
        for row in 0..ROWS {
            let from = (row as i32 - STEP as i32 * i32::from(turn)).rem_euclid(ROWS as i32) as usize;
            let bit = |words: &[u64; WORDS]| (words[from / 64] >> (from % 64) & 1) as usize;
            let list = if bit(mask) == 1 { &mut differing } else { &mut absent };
            list.push(Entry::new(row, 1 - bit(code)));
        }
        Self { differing: runs(differing), absent: runs(absent) }
    }
}

/// A probe with the rotations to try.
pub struct Turns {
    /// In the order in which equal fractions are preferred.
    turns: Vec<i8>,
    each: Vec<Turn>,
    /// The same for every rotation, as all have equally many rows.
    steps: Vec<Step>,
    least: u16,
}

impl Turns {
    /// A code with its mask, `reach` columns to either side (at most once around); rotations with fewer than `least`
    /// common bits do not count.
    pub fn new(code: &[u64; WORDS], mask: &[u64; WORDS], reach: u8, least: u16) -> Self {
        let reach = reach.min((COLUMNS / 2) as u8) as i8;
        let both = (1..=reach).flat_map(|turn| [-turn, turn]);
        // Half around is the same to either side.
        let turns: Vec<i8> = std::iter::once(0).chain(both.filter(|turn| *turn != -((COLUMNS / 2) as i8))).collect();
        let each: Vec<Turn> = turns.iter().map(|turn| Turn::new(code, mask, *turn)).collect();
        let steps = each.first().map_or(Vec::new(), |turn| steps(turn.differing.len(), turn.absent.len()));
        Self { turns, each, steps, least: least.max(1) }
    }

    /// Rotations in the order of preference.
    pub fn all(&self) -> &[i8] {
        &self.turns
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = &[Turn]> {
        self.each.chunks(GROUP)
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Rows of the next block to fetch with each step of a rotation, so that all are there in time.
    pub(super) fn rows_ahead(&self) -> usize {
        ROWS.div_ceil((self.steps.len() * self.each.len().min(GROUP)).max(1))
    }

    /// Common bits from which a rotation counts.
    pub(super) fn least(&self) -> u16 {
        self.least
    }
}

/// The best rotation of each iris of a block.
#[repr(C, align(64))]
pub struct Best {
    pub(super) different: Numbers,
    pub(super) common: Numbers,
    pub(super) turn: Numbers,
}

impl Best {
    /// No rotation seen yet: worse than any.
    pub const NONE: Self = Self {
        different: [[[1; LANES / 16]; 2]; 8],
        common: [[[0; LANES / 16]; 2]; 8],
        turn: [[[0; LANES / 16]; 2]; 8],
    };

    /// Differing bits, common bits and number of the rotation; without common bits there was none that counts.
    pub fn of(&self, lane: usize) -> (u16, u16, u16) {
        (number(&self.different, lane), number(&self.common, lane), number(&self.turn, lane))
    }
}

/// The best rotation of each iris of `block`, while the rows of `next` are fetched.
pub fn best(level: SimdLevel, turns: &Turns, block: Block<'_>, next: &[Row]) -> Best {
    let mut best = Best::NONE;
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 processor has SSE2.
        SimdLevel::Portable => unsafe { x86::sse2::best(turns, block, next, &mut best) },
        #[cfg(not(target_arch = "x86_64"))]
        SimdLevel::Portable => words::best(turns, block, next, &mut best),
        // SAFETY: `Proof` is only made after AVX2 and POPCNT were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx2(_) => unsafe { x86::avx2::best(turns, block, next, &mut best) },
        // SAFETY: `Proof` is only made after AVX-512 F, VL, BW, BITALG and VPOPCNTDQ were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512(_) => unsafe { x86::avx512::best(turns, block, next, &mut best) },
    }
    best
}

/// As [`best`] with plain words, which some processors have nothing better than.
#[cfg(test)]
pub fn best_with_words(turns: &Turns, block: Block<'_>) -> Best {
    let mut best = Best::NONE;
    words::best(turns, block, &[], &mut best);
    best
}
