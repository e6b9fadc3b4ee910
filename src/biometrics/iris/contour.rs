//! Closed contours as a centre and a short Fourier series of the radius, and the search for one in a polar image.
//!
//! Neither the pupil nor the limbus is a circle: an oblique gaze makes ellipses and pupils are often egg-shaped. A
//! handful of harmonics follows that and still cannot follow a lash or a reflection.

use std::f32::consts::TAU;

use super::raster::Plane;

/// Harmonics a contour may hold.
pub(super) const HARMONICS: usize = 6;

/// A circle in image coordinates, in pixels of the original image; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Centre, horizontally.
    pub x: f32,
    /// Centre, vertically.
    pub y: f32,
    /// Radius.
    pub r: f32,
}

impl Circle {
    /// The same circle where samples are `factor` times finer and pixel centres lie on whole coordinates.
    pub(super) fn rescaled(&self, factor: f32) -> Circle {
        Circle { x: (self.x + 0.5) * factor - 0.5, y: (self.y + 0.5) * factor - 0.5, r: self.r * factor }
    }

    pub(super) fn shifted(&self, (dx, dy): (f32, f32)) -> Circle {
        Circle { x: self.x + dx, y: self.y + dy, r: self.r }
    }
}

/// What makes an oval of a circle: the second harmonic of the radius as a share of it (cosine and sine).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Oval {
    pub cosine: f32,
    pub sine: f32,
}

impl Oval {
    /// Radius at an angle over the mean one.
    pub fn stretch(&self, angle: f32) -> f32 {
        let (s, c) = angle.sin_cos();
        1.0 + self.cosine * (c * c - s * s) + self.sine * 2.0 * s * c
    }

    /// The same oval less flat by `round`, at least a circle.
    pub fn beyond(self, round: f32) -> Oval {
        let flatness = self.cosine.hypot(self.sine);
        let share = (flatness - round).max(0.0) / flatness.max(1e-6);
        Oval { cosine: share * self.cosine, sine: share * self.sine }
    }
}

/// What a fitted contour may look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Harmonics of the radius, up to [`HARMONICS`].
    pub harmonics: usize,
    /// Pull of the harmonics from the second on towards zero.
    pub ridge: f32,
    /// Expected vertical shift of the centre and how strongly it is believed; needs one harmonic at least.
    pub height: Option<(f32, f32)>,
}

/// A star-shaped closed curve: radius over angle around a centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contour {
    x: f32,
    y: f32,
    mean: f32,
    cosine: [f32; HARMONICS],
    sine: [f32; HARMONICS],
}

impl Contour {
    /// The circle as a contour.
    pub fn circle(circle: Circle) -> Self {
        Self { x: circle.x, y: circle.y, mean: circle.r, cosine: [0.0; HARMONICS], sine: [0.0; HARMONICS] }
    }

    /// Radius in pixels at an angle in radians (0 = to the right, growing clockwise in the image).
    pub fn radius(&self, angle: f32) -> f32 {
        let (s1, c1) = angle.sin_cos();
        let (mut s, mut c) = (s1, c1);
        let mut radius = self.mean;
        for (a, b) in self.cosine.iter().zip(&self.sine) {
            radius += a * c + b * s;
            (s, c) = (s * c1 + c * s1, c * c1 - s * s1);
        }
        radius.max(0.5)
    }

    /// Point of the contour at an angle in radians.
    pub fn point(&self, angle: f32) -> (f32, f32) {
        let r = self.radius(angle);
        (self.x + r * angle.cos(), self.y + r * angle.sin())
    }

    /// How far the contour is from being round in one direction: the second harmonic's amplitude over the radius. A disc
    /// seen at an angle has half of what it lost in width.
    pub fn flatness(&self) -> f32 {
        let Oval { cosine, sine } = self.oval();
        cosine.hypot(sine)
    }

    /// What the contour has of an oval.
    pub(super) fn oval(&self) -> Oval {
        let mean = self.mean.max(0.5);
        Oval { cosine: self.cosine[1] / mean, sine: self.sine[1] / mean }
    }

    /// The contour with an oval of a mean radius on top.
    pub(super) fn stretched(mut self, oval: Oval, radius: f32) -> Contour {
        self.cosine[1] += radius * oval.cosine;
        self.sine[1] += radius * oval.sine;
        self
    }

    /// How far the contour is from an ellipse: root mean square of the harmonics from the third on over the radius.
    pub fn irregularity(&self) -> f32 {
        let sum: f32 = self.cosine[2..].iter().chain(&self.sine[2..]).map(|v| v * v).sum();
        (0.5 * sum).sqrt() / self.mean.max(0.5)
    }

    /// The circle that fits the contour best: the first harmonic is a shift of the centre.
    pub fn as_circle(&self) -> Circle {
        Circle { x: self.x + self.cosine[0], y: self.y + self.sine[0], r: self.mean }
    }

    pub(super) fn rescaled(&self, factor: f32) -> Contour {
        let mut out = *self;
        out.x = (self.x + 0.5) * factor - 0.5;
        out.y = (self.y + 0.5) * factor - 0.5;
        out.mean *= factor;
        out.cosine.iter_mut().chain(out.sine.iter_mut()).for_each(|v| *v *= factor);
        out
    }

    pub(super) fn shifted(&self, (dx, dy): (f32, f32)) -> Contour {
        Contour { x: self.x + dx, y: self.y + dy, ..*self }
    }

    /// Fits radii at equally spaced angles by weighted least squares in the given shape: its pulls
    /// are relative to the sum of weights, so that a badly supported arc is continued as a circle.
    pub(super) fn fit((x, y): (f32, f32), radii: &[f32], weights: &[f32], shape: &Shape) -> Option<Contour> {
        let Shape { harmonics, ridge, height } = *shape;
        let harmonics = harmonics.min(HARMONICS);
        let n = 1 + 2 * harmonics;
        let mut normal = [[0.0_f64; 2 * HARMONICS + 2]; 2 * HARMONICS + 1];
        let mut total = 0.0;
        for (k, (&r, &w)) in radii.iter().zip(weights).enumerate() {
            let (s1, c1) = (f64::from(TAU) * k as f64 / radii.len() as f64).sin_cos();
            let mut basis = [1.0_f64; 2 * HARMONICS + 1];
            let (mut s, mut c) = (s1, c1);
            for h in 1..=harmonics {
                (basis[2 * h - 1], basis[2 * h]) = (c, s);
                (s, c) = (s * c1 + c * s1, c * c1 - s * s1);
            }
            total += f64::from(w);
            for i in 0..n {
                for j in 0..n {
                    normal[i][j] += f64::from(w) * basis[i] * basis[j];
                }
                normal[i][n] += f64::from(w * r) * basis[i];
            }
        }
        if total <= 0.0 {
            return None;
        }
        for h in 1..=harmonics {
            let pull = f64::from(ridge) * total * if h == 1 { 0.05 } else { (h * h) as f64 * 0.25 };
            normal[2 * h - 1][2 * h - 1] += pull + total * 1e-6;
            normal[2 * h][2 * h] += pull + total * 1e-6;
        }
        if let Some((offset, strength)) = height {
            let pull = f64::from(strength) * total;
            normal[2][2] += pull;
            normal[2][n] += pull * f64::from(offset);
        }
        let solution = solve(&mut normal, n)?;
        let mut out = Contour::circle(Circle { x, y, r: solution[0] as f32 });
        for h in 1..=harmonics {
            out.cosine[h - 1] = solution[2 * h - 1] as f32;
            out.sine[h - 1] = solution[2 * h] as f32;
        }
        (out.mean.is_finite() && out.mean > 0.5).then_some(out)
    }
}

/// Gaussian elimination of the symmetric positive system `m[i][..n] x = m[i][n]`.
fn solve<const R: usize, const C: usize>(m: &mut [[f64; C]; R], n: usize) -> Option<[f64; R]> {
    for i in 0..n {
        let pivot = m[i][i];
        if !pivot.is_finite() || pivot.abs() < 1e-12 {
            return None;
        }
        for row in i + 1..n {
            let factor = m[row][i] / pivot;
            let (upper, lower) = m.split_at_mut(row);
            for (value, above) in lower[0][i..=n].iter_mut().zip(&upper[i][i..=n]) {
                *value -= factor * above;
            }
        }
    }
    let mut x = [0.0; R];
    for i in (0..n).rev() {
        let rest: f64 = (i + 1..n).map(|j| m[i][j] * x[j]).sum();
        x[i] = (m[i][n] - rest) / m[i][i];
    }
    Some(x)
}

/// Weighted parabola `y = p[0] + p[1] x + p[2] x^2` through points, `ridge` against curvature (relative).
pub(super) fn parabola(points: impl Iterator<Item = (f32, f32, f32)>, ridge: f32) -> Option<[f32; 3]> {
    let mut m = [[0.0_f64; 4]; 3];
    for (x, y, w) in points {
        let (x, y, w) = (f64::from(x), f64::from(y), f64::from(w));
        let basis = [1.0, x, x * x];
        for i in 0..3 {
            for j in 0..3 {
                m[i][j] += w * basis[i] * basis[j];
            }
            m[i][3] += w * basis[i] * y;
        }
    }
    let total = m[0][0];
    m[1][1] += total * 1e-6;
    m[2][2] += total * f64::from(ridge).max(1e-6);
    solve(&mut m, 3).map(|p| p.map(|v| v as f32))
}

/// How the radial derivative of a polar window is read.
pub(super) struct PolarWindow {
    /// Angles around the circle.
    pub angles: usize,
    /// Radii between `from` and `to`, both in samples.
    pub steps: usize,
    pub from: f32,
    pub to: f32,
    /// Half distance over which the derivative is taken, in samples.
    pub reach: f32,
    /// The window itself is an oval: what its radii are stretched by.
    pub oval: Oval,
}

impl PolarWindow {
    /// Radius of a step before the window is stretched.
    pub fn radius(&self, step: f32) -> f32 {
        self.from + (self.to - self.from) * step / (self.steps.max(2) - 1) as f32
    }

    /// What the radii of a ray are stretched by.
    pub fn stretch(&self, ray: usize) -> f32 {
        self.oval.stretch(TAU * ray as f32 / self.angles as f32)
    }

    /// Outward brightening, `angles` rows of `steps`; where the ray has left the image it is 0.
    pub fn derivative(&self, plane: &Plane, x: f32, y: f32) -> Vec<f32> {
        let step = (self.to - self.from) / (self.steps.max(2) - 1) as f32;
        let half = (self.reach / step.max(1e-3)).round().clamp(1.0, 200.0) as usize;
        let mut out = Vec::with_capacity(self.angles * self.steps);
        let mut ray = vec![0.0; self.steps + 2 * half];
        for k in 0..self.angles {
            let (s, c) = (TAU * k as f32 / self.angles as f32).sin_cos();
            let (s, c) = (self.stretch(k) * s, self.stretch(k) * c);
            let first = self.from - half as f32 * step;
            let at = |i: usize| (x + (first + i as f32 * step) * c, y + (first + i as f32 * step) * s);
            // Along a ray the image is left once.
            let inside = (0..ray.len()).rev().find(|&i| plane.holds(at(i).0, at(i).1, 1.0)).map_or(0, |i| i + 1);
            for (i, v) in ray[..inside].iter_mut().enumerate() {
                let (px, py) = at(i);
                *v = plane.sample(px, py);
            }
            let known = inside.saturating_sub(2 * half);
            out.extend(ray[2 * half..].iter().zip(&ray).take(known).map(|(outer, inner)| outer - inner));
            out.resize((k + 1) * self.steps, 0.0);
        }
        out
    }
}

/// The closed path (one step index per row) with the largest sum of gains, moving at most `slope` steps from row to
/// row and paying `bend` per step moved (Viterbi). Run twice: the second run starts and ends where the first one passed
/// the opposite side, which closes the path.
pub(super) fn closed_path(gain: &[f32], steps: usize, slope: usize, bend: f32) -> Vec<usize> {
    let rows = gain.len() / steps.max(1);
    let half = rows / 2;
    let open = open_path(gain, steps, slope, bend, None);
    let fixed = open.get(half).copied().unwrap_or(0);
    let turned = [&gain[half * steps..], &gain[..(half + 1) * steps]].concat();
    let shifted = open_path(&turned, steps, slope, bend, Some(fixed));
    (0..rows).map(|k| shifted.get((k + rows - half) % rows).copied().unwrap_or(0)).collect()
}

/// The open path with the largest sum of gains, given as rows of `steps`; with `ends` it starts and ends at that step.
pub(super) fn open_path(gain: &[f32], steps: usize, slope: usize, bend: f32, ends: Option<usize>) -> Vec<usize> {
    let rows = gain.len() / steps.max(1);
    if rows == 0 {
        return Vec::new();
    }
    // The scores stand between margins that no path can come from.
    let mut score = vec![f32::NEG_INFINITY; steps + 2 * slope];
    for (s, v) in score[slope..slope + steps].iter_mut().enumerate() {
        *v = if ends.is_none_or(|e| e == s) { gain[s] } else { -1e9 };
    }
    let mut moves = vec![0_i32; rows * steps];
    let mut best = vec![0.0_f32; steps];
    for (gain, moves) in gain.chunks_exact(steps).zip(moves.chunks_exact_mut(steps)).skip(1) {
        best.copy_from_slice(&score[slope..slope + steps]);
        for shift in 1..=slope {
            let cost = bend * shift as f32;
            for (from, sign) in [(slope - shift, -1), (slope + shift, 1)] {
                for ((b, m), v) in best.iter_mut().zip(moves.iter_mut()).zip(&score[from..from + steps]) {
                    let better = v - cost > *b;
                    *b = if better { v - cost } else { *b };
                    *m = if better { sign * shift as i32 } else { *m };
                }
            }
        }
        score[slope..slope + steps].iter_mut().zip(best.iter().zip(gain)).for_each(|(s, (b, g))| *s = b + g);
    }
    let last = &score[slope..slope + steps];
    let best = (0..steps).max_by(|&a, &b| last[a].total_cmp(&last[b])).unwrap_or(0);
    let mut at = ends.unwrap_or(best);
    let mut path = vec![0; rows];
    for row in (0..rows).rev() {
        path[row] = at;
        at = at.saturating_add_signed(moves[row * steps + at] as isize).min(steps - 1);
    }
    path
}
