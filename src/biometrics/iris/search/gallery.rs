//! The codes of all irises, laid out for the kernel.

use super::super::simd::{self, Best, Block, LANES, Numbers, ROWS, Row};
use super::{Candidate, Limit, Probe, SearchCode, WORDS};

/// Blocks in a shelf: 2 MiB, 4,096 irises. Growing takes another shelf and moves none.
const SHELF: usize = 8;
/// Irises in a shelf.
const PER_SHELF: usize = SHELF * LANES;

/// The gallery of a search: 514 bytes an iris.
///
/// Places are given in the order of [`Gallery::push`] and change only when an iris is taken out: then the last one moves
/// to its place.
#[derive(Default)]
pub struct Gallery {
    shelves: Vec<Shelf>,
    len: usize,
}

/// Blocks of irises, one behind the other.
struct Shelf {
    rows: Vec<Row>,
    valid: Vec<Numbers>,
}

impl Shelf {
    fn new() -> Self {
        Self { rows: Vec::with_capacity(SHELF * (ROWS + 1)), valid: Vec::with_capacity(SHELF) }
    }

    fn resize(&mut self, blocks: usize) {
        self.rows.resize(blocks * (ROWS + 1), Row::EMPTY);
        self.valid.resize(blocks, [[[0; LANES / 16]; 2]; 8]);
    }

    fn memory(&self) -> usize {
        self.rows.capacity() * size_of::<Row>() + self.valid.capacity() * size_of::<Numbers>()
    }

    fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        self.rows.as_chunks().0.iter().zip(&self.valid).map(|(rows, valid)| Block { rows, valid })
    }

    fn block(&self, number: usize) -> Option<Block<'_>> {
        Some(Block { rows: self.rows.as_chunks().0.get(number)?, valid: self.valid.get(number)? })
    }

    fn put(&mut self, index: usize, code: &SearchCode) {
        let (block, lane) = (index / LANES, index % LANES);
        let (Some(rows), Some(valid)) =
            (self.rows.as_chunks_mut::<{ ROWS + 1 }>().0.get_mut(block), self.valid.get_mut(block))
        else {
            return;
        };
        *simd::number_mut(valid, lane) = code.valid_bits() as u16;
        let (byte, bit) = (lane / 8, lane % 8);
        let words = code.code.iter().zip(&code.mask);
        for (rows, (ones, mask)) in rows.as_chunks_mut::<64>().0.iter_mut().zip(words) {
            let zeros = mask & !ones;
            for (i, row) in rows.iter_mut().enumerate() {
                let [zero, one] = &mut row.bits;
                zero[byte] = zero[byte] & !(1 << bit) | ((zeros >> i & 1) as u8) << bit;
                one[byte] = one[byte] & !(1 << bit) | ((ones >> i & 1) as u8) << bit;
            }
        }
    }
}

impl Gallery {
    /// Without irises.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many irises there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no iris.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that are taken.
    pub fn memory(&self) -> usize {
        self.shelves.iter().map(Shelf::memory).sum()
    }

    /// Puts an iris behind the others; gives its place.
    pub fn push(&mut self, code: &SearchCode) -> usize {
        let at = self.len;
        if at.is_multiple_of(PER_SHELF) {
            self.shelves.push(Shelf::new());
        }
        if let Some(shelf) = self.shelves.last_mut() {
            shelf.resize(at % PER_SHELF / LANES + 1);
        }
        self.len += 1;
        self.put(at, code);
        at
    }

    /// The iris at a place.
    pub fn get(&self, index: usize) -> Option<SearchCode> {
        let block = self.shelves.get(index / PER_SHELF)?.block(index % PER_SHELF / LANES)?;
        if index >= self.len {
            return None;
        }
        let (mut code, mut mask) = ([0; WORDS], [0; WORDS]);
        let (byte, bit) = (index % LANES / 8, index % 8);
        for (i, row) in block.rows.iter().take(ROWS).enumerate() {
            let [zero, one] = row.bits.map(|bits| u64::from(bits[byte] >> bit & 1));
            code[i / 64] |= one << (i % 64);
            mask[i / 64] |= (zero | one) << (i % 64);
        }
        Some(SearchCode { code, mask })
    }

    /// Takes an iris out and moves the last one to its place; gives it back, or `None` where there is none.
    pub fn swap_remove(&mut self, index: usize) -> Option<SearchCode> {
        let removed = self.get(index)?;
        let end = self.len - 1;
        if let Some(last) = self.get(end).filter(|_| end != index) {
            self.put(index, &last);
        }
        self.put(end, &SearchCode { code: [0; WORDS], mask: [0; WORDS] });
        self.len = end;
        if end.is_multiple_of(LANES)
            && let Some(shelf) = self.shelves.last_mut()
        {
            shelf.resize(end % PER_SHELF / LANES);
        }
        if end.is_multiple_of(PER_SHELF) {
            self.shelves.pop();
        }
        Some(removed)
    }

    #[cfg(test)]
    pub(super) fn first_block(&self) -> Option<Block<'_>> {
        self.shelves.first()?.block(0)
    }

    fn put(&mut self, index: usize, code: &SearchCode) {
        if let Some(shelf) = self.shelves.get_mut(index / PER_SHELF) {
            shelf.put(index % PER_SHELF, code);
        }
    }

    /// Compares the probe with every iris and calls `found` for those within the limit, in the order of their places.
    pub fn search(&self, probe: &Probe, limit: Limit, mut found: impl FnMut(Candidate)) {
        let mut blocks = self.shelves.iter().flat_map(Shelf::blocks).peekable();
        let mut first = 0;
        while let Some(block) = blocks.next() {
            let next: &[Row] = blocks.peek().map_or(&[], |next| next.rows);
            let best = simd::best(probe.level, &probe.turns, block, next);
            report(probe, limit, &best, first, &mut found);
            first += LANES;
        }
    }

    /// The `count` nearest irises within the limit, the nearest first.
    pub fn nearest(&self, probe: &Probe, limit: Limit, count: usize) -> Vec<Candidate> {
        let mut kept: Vec<Candidate> = Vec::new();
        if count == 0 {
            return kept;
        }
        self.search(probe, limit, |candidate| {
            if kept.len() == count && kept.last().is_some_and(|last| last.order(&candidate).is_lt()) {
                return;
            }
            let at = kept.partition_point(|other| other.order(&candidate).is_lt());
            kept.insert(at, candidate);
            kept.truncate(count);
        });
        kept
    }
}

fn report(probe: &Probe, limit: Limit, best: &Best, first: usize, found: &mut impl FnMut(Candidate)) {
    for lane in 0..LANES {
        let (different, common, turn) = best.of(lane);
        // Places without an iris have nothing in common with any.
        if common == 0 || !limit.admits(different, common) {
            continue;
        }
        let rotation = probe.turns.all().get(usize::from(turn)).copied().unwrap_or(0);
        found(Candidate { index: first + lane, different, common, rotation });
    }
}

impl std::fmt::Debug for Gallery {
    /// The number of irises only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gallery({} irises)", self.len)
    }
}
