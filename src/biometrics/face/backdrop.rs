//! The colour behind the head: red, blue, orange, another, or no single one.
//!
//! Light falls off over a backdrop and cameras differ, so colours are compared without their brightness: linear light
//! over its largest channel, coded again. The person is left out by the mask with a margin, and places close to the
//! person count less, so that wisps of hair, the rim of a hijab or a mask that is wrong by a little do not vote. Where
//! the mask knows nobody (drawings), only what lies above the eyes and well outside the head's oval is looked at.

use std::sync::LazyLock;

use super::checks::{Landmarks, OVAL, crossings, linear_code, person_at};
use super::report::{Backdrop, Background, Observation, Point};

/// Cells along the longer side of the frame.
const CELLS: usize = 120;
/// What is at least this likely a person is not backdrop.
const PERSON: f32 = 0.1;
/// Margin about the person, in cells; and how far its neighbourhood counts less.
const MARGIN: usize = 3;
const SHY: f32 = 8.0;
/// What a place below the eyes counts.
const LOW: f64 = 0.4;
/// Distance in the plane of colours beyond which a place is of another colour than the rest.
const OTHER_COLOUR: f64 = 0.27;
/// Share of such places that makes a backdrop uneven.
const MIXED: f64 = 0.2;
/// Width of the rim of the frame that is looked at by itself, in widths of the frame.
const RIM: f64 = 0.09;
/// How much more a place of another colour counts there.
const RIM_COUNTS: f64 = 2.0;
/// The darkest over the brightest place (5th and 95th percentile of the coded value) of an even backdrop, at least.
const SHADED: f64 = 0.45;
/// Least share of the frame that must be seen of the backdrop.
const ENOUGH: f64 = 0.012;

/// The backdrop as seen, and how it stands to the one wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Behind {
    /// Class and score.
    pub seen: Background,
    /// Mean distance from the colour wanted (the nearest of the three when none is) in the plane of shadeless colours,
    /// where white is the middle and a pure colour is 1 away from it.
    pub distance: f64,
    /// Whether it is the one wanted.
    pub right: bool,
}

/// A place of the backdrop: its shadeless colour (largest channel 1), its coded brightness and its say.
#[derive(Debug, Clone, Copy)]
struct Place {
    colour: [f64; 3],
    value: f64,
    weight: f64,
    /// Whether it lies at the frame's left, right or upper border, above the eyes: where no person is expected.
    rim: bool,
}

impl Place {
    /// Opponent coordinates; what is nearly black has no colour.
    fn plane(&self) -> (f64, f64) {
        let [r, g, b] = self.colour;
        let sure = (self.value / 0.12).min(1.0);
        ((r - (g + b) / 2.0) * sure, (g - b) * 0.75f64.sqrt() * sure)
    }
}

/// Colours as printed; real backdrops lie about them.
const PRINTED: [(Backdrop, [f64; 3]); 3] = [
    (Backdrop::Red, [0xDB as f64, 0x15 as f64, 0x14 as f64]),
    (Backdrop::Blue, [0.0, 0x90 as f64, 0xFF as f64]),
    (Backdrop::Orange, [0xFF as f64, 0x8C as f64, 0x1A as f64]),
];

/// Says what lies behind the face.
pub fn classify(seen: &Observation<'_>, wanted: Option<Backdrop>) -> Behind {
    let places = Landmarks::new(seen.points).map(|face| places(seen, &face)).unwrap_or_default();
    let nothing = Background { class: Backdrop::Other, score: 0 };
    let (background, distance) = summary(&places).map_or((nothing, 1.5), |s| (s.judged(), s.distance(&places, wanted)));
    let right = match (wanted, background.class) {
        (_, Backdrop::Other | Backdrop::Uneven) => false,
        (Some(wanted), class) => wanted == class,
        (None, Backdrop::Red | Backdrop::Blue | Backdrop::Orange) => true,
    };
    Behind { seen: background, distance, right }
}

/// Shadeless colour of a coded one, and its value.
fn shadeless(rgb: [f64; 3]) -> ([f64; 3], f64) {
    let light = rgb.map(|v| linear_code((v + 0.5) as u8));
    let most = light.iter().copied().fold(0.0, f64::max);
    (light.map(|v| coded(v / most.max(1e-4))), coded(most))
}

/// Linear light of 0..=1 to sRGB code of 0..=1, from a table.
fn coded(v: f64) -> f64 {
    static TABLE: LazyLock<[f64; 1025]> = LazyLock::new(|| {
        let exact = |v: f64| if v > 0.003_130_8 { 1.055 * v.powf(1.0 / 2.4) - 0.055 } else { 12.92 * v };
        std::array::from_fn(|i| exact(i as f64 / 1024.0))
    });
    let at = v.clamp(0.0, 1.0) * 1024.0;
    let i = (at as usize).min(1023);
    TABLE[i] + (TABLE[i + 1] - TABLE[i]) * (at - i as f64)
}

/// The cells of the frame and what is known of them.
struct Cells {
    columns: usize,
    rows: usize,
    /// Picture pixels a cell.
    step: f64,
    origin: (f64, f64),
}

impl Cells {
    fn over(seen: &Observation<'_>) -> Self {
        let (left, top, width, height) = seen.frame;
        let (w, h) = (f64::from(seen.image.width()), f64::from(seen.image.height()));
        let clip = |v: f32, whole: f64| f64::from(v).clamp(0.0, whole);
        let (x0, y0) = (clip(left, w), clip(top, h));
        let (x1, y1) = (clip(left + width, w).max(x0 + 1.0), clip(top + height, h).max(y0 + 1.0));
        let step = ((x1 - x0).max(y1 - y0) / CELLS as f64).max(1.0);
        let count = |v: f64| ((v / step) as usize).max(1);
        Self { columns: count(x1 - x0), rows: count(y1 - y0), step, origin: (x0, y0) }
    }

    fn centre(&self, i: usize) -> (f64, f64) {
        let (x, y) = (i % self.columns, i / self.columns);
        (self.origin.0 + (x as f64 + 0.5) * self.step, self.origin.1 + (y as f64 + 0.5) * self.step)
    }

    /// Whether a cell lies at the left, right or upper border of the frame and above `line`.
    fn rim(&self, i: usize, line: f64) -> bool {
        let (x, y) = (i % self.columns, i / self.columns);
        let side = (self.columns as f64 * RIM) as usize;
        self.centre(i).1 < line && (x < side || x + side >= self.columns || y < side)
    }

    fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// Mean coded colour of a cell from up to nine of its pixels.
    fn colour(&self, seen: &Observation<'_>, i: usize) -> [f64; 3] {
        let (cx, cy) = self.centre(i);
        // what is averaged away is noise: nine pixels are enough
        let n = (self.step.ceil() as usize).clamp(1, 3);
        let (w, h) = (seen.image.width() as usize, seen.image.height() as usize);
        let (mut sum, pixels) = ([0.0; 3], seen.image.pixels());
        for k in 0..n * n {
            let along = |k: usize| ((k as f64 + 0.5) / n as f64 - 0.5) * self.step;
            let x = ((cx + along(k % n)).max(0.0) as usize).min(w - 1);
            let y = ((cy + along(k / n)).max(0.0) as usize).min(h - 1);
            let pixel = &pixels[(y * w + x) * 3..][..3];
            sum.iter_mut().zip(pixel).for_each(|(s, &v)| *s += f64::from(v));
        }
        sum.map(|v| v / (n * n) as f64)
    }

    /// Steps to the nearest marked cell, in chessboard moves.
    fn away(&self, marked: &[bool]) -> Vec<usize> {
        let far = self.columns + self.rows;
        let mut out: Vec<usize> = marked.iter().map(|&m| if m { 0 } else { far }).collect();
        let (w, h) = (self.columns as isize, self.rows as isize);
        let mut visit = |i: usize, sign: isize| {
            let (x, y) = ((i % self.columns) as isize, (i / self.columns) as isize);
            for (dx, dy) in [(-1, 0), (-1, -1), (0, -1), (1, -1)] {
                let (nx, ny) = (x + dx * sign, y + dy * sign);
                if nx >= 0 && ny >= 0 && nx < w && ny < h {
                    out[i] = out[i].min(out[(ny * w + nx) as usize] + 1);
                }
            }
        };
        (0..marked.len()).for_each(|i| visit(i, 1));
        (0..marked.len()).rev().for_each(|i| visit(i, -1));
        out
    }
}

/// What is seen of the backdrop.
fn places(seen: &Observation<'_>, face: &Landmarks<'_>) -> Vec<Place> {
    let cells = Cells::over(seen);
    let known = mask_knows(seen, face);
    let (eyes, chin) = (f64::from(face.eyes_middle().1), f64::from(face.at(152).1));
    let marks = |person: f32, grown: f32| -> Vec<bool> {
        let mut marked: Vec<bool> = Vec::with_capacity(cells.len());
        let outline = grown_oval(face, grown);
        let mut spans = Vec::new();
        for i in 0..cells.len() {
            let at = cells.centre(i);
            if i % cells.columns == 0 {
                spans = crossings(&outline, at.1 as f32);
            }
            let oval = spans.chunks_exact(2).any(|s| (s[0]..s[1]).contains(&(at.0 as f32)));
            // a body goes on to the bottom: what lies below a part of it is body too, whatever the mask says
            let below = at.1 > chin && i >= cells.columns && marked[i - cells.columns];
            let masked = if known { person_over(seen, at) >= person } else { at.1 > eyes };
            marked.push(below || masked || oval);
        }
        marked
    };
    let generous = marks(PERSON, if known { 1.15 } else { 1.9 });
    let mut chosen = pick(&cells, &cells.away(&generous), MARGIN);
    if (chosen.len() as f64) < ENOUGH * cells.len() as f64 {
        // a head that fills the frame: take what there is
        chosen = pick(&cells, &cells.away(&marks(0.5, 1.15)), 1);
    }
    chosen
        .into_iter()
        .map(|(i, weight)| {
            let (colour, value) = shadeless(cells.colour(seen, i));
            // beside and below the chin a hijab or clothes may be missing from the mask
            let weight = if cells.centre(i).1 < eyes { weight } else { weight * LOW };
            Place { colour, value, weight, rim: cells.rim(i, eyes) }
        })
        .collect()
}

fn person_over(seen: &Observation<'_>, (x, y): (f64, f64)) -> f32 {
    let size = (f64::from(seen.image.width()), f64::from(seen.image.height()));
    person_at(seen.person, size, x, y)
}

/// Cells far enough from the person, with their say.
fn pick(cells: &Cells, away: &[usize], margin: usize) -> Vec<(usize, f64)> {
    (0..cells.len())
        .filter(|&i| away[i] > margin)
        .map(|i| (i, f64::from(((away[i] - margin) as f32 / SHY).min(1.0))))
        .collect()
}

/// Whether the mask takes the face for a person at all.
fn mask_knows(seen: &Observation<'_>, face: &Landmarks<'_>) -> bool {
    let oval = face.many(&OVAL);
    let centre = face.at(5);
    let inner = oval.iter().map(|p| ((p.0 + centre.0) / 2.0, (p.1 + centre.1) / 2.0));
    let mean = inner.map(|(x, y)| person_over(seen, (f64::from(x), f64::from(y)))).sum::<f32>() / oval.len() as f32;
    mean >= 0.5
}

/// The face's oval grown by `grown`.
fn grown_oval(face: &Landmarks<'_>, grown: f32) -> Vec<Point> {
    let (brow, chin) = (face.at(10), face.at(152));
    let centre = ((brow.0 + chin.0) / 2.0, (brow.1 + chin.1) / 2.0);
    let away = |p: Point| (centre.0 + (p.0 - centre.0) * grown, centre.1 + (p.1 - centre.1) * grown);
    face.many(&OVAL).into_iter().map(away).collect()
}

/// What the places have in common.
struct Summary {
    centre: (f64, f64),
    hue: f64,
    saturation: f64,
    value: f64,
    mixed: f64,
    shade: f64,
}

fn summary(places: &[Place]) -> Option<Summary> {
    let total: f64 = places.iter().map(|p| p.weight).sum();
    if total <= 0.0 {
        return None;
    }
    let centre = (quantile(places, 0.5, |p| p.plane().0)?, quantile(places, 0.5, |p| p.plane().1)?);
    let near = |p: &&Place| apart(p.plane(), centre) <= OTHER_COLOUR;
    let same: Vec<Place> = places.iter().filter(near).copied().collect();
    let weight: f64 = same.iter().map(|p| p.weight).sum();
    let of = |k: usize| quantile(&same, 0.5, |p| p.colour[k]).unwrap_or(1.0);
    let (hue, saturation) = hue_saturation([of(0), of(1), of(2)]);
    let value = |q: f64| quantile(&same, q, |p| p.value).unwrap_or(0.0);
    Some(Summary {
        centre,
        hue,
        saturation,
        value: value(0.5),
        mixed: (1.0 - weight / total).max(strange_rim(places, centre)),
        // nearly black is nearly black, whatever the ratio
        shade: (value(0.05) + 0.05) / (value(0.95) + 0.05),
    })
}

/// Share of the rim that is of another colour: a mask that is wrong about hair or clothes does not reach it, a second
/// colour behind the head does.
fn strange_rim(places: &[Place], centre: (f64, f64)) -> f64 {
    let rim: Vec<&Place> = places.iter().filter(|p| p.rim).collect();
    let strange = rim.iter().filter(|p| apart(p.plane(), centre) > OTHER_COLOUR).count();
    // few places say little
    if rim.len() < 20 { 0.0 } else { strange as f64 / rim.len() as f64 * RIM_COUNTS }
}

fn apart(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Weighted quantile of values in -1.5..=1.5, to a thousandth of that; `None` of nothing.
fn quantile(places: &[Place], share: f64, of: impl Fn(&Place) -> f64) -> Option<f64> {
    const BINS: usize = 1024;
    let mut bins = [0.0f64; BINS];
    for place in places {
        let at = (of(place) / 3.0 + 0.5) * BINS as f64;
        bins[(at.max(0.0) as usize).min(BINS - 1)] += place.weight;
    }
    let goal = share * bins.iter().sum::<f64>();
    let mut sum = 0.0;
    let bin = bins.iter().position(|weight| {
        sum += weight;
        *weight > 0.0 && sum >= goal
    });
    bin.map(|i| ((i as f64 + 0.5) / BINS as f64 - 0.5) * 3.0)
}

/// Hue in degrees and saturation (0..=1) of a colour.
fn hue_saturation([r, g, b]: [f64; 3]) -> (f64, f64) {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let span = most - least;
    if span <= 1e-6 {
        return (0.0, 0.0);
    }
    let hue = if most == r {
        (g - b) / span
    } else if most == g {
        2.0 + (b - r) / span
    } else {
        4.0 + (r - g) / span
    };
    ((hue * 60.0).rem_euclid(360.0), span / most)
}

impl Summary {
    /// The class by colour alone.
    fn colour(&self) -> Backdrop {
        let (hue, saturation, value) = (self.hue, self.saturation, self.value);
        if !(15.0..338.0).contains(&hue) && saturation >= 0.5 && value >= 0.17 {
            Backdrop::Red
        } else if (15.0..43.0).contains(&hue) && saturation >= 0.5 && value >= 0.6 {
            Backdrop::Orange
        } else if (188.0..258.0).contains(&hue) && saturation >= 0.33 && value >= 0.15 {
            Backdrop::Blue
        } else {
            Backdrop::Other
        }
    }

    fn judged(&self) -> Background {
        let even = self.mixed <= MIXED && self.shade >= SHADED;
        let class = if even { self.colour() } else { Backdrop::Uneven };
        let clear = ((self.shade - SHADED) / (0.8 - SHADED)).clamp(0.0, 1.0);
        let score = (1.0 - self.mixed / MIXED).clamp(0.0, 1.0) * (0.5 + 0.5 * clear);
        let score = match class {
            Backdrop::Red | Backdrop::Blue | Backdrop::Orange => 50.0 + 50.0 * score,
            Backdrop::Other => 50.0 * score,
            Backdrop::Uneven => 0.0,
        };
        Background { class, score: score.round() as u8 }
    }

    fn distance(&self, places: &[Place], wanted: Option<Backdrop>) -> f64 {
        let total: f64 = places.iter().map(|p| p.weight).sum();
        PRINTED
            .iter()
            .filter(|(class, _)| wanted.is_none_or(|w| w == *class))
            .map(|(_, rgb)| {
                let (colour, value) = shadeless(*rgb);
                let there = Place { colour, value, weight: 1.0, rim: false }.plane();
                places.iter().map(|p| p.weight * apart(p.plane(), there)).sum::<f64>() / total
            })
            .min_by(f64::total_cmp)
            .unwrap_or_else(|| self.centre.0.hypot(self.centre.1) + 1.0)
    }
}
