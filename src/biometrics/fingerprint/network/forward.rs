//! From an image to peaks of the minutia probability, layer by layer.
//!
//! The network answers five things at every pixel, but direction and kind are asked only where a minutia is: two of its
//! three heads run on the few pixels around the peaks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::NetworkError;
use super::blocks;
use super::crew::{Crew, Memory};
use super::kernel::{Isa, Pool};
use super::layers;
use super::map::Map;
use super::runs::{Patch, Size};
use super::weights::{Head, Weights};
use crate::biometrics::fingerprint::simd::SimdLevel;

/// Height and width are multiples of this: the network halves the image five times.
pub const MULTIPLE: usize = 32;

/// A peak lies highest among all pixels this far away in rows and columns.
const RANGE: usize = 3;

/// Peaks described at once.
const BATCH: usize = 128;

/// A pixel that is more likely a minutia than those around.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Column.
    pub x: usize,
    /// Row.
    pub y: usize,
    /// Probability, blurred over 5x5 pixels.
    pub quality: f32,
    /// The direction as a vector.
    pub direction: (f32, f32),
    /// Probability that it is a ridge ending.
    pub ending: f32,
}

/// The network's layers.
pub struct Engine {
    weights: Weights,
    memory: Mutex<Memory>,
}

impl Engine {
    /// Reads and checks the weights.
    pub fn from_onnx(file: &[u8]) -> Result<Self, NetworkError> {
        Ok(Self { weights: Weights::from_onnx(file)?, memory: Mutex::default() })
    }

    /// The peaks at or above `threshold` of an image of `size` (width and height, multiples of [`MULTIPLE`]) with grey
    /// values 0..=255 from `grey(x, y)`; row by row. One image at a time: another thread's waits.
    pub fn peaks(
        &self,
        level: SimdLevel,
        threads: usize,
        size: (usize, usize),
        threshold: f32,
        grey: impl Fn(usize, usize) -> f32,
    ) -> Vec<Peak> {
        // Held for the whole run: a second image waits, it does not take a second memory.
        let mut memory = self.memory();
        let mut crew = Crew::new(Isa::of(level), threads, std::mem::take(&mut *memory));
        let features = self.features(&mut crew, size, grey);
        let (positions, blurred) = self.positions(&mut crew, &features);
        let peaks = self.described(&mut crew, &features, &highest(&blurred, threshold));
        for map in [positions, blurred, features.up, features.same] {
            crew.done(map);
        }
        *memory = crew.into_memory();
        peaks
    }

    /// A run that panicked left no memory behind, which is as good as any.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn features(&self, crew: &mut Crew, size: (usize, usize), grey: impl Fn(usize, usize) -> f32) -> Features {
        let image = image(crew, size, grey);
        let gated = self.context(crew, &image);
        let fine = layers::stem(crew, &self.weights.fine, Pool::Mean, &image, 3);
        crew.done(image);
        self.refined(crew, gated, fine)
    }

    /// The part of the network that looks far: what of its input passes.
    fn context(&self, crew: &mut Crew, image: &Map) -> Map {
        let [e0, down @ .., bottom, d2, d1, d0] = &self.weights.context;
        let begin = layers::stem(crew, &self.weights.coarse, Pool::Largest, image, 2);
        let mut skips = vec![layers::separable(crew, e0, &[&begin], Size::Same, 2)];
        crew.done(begin);
        let mut small = layers::halved(crew, &skips[0], 2);
        for layer in down {
            let wide = layers::separable(crew, layer, &[&small], Size::Same, 2);
            let next = layers::halved(crew, &wide, 2);
            crew.done(std::mem::replace(&mut small, next));
            skips.push(wide);
        }
        let mut up = layers::separable(crew, bottom, &[&small], Size::Double, 2);
        crew.done(small);
        for layer in [d2, d1, d0] {
            let Some(skip) = skips.pop() else { break };
            let next = layers::separable(crew, layer, &[&up, &skip], Size::Double, 2);
            crew.done(std::mem::replace(&mut up, next));
            crew.done(skip);
        }
        let both = layers::joined(crew, &[&up, &skips[0]], 6);
        crew.done(up);
        skips.into_iter().for_each(|map| crew.done(map));
        let gated = layers::gate(crew, &self.weights.gate, &both, 3);
        crew.done(both);
        gated
    }

    fn refined(&self, crew: &mut Crew, gated: Map, fine: Map) -> Features {
        let [e0, down @ .., bottom, d2, d1, d0] = &self.weights.refinement;
        let same = blocks::bottleneck(crew, e0, &[&gated, &fine], Size::Same, 3);
        crew.done(gated);
        crew.done(fine);
        let mut small = layers::halved(crew, &same, 3);
        let mut skips = Vec::with_capacity(down.len());
        for layer in down {
            let wide = blocks::bottleneck(crew, layer, &[&small], Size::Same, 3);
            let next = layers::halved(crew, &wide, 3);
            crew.done(std::mem::replace(&mut small, next));
            skips.push(wide);
        }
        let mut up = blocks::bottleneck(crew, bottom, &[&small], Size::Double, 3);
        crew.done(small);
        for (layer, skip) in [d2, d1, d0].into_iter().zip(skips.into_iter().rev()) {
            let next = blocks::bottleneck(crew, layer, &[&up, &skip], Size::Double, 3);
            crew.done(std::mem::replace(&mut up, next));
            crew.done(skip);
        }
        Features { up, same }
    }

    /// Minutia probability of every pixel of the image, and the same blurred.
    fn positions(&self, crew: &mut Crew, features: &Features) -> (Map, Map) {
        let head = &self.weights.heads[0];
        let quarters = blocks::head(crew, head, &features.both());
        let positions = layers::answers(crew, &head.quarters, &quarters, true);
        let blurred = layers::plain(crew, &self.weights.blur, &positions);
        crew.done(quarters);
        (positions, blurred)
    }

    fn described(&self, crew: &mut Crew, features: &Features, found: &[Spot]) -> Vec<Peak> {
        let [_, direction, kind] = &self.weights.heads;
        let around_direction = around(crew, direction, features, found);
        let around_kind = around(crew, kind, features, found);
        let describe = |((spot, to), of): ((&Spot, Around), Around)| {
            let answer =
                |head: &Head, channel: usize, around: Around| head.quarters.one(4 * channel + spot.quarter(), &around);
            Peak {
                x: spot.x,
                y: spot.y,
                quality: spot.quality,
                direction: (answer(direction, 0, to), answer(direction, 1, to)),
                ending: 1.0 / (1.0 + (-answer(kind, 0, of)).exp()),
            }
        };
        found.iter().zip(around_direction).zip(around_kind).map(describe).collect()
    }

    /// Everything the network answers, at every pixel: minutia probability, direction x and y, probability of an
    /// ending, and the blurred minutia probability. What the reference graph is compared with.
    #[cfg(test)]
    pub fn planes(
        &self,
        isa: Isa,
        threads: usize,
        size: (usize, usize),
        grey: impl Fn(usize, usize) -> f32,
    ) -> [Vec<f32>; 5] {
        let mut crew = Crew::new(isa, threads, Memory::default());
        let features = self.features(&mut crew, size, grey);
        let (positions, blurred) = self.positions(&mut crew, &features);
        let [_, direction, kind] = &self.weights.heads;
        let quarters = blocks::head(&mut crew, direction, &features.both());
        let direction = layers::answers(&mut crew, &direction.quarters, &quarters, false);
        let quarters = blocks::head(&mut crew, kind, &features.both());
        let kind = layers::answers(&mut crew, &kind.quarters, &quarters, true);
        let plane = |map: &Map, c| (0..map.height()).flat_map(|y| map.line(y, c).to_vec()).collect();
        [plane(&positions, 0), plane(&direction, 0), plane(&direction, 1), plane(&kind, 0), plane(&blurred, 0)]
    }
}

#[cfg(test)]
impl Engine {
    /// Floats kept for the next image.
    pub fn kept(&self) -> usize {
        self.memory().floats()
    }
}

/// What the heads read, at half the size of the image.
struct Features {
    up: Map,
    same: Map,
}

impl Features {
    fn both(&self) -> [&Map; 2] {
        [&self.up, &self.same]
    }
}

/// A pixel of the image that is a peak.
struct Spot {
    x: usize,
    y: usize,
    quality: f32,
}

impl Spot {
    /// Which of the four pixels of the doubled one it is.
    fn quarter(&self) -> usize {
        self.y % 2 * 2 + self.x % 2
    }

    /// The pixel of half the size, and its neighbours inside a map.
    fn patch(&self, map: &Map) -> Patch {
        let (x, y) = (self.x / 2, self.y / 2);
        let (left, top) = (x.saturating_sub(1), y.saturating_sub(1));
        Patch { top, left, rows: (y + 2).min(map.height()) - top, width: (x + 2).min(map.width()) - left }
    }
}

/// The four channels of a head at a pixel and its eight neighbours, `channel * 9 + row * 3 + column`.
type Around = [f32; 36];

/// What a head says around the spots.
fn around(crew: &mut Crew, head: &Head, features: &Features, spots: &[Spot]) -> Vec<Around> {
    let map = &features.same;
    if spots.len() * 9 > map.height() * map.width() {
        let whole = blocks::head(crew, head, &features.both());
        let found = spots.iter().map(|spot| whole_around(&whole, spot)).collect();
        crew.done(whole);
        return found;
    }
    let mut found = Vec::with_capacity(spots.len());
    for some in spots.chunks(BATCH) {
        let patches: Vec<Patch> = some.iter().map(|spot| spot.patch(map)).collect();
        let values = blocks::head_at(crew, head, &features.both(), &patches);
        let count = values.len() / 4;
        let mut first = 0;
        for (spot, patch) in some.iter().zip(&patches) {
            let mut around = [0.0; 36];
            for (i, (row, column)) in (0..patch.rows).flat_map(|r| (0..patch.width).map(move |c| (r, c))).enumerate() {
                let place = (patch.top + row + 1 - spot.y / 2) * 3 + patch.left + column + 1 - spot.x / 2;
                for c in 0..4 {
                    around[c * 9 + place] = values[c * count + first + i];
                }
            }
            first += patch.rows * patch.width;
            found.push(around);
        }
    }
    found
}

fn whole_around(map: &Map, spot: &Spot) -> Around {
    std::array::from_fn(|i| {
        let square = map.from(i / 9, spot.y / 2, spot.x / 2, 1);
        square.get(i / 3 % 3 * map.row_stride() + i % 3).copied().unwrap_or(0.0)
    })
}

fn image(crew: &mut Crew, size: (usize, usize), grey: impl Fn(usize, usize) -> f32) -> Map {
    let mut map = crew.map(1, size.1, size.0, 4);
    for (y, mut row) in map.strips(1) {
        for (x, out) in row.line(0, 0).iter_mut().enumerate() {
            *out = grey(x, y);
        }
    }
    map
}

/// The pixels at or above a threshold that no other within the range exceeds, row by row.
fn highest(map: &Map, threshold: f32) -> Vec<Spot> {
    let mut found = Vec::new();
    for y in 0..map.height() {
        for (x, &quality) in map.line(y, 0).iter().enumerate() {
            if quality >= threshold && !exceeded(map, x, y, quality) {
                found.push(Spot { x, y, quality });
            }
        }
    }
    found
}

fn exceeded(map: &Map, x: usize, y: usize, value: f32) -> bool {
    let (top, left) = (y.saturating_sub(RANGE), x.saturating_sub(RANGE));
    (top..(y + RANGE + 1).min(map.height())).any(|row| {
        let line = map.line(row, 0);
        line[left..(x + RANGE + 1).min(line.len())].iter().any(|&other| other > value)
    })
}
