//! The iris in polar form: what makes one eye differ from all others.
//!
//! Band-limited noise at several scales fills the annulus (an iris code sees phase in a band of about 10-60 cycles a
//! turn, so that is where independent detail must be), and the structures an iris shows are laid over it: bent radial
//! fibres, the zigzag collarette, crypts around it, concentric contraction furrows and a darker limbal rim.

use crate::people::Dice;

const ROWS: usize = 64;
const COLUMNS: usize = 768;

/// The iris of one eye, `ROWS` x `COLUMNS` values around 0 with deviation about 1.
pub struct Texture {
    values: Vec<f32>,
    /// Mean grey level of the iris.
    pub(super) level: f32,
    /// Grey levels per unit of texture.
    pub(super) contrast: f32,
}

impl Texture {
    /// The iris of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x31);
        let mut values = vec![0.0f32; ROWS * COLUMNS];
        for (rows, columns, weight) in [(2, 12, 0.25), (3, 44, 0.45), (4, 90, 0.5), (7, 170, 0.16)] {
            add(&mut values, &noise(&mut dice, rows, columns, ROWS, COLUMNS), weight);
        }
        let streaks = fibres(&mut dice);
        add(&mut values, &streaks, dice.range(0.35, 0.6));
        collarette(&mut values, &mut dice);
        crypts(&mut values, &mut dice);
        furrows(&mut values, &mut dice);
        rim(&mut values);
        let level = dice.range(108.0, 140.0);
        Self { values, level, contrast: dice.range(13.0, 20.0) }
    }

    /// The texture at `share` of the way from pupil to limbus (clamped) and `angle` in radians (periodic), bilinear.
    pub fn at(&self, share: f32, angle: f32) -> f32 {
        let row = (share * ROWS as f32 - 0.5).clamp(0.0, (ROWS - 1) as f32);
        let column = (angle / std::f32::consts::TAU).rem_euclid(1.0) * COLUMNS as f32;
        let (r0, c0) = (row as usize, column as usize % COLUMNS);
        let (r1, c1) = ((r0 + 1).min(ROWS - 1), (c0 + 1) % COLUMNS);
        let (fr, fc) = (row - r0 as f32, column.fract());
        let pick = |r: usize, c: usize| self.values[r * COLUMNS + c];
        let upper = pick(r0, c0) + fc * (pick(r0, c1) - pick(r0, c0));
        let lower = pick(r1, c0) + fc * (pick(r1, c1) - pick(r1, c0));
        upper + fr * (lower - upper)
    }

    /// The unwrapped iris in grey levels, turned by `turn` radians, `noise` added to each pixel.
    pub(super) fn unwrapped(
        &self,
        width: u32,
        height: u32,
        level: f32,
        turn: f32,
        mut noise: impl FnMut(usize) -> f32,
    ) -> Vec<u8> {
        let mut out = Vec::with_capacity(width as usize * height as usize);
        for row in 0..height {
            for column in 0..width {
                let angle = column as f32 / width as f32 * std::f32::consts::TAU - turn;
                let value = self.at((row as f32 + 0.5) / height as f32, angle);
                out.push((level + self.contrast * value + noise(out.len())).clamp(0.0, 255.0) as u8);
            }
        }
        out
    }
}

fn add(values: &mut [f32], layer: &[f32], weight: f32) {
    values.iter_mut().zip(layer).for_each(|(v, l)| *v += weight * l);
}

/// Smooth noise of `rows` x `columns` cells (periodic across columns) as `height` x `width` values of deviation 1: a
/// cubic B-spline over normal numbers, so hardly any power lies above one cycle per cell.
pub(super) fn noise(dice: &mut Dice, rows: usize, columns: usize, height: usize, width: usize) -> Vec<f32> {
    let knots: Vec<f32> = (0..(rows + 3) * columns).map(|_| dice.gauss()).collect();
    let wide: Vec<f32> = knots
        .chunks_exact(columns)
        .flat_map(|line| {
            (0..width).map(move |x| {
                let (cell, weights) = spline(x, width, columns);
                (0..4).map(|k| weights[k] * line[(cell + k) % columns]).sum::<f32>()
            })
        })
        .collect();
    let mut out = vec![0.0; height * width];
    for (y, line) in out.chunks_exact_mut(width).enumerate() {
        let (cell, weights) = spline(y, height, rows);
        for (k, weight) in weights.iter().enumerate() {
            let source = &wide[(cell + k) * width..(cell + k + 1) * width];
            line.iter_mut().zip(source).for_each(|(o, s)| *o += weight * s);
        }
    }
    let power = out.iter().map(|v| v * v).sum::<f32>() / out.len().max(1) as f32;
    let scale = 1.0 / power.sqrt().max(1e-6);
    out.iter_mut().for_each(|v| *v *= scale);
    out
}

fn spline(at: usize, of: usize, cells: usize) -> (usize, [f32; 4]) {
    let place = at as f32 * cells as f32 / of as f32;
    let cell = (place as usize).min(cells - 1);
    let t = place - cell as f32;
    let s = 1.0 - t;
    let (t2, t3) = (t * t, t * t * t);
    (cell, [s * s * s / 6.0, (3.0 * t3 - 6.0 * t2 + 4.0) / 6.0, (3.0 * (t + t2 - t3) + 1.0) / 6.0, t3 / 6.0])
}

/// Radial streaks, bent sideways by a slow field: the stroma's fibres.
fn fibres(dice: &mut Dice) -> Vec<f32> {
    let streaks = noise(dice, 2, 130, ROWS, COLUMNS);
    let bend = noise(dice, 4, 18, ROWS, COLUMNS);
    (0..ROWS * COLUMNS)
        .map(|i| {
            let column = (i % COLUMNS) as f32 + 6.0 * bend[i];
            let c0 = column.floor();
            let row = &streaks[i / COLUMNS * COLUMNS..][..COLUMNS];
            let pick = |c: f32| row[(c as i64).rem_euclid(COLUMNS as i64) as usize];
            let value = pick(c0) + (column - c0) * (pick(c0 + 1.0) - pick(c0));
            // Ridges: bright thin fibres between broader dark gaps.
            0.9 - 1.4 * value.abs() + 0.5 * value
        })
        .collect()
}

/// The bright zigzag where the pupillary zone ends, and the finer, darker zone inside it.
fn collarette(values: &mut [f32], dice: &mut Dice) {
    let slow = noise(dice, 1, 9, 1, COLUMNS);
    let quick = noise(dice, 1, 46, 1, COLUMNS);
    let radius = dice.range(0.22, 0.36);
    let strength = dice.range(0.5, 1.1);
    for (i, value) in values.iter_mut().enumerate() {
        let share = (i / COLUMNS) as f32 / ROWS as f32;
        let column = i % COLUMNS;
        let off = (share - radius - 0.035 * slow[column] - 0.02 * quick[column]) / 0.045;
        *value += strength / (1.0 + off * off * off * off) - if off < 0.0 { 0.45 } else { 0.0 };
    }
}

/// Dark lens-shaped gaps in the upper layer, mostly near the collarette.
fn crypts(values: &mut [f32], dice: &mut Dice) {
    for _ in 0..14 + dice.below(22) {
        let (share, column) = (dice.range(0.18, 0.62), dice.range(0.0, COLUMNS as f32));
        let (high, wide) = (dice.range(0.03, 0.1), dice.range(2.5, 8.0));
        let (depth, lean) = (dice.range(0.7, 1.9), dice.range(-12.0, 12.0));
        stamp(values, share, column, high, wide, |dr, dc| {
            let side = dc + lean * dr / wide;
            let d = dr * dr + side * side;
            if d < 1.0 { -depth * (1.0 - d) * (1.0 - d) * 1.5 } else { 0.0 }
        });
    }
}

/// Concentric folds of the outer zone, each over a part of the circle.
fn furrows(values: &mut [f32], dice: &mut Dice) {
    for _ in 0..3 + dice.below(4) {
        let (share, column) = (dice.range(0.55, 0.92), dice.range(0.0, COLUMNS as f32));
        let (wide, depth) = (dice.range(40.0, 150.0), dice.range(0.4, 0.9));
        stamp(values, share, column, 0.03, wide, |dr, dc| {
            -depth * (1.0 - (dr * dr).min(1.0)) * (1.0 - dc * dc).max(0.0)
        });
    }
}

/// Adds `shape(dr, dc)` (both in -1.3..=1.3 of the half sizes) around a place.
fn stamp(values: &mut [f32], share: f32, column: f32, high: f32, wide: f32, shape: impl Fn(f32, f32) -> f32) {
    let reach = 1.3 * wide;
    let (first, last) = ((column - reach) as i64, (column + reach) as i64);
    for row in 0..ROWS {
        let dr = ((row as f32 + 0.5) / ROWS as f32 - share) / high;
        if dr.abs() > 1.3 {
            continue;
        }
        for c in first..=last {
            let cell = &mut values[row * COLUMNS + c.rem_euclid(COLUMNS as i64) as usize];
            *cell += shape(dr, (c as f32 - column) / wide);
        }
    }
}

/// The dark rim at the limbus and the thin dark ruff at the pupil.
fn rim(values: &mut [f32]) {
    for (i, value) in values.iter_mut().enumerate() {
        let share = ((i / COLUMNS) as f32 + 0.5) / ROWS as f32;
        let outer = ((share - 0.82) / 0.18).max(0.0);
        let inner = ((0.05 - share) / 0.05).max(0.0);
        *value -= 1.1 * outer * outer + 1.0 * inner;
    }
}
