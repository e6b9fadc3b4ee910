//! The classical extractor: minutiae without a network, in a hundredth of its time.
//!
//! For the live preview, which judges every frame, and for machines on which the network is too slow. The chain:
//!
//! 1. [`flatten`]: local mean and contrast are taken out.
//! 2. [`flow`]: which way the ridges run, from gradients. Measured again after every look of the filter on what it
//!    answered, and then with the ridge period: the first measurement is for the most part noise where the print is
//!    poor, the third hardly.
//! 3. [`contextual`]: a filter along and across the ridges ([`taps`]) answers with the height and the phase of the
//!    ridges; two rough looks, one fine.
//! 4. [`extent`]: which part of the image is the print.
//! 5. [`vortex`]: where the phase winds, a ridge begins. No binary image, no skeleton, and none of the rules that
//!    mend skeletons.
//! 6. [`judge`]: how certain that is.
//!
//! One set of constants serves all sensors: everything is measured against the print itself, in pixels at 500 dpi.

mod contextual;
mod extent;
mod flatten;
mod flow;
mod judge;
mod raster;
mod taps;
#[cfg(test)]
mod tests;
mod vortex;

use std::f32::consts::TAU;

use self::contextual::Contextual;
use self::extent::Extent;
use self::flatten::Flat;
use self::flow::{Flow, Gradients};
use self::judge::Judge;
use self::raster::{Raster, Shape, smoothed};
use self::taps::Bank;
use self::vortex::{Vortex, vortices};
use super::minutia::{Minutia, MinutiaKind};
use super::normalise::Plane;

/// How wide the direction is measured, in blocks: on the image, and on what the filter answered.
const FIRST_FLOW: f32 = 1.8;
const NEXT_FLOW: f32 = 1.0;
/// How wide the period is measured, in blocks; it changes slowly.
const PERIOD: f32 = 3.0;
/// Ridge period of an adult in pixels, until it is measured.
const USUAL_PERIOD: f32 = 9.0;
/// Rough looks before the fine one.
const ROUGH_LOOKS: usize = 2;
/// How far around lively blocks is filtered: blocks that see at least this share of them.
const ACTIVE: f32 = 0.05;
/// Certainty below which a vortex is not even a doubtful minutia.
const MIN_CERTAINTY: f32 = 0.05;
/// A minutia stands where people put it: at the tip of the ridge or valley, a little outside the middle of the vortex.
const TIP: f32 = 1.7;
/// Distances from the vortex at which the additional ridge, or valley, is looked for.
const LOOK_AHEAD: [f32; 3] = [3.0, 4.0, 5.0];

/// All minutiae of a plane, most certain first; none when there are no ridges.
pub(super) fn minutiae_of(plane: &Plane) -> Vec<Minutia> {
    let Some(flat) = flatten::flatten(plane) else { return Vec::new() };
    let look = Look::at(&flat);
    let extent = Extent::of(&flat, &look.answer);
    let fine = vortices(flat.shape, &look.answer, &look.flow, &extent.inside);
    let judge = Judge::new(flat.shape, &look.answer, &extent, &look.flow, &fine, &look.rough);
    let certain = |v: &Vortex| Some(judge.certainty(v)).filter(|c| *c >= MIN_CERTAINTY);
    let mut minutiae: Vec<Minutia> =
        fine.iter().filter_map(|v| Some(minutia(plane, &look.answer, v, certain(v)?))).collect();
    minutiae.sort_by(|a, b| b.quality.total_cmp(&a.quality).then(a.y.total_cmp(&b.y)).then(a.x.total_cmp(&b.x)));
    minutiae
}

/// What the filter saw in the end.
struct Look {
    answer: Contextual,
    flow: Flow,
    /// Vortices of the last rough look, over all that was filtered.
    rough: Vec<Vortex>,
}

impl Look {
    fn at(flat: &Flat) -> Self {
        let shape = flat.shape;
        let active = active(shape, &flat.lively);
        let mut flow = Gradients::of(shape, &flat.image, &active).flow(shape, FIRST_FLOW);
        let mut period = vec![USUAL_PERIOD; shape.len()];
        let mut answer = Contextual::new(shape);
        let mut phase = Raster::new(shape);
        let mut rough = Vec::new();
        for look in 0..ROUGH_LOOKS {
            answer.filter(&flat.image, &flow, &period, &active, Bank::rough());
            if look + 1 == ROUGH_LOOKS {
                rough = vortices(shape, &answer, &flow, &active);
            }
            answer.phase(&active, &mut phase);
            let gradients = Gradients::of(shape, &phase, &active);
            flow = gradients.flow(shape, NEXT_FLOW);
            period = gradients.period(shape, PERIOD);
        }
        answer.filter(&flat.image, &flow, &period, &active, Bank::fine());
        Self { answer, flow, rough }
    }
}

/// The lively blocks and those beside them.
fn active(shape: Shape, lively: &[bool]) -> Vec<bool> {
    let lively: Vec<f32> = lively.iter().map(|l| if *l { 1.0 } else { 0.0 }).collect();
    smoothed(shape, &lively, 1.0).iter().map(|l| *l > ACTIVE).collect()
}

fn minutia(plane: &Plane, answer: &Contextual, vortex: &Vortex, quality: f32) -> Minutia {
    let (sin, cos) = vortex.angle.sin_cos();
    let ahead: f32 = LOOK_AHEAD.iter().map(|d| answer.even.near(vortex.x + d * cos, vortex.y + d * sin)).sum();
    Minutia {
        x: (vortex.x - TIP * cos).clamp(0.0, plane.width as f32 - 1.0),
        y: (vortex.y - TIP * sin).clamp(0.0, plane.height as f32 - 1.0),
        // Rows grow downwards, angles against the clock.
        angle: (-vortex.angle).rem_euclid(TAU),
        kind: if ahead < 0.0 { MinutiaKind::Ending } else { MinutiaKind::Bifurcation },
        quality,
    }
}
