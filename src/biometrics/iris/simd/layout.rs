//! The search: one code, turned every way, against a gallery that lies byte by byte.
//!
//! Byte `i` of 64 irises lies side by side, so that one register takes the same byte of all of them: nothing is summed
//! across a register, and a turned probe is the same bytes at another place. A byte of the probe is repeated eight
//! times, because a word can be spread over a register by the load itself.
//!
//! Bits are counted where the processor has an instruction for it (AVX-512 BITALG). Elsewhere the differing bits go
//! through a tree of full adders (after Harley and Seal; Mula, Kurz and Lemire 2018), which leaves one count for eight
//! rows, and with AVX2 the common bits come from tables: the probe's half byte chooses the table, the gallery's half
//! byte the entry, and masking and counting are one step.

use super::SimdLevel;
#[cfg(any(test, not(target_arch = "x86_64")))]
use super::words;
#[cfg(target_arch = "x86_64")]
use super::x86;

/// Irises side by side.
pub const LANES: usize = 64;
/// Bytes of a search code.
pub const ROWS: usize = 256;
/// Bytes a rotation by one column moves a code by.
const STEP: usize = 2;
/// Columns of a search code.
pub const COLUMNS: usize = ROWS / STEP;
/// Rotations that are counted in one go.
pub(super) const GROUP: usize = 5;
/// Bytes whose bits fit the sum of a byte.
pub(super) const CHUNK: usize = 31;

/// One byte of 64 irises.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct Row {
    pub code: [u8; LANES],
    pub mask: [u8; LANES],
}

/// 64 irises; a place without one has an empty mask.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct Block {
    pub rows: [Row; ROWS],
}

impl Block {
    /// Without irises.
    pub const EMPTY: Self = Self { rows: [const { Row { code: [0; LANES], mask: [0; LANES] } }; ROWS] };
}

/// A byte of the probe as the kernels want it: code and mask, eight times each.
#[derive(Clone, Copy)]
pub(super) struct Byte {
    pub code: u64,
    pub mask: u64,
}

/// For every half byte of the gallery's mask, the bits it has in common with the lower and upper half of the probe's.
pub(super) type Tables = [[u8; 16]; 2];

/// A probe with the rotations to try.
pub struct Turns {
    /// Twice around, so that a rotation is an offset.
    bytes: Vec<Byte>,
    tables: Vec<Tables>,
    /// In the order in which equal fractions are preferred.
    turns: Vec<i8>,
    least: u16,
}

/// The probe at one rotation: its bytes as they lie on those of the gallery.
#[derive(Clone, Copy)]
pub(super) struct Turned<'a> {
    /// Which rotation.
    pub number: u16,
    pub bytes: &'a [Byte; ROWS],
    pub tables: &'a [Tables; ROWS],
}

impl Turns {
    /// A code of bytes, `reach` columns to either side (at most once around); rotations with fewer than `least`
    /// common bits do not count.
    pub fn new(code: &[u8; ROWS], mask: &[u8; ROWS], reach: u8, least: u16) -> Self {
        let spread = |byte: u8| u64::from_ne_bytes([byte; 8]);
        let byte = |i: usize| Byte { code: spread(code[i % ROWS]), mask: spread(mask[i % ROWS]) };
        let tables = |i: usize| {
            let halves = [mask[i % ROWS] & 15, mask[i % ROWS] >> 4];
            halves.map(|half| std::array::from_fn(|other| (half & other as u8).count_ones() as u8))
        };
        let reach = reach.min((COLUMNS / 2) as u8) as i8;
        let both = (1..=reach).flat_map(|turn| [-turn, turn]);
        // Half around is the same to either side.
        let turns = std::iter::once(0).chain(both.filter(|turn| *turn != -((COLUMNS / 2) as i8))).collect();
        Self {
            bytes: (0..2 * ROWS).map(byte).collect(),
            tables: (0..2 * ROWS).map(tables).collect(),
            turns,
            least: least.max(1),
        }
    }

    /// Rotations in the order of preference.
    pub fn all(&self) -> &[i8] {
        &self.turns
    }

    fn turned(&self, number: usize) -> Option<Turned<'_>> {
        let turn = i32::from(*self.turns.get(number)?);
        let from = (-(STEP as i32) * turn).rem_euclid(ROWS as i32) as usize;
        let (bytes, tables) = (self.bytes.get(from..)?.first_chunk()?, self.tables.get(from..)?.first_chunk()?);
        Some(Turned { number: number as u16, bytes, tables })
    }

    /// What is worked out once for a whole gallery.
    pub fn plan(&self) -> Plan<'_> {
        let group = |first: usize| {
            let mut group = [self.turned(first)?; GROUP];
            for (i, place) in group.iter_mut().enumerate() {
                *place = self.turned((first + i).min(self.turns.len() - 1))?;
            }
            Some(group)
        };
        Plan { turns: self, groups: (0..self.turns.len()).step_by(GROUP).filter_map(group).collect() }
    }
}

/// The probe at every rotation.
pub struct Plan<'a> {
    turns: &'a Turns,
    /// In groups; the last one is filled up with the last rotation, which changes nothing.
    pub(super) groups: Vec<[Turned<'a>; GROUP]>,
}

impl Plan<'_> {
    /// One rotation after the other.
    pub(super) fn each(&self) -> impl Iterator<Item = Turned<'_>> {
        (0..self.turns.turns.len()).filter_map(|number| self.turns.turned(number))
    }

    /// Common bits from which a rotation counts.
    pub(super) fn least(&self) -> u16 {
        self.turns.least
    }
}

/// The best rotation of each iris of a block. Even and odd irises lie apart.
#[repr(C, align(64))]
pub struct Best {
    pub(super) different: [[u16; LANES / 2]; 2],
    pub(super) common: [[u16; LANES / 2]; 2],
    pub(super) turn: [[u16; LANES / 2]; 2],
}

impl Best {
    /// No rotation seen yet: worse than any.
    pub const NONE: Self =
        Self { different: [[1; LANES / 2]; 2], common: [[0; LANES / 2]; 2], turn: [[0; LANES / 2]; 2] };

    /// Differing bits, common bits and number of the rotation; without common bits there was none that counts.
    pub fn of(&self, lane: usize) -> (u16, u16, u16) {
        let (side, at) = (lane % 2, lane / 2 % (LANES / 2));
        (self.different[side][at], self.common[side][at], self.turn[side][at])
    }
}

/// The best rotation of each iris of `block`, while `next` is fetched.
pub fn best(level: SimdLevel, plan: &Plan<'_>, block: &Block, next: &Block) -> Best {
    let mut best = Best::NONE;
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 processor has SSE2.
        SimdLevel::Portable => unsafe { x86::sse2::best(plan, block, &mut best) },
        #[cfg(not(target_arch = "x86_64"))]
        SimdLevel::Portable => words::best(plan, block, &mut best),
        // SAFETY: `Proof` is only made after AVX2 and POPCNT were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx2(_) => unsafe { x86::best_avx2(plan, block, next, &mut best) },
        // SAFETY: `Proof` is only made after AVX-512 F, VL, BW, BITALG and VPOPCNTDQ were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512(_) => unsafe { x86::best_avx512(plan, block, next, &mut best) },
    }
    best
}

/// As [`best`] with plain words, which some processors have nothing better than.
#[cfg(test)]
pub fn best_with_words(plan: &Plan<'_>, block: &Block) -> Best {
    let mut best = Best::NONE;
    words::best(plan, block, &mut best);
    best
}
