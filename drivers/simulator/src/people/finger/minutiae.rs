//! Where ridges end and fork: the plan every rendering of a finger keeps to.
//!
//! Ridges of even spacing cannot follow a given flow everywhere: where the flow converges some must end. How many is
//! the curl of the wanted phase gradient over 2 pi, so the plan counts it cell by cell and sets a minutia whenever
//! one whole ridge has gathered (error diffusion). These cluster near cores and deltas, as they do in nature. Pairs
//! of opposite sign at random places fill up to a natural number. The ridges are then drawn around exactly these
//! minutiae, so that the plan is ground truth without thinning an image, and costs a fraction of a millisecond.

use super::flow::{Flow, HEIGHT, WIDTH};
use crate::people::Dice;

const CELL: usize = 8;
const COLUMNS: usize = WIDTH / CELL;
const ROWS: usize = HEIGHT / CELL;
/// Two minutiae closer than this (pixels) would be one blot in a capture.
const APART: f32 = 10.0;
/// How far (pixels, standard deviation) a minutia strays from where the flow alone would have it; skin bears that,
/// and without it the fingers of a class would have their minutiae in common.
const SCATTER: f32 = 22.0;

/// A place where one ridge more runs on one side than on the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Charge {
    pub(super) x: f32,
    pub(super) y: f32,
    /// +1 or -1 turns of phase around it, counted against the local [`Flow::gradient`].
    pub(super) sign: f32,
    /// Direction towards the extra ridge or valley, counter-clockwise with y upwards.
    pub(super) angle: f32,
}

/// Whether a point lies in the part of the master that a sensor may see.
pub(super) fn on_pad(x: f32, y: f32) -> bool {
    let (u, v) = ((x - WIDTH as f32 / 2.0) / 166.0, (y - HEIGHT as f32 / 2.0) / 206.0);
    u * u + v * v < 1.0
}

/// All charges of a finger, inside [`on_pad`] and beyond.
pub(super) fn plan(flow: &Flow, dice: &mut Dice) -> Vec<Charge> {
    let mut charges = Vec::with_capacity(96);
    needed(flow, dice, &mut charges);
    let wanted = (46.0 + 8.0 * dice.gauss()).clamp(30.0, 72.0) as usize;
    for _ in 0..200 {
        if charges.iter().filter(|c| on_pad(c.x, c.y)).count() >= wanted {
            break;
        }
        pair(flow, dice, &mut charges);
    }
    charges
}

/// The charges that the flow itself asks for.
fn needed(flow: &Flow, dice: &mut Dice, charges: &mut Vec<Charge>) {
    let step = CELL as f32;
    let nodes: Vec<(f32, f32)> = (0..(COLUMNS + 1) * (ROWS + 1))
        .map(|i| flow.gradient((i % (COLUMNS + 1)) as f32 * step, (i / (COLUMNS + 1)) as f32 * step))
        .collect();
    let node = |c: usize, r: usize| nodes[r * (COLUMNS + 1) + c];
    // What cells hand on to the next row, each in its own frame.
    let mut below = vec![0.0f32; COLUMNS];
    for r in 0..ROWS {
        let mut next = vec![0.0f32; COLUMNS];
        let mut carry = 0.0;
        for c in 0..COLUMNS {
            let (a, b, d) = (node(c, r), node(c + 1, r), node(c, r + 1));
            let sum = below[c] + carry + curl(a, b, node(c + 1, r + 1), d) * step / std::f32::consts::TAU;
            let threshold = 0.55 + 0.33 * dice.range(-1.0, 1.0);
            let charge = if sum.abs() > threshold { sum.signum() } else { 0.0 };
            let (x, y) = (c as f32 * step + SCATTER * dice.gauss(), r as f32 * step + SCATTER * dice.gauss());
            let left = match charge != 0.0 && clear(x, y, flow, charges) {
                true => {
                    charges.push(charge_at(flow, x, y, a, charge));
                    sum - charge
                }
                false => sum,
            };
            carry = 0.5 * left * same(a, b);
            next[c] += 0.5 * left * same(a, d);
        }
        below = next;
    }
}

/// Two opposite charges, a ridge that begins here and ends there.
fn pair(flow: &Flow, dice: &mut Dice, charges: &mut Vec<Charge>) {
    let (x, y) = (dice.range(12.0, WIDTH as f32 - 12.0), dice.range(12.0, HEIGHT as f32 - 12.0));
    let (turn, far) = (dice.range(0.0, std::f32::consts::TAU), dice.range(14.0, 62.0));
    let (u, v) = (x + far * turn.cos(), y + far * turn.sin());
    if !on_pad(x, y) || !clear(x, y, flow, charges) || !clear(u, v, flow, charges) {
        return;
    }
    let (from, to) = (flow.gradient(x, y), flow.gradient(u, v));
    let sign = if dice.chance(0.5) { 1.0 } else { -1.0 };
    charges.push(charge_at(flow, x, y, from, sign));
    charges.push(charge_at(flow, u, v, from, -sign * same(from, to)));
}

/// A charge whose sign is counted against `frame`, a gradient in the neighbourhood.
fn charge_at(flow: &Flow, x: f32, y: f32, frame: (f32, f32), sign: f32) -> Charge {
    let own = flow.gradient(x, y);
    let sign = sign * same(frame, own);
    // Clockwise (on the screen) from the normal, towards the side with more ridges.
    let (tx, ty) = (own.1 * sign, -own.0 * sign);
    Charge { x, y, sign, angle: (-ty).atan2(tx).rem_euclid(std::f32::consts::TAU) }
}

fn clear(x: f32, y: f32, flow: &Flow, charges: &[Charge]) -> bool {
    let (sx, sy) = (x - WIDTH as f32 / 2.0, HEIGHT as f32 / 2.0 - y);
    let far = |p: (f32, f32)| (p.0 - sx).hypot(p.1 - sy) > APART;
    charges.iter().all(|c| (c.x - x).hypot(c.y - y) > APART) && flow.pairs.iter().all(|p| far(p.core) && far(p.delta))
}

/// +1 when two neighbouring gradients point the same way, -1 across a cut.
pub(super) fn same(a: (f32, f32), b: (f32, f32)) -> f32 {
    if a.0 * b.0 + a.1 * b.1 < 0.0 { -1.0 } else { 1.0 }
}

/// Phase gained once around a cell (per pixel of its side), clockwise on the screen, in the frame of its first
/// corner; 0 where a core or delta inside makes that meaningless.
pub(super) fn curl(a: (f32, f32), b: (f32, f32), c: (f32, f32), d: (f32, f32)) -> f32 {
    let (ab, ad) = (same(a, b), same(a, d));
    let (bc, dc) = (ab * same(b, c), ad * same(d, c));
    if bc != dc {
        return 0.0;
    }
    let top = 0.5 * (a.0 + ab * b.0);
    let right = 0.5 * (ab * b.1 + bc * c.1);
    let bottom = 0.5 * (ad * d.0 + dc * c.0);
    let left = 0.5 * (a.1 + ad * d.1);
    top + right - bottom - left
}
