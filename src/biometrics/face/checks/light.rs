//! Light on the face: OFIQ's histogram measures, on its own alignment.
//!
//! OFIQ brings every face to the same place of a 616 x 616 picture before it measures, and the number of pixels
//! matters (two sparse histograms meet less than two dense ones), so the same is done here: eyes 113 pixels apart, the
//! face being the convex hull of jaw and brows. The occlusion network that OFIQ subtracts from the face is not at
//! hand; the whole face counts.

use super::super::report::{Check, Observation};
use super::Measured;
use super::colour::{self, Luminance};
use super::landmarks::{Landmarks, Side, crossings, distance, middle};
use super::raster::{Pixels, Similarity, Walk};
use super::score::{falling, rounded, sigmoid};

/// Side of OFIQ's aligned picture.
const ALIGNED: usize = 616;
/// Of so many rows and columns one is looked at for the histogram.
const THINNED: usize = 2;
/// Where OFIQ puts the eyes, the tip of the nose and the corners of the mouth.
const PLACES: [(f32, f32); 5] = [(251.0, 272.0), (364.0, 272.0), (308.0, 336.0), (262.0, 402.0), (355.0, 402.0)];

/// The map from OFIQ's aligned picture to this one.
pub(crate) fn alignment(face: &Landmarks<'_>) -> Similarity {
    let seen = [face.eye(Side::Left), face.eye(Side::Right), face.at(1), face.at(61), face.at(291)];
    // OFIQ counts pixel centres as whole numbers
    let pairs: Vec<_> = PLACES.iter().map(|p| (p.0 + 0.5, p.1 + 0.5)).zip(seen).collect();
    Similarity::fit(&pairs)
}

/// A square of a cheek in the aligned picture: left, top and side.
type Square = (f32, f32, usize);

/// The aligned face: colours within its box, and which of them are face.
struct Aligned<'a> {
    seen: &'a Observation<'a>,
    map: Similarity,
    hull: Vec<(f32, f32)>,
}

impl Aligned<'_> {
    /// Places of a row from column `x` on, `step` apart.
    fn walk(&self, x: usize, y: usize, step: usize) -> Walk {
        Walk::along(&self.map, x as f64 + 0.5, y as f64 + 0.5, step as f64)
    }

    /// Columns of a row that are face.
    fn spans(&self, y: usize) -> Vec<std::ops::Range<usize>> {
        let edge = |v: f32| (v - 0.5).ceil().clamp(0.0, ALIGNED as f32) as usize;
        crossings(&self.hull, y as f32 + 0.5).chunks_exact(2).map(|c| edge(c[0])..edge(c[1])).collect()
    }

    /// Linear luminance of the face, 256 bins, from every second pixel of every second row: thirty thousand are enough
    /// for a mean and an entropy.
    fn histogram(&self) -> [u32; 256] {
        let mut bins = [0u32; 256];
        let picture = Pixels::of(self.seen.image);
        let table = Luminance::new();
        for y in (0..ALIGNED).step_by(THINNED) {
            for span in self.spans(y) {
                let mut walk = self.walk(span.start, y, THINNED);
                for _ in 0..span.len().div_ceil(THINNED) {
                    if walk.inside(picture) {
                        bins[usize::from(table.of(walk.colour(picture)))] += 1;
                    }
                    walk.next();
                }
            }
        }
        bins
    }

    /// The colours of a cheek, black where it is not face, as OFIQ has it.
    fn cheek(&self, square: Square) -> Vec<[u8; 3]> {
        let (x0, y0, side) = square;
        let (left, top) = (x0.max(0.0) as usize, y0.max(0.0) as usize);
        let mut out = Vec::with_capacity(side * side);
        let picture = Pixels::of(self.seen.image);
        for y in top..top + side {
            let spans = self.spans(y);
            let mut walk = self.walk(left, y, 1);
            for x in left..left + side {
                let face = spans.iter().any(|s| s.contains(&x)) && walk.inside(picture);
                out.push(if face { walk.colour(picture) } else { [0; 3] });
                walk.next();
            }
        }
        out
    }

    /// OFIQ's squares on the cheeks, of 0.3 eye distances, half way between eyes and mouth.
    fn squares(&self, face: &Landmarks<'_>) -> [Square; 2] {
        let [left, right] = [Side::Left, Side::Right].map(|s| self.map.back(face.eye(s)));
        let mouth = self.map.back(middle(face.at(61), face.at(291)));
        let side = (distance(left, right) * 0.3) as usize;
        let down = distance(middle(left, right), mouth) / 2.0;
        [
            ((left.0 - side as f32).round(), (left.1 + down).round(), side),
            (right.0.round(), (right.1 + down).round(), side),
        ]
    }
}

/// Weight of the cheeks' contrast in the raw value of the light's evenness: only a tie-breaker, for light so strong from
/// one side that the histograms do not meet at all and any more of it would change nothing.
const TIE: f64 = 0.01;

/// Difference of two cheeks' mean brightness over its sum, 0..=1.
fn contrast(cheeks: &[Vec<[u8; 3]>; 2]) -> f64 {
    let [a, b] = cheeks.each_ref().map(|cheek| {
        let sum: u64 = cheek.iter().flatten().map(|v| u64::from(*v)).sum();
        sum as f64 / cheek.len().max(1) as f64
    });
    (a - b).abs() / (a + b).max(1.0)
}

pub(crate) fn measure(seen: &Observation<'_>, face: &Landmarks<'_>, out: &mut Vec<Measured>) {
    let map = alignment(face);
    let hull = face.face_hull().into_iter().map(|p| map.back(p)).collect();
    let aligned = Aligned { seen, map, hull };
    let mut say = |check, raw: f64, score| out.push(Measured { check, raw, score });

    let cheeks = aligned.squares(face).map(|s| aligned.cheek(s));
    let alike = intersection(&cheeks);
    say(
        Check::IlluminationUniformity,
        alike + TIE * (1.0 - contrast(&cheeks) - alike),
        rounded(100.0 * alike.powf(0.3)),
    );
    let unnatural = colour::unnatural(&cheeks);
    say(Check::NaturalColour, unnatural, falling(unnatural, 200.0, 0.0, 10.0));

    let light = Light::of(&aligned.histogram());
    let mean = 100.0 * sigmoid(light.mean, 0.2, 0.05) * (1.0 - sigmoid(light.mean, 0.8, 0.05));
    say(Check::LuminanceMean, light.mean, rounded(mean));
    let spread = 60.0 * light.variance;
    say(
        Check::LuminanceVariance,
        light.variance,
        rounded(100.0 * (spread / (spread + 1.0) * std::f64::consts::PI).sin()),
    );
    say(Check::DynamicRange, light.entropy, rounded(12.5 * light.entropy));
    // h (a + s S) with h = 120, a = 0.832, s = -1
    let under = 120.0 * (0.832 - sigmoid(light.dark, 0.92, 0.05));
    say(Check::UnderExposure, light.dark, rounded(under));
    say(Check::OverExposure, light.bright, rounded(1.0 / (light.bright + 0.01)));
}

/// Figures of a histogram of luminance.
struct Light {
    mean: f64,
    variance: f64,
    entropy: f64,
    dark: f64,
    bright: f64,
}

impl Light {
    fn of(bins: &[u32; 256]) -> Self {
        let n = f64::from(bins.iter().sum::<u32>().max(1));
        let share = |range: std::ops::RangeInclusive<usize>| f64::from(bins[range].iter().sum::<u32>()) / n;
        let moment = |f: &dyn Fn(f64) -> f64| {
            bins.iter().enumerate().map(|(i, &c)| f64::from(c) / n * f(i as f64 / 255.0)).sum::<f64>()
        };
        let mean = moment(&|v| v);
        let entropy = bins.iter().filter(|&&c| c > 0).map(|&c| f64::from(c) / n).map(|p| -p * p.log2()).sum();
        Self { mean, variance: moment(&|v| (v - mean).powi(2)), entropy, dark: share(0..=25), bright: share(247..=255) }
    }
}

/// How much of two histograms of luminance is common.
fn intersection(cheeks: &[Vec<[u8; 3]>; 2]) -> f64 {
    let table = Luminance::new();
    let [a, b] = cheeks.each_ref().map(|pixels| {
        let mut bins = [0.0f64; 256];
        for &c in pixels {
            bins[usize::from(table.of(c))] += 1.0 / pixels.len() as f64;
        }
        bins
    });
    a.iter().zip(b).map(|(x, y)| x.min(y)).sum()
}
