//! Minutiae eight to a block, quantity by quantity, so that laying one print over another runs in vector registers.

use std::ops::Range;

use super::cylinder::Seat;
use super::simd::LANES;

/// The same quantity of eight minutiae.
pub(super) type Lane = [f32; LANES];

/// Where the places without a minutia lie: far from everything.
const NOWHERE: f32 = 1e6;

/// Eight minutiae; what a block has not to fill lies nowhere and is certain of nothing.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub x: Lane,
    pub y: Lane,
    /// Direction: cosine.
    pub ux: Lane,
    /// Direction: sine.
    pub uy: Lane,
    /// Root of the certainty: a pair weighs the geometric mean of both.
    pub root: Lane,
}

impl Block {
    fn of(seats: &[Seat]) -> Self {
        let lane = |f: &dyn Fn(&Seat) -> f32, rest: f32| std::array::from_fn(|l| seats.get(l).map_or(rest, f));
        Self {
            x: lane(&|s| s.x, NOWHERE),
            y: lane(&|s| s.y, NOWHERE),
            ux: lane(&|s| s.angle.cos(), 1.0),
            uy: lane(&|s| s.angle.sin(), 0.0),
            root: lane(&|s| s.quality.sqrt(), 0.0),
        }
    }

    /// One of the eight.
    #[inline(always)]
    pub fn get(&self, l: usize) -> Point {
        Point { x: self.x[l], y: self.y[l], ux: self.ux[l], uy: self.uy[l], root: self.root[l] }
    }
}

/// The minutiae of a print in order of x.
#[derive(Clone, Default)]
pub(super) struct Points {
    pub blocks: Vec<Block>,
    /// Index of every one in the template.
    pub index: Vec<u16>,
    /// Least and greatest x of every block: most lie too far away to be looked at.
    spans: Vec<(f32, f32)>,
}

impl Points {
    /// `seats` are those of the template in its order.
    pub fn of(seats: &[Seat]) -> Self {
        let mut index: Vec<u16> = (0..seats.len() as u16).collect();
        index.sort_by(|&i, &j| seats[usize::from(i)].x.total_cmp(&seats[usize::from(j)].x).then(i.cmp(&j)));
        let sorted: Vec<Seat> = index.iter().map(|&i| seats[usize::from(i)]).collect();
        let spans = sorted.chunks(LANES).filter_map(|c| Some((c.first()?.x, c.last()?.x))).collect();
        let blocks = sorted.chunks(LANES).map(Block::of).collect();
        Self { blocks, index, spans }
    }

    /// How many there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// The blocks of which a minutia can lie less than `reach` from a place with one of these x.
    #[inline(always)]
    pub fn near(&self, x: &[f32], reach: f32) -> Range<usize> {
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        for &x in x {
            least = if x < least { x } else { least };
            most = if x > most { x } else { most };
        }
        let (mut from, mut to) = (0, 0);
        for span in &self.spans {
            from += usize::from(span.1 + reach <= least);
            to += usize::from(span.0 - reach < most);
        }
        from..to.max(from)
    }

    /// Place, direction and root of certainty of one minutia.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Point {
        self.blocks[i / LANES].get(i % LANES)
    }
}

/// One minutia: place, direction as a unit vector, root of its certainty.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub x: f32,
    pub y: f32,
    pub ux: f32,
    pub uy: f32,
    pub root: f32,
}
