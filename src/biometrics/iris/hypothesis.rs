//! Coarse search: which dark disc inside which darker-than-surroundings disc is the eye?
//!
//! No single cue is reliable: lashes and brows are as dark as pupils, reflections break the pupil's edge, and a whole
//! iris is also a dark disc on a bright ground. So many pupil hypotheses are gathered by gradient voting over all
//! radii, each gets its best limbus, and pupil, limbus and interior are judged together. The lead of the best over the
//! best contradicting hypothesis tells how far the answer can be trusted.

use std::f32::consts::TAU;

use super::MOST_OUTSIDE;
use super::contour::Circle;
use super::raster::{Plane, quantile, whole};

/// The coarse search sees at most this many samples along the longer side.
pub(super) const COARSE_SIDE: f32 = 240.0;
/// Smallest pupil radius looked for, in coarse samples.
const SMALLEST: f32 = 2.5;
/// Ratio of neighbouring radius bands.
const BAND: f32 = 1.5;
/// Seeds taken from one band of radii.
const KEPT_PER_BAND: usize = 4;
/// Seeds that are refined.
const KEPT: usize = 14;
/// Limbi kept for each pupil.
const LIMBI: usize = 3;
/// Pupils that get a limbus.
const JUDGED: usize = 5;
/// Joint score of a second eye.
const SECOND_EYE: f32 = 2.3;
/// Joint score of an eye that is cut by the border and whole in the mirror, and what is mirrored of the shorter side.
const CUT_EYE: f32 = 1.7;
const MIRRORED: f32 = 0.35;
/// Share of a limbus, as weighted, that must lie in the image.
const LEAST_SEEN: f32 = 0.12;
const ANGLES: usize = 32;

/// A pupil with its limbus in coarse coordinates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hypothesis {
    pub pupil: Circle,
    pub limbus: Circle,
    /// Joint score; about 1 for a poor and above 2.5 for a clear eye.
    pub score: f32,
}

impl Hypothesis {
    /// Whether another hypothesis is a second eye next to this one: clear, as large and at about the same height.
    pub fn beside(&self, other: &Hypothesis) -> bool {
        let (a, b) = (&self.limbus, &other.limbus);
        let (dx, dy) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        let larger = a.r.max(b.r);
        other.score > SECOND_EYE && larger < 1.35 * a.r.min(b.r) && dx > 2.2 * larger && dy < 0.5 * dx
    }
}

/// Unit vectors around the circle.
fn directions() -> [(f32, f32); ANGLES] {
    std::array::from_fn(|k| {
        let (s, c) = (TAU * k as f32 / ANGLES as f32).sin_cos();
        (c, s)
    })
}

/// All hypotheses worth considering, best first.
pub(super) fn search(coarse: &Plane) -> Vec<Hypothesis> {
    let filled = fill_reflections(coarse, 5, 30.0);
    let smooth = filled.blurred(1.0, 1.0);
    let wide = coarse.blurred(1.8, 1.8);
    let mut pupils: Vec<(f32, Circle)> = Vec::new();
    let levels = levels(&smooth);
    for seed in seeds(&smooth, levels) {
        let pupil = refine_pupil(&smooth, seed);
        let merit = judge(&smooth, &pupil, levels);
        match pupils.iter_mut().find(|(_, p)| same(p, &pupil)) {
            Some(known) if known.0 < merit => *known = (merit, pupil),
            Some(_) => {}
            None => pupils.push((merit, pupil)),
        }
    }
    pupils.sort_by(|a, b| b.0.total_cmp(&a.0));
    // The limbus search is the costly part and adds at most 1.2: hopeless pupils are left out.
    let least = pupils.first().map_or(0.0, |p| p.0 - 1.0);
    pupils.retain(|p| p.0 >= least);
    pupils.truncate(JUDGED);
    let mut found: Vec<Hypothesis> = pupils
        .into_iter()
        .flat_map(|(merit, pupil)| {
            let limbi = best_limbi(&wide, &pupil);
            limbi.into_iter().map(move |(limbus, support)| Hypothesis { pupil, limbus, score: merit + support })
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// Whether a part of an eye is seen at the border of an image in which no eye is found: mirrored there it makes a whole.
pub(super) fn cut_off(coarse: &Plane) -> bool {
    let (w, h) = (coarse.width(), coarse.height());
    let margin = (MIRRORED * w.min(h) as f32) as usize;
    let eyes = search(&coarse.mirrored(margin));
    eyes.first().is_some_and(|best| {
        let limbus = best.limbus.shifted((-(margin as f32), -(margin as f32)));
        best.score > CUT_EYE && outside(&limbus, coarse) > MOST_OUTSIDE
    })
}

/// Share of a disc that lies outside a plane.
fn outside(disc: &Circle, plane: &Plane) -> f32 {
    let rings = [0.3, 0.6, 0.75, 0.9];
    let beyond = |f: f32| {
        let seen = |(dx, dy): &&(f32, f32)| plane.holds(disc.x + f * disc.r * dx, disc.y + f * disc.r * dy, 0.0);
        directions().iter().filter(|d| !seen(d)).count()
    };
    rings.iter().map(|&f| beyond(f)).sum::<usize>() as f32 / (rings.len() * ANGLES) as f32
}

/// Whether two circles mean the same boundary.
pub(super) fn same(a: &Circle, b: &Circle) -> bool {
    let scale = a.r.max(b.r);
    (a.x - b.x).hypot(a.y - b.y) < 0.35 * scale && (a.r - b.r).abs() < 0.3 * scale
}

/// Bright details smaller than the opening are replaced by it where they stand out by more than `rise`.
pub(super) fn fill_reflections(plane: &Plane, radius: usize, rise: f32) -> Plane {
    let opened = plane.opened(radius);
    plane.map2(&opened, |v, o| {
        let share = ((v - o - 0.5 * rise) / (0.5 * rise)).clamp(0.0, 1.0);
        v + (o - v) * share
    })
}

/// Grey levels of the darkest parts and of what is bright in the image.
fn levels(smooth: &Plane) -> (f32, f32) {
    let mut levels: Vec<f32> = smooth.data().iter().step_by(7).copied().collect();
    let dark = quantile(&mut levels, 0.02);
    (dark, quantile(&mut levels, 0.6).max(dark + 10.0))
}

/// Pupil radius up to which edges vote on the coarse samples themselves; larger discs are sought at half the scale,
/// where their edges are just as clear and four times fewer.
const SMALL: f32 = 6.0;

/// Pupil seeds of all sizes, the most voted first.
fn seeds(smooth: &Plane, levels: (f32, f32)) -> Vec<Circle> {
    let largest = (0.32 * smooth.width().min(smooth.height()) as f32).max(SMALLEST + 1.0);
    let mut peaks = vote(smooth, (SMALLEST, SMALL.min(largest)), levels);
    let half = vote(&smooth.reduced(2.0), (0.5 * SMALL, 0.5 * largest), levels);
    peaks.extend(half.into_iter().map(|(votes, seed)| (votes, seed.rescaled(2.0))));
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    peaks.truncate(KEPT);
    peaks.into_iter().map(|(_, c)| c).collect()
}

/// Votes for centres of dark discs with radii around `r`. The larger the discs, the less exactly their centres are
/// hit, so that larger bands are counted in larger cells.
struct Band {
    r: f32,
    /// Cells are `1 << shift` samples wide.
    shift: usize,
    cells: Plane,
    /// In rising order.
    steps: Vec<Step>,
}

/// A radius to vote with and the share of its band it stands for.
struct Step {
    r: f32,
    weight: f32,
}

/// Every edge votes along its darkening direction for centres in bands of radii; the strongest peaks of each band.
fn vote(smooth: &Plane, (smallest, largest): (f32, f32), levels: (f32, f32)) -> Vec<(f32, Circle)> {
    let (w, h) = (smooth.width(), smooth.height());
    let mut bands = bands((w, h), smallest, largest);
    for (y, lines) in smooth.data().windows(3 * w).step_by(w).enumerate() {
        let (above, line, below) = (&lines[..w], &lines[w..2 * w], &lines[2 * w..]);
        for x in 1..w.saturating_sub(1) {
            let (gx, gy) = (line[x + 1] - line[x - 1], below[x] - above[x]);
            let square = gx * gx + gy * gy;
            if square < 25.0 {
                continue;
            }
            let strength = square.sqrt();
            let (dx, dy) = (-gx / strength, -gy / strength);
            let weight = (strength / 24.0).min(1.0);
            'outwards: for band in &mut bands {
                let (shift, width) = (band.shift, band.cells.width());
                let cells = band.cells.data_mut();
                for step in &band.steps {
                    let (px, py) = (x as f32 + dx * step.r + 0.5, (y + 1) as f32 + dy * step.r + 0.5);
                    if px < 0.0 || py < 0.0 || px >= w as f32 || py >= h as f32 {
                        break 'outwards;
                    }
                    let (column, row) = (whole(px) as usize >> shift, whole(py) as usize >> shift);
                    cells[row * width + column] += weight * step.weight;
                }
            }
        }
    }
    bands.iter().flat_map(|band| peaks(band, smooth, levels)).collect()
}

/// The bands for an image extent and the radii to vote with.
fn bands((w, h): (usize, usize), smallest: f32, largest: f32) -> Vec<Band> {
    let count = ((largest / smallest).max(1.0).ln() / BAND.ln()).ceil().max(1.0) as usize;
    let mut bands: Vec<Band> = (0..count)
        .map(|band| {
            let r = smallest * BAND.powf(band as f32 + 0.5);
            let shift = usize::from(r > 12.0);
            Band { r, shift, cells: Plane::zeros((w >> shift) + 1, (h >> shift) + 1), steps: Vec::new() }
        })
        .collect();
    let mut r = smallest.ceil();
    while r <= largest {
        let width = (r / 12.0).max(1.0);
        let band = (((r / smallest).ln() / BAND.ln()).max(0.0) as usize).min(count - 1);
        bands[band].steps.push(Step { r, weight: width / r });
        r += width;
    }
    bands
}

/// The strongest separate peaks of a band, dark ones preferred.
fn peaks(band: &Band, smooth: &Plane, (dark, bright): (f32, f32)) -> Vec<(f32, Circle)> {
    let cell = (1 << band.shift) as f32;
    let sigma = (0.13 * band.r / cell).max(0.8);
    let map = band.cells.blurred(sigma, sigma);
    let gain = TAU * sigma * sigma;
    let w = map.width();
    let mut least = 0.8;
    let mut own: Vec<(f32, Circle)> = Vec::new();
    for (y, lines) in map.data().windows(3 * w).step_by(w).enumerate() {
        let (above, line, below) = (&lines[..w], &lines[w..2 * w], &lines[2 * w..]);
        for x in 1..w.saturating_sub(1) {
            let v = line[x];
            let around = [above[x], line[x - 1], line[x + 1], below[x]];
            if v * gain < least || around.iter().any(|&n| n > v) {
                continue;
            }
            let centre = |at: usize| (at as f32 + 0.5) * cell - 0.5;
            let centre = Circle { x: centre(x), y: centre(y + 1), r: band.r };
            let darkness = ((bright - smooth.sample(centre.x, centre.y)) / (bright - dark)).clamp(0.0, 1.0);
            own.push((v * gain * (0.25 + 0.75 * darkness), centre));
            // Only the few best are wanted: what cannot become one of them need not be looked at.
            if own.len() > 2 * KEPT_PER_BAND {
                own.sort_by(|a, b| b.0.total_cmp(&a.0));
                own.truncate(KEPT_PER_BAND);
                least = own[KEPT_PER_BAND - 1].0.max(least);
            }
        }
    }
    own.sort_by(|a, b| b.0.total_cmp(&a.0));
    own.truncate(KEPT_PER_BAND);
    own
}

/// Mean capped outward brightening along a circle, in every second direction.
fn edge(plane: &Plane, c: &Circle, reach: f32, cap: f32, directions: &[(f32, f32); ANGLES]) -> f32 {
    let (inner, outer) = (c.r - reach, c.r + reach);
    let mut total = 0.0;
    for (dx, dy) in directions.iter().step_by(2) {
        let rise = plane.sample(c.x + outer * dx, c.y + outer * dy) - plane.sample(c.x + inner * dx, c.y + inner * dy);
        total += rise.clamp(-cap, cap);
    }
    total * 2.0 / ANGLES as f32
}

/// Moves and sizes a seed until its edge is strongest.
fn refine_pupil(smooth: &Plane, seed: Circle) -> Circle {
    let directions = directions();
    let mut best = seed;
    let mut best_value = f32::NEG_INFINITY;
    for round in 0..3 {
        let (spread, shift) = ([1.35_f32, 1.15, 1.06][round], [0.18_f32, 0.08, 0.04][round]);
        let around = best;
        for i in -3..=3 {
            let r = (around.r * spread.powf(i as f32 / 3.0)).max(1.5);
            for (dx, dy) in (-1..=1).flat_map(|y| (-1..=1).map(move |x| (x as f32, y as f32))) {
                let step = (shift * around.r).max(0.4);
                let c = Circle { x: around.x + dx * step, y: around.y + dy * step, r };
                let value = edge(smooth, &c, (0.1 * r).max(1.0), 40.0, &directions);
                if value > best_value {
                    (best, best_value) = (c, value);
                }
            }
        }
    }
    best
}

/// How much a circle looks like a pupil: edge strength and completeness, a dark and even interior.
fn judge(smooth: &Plane, pupil: &Circle, (dark, bright): (f32, f32)) -> f32 {
    let reach = (0.12 * pupil.r).max(1.0);
    let mut rises: Vec<f32> = Vec::with_capacity(ANGLES);
    let mut inside: Vec<f32> = Vec::with_capacity(3 * ANGLES);
    for (dx, dy) in directions() {
        let at = |r: f32| smooth.sample(pupil.x + r * dx, pupil.y + r * dy);
        rises.push((at(pupil.r + reach) - at(pupil.r - reach)).clamp(-40.0, 40.0));
        inside.extend([0.25, 0.5, 0.75].map(|f| at(f * pupil.r)));
    }
    let mean = rises.iter().sum::<f32>() / rises.len() as f32;
    let complete = rises.iter().filter(|&&d| d > 0.35 * mean.max(4.0)).count() as f32 / rises.len() as f32;
    let middle = quantile(&mut inside, 0.5);
    let spread = quantile(&mut inside, 0.9) - quantile(&mut inside, 0.1);
    let darkness = ((bright - middle) / (bright - dark).max(10.0)).clamp(0.0, 1.0);
    mean.max(0.0) / 40.0 + complete + 0.5 * darkness - 0.6 * (spread / mean.max(8.0)).min(1.5)
}

/// Weight of a direction in the limbus search: lids cover the top most and the bottom often.
pub(super) fn limbus_weight(dx: f32, dy: f32) -> f32 {
    let side = dx * dx;
    let floor = if dy < 0.0 { 0.12 } else { 0.3 };
    floor + (1.0 - floor) * side
}

/// A direction of the limbus search and what it counts.
struct Ray {
    dx: f32,
    dy: f32,
    weight: f32,
}

/// All directions of the limbus search and what they count together.
struct Rays {
    each: [Ray; ANGLES],
    all: f32,
}

impl Rays {
    fn new() -> Self {
        let each = directions().map(|(dx, dy)| Ray { dx, dy, weight: limbus_weight(dx, dy) });
        let all = each.iter().fold(0.0, |all, ray| all + ray.weight);
        Self { each, all }
    }
}

/// The limbi that go best with a pupil, clearly different ones, each with its share of the joint score.
fn best_limbi(wide: &Plane, pupil: &Circle) -> Vec<(Circle, f32)> {
    let rays = Rays::new();
    let largest = (7.5 * pupil.r).min(0.62 * wide.width().max(wide.height()) as f32);
    let mut r = (1.25 * pupil.r).max(pupil.r + 2.0);
    let mut coarse: Vec<(f32, Circle)> = Vec::new();
    while r <= largest {
        let step = 0.06 * r;
        for (dx, dy) in (-1..=1).flat_map(|y| (-2..=2).map(move |x| (x as f32, y as f32))) {
            let c = Circle { x: pupil.x + dx * step, y: pupil.y + dy * step, r };
            coarse.push((limbus_edge(wide, &c, pupil, &rays), c));
        }
        r *= 1.045;
    }
    coarse.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut starts: Vec<(f32, Circle)> = Vec::new();
    for (value, circle) in coarse {
        if starts.len() == LIMBI {
            break;
        }
        if !starts.iter().any(|(_, s)| alike(s, &circle)) {
            starts.push((value, circle));
        }
    }
    starts
        .into_iter()
        .map(|(value, start)| {
            let (limbus, strength) = refine_limbus(wide, pupil, start, value, &rays);
            let ratio = pupil.r / limbus.r;
            let odd = (0.18 - ratio).max(0.0) * 4.0 + (ratio - 0.62).max(0.0) * 4.0;
            (limbus, 1.2 * strength - odd)
        })
        .collect()
}

/// Whether two limbi are so near that refinement would lead to the same one.
fn alike(a: &Circle, b: &Circle) -> bool {
    (a.r - b.r).abs() < 0.1 * a.r && (a.x - b.x).hypot(a.y - b.y) < 0.14 * a.r
}

/// Climbs from a start to the nearest maximum of the limbus edge.
fn refine_limbus(wide: &Plane, pupil: &Circle, start: Circle, value: f32, rays: &Rays) -> (Circle, f32) {
    let mut best = (start, value);
    for scale in [0.5_f32, 0.25] {
        let around = best.0;
        for (dx, dy, dr) in (0..27).map(|i| ((i % 3) as f32 - 1.0, (i / 3 % 3) as f32 - 1.0, (i / 9) as f32 - 1.0)) {
            let step = 0.06 * scale * around.r;
            let c = Circle { x: around.x + dx * step, y: around.y + dy * step, r: around.r + dr * step };
            let value = limbus_edge(wide, &c, pupil, rays);
            if value > best.1 && c.r > 1.25 * pupil.r {
                best = (c, value);
            }
        }
    }
    best
}

/// Weighted, capped outward brightening along a limbus, at most 1. The weaker half counts double: a true limbus is there
/// on both sides of the pupil, while chance finds one. Rays that leave the image count nothing.
fn limbus_edge(wide: &Plane, c: &Circle, pupil: &Circle, rays: &Rays) -> f32 {
    let all = rays.all;
    let reach = (0.07 * c.r).max(1.0);
    let blanked = (1.15 * pupil.r + 2.5).powi(2);
    let (mut total, mut weights) = ([0.0_f32; 2], [0.0_f32; 2]);
    for &Ray { dx, dy, weight } in &rays.each {
        let (ox, oy) = (c.x + (c.r + reach) * dx, c.y + (c.r + reach) * dy);
        if !wide.holds(ox, oy, 0.0) {
            continue;
        }
        let half = usize::from(dx > 0.0);
        weights[half] += weight;
        let (ix, iy) = (c.x + (c.r - reach) * dx, c.y + (c.r - reach) * dy);
        // The pupil's own border must not pass for the limbus.
        if (ix - pupil.x).powi(2) + (iy - pupil.y).powi(2) < blanked {
            continue;
        }
        let inner = wide.sample(ix, iy);
        // Nor may the circle run through the sclera: inside it the brightness must not have risen before.
        let middle = wide.sample(0.5 * (ix + pupil.x + pupil.r * dx), 0.5 * (iy + pupil.y + pupil.r * dy));
        let rise = wide.sample(ox, oy) - inner - (inner - middle - 4.0).max(0.0);
        total[half] += weight * (rise / 25.0).clamp(-1.0, 1.0);
    }
    let seen = weights[0] + weights[1];
    if seen < LEAST_SEEN * all {
        return -1.0;
    }
    let mean = (total[0] + total[1]) / seen;
    let half = |k: usize| if weights[k] > 0.15 * all { total[k] / weights[k] } else { mean };
    let offset = (c.x - pupil.x).hypot(c.y - pupil.y) / c.r;
    let gap = 1.0 - pupil.r / c.r - offset;
    (0.5 * mean + 0.5 * half(0).min(half(1))) * (0.6 + 0.4 * seen / all)
        - 1.5 * (offset - 0.08).max(0.0)
        - 4.0 * (0.14 - gap).max(0.0)
}
