//! What lies on either side of the borders.
//!
//! An edge may be strong all the way round and yet be the wrong one: that of a tear's rim under the pupil, of a lid's
//! shadow, of a printed lens. But what a wrong border encloses is no longer all of one kind. These signs ask, place by
//! place, whether the pupil is dark, the iris brighter, and the sclera brighter still.

use std::f32::consts::TAU;

use super::lids::Lid;
use super::raster::quantile;
use super::segmentation::Fine;

/// Places around a border.
const PLACES: usize = 64;
/// Sectors of the limbus that are judged one by one.
const SECTORS: usize = 16;
/// Distance kept from lids, in iris radii.
const LID_MARGIN: f32 = 0.06;

/// Signs of wrong borders, each 0 or more; the more, the worse, but for the contrasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sides {
    /// Share of the pupil's rim that is as bright as the iris.
    pub bright_pupil: f32,
    /// Share of the iris beside the pupil that is as dark as the pupil.
    pub dark_iris: f32,
    /// Brightness of the iris over the pupil's, in spreads of the iris.
    pub pupil_contrast: f32,
    /// Mean brightening from just inside to just outside the limbus, in spreads of the iris, over the free sectors to
    /// the left and to the right: the lesser and the greater of the two.
    pub limbus_contrast: [f32; 2],
    /// Share of the free sectors of the limbus in which the outside is hardly brighter than the inside.
    pub faint_limbus: f32,
    /// Share of the limbus that is neither behind a lid nor beyond the border of the image.
    pub free_limbus: f32,
    /// Steepest brightening farther inside or outside, over that at the limbus: the lesser and the greater of what is
    /// seen to the left and to the right.
    pub limbus_rivals: [f32; 2],
    /// The same of the pupil's border, all the way round.
    pub pupil_rival: f32,
}

/// A picture with its borders, asked for places between them.
struct Eye<'a> {
    fine: &'a Fine,
    radius: f32,
}

impl Eye<'_> {
    /// The grey level at a place, unless it is behind a lid or beyond the border of the image.
    fn grey(&self, (x, y): (f32, f32)) -> Option<f32> {
        let margin = LID_MARGIN * self.radius;
        let behind = |lid: Option<Lid>, side: f32| lid.is_some_and(|l| side * (y - l.at(x)) < margin);
        let hidden = behind(self.fine.upper, 1.0) || behind(self.fine.lower, -1.0);
        (!hidden && self.fine.plane.holds(x, y, 0.0)).then(|| self.fine.plane.sample(x, y))
    }

    /// The place at an angle, so many pupil radii from the pupil's centre.
    fn about_pupil(&self, angle: f32, share: f32) -> (f32, f32) {
        let (border, centre) = (self.fine.pupil.point(angle), self.fine.pupil.as_circle());
        (centre.x + share * (border.0 - centre.x), centre.y + share * (border.1 - centre.y))
    }

    /// The same about the limbus.
    fn about_limbus(&self, angle: f32, share: f32) -> (f32, f32) {
        let (border, centre) = (self.fine.limbus.point(angle), self.fine.limbus.as_circle());
        (centre.x + share * (border.0 - centre.x), centre.y + share * (border.1 - centre.y))
    }

    /// The place at an angle, a share of the way from the pupil's border to the limbus.
    fn within(&self, angle: f32, share: f32) -> (f32, f32) {
        let (inner, outer) = (self.fine.pupil.point(angle), self.fine.limbus.point(angle));
        (inner.0 + share * (outer.0 - inner.0), inner.1 + share * (outer.1 - inner.1))
    }

    /// Grey levels of the free places at shares of something around the eye.
    fn around(&self, shares: &[f32], place: impl Fn(f32, f32) -> (f32, f32)) -> Vec<f32> {
        let angles = (0..PLACES).map(|k| TAU * (k as f32 + 0.5) / PLACES as f32);
        angles.flat_map(|a| shares.iter().map(move |s| (a, *s))).filter_map(|(a, s)| self.grey(place(a, s))).collect()
    }
}

fn share(of: &[f32], counts: impl Fn(f32) -> bool) -> f32 {
    of.iter().filter(|v| counts(**v)).count() as f32 / of.len().max(1) as f32
}

/// Looks at both sides of the borders.
pub(super) fn look(fine: &Fine) -> Sides {
    let eye = Eye { fine, radius: fine.limbus.as_circle().r };
    let mut deep = eye.around(&[0.3, 0.5, 0.65], |a, s| eye.about_pupil(a, s));
    let mut iris = eye.around(&[0.2, 0.35, 0.5, 0.65], |a, s| eye.within(a, s));
    let dark = quantile(&mut deep, 0.5);
    let [low, grey, high] = [0.16, 0.5, 0.84].map(|at| quantile(&mut iris, at));
    let spread = (0.5 * (high - low)).max(3.0);
    let middle = 0.5 * (dark + grey);
    // A lamp mirrored in the pupil is brighter than any iris.
    let lamp = grey + (grey - dark).max(25.0);
    let rim = eye.around(&[0.72, 0.8, 0.88, 0.94], |a, s| eye.about_pupil(a, s));
    let beside = eye.around(&[0.05, 0.1, 0.16], |a, s| eye.within(a, s));
    let limbus = limbus(&eye, spread);
    Sides {
        bright_pupil: share(&rim, |v| v > middle && v < lamp),
        dark_iris: share(&beside, |v| v < middle),
        pupil_contrast: (grey - dark) / spread,
        limbus_contrast: limbus.contrast,
        faint_limbus: limbus.faint,
        free_limbus: limbus.free,
        limbus_rivals: limbus_rivals(&eye),
        pupil_rival: pupil_rival(&eye),
    }
}

struct Limbus {
    contrast: [f32; 2],
    faint: f32,
    free: f32,
}

fn limbus(eye: &Eye, spread: f32) -> Limbus {
    let per_sector = PLACES / SECTORS;
    let mean = |angles: &[f32], shares: [f32; 3]| {
        let places = angles.iter().flat_map(|a| shares.map(|s| eye.about_limbus(*a, s)));
        let values: Vec<f32> = places.filter_map(|at| eye.grey(at)).collect();
        (2 * values.len() >= 3 * angles.len()).then(|| values.iter().sum::<f32>() / values.len() as f32)
    };
    let mut sides: [Vec<f32>; 2] = Default::default();
    let (mut free, mut faint) = (0, 0);
    for sector in 0..SECTORS {
        let angles: Vec<f32> = (0..per_sector)
            .map(|k| TAU * (sector * per_sector + k) as f32 / PLACES as f32 + 0.5 / PLACES as f32)
            .collect();
        let (Some(inside), Some(outside)) = (mean(&angles, [0.8, 0.87, 0.94]), mean(&angles, [1.06, 1.13, 1.2])) else {
            continue;
        };
        let rise = (outside - inside) / spread;
        free += 1;
        faint += usize::from(rise < 0.5);
        let towards = angles[per_sector / 2].cos();
        if towards.abs() > 0.5 {
            sides[usize::from(towards > 0.0)].push(rise);
        }
    }
    let [left, right] = sides.map(|rises| rises.iter().sum::<f32>() / rises.len().max(1) as f32);
    Limbus {
        contrast: [left.min(right), left.max(right)],
        faint: faint as f32 / free.max(1) as f32,
        free: free as f32 / SECTORS as f32,
    }
}

/// The mean grey level of the free places at the given angles over the distance, from `from` in steps of [`STEP`]; what
/// no place tells is filled with its neighbour's.
fn profile(angles: &[f32], from: f32, to: f32, grey: impl Fn(f32, f32) -> Option<f32>) -> Vec<f32> {
    let steps = ((to - from) / STEP).max(0.0) as usize + 1;
    let mut means: Vec<f32> = Vec::with_capacity(steps);
    for step in 0..steps {
        let values: Vec<f32> = angles.iter().filter_map(|a| grey(*a, from + STEP * step as f32)).collect();
        let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
        let enough = 3 * values.len() >= angles.len();
        means.push(if enough { mean } else { means.last().copied().unwrap_or(mean) });
    }
    means
}

/// Distance of the samples of a profile, in radii of the border it crosses.
const STEP: f32 = 0.03;
/// Samples over which a profile's rise is taken.
const REACH: usize = 3;
/// Samples within which a rise is the border's own.
const OWN: usize = 4;

/// The steepest rise of a profile elsewhere over that at the border, which is at the distance 1.
fn rival(profile: &[f32], from: f32) -> f32 {
    let at = ((1.0 - from) / STEP).round() as usize;
    let rises: Vec<f32> = profile.windows(2 * REACH + 1).map(|w| w[2 * REACH] - w[0]).collect();
    let near = |step: usize| (step + REACH).abs_diff(at) <= OWN;
    let steepest = |own: bool| {
        rises.iter().enumerate().filter(|(step, _)| near(*step) == own).map(|(_, rise)| *rise).fold(1.0, f32::max)
    };
    (steepest(false) / steepest(true)).min(4.0)
}

fn limbus_rivals(eye: &Eye) -> [f32; 2] {
    let least = eye.fine.pupil.as_circle().r / eye.radius + 0.12;
    let side = |towards: f32| {
        let angles: Vec<f32> = (-6..=6).map(|k| towards + 0.1 * k as f32).collect();
        let from = 1.0 - STEP * ((1.0 - least) / STEP).max(0.0).floor();
        rival(&profile(&angles, from, 1.5, |a, s| eye.grey(eye.about_limbus(a, s))), from)
    };
    let [left, right] = [side(0.5 * TAU), side(0.0)];
    [left.min(right), left.max(right)]
}

fn pupil_rival(eye: &Eye) -> f32 {
    let most = (0.9 * eye.radius / eye.fine.pupil.as_circle().r.max(1.0)).clamp(1.2, 2.5);
    let angles: Vec<f32> = (0..PLACES / 2).map(|k| TAU * k as f32 / (PLACES / 2) as f32).collect();
    rival(&profile(&angles, 0.4, most, |a, s| eye.grey(eye.about_pupil(a, s))), 0.4)
}
