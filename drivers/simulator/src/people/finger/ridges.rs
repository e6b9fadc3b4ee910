//! The ridges: a phase whose cosine is the finger, with exactly the planned minutiae.
//!
//! An amplitude and frequency modulated picture (Larkin and Fletcher 2007) is cos(phase). Of all phase gradients with
//! the planned turns around the minutiae, the one nearest the wanted flow in the least squares sense is
//! `gradient - rot A` with `laplace A = curl gradient - 2 pi charges`, a plain Poisson equation; its signs change
//! where the flow's normal flips. Solved by over-relaxation on a grid of two pixels, integrated, and drawn.

use super::flow::{Flow, HEIGHT, Pair, WIDTH};
use super::minutiae::{Charge, curl, same};
use std::f32::consts::{PI, TAU};

const STEP: usize = 2;
const W: usize = WIDTH / STEP;
const H: usize = HEIGHT / STEP;
const SWEEPS: usize = 260;

/// cos(phase) over the master, row by row, 127 on the ridges' crests and -127 in the valleys.
pub(super) fn draw(flow: &Flow, charges: &[Charge]) -> Vec<i8> {
    let field = Field::new(flow);
    let a = field.potential(charges);
    let phase = field.integrate(&a, flow);
    enlarge(&phase.iter().map(|p| p.cos()).collect::<Vec<f32>>())
}

/// The wanted gradient at every node and the signs between neighbours.
struct Field {
    nodes: Vec<(f32, f32)>,
    right: Vec<f32>,
    down: Vec<f32>,
}

impl Field {
    fn new(flow: &Flow) -> Self {
        let scale = STEP as f32;
        let nodes: Vec<(f32, f32)> = (0..W * H)
            .map(|i| flow.gradient((i % W * STEP) as f32, (i / W * STEP) as f32))
            .map(|(x, y)| (x * scale, y * scale))
            .collect();
        let sign = |i: usize, j: usize| nodes.get(j).map_or(1.0, |&n| same(nodes[i], n));
        let right = (0..W * H).map(|i| if i % W + 1 < W { sign(i, i + 1) } else { 1.0 }).collect();
        let down = (0..W * H).map(|i| sign(i, i + W)).collect();
        Self { nodes, right, down }
    }

    /// A on the cells (top left corner = node), 0 outside.
    fn potential(&self, charges: &[Charge]) -> Vec<f32> {
        let (mut source, mut active) = self.sources();
        for charge in charges {
            let (c, r) = ((charge.x / STEP as f32) as usize, (charge.y / STEP as f32) as usize);
            if c + 1 < W && r + 1 < H {
                source[r * W + c] -= TAU * charge.sign * self.frame(charge, r * W + c);
            }
        }
        // Twice the reach of the over-relaxed update, 0 where A is held at 0.
        let omega = 2.0 / (1.0 + (PI / (W.max(H) as f32)).sin());
        active.iter_mut().for_each(|v| *v *= omega / 4.0);
        let mut a = vec![0.0f32; W * H];
        for sweep in 0..2 * SWEEPS {
            self.half_sweep(&mut a, &source, &active, sweep & 1, omega);
        }
        a
    }

    /// A charge's sign is counted in the flow's frame at its place, which need not be the corner's.
    fn frame(&self, charge: &Charge, corner: usize) -> f32 {
        let along = (charge.angle.cos() * charge.sign, -charge.angle.sin() * charge.sign);
        // The normal is a quarter turn clockwise on the screen from the tangent.
        same(self.nodes[corner], (-along.1, along.0))
    }

    fn sources(&self) -> (Vec<f32>, Vec<f32>) {
        let (mut source, mut active) = (vec![0.0; W * H], vec![0.0; W * H]);
        for r in 0..H - 1 {
            for c in 0..W - 1 {
                let i = r * W + c;
                let frustrated = self.right[i] * self.down[i + 1] != self.down[i] * self.right[i + W];
                if !frustrated {
                    source[i] = curl(self.nodes[i], self.nodes[i + 1], self.nodes[i + W + 1], self.nodes[i + W]);
                    active[i] = 1.0;
                }
            }
        }
        (source, active)
    }

    /// One colour of a red-black sweep.
    fn half_sweep(&self, a: &mut [f32], source: &[f32], gain: &[f32], colour: usize, omega: f32) {
        for r in 0..H - 1 {
            let row = r * W;
            for i in (row + (r + colour) % 2..row + W - 1).step_by(2) {
                let left = if i > row { a[i - 1] * self.right[i - 1] } else { 0.0 };
                let up = if r > 0 { a[i - W] * self.down[i - W] } else { 0.0 };
                let around = left + up + a[i + 1] * self.right[i] + a[i + W] * self.down[i];
                if gain[i] > 0.0 {
                    a[i] += gain[i] * (source[i] + around) - omega * a[i];
                }
            }
        }
    }

    /// Phase gained along the edge to the right (in the frame of its left end).
    fn across(&self, a: &[f32], i: usize) -> f32 {
        let above = if i >= W { a[i - W] * self.down[i - W] } else { 0.0 };
        0.5 * (self.nodes[i].0 + self.right[i] * self.nodes[i + 1].0) - (a[i] - above)
    }

    /// Phase gained along the edge downwards (in the frame of its upper end).
    fn along(&self, a: &[f32], i: usize) -> f32 {
        let before = if !i.is_multiple_of(W) { a[i - 1] * self.right[i - 1] } else { 0.0 };
        0.5 * (self.nodes[i].1 + self.down[i] * self.nodes[i + W].1) + (a[i] - before)
    }

    /// The phase at every node: walked from node to node without crossing a cut, then made whole across the cuts.
    fn integrate(&self, a: &[f32], flow: &Flow) -> Vec<f32> {
        let slits = Slits::new(flow);
        let mut phase = vec![f32::NAN; W * H];
        let mut queue = Vec::with_capacity(W * H);
        let start = W / 2;
        phase[start] = 0.0;
        queue.push(start);
        let mut head = 0;
        while let Some(&i) = queue.get(head) {
            head += 1;
            let steps = [
                (i % W + 1 < W).then(|| (i + 1, self.right[i], self.across(a, i))),
                (i + W < W * H).then(|| (i + W, self.down[i], self.along(a, i))),
                (i % W > 0).then(|| (i - 1, self.right[i - 1], -self.across(a, i - 1))),
                (i >= W).then(|| (i - W, self.down[i - W], -self.along(a, i - W))),
            ];
            for (j, sign, gain) in steps.into_iter().flatten() {
                if sign > 0.0 && phase[j].is_nan() && !slits.between(i, j) {
                    phase[j] = phase[i] + gain;
                    queue.push(j);
                }
            }
        }
        phase.iter_mut().filter(|p| p.is_nan()).for_each(|p| *p = 0.0);
        slits.mend(self, a, &mut phase);
        phase
    }
}

/// The lines from a delta away from its core, along which the walk may not pass.
struct Slits {
    pairs: Vec<Pair>,
    /// Angle of each node around each delta, 0 towards the core, -pi..=pi.
    around: Vec<Vec<f32>>,
}

fn position(i: usize) -> (f32, f32) {
    ((i % W * STEP) as f32 - WIDTH as f32 / 2.0, HEIGHT as f32 / 2.0 - (i / W * STEP) as f32)
}

impl Slits {
    fn new(flow: &Flow) -> Self {
        let around = |p: &Pair| {
            let (tx, ty) = (p.core.0 - p.delta.0, p.core.1 - p.delta.1);
            let angle = |i: usize| {
                let (x, y) = position(i);
                let (dx, dy) = (x - p.delta.0, y - p.delta.1);
                (dy * tx - dx * ty).atan2(dx * tx + dy * ty)
            };
            (0..W * H).map(angle).collect()
        };
        Self { pairs: flow.pairs.clone(), around: flow.pairs.iter().map(around).collect() }
    }

    fn crosses(&self, slit: usize, i: usize, j: usize) -> bool {
        let (a, b) = (self.around[slit][i], self.around[slit][j]);
        a * b <= 0.0 && a.abs() > PI / 2.0 && b.abs() > PI / 2.0
    }

    fn between(&self, i: usize, j: usize) -> bool {
        (0..self.around.len()).any(|slit| self.crosses(slit, i, j))
    }

    /// Spreads what is missing to whole turns across each slit and each cut, at most half a ridge each.
    fn mend(&self, field: &Field, a: &[f32], phase: &mut [f32]) {
        for slit in 0..self.pairs.len() {
            let Some(miss) = self.miss(field, a, phase, slit) else { continue };
            for (p, &turn) in phase.iter_mut().zip(&self.around[slit]) {
                // Only beyond a right angle, where the other cut does not lie.
                *p += miss * turn.signum() * (turn.abs() / PI - 0.5).max(0.0);
            }
        }
        let cuts: Vec<f32> = (0..self.pairs.len()).map(|k| self.offset(field, a, phase, k)).collect();
        let Some(&first) = cuts.first() else { return };
        let second = cuts.get(1).map_or(0.0, |c| wrap(c - first));
        for (i, p) in phase.iter_mut().enumerate() {
            let blend = match (self.pairs.first(), self.pairs.get(1)) {
                (Some(one), Some(two)) if second != 0.0 => {
                    let (near, far) = (distance(two, i).powi(2), distance(one, i).powi(2));
                    far / (near + far + 1e-3)
                }
                _ => 0.0,
            };
            *p -= 0.5 * (first + second * blend);
        }
    }

    /// Phase (mod a turn) by which the walk disagrees across a slit, positive side minus negative.
    fn miss(&self, field: &Field, a: &[f32], phase: &[f32], slit: usize) -> Option<f32> {
        let (mut sin, mut cos) = (0.0, 0.0);
        let mut add = |i: usize, j: usize, gain: f32| {
            let way = self.around[slit][j].signum();
            // How much the far side lacks against the near side plus the step between them.
            let lack = way * (phase[i] + gain - phase[j]);
            sin += lack.sin();
            cos += lack.cos();
        };
        for i in 0..W * (H - 1) {
            if i % W + 1 < W && field.right[i] > 0.0 && self.crosses(slit, i, i + 1) {
                add(i, i + 1, field.across(a, i));
            }
            if field.down[i] > 0.0 && self.crosses(slit, i, i + W) {
                add(i, i + W, field.along(a, i));
            }
        }
        (sin != 0.0 || cos != 0.0).then(|| sin.atan2(cos))
    }

    /// Sum (mod a turn) of the phases on both sides of the cut of pair `k`; 0 is what makes it invisible.
    fn offset(&self, field: &Field, a: &[f32], phase: &[f32], k: usize) -> f32 {
        let (mut sin, mut cos) = (0.0, 0.0);
        for i in 0..W * (H - 1) {
            let nearest = (0..self.pairs.len())
                .min_by(|&p, &q| distance(&self.pairs[p], i).total_cmp(&distance(&self.pairs[q], i)));
            if nearest != Some(k) {
                continue;
            }
            let mut add = |j: usize, gain: f32| {
                let sum = phase[i] + gain + phase[j];
                sin += sum.sin();
                cos += sum.cos();
            };
            if i % W + 1 < W && field.right[i] < 0.0 {
                add(i + 1, field.across(a, i));
            }
            if field.down[i] < 0.0 {
                add(i + W, field.along(a, i));
            }
        }
        if sin == 0.0 && cos == 0.0 { 0.0 } else { sin.atan2(cos) }
    }
}

fn wrap(angle: f32) -> f32 {
    angle - TAU * (angle / TAU).round()
}

/// Distance of a node from the segment between a pair's core and delta.
fn distance(pair: &Pair, i: usize) -> f32 {
    let (x, y) = position(i);
    let (dx, dy) = (pair.delta.0 - pair.core.0, pair.delta.1 - pair.core.1);
    let (px, py) = (x - pair.core.0, y - pair.core.1);
    let t = ((px * dx + py * dy) / (dx * dx + dy * dy + 1e-3)).clamp(0.0, 1.0);
    (px - t * dx).hypot(py - t * dy)
}

/// Twice the size by the four-point Lagrange interpolation.
fn enlarge(small: &[f32]) -> Vec<i8> {
    let between = |a: f32, b: f32, c: f32, d: f32| (9.0 * (b + c) - a - d) / 16.0;
    let mut wide = Vec::with_capacity(WIDTH * H);
    for row in small.chunks_exact(W) {
        let at = |c: usize| row[c.min(W - 1)];
        for c in 0..W {
            wide.push(at(c));
            wide.push(between(at(c.saturating_sub(1)), at(c), at(c + 1), at(c + 2)));
        }
    }
    let mut large = Vec::with_capacity(WIDTH * HEIGHT);
    let row = |r: usize| &wide[r.min(H - 1) * WIDTH..][..WIDTH];
    for r in 0..H {
        large.extend(row(r).iter().map(|&v| (v * 127.0) as i8));
        let (p, q, s, t) = (row(r.saturating_sub(1)), row(r), row(r + 1), row(r + 2));
        large.extend((0..WIDTH).map(|c| (between(p[c], q[c], s[c], t[c]) * 127.0) as i8));
    }
    large
}
