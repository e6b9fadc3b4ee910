//! A finger on a sensor: skin that stretches, presses, sweats and wears, seen by optics that blur.

use super::flow::{HEIGHT, WIDTH};
use super::{Conditions, Finger};
use crate::people::Dice;
use rekam_hal::image::GrayImage;
use std::f32::consts::TAU;

/// Width of a capture in pixels at 500 dpi (17.9 mm).
pub(super) const SENSOR_WIDTH: usize = 352;
/// Height of a capture in pixels at 500 dpi (21.1 mm).
pub(super) const SENSOR_HEIGHT: usize = 416;
const PER_MM: f32 = 500.0 / 25.4;

/// Smooth random numbers over the sensor, -1..1: bilinear between a grid's points.
struct Cloud {
    values: Vec<f32>,
    columns: usize,
    cell: f32,
}

impl Cloud {
    fn new(dice: &mut Dice, cell: f32) -> Self {
        let columns = (SENSOR_WIDTH as f32 / cell) as usize + 2;
        let rows = (SENSOR_HEIGHT as f32 / cell) as usize + 2;
        Self { values: (0..columns * rows).map(|_| dice.range(-1.0, 1.0)).collect(), columns, cell }
    }

    /// The values along one row of pixels.
    fn row(&self, y: usize, out: &mut [f32]) {
        let v = y as f32 / self.cell;
        let (r, fv) = (v as usize, v.fract());
        for (x, o) in out.iter_mut().enumerate() {
            let u = x as f32 / self.cell;
            let (c, fu) = (u as usize, u.fract());
            let at = |r: usize, c: usize| self.values.get(r * self.columns + c).copied().unwrap_or(0.0);
            let top = at(r, c) + fu * (at(r, c + 1) - at(r, c));
            let bottom = at(r + 1, c) + fu * (at(r + 1, c + 1) - at(r + 1, c));
            *o = top + fv * (bottom - top);
        }
    }
}

/// Where a pixel of the sensor lies on the finger.
struct Pose {
    cos: f32,
    sin: f32,
    shift: (f32, f32),
    waves: [[f32; 5]; 4],
}

impl Pose {
    fn new(c: &Conditions, dice: &mut Dice) -> Self {
        let (sin, cos) = c.rotation_deg.to_radians().sin_cos();
        // Skin gives by a few pixels over wavelengths of a finger's width.
        let waves = std::array::from_fn(|i| {
            let (turn, long) = (dice.range(0.0, TAU), TAU / dice.range(220.0, 480.0));
            let high = c.distortion * dice.range(1.5, 4.0) * if i < 2 { 1.0 } else { 0.7 };
            let way = dice.range(0.0, TAU);
            [long * turn.cos(), long * turn.sin(), dice.range(0.0, TAU), high * way.cos(), high * way.sin()]
        });
        Self { cos, sin, shift: (c.shift_mm.0 * PER_MM, c.shift_mm.1 * PER_MM), waves }
    }

    /// Displacement of the skin at corners of tiles, to be interpolated.
    fn stretch(&self, x: f32, y: f32) -> (f32, f32) {
        self.waves.iter().fold((0.0, 0.0), |(dx, dy), [kx, ky, phase, hx, hy]| {
            let s = (kx * x + ky * y + phase).sin();
            (dx + hx * s, dy + hy * s)
        })
    }

    fn on_finger(&self, x: f32, y: f32) -> (f32, f32) {
        let (u, v) = (x - SENSOR_WIDTH as f32 / 2.0 - self.shift.0, y - SENSOR_HEIGHT as f32 / 2.0 - self.shift.1);
        // The print turns counter-clockwise on the screen for positive angles.
        let (mx, my) = (self.cos * u - self.sin * v, self.sin * u + self.cos * v);
        let (dx, dy) = self.stretch(mx, my);
        (mx + dx + WIDTH as f32 / 2.0, my + dy + HEIGHT as f32 / 2.0)
    }
}

/// Size of the tiles between whose corners the pose is interpolated (its curvature there is far below a pixel).
const TILE: usize = 16;

/// One row's positions on the finger.
fn positions(corners: &[(f32, f32)], y: usize, out: &mut [(f32, f32)]) {
    const ACROSS: usize = SENSOR_WIDTH / TILE + 1;
    let (r, f) = (y / TILE, (y % TILE) as f32 / TILE as f32);
    let mix = |a: (f32, f32), b: (f32, f32), t: f32| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
    for (c, tile) in out.chunks_mut(TILE).enumerate() {
        let at = |r: usize, c: usize| corners[r * ACROSS + c];
        let (left, right) = (mix(at(r, c), at(r + 1, c), f), mix(at(r, c + 1), at(r + 1, c + 1), f));
        for (i, p) in tile.iter_mut().enumerate() {
            *p = mix(left, right, i as f32 / TILE as f32);
        }
    }
}

/// The part of the finger that touches: an ellipse, fuller at the base.
struct Contact {
    x: f32,
    y: f32,
    wide: f32,
    high: f32,
}

impl Contact {
    fn new(c: &Conditions, dice: &mut Dice) -> Self {
        let lost = 1.0 - c.coverage;
        let way = dice.range(0.0, TAU);
        let (x, y) = (WIDTH as f32 / 2.0 + 90.0 * lost * way.cos(), HEIGHT as f32 / 2.0 + 110.0 * lost * way.sin());
        let size = (0.92 + 0.16 * (c.pressure - 0.5)) * (1.0 - 0.45 * lost);
        Self { x, y, wide: 158.0 * size * dice.range(0.95, 1.05), high: 200.0 * size * dice.range(0.95, 1.05) }
    }

    /// 0 at the centre, 1 at the border.
    fn depth(&self, x: f32, y: f32) -> f32 {
        let (u, v) = ((x - self.x) / self.wide, (y - self.y) / self.high);
        (u * u + v * v).powi(2) * 0.5 + (u * u + v * v) * 0.5
    }
}

fn smoothstep(low: f32, high: f32, v: f32) -> f32 {
    let t = ((v - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The finger under the given (already clamped) conditions.
pub(super) fn capture(finger: &Finger, c: &Conditions) -> GrayImage {
    let mut dice = Dice::new(c.seed, 0x6361_7074);
    let pose = Pose::new(c, &mut dice);
    let contact = Contact::new(c, &mut dice);
    let corners: Vec<(f32, f32)> = (0..=SENSOR_HEIGHT / TILE)
        .flat_map(|r| (0..=SENSOR_WIDTH / TILE).map(move |c| (r, c)))
        .map(|(r, c)| pose.on_finger((c * TILE) as f32, (r * TILE) as f32))
        .collect();
    let clouds = [3.0, 13.0, 70.0].map(|cell| Cloud::new(&mut dice, cell));
    let mut rows = [[0.0f32; SENSOR_WIDTH]; 3];
    let mut place = [(0.0f32, 0.0f32); SENSOR_WIDTH];
    let mut plane = Vec::with_capacity(SENSOR_WIDTH * SENSOR_HEIGHT);
    let look = Look::new(c);
    for y in 0..SENSOR_HEIGHT {
        clouds.iter().zip(&mut rows).for_each(|(cloud, row)| cloud.row(y, row));
        positions(&corners, y, &mut place);
        for (x, &(mx, my)) in place.iter().enumerate() {
            plane.push(look.shade(finger.crest(mx, my), contact.depth(mx, my), rows[0][x], rows[1][x], rows[2][x]));
        }
    }
    scratches(&mut plane, c, &mut dice);
    blur(&mut plane, 0.6 + 2.4 * c.blur);
    let grain = 2.5 + 16.0 * c.noise;
    let pixels: Vec<u8> = plane.iter().map(|&v| (v + grain * dice.range(-1.0, 1.0)).clamp(0.0, 255.0) as u8).collect();
    let width = SENSOR_WIDTH as u32;
    let image = GrayImage::from_fn(width, SENSOR_HEIGHT as u32, |x, y| pixels[(y * width + x) as usize]);
    image.with_dpi(500.0)
}

/// How pressure and noise turn skin into grey.
struct Look {
    pressure: f32,
    noise: f32,
    threshold: f32,
    ink: f32,
}

impl Look {
    fn new(c: &Conditions) -> Self {
        Self {
            pressure: c.pressure,
            noise: c.noise,
            threshold: 0.75 - 1.5 * c.pressure,
            ink: 140.0 + 70.0 * c.pressure,
        }
    }

    /// Grey of a point of height `crest` (-1..1) at `depth` towards the border; clouds fine, medium and coarse.
    fn shade(&self, crest: f32, depth: f32, fine: f32, medium: f32, coarse: f32) -> f32 {
        let edge = smoothstep(0.72, 1.04, depth + 0.10 * medium + 0.06 * coarse);
        if edge >= 1.0 {
            return 243.0 + 3.0 * coarse;
        }
        // Dry skin touches in spots, so that noise breaks its ridges.
        let dry = (0.5 - self.pressure).max(0.0);
        let height =
            crest + fine * (0.22 + 0.5 * self.noise + 0.9 * dry) + medium * (0.14 + 0.7 * self.noise + 0.5 * dry);
        let threshold = self.threshold + 0.22 * coarse + 1.7 * edge;
        let touch = smoothstep(threshold - 0.55, threshold + 0.55, height);
        let wet = (self.pressure - 0.6).max(0.0) * (1.0 - edge);
        243.0 + 3.0 * coarse - (self.ink + 18.0 * medium + 14.0 * coarse) * touch - 110.0 * wet * (1.0 - touch)
    }
}

/// Hairs, cuts and dust of the moment: bright straight strokes.
fn scratches(plane: &mut [f32], c: &Conditions, dice: &mut Dice) {
    for _ in 0..(c.noise * 6.0 * dice.unit()) as usize {
        let (x, y) = (dice.range(40.0, SENSOR_WIDTH as f32 - 40.0), dice.range(40.0, SENSOR_HEIGHT as f32 - 40.0));
        let (turn, long) = (dice.range(0.0, TAU), dice.range(30.0, 140.0));
        for step in 0..(2.0 * long) as usize {
            let t = step as f32 / 2.0;
            let (px, py) = ((x + t * turn.cos()) as usize, (y + t * turn.sin()) as usize);
            if px + 1 < SENSOR_WIDTH && py < SENSOR_HEIGHT {
                for p in &mut plane[py * SENSOR_WIDTH + px..][..2] {
                    *p = p.max(215.0);
                }
            }
        }
    }
}

/// Gaussian blur, both ways, at most nine taps.
fn blur(plane: &mut [f32], sigma: f32) {
    let half: [f32; 5] = std::array::from_fn(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp());
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f32>();
    let taps = half.map(|t| t / sum);
    let mut row = [0.0f32; SENSOR_WIDTH + 8];
    for line in plane.chunks_exact_mut(SENSOR_WIDTH) {
        row[..4].fill(line[0]);
        row[4..SENSOR_WIDTH + 4].copy_from_slice(line);
        row[SENSOR_WIDTH + 4..].fill(line[SENSOR_WIDTH - 1]);
        for (x, out) in line.iter_mut().enumerate() {
            let w = &row[x..x + 9];
            *out = taps[0] * w[4] + (1..5).map(|k| taps[k] * (w[4 - k] + w[4 + k])).sum::<f32>();
        }
    }
    let source = plane.to_vec();
    let line = |y: usize| &source[y.min(SENSOR_HEIGHT - 1) * SENSOR_WIDTH..][..SENSOR_WIDTH];
    for (y, out) in plane.chunks_exact_mut(SENSOR_WIDTH).enumerate() {
        out.iter_mut().zip(line(y)).for_each(|(o, v)| *o = taps[0] * v);
        for (k, tap) in taps.iter().enumerate().skip(1) {
            let (up, down) = (line(y.saturating_sub(k)), line(y + k));
            out.iter_mut().zip(up.iter().zip(down)).for_each(|(o, (a, b))| *o += tap * (a + b));
        }
    }
}
