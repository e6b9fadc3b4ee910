//! The codes of all irises, laid out for the kernel.

use super::super::simd::{self, Best, Block, LANES, ROWS};
use super::{Candidate, Limit, Probe, SearchCode, WORDS, bytes};

/// Blocks in a shelf: 2 MiB, 4,096 irises. Growing takes another shelf and moves none.
const SHELF: usize = 64;
/// Irises in a shelf.
const PER_SHELF: usize = SHELF * LANES;

/// The gallery of a search: 512 bytes an iris.
///
/// Places are given in the order of [`Gallery::push`] and change only when an iris is taken out: then the last one moves
/// to its place.
#[derive(Default)]
pub struct Gallery {
    shelves: Vec<Vec<Block>>,
    len: usize,
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
        self.shelves.iter().map(|shelf| shelf.capacity() * size_of::<Block>()).sum()
    }

    /// Puts an iris behind the others; gives its place.
    pub fn push(&mut self, code: &SearchCode) -> usize {
        let at = self.len;
        if at.is_multiple_of(PER_SHELF) {
            self.shelves.push(Vec::with_capacity(SHELF));
        }
        if let Some(shelf) = self.shelves.last_mut()
            && at.is_multiple_of(LANES)
        {
            shelf.push(Block::EMPTY);
        }
        self.len += 1;
        self.put(at, code);
        at
    }

    /// The iris at a place.
    pub fn get(&self, index: usize) -> Option<SearchCode> {
        let block = self.shelves.get(index / PER_SHELF)?.get(index % PER_SHELF / LANES)?;
        if index >= self.len {
            return None;
        }
        let (mut code, mut mask) = ([0; WORDS], [0; WORDS]);
        for (i, row) in block.rows.iter().enumerate() {
            code[i / 8] |= u64::from(row.code[index % LANES]) << (8 * (i % 8));
            mask[i / 8] |= u64::from(row.mask[index % LANES]) << (8 * (i % 8));
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
        if end.is_multiple_of(LANES) {
            self.shelves.last_mut().map(Vec::pop);
        }
        if end.is_multiple_of(PER_SHELF) {
            self.shelves.pop();
        }
        Some(removed)
    }

    #[cfg(test)]
    pub(super) fn first_block(&self) -> Option<&Block> {
        self.shelves.first()?.first()
    }

    fn put(&mut self, index: usize, code: &SearchCode) {
        let block = self.shelves.get_mut(index / PER_SHELF).and_then(|s| s.get_mut(index % PER_SHELF / LANES));
        let (code, mask): ([u8; ROWS], [u8; ROWS]) = (bytes(&code.code), bytes(&code.mask));
        for (i, row) in block.into_iter().flat_map(|block| block.rows.iter_mut().enumerate()) {
            row.code[index % LANES] = code[i];
            row.mask[index % LANES] = mask[i];
        }
    }

    /// Compares the probe with every iris and calls `found` for those within the limit, in the order of their places.
    pub fn search(&self, probe: &Probe, limit: Limit, mut found: impl FnMut(Candidate)) {
        let mut blocks = self.shelves.iter().flatten().peekable();
        let plan = probe.turns.plan();
        let mut first = 0;
        while let Some(block) = blocks.next() {
            let best = simd::best(probe.level, &plan, block, blocks.peek().unwrap_or(&block));
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
