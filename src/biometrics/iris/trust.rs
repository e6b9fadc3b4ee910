//! How far a capture can be trusted: one number from everything that speaks for and against its contours, and from
//! what the codes of captures like it were worth.
//!
//! Two small models see the same signs. The first, a network of one hidden layer, tells wrong contours from right ones:
//! it was fitted to drawn eyes, whose true contours are known and which were made hard in every way the simulator can
//! draw, to pictures that show no eye at all, and to real eyes. A segmentation counts as wrong when the pupil's border or
//! the limbus misses the true one by more than 8 % of the iris radius on a quarter of what is seen of it. Its threshold
//! is where one right segmentation in a hundred of the hard mixture is doubted. The second, linear, foretells how well
//! an eye meets its mates, and was fitted to the mated scores of real eyes: right contours around a dark, lashed-over or
//! blurred iris are worth little too. The poorer of the two
//! decides, but the second never so much that a capture is doubted for it alone.
//!
//! `assets/models/iris-trust.py` fits both anew; signs are what `rekam evaluate iris --signs` writes.

mod weights;

use super::encode::Encoded;
use super::segmentation::{Evidence, Fine};
use super::sheet::Sheet;
use super::sides;
use weights::{BIAS, HIDDEN, MATING, MATING_BIAS, MEAN, NEURONS, OUT, SPREAD};

/// What the models look at.
pub(super) const SIGNS: usize = 32;
/// What each sign is, for whoever fits the models anew.
pub const NAMES: [&str; SIGNS] = [
    "score",
    "lead",
    "pupil_contrast",
    "pupil_support",
    "pupil_misfit",
    "pupil_ambiguity",
    "limbus_contrast",
    "limbus_support",
    "limbus_misfit",
    "limbus_ambiguity",
    "offset",
    "ratio",
    "lids",
    "bright_pupil",
    "dark_iris",
    "pupil_step",
    "limbus_step_least",
    "limbus_step_most",
    "faint_limbus",
    "free_limbus",
    "sharpness",
    "usable",
    "glare",
    "outside",
    "pupil_flatness",
    "pupil_irregularity",
    "limbus_flatness",
    "diameter",
    "margin",
    "limbus_rival_least",
    "limbus_rival_most",
    "pupil_rival",
];

/// Where what foretells mated scores begins to be held back, and what it never falls below: a poor capture comes before
/// a good one in the order of being taken again, but only contours that may be wrong are doubted.
const HELD: (f32, f32) = (2.0, 1.2);

/// Share of the iris that is to be seen, and sharpness of its texture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worth {
    pub usable: f32,
    pub sharpness: f32,
}

impl Worth {
    /// Of a capture.
    pub fn of(sheet: &Sheet, encoded: &Encoded) -> Self {
        let usable = (1.0 - sheet.lid_share - sheet.other_share).clamp(0.0, 1.0);
        Self { usable, sharpness: encoded.fine_energy / encoded.coarse_energy.max(0.5) }
    }
}

/// The signs of a capture, each held within what occurs so that nothing unheard of outvotes the rest.
pub(super) fn signs(fine: &Fine, sheet: &Sheet, worth: Worth) -> [f32; SIGNS] {
    let Evidence { score, margin, pupil, limbus, offset } = fine.evidence;
    let beside = sides::look(fine);
    let ratio = fine.pupil.as_circle().r / fine.limbus.as_circle().r;
    [
        score.clamp(0.0, 3.0),
        margin.clamp(0.0, 1.5),
        pupil.contrast.clamp(1.0, 45.0).ln(),
        pupil.support.clamp(0.3, 1.0),
        pupil.misfit.clamp(0.0, 0.08),
        pupil.ambiguity.clamp(0.0, 1.0),
        limbus.contrast.clamp(1.0, 28.0).ln(),
        limbus.support.clamp(0.3, 1.0),
        limbus.misfit.clamp(0.0, 0.08),
        limbus.ambiguity.clamp(0.0, 1.0),
        offset.clamp(0.0, 0.3),
        ratio.clamp(0.15, 0.8),
        sheet.lid_share.clamp(0.0, 0.6),
        beside.bright_pupil.clamp(0.0, 0.4),
        beside.dark_iris.clamp(0.0, 0.4).sqrt(),
        beside.pupil_contrast.clamp(0.5, 20.0).ln(),
        beside.limbus_contrast[0].clamp(-1.0, 3.0),
        beside.limbus_contrast[1].clamp(-1.0, 4.0),
        beside.faint_limbus,
        beside.free_limbus,
        worth.sharpness.clamp(0.1, 1.2).ln(),
        worth.usable.clamp(0.1, 0.95),
        sheet.glare_share.clamp(0.0, 0.2).sqrt(),
        sheet.outside_share.clamp(0.0, 0.4).sqrt(),
        fine.pupil.flatness().clamp(0.0, 0.15).sqrt(),
        fine.pupil.irregularity().clamp(0.0, 0.05).sqrt(),
        fine.limbus.flatness().clamp(0.0, 0.1).sqrt(),
        (2.0 * fine.whole_limbus().r).clamp(40.0, 200.0).ln(),
        fine.margin().clamp(-0.8, 0.3),
        beside.limbus_rivals[0].clamp(0.0, 3.0),
        beside.limbus_rivals[1].clamp(0.0, 4.0),
        beside.pupil_rival.clamp(0.0, 2.0),
    ]
}

/// The confidence of a capture with these signs, 0..=1 and 0.5 at the threshold.
pub(super) fn confidence(signs: &[f32; SIGNS]) -> f32 {
    let mut deviations = *signs;
    for ((sign, mean), spread) in deviations.iter_mut().zip(&MEAN).zip(&SPREAD) {
        *sign = (*sign - mean) / spread;
    }
    let poorer = (-contours(&deviations)).exp() + (-mating(&deviations)).exp();
    1.0 / (1.0 + poorer)
}

/// What speaks for right contours, as a logarithm of odds over those at the threshold.
fn contours(deviations: &[f32; SIGNS]) -> f32 {
    let mut sum = BIAS;
    for neuron in 0..NEURONS {
        let (weights, bias) = &HIDDEN[neuron];
        sum += OUT[neuron] * (dot(weights, deviations) + bias).tanh();
    }
    sum
}

/// What speaks for a capture that meets its mates, on the same scale.
fn mating(deviations: &[f32; SIGNS]) -> f32 {
    let (from, least) = HELD;
    let foretold = dot(&MATING, deviations) + MATING_BIAS;
    let room = from - least;
    if foretold < from { least + room * ((foretold - from) / room).exp() } else { foretold }
}

fn dot(weights: &[f32; SIGNS], values: &[f32; SIGNS]) -> f32 {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}
