//! Bends a laid print as skin bends: each minutia follows the rigid motion of the pairs around it.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use super::align::Met;
use super::motion::LEVER_SQUARED;
use super::points::{Block, Lane, Points};
use super::simd::LANES;

/// Distance in pixels over which a pair bends its surroundings.
const BEND_RADIUS: f32 = 60.0;
/// Resistance against bending, in units of one close pair.
const STIFFNESS: f32 = 1.0;

/// A pair that bends: where the laid one is, where the other is, how close, and the sine of their directions.
struct Anchor {
    ax: f32,
    ay: f32,
    bx: f32,
    by: f32,
    closeness: f32,
    turned: f32,
}

/// What bends a print.
#[derive(Default)]
pub(super) struct Bending {
    anchors: Vec<Anchor>,
    /// How strongly each anchor takes eight minutiae along.
    pulls: Vec<Lane>,
}

impl Bending {
    /// Moves each laid minutia by the rigid motion of the pairs around it, held back a little.
    #[inline(always)]
    pub fn bend(&mut self, laid: &mut [Block], others: &Points, pairs: &[Met]) {
        self.anchors.clear();
        for m in pairs {
            let (p, q) = (laid[m.laid / LANES].get(m.laid % LANES), others.get(m.other));
            let turned = p.ux * q.uy - p.uy * q.ux;
            self.anchors.push(Anchor { ax: p.x, ay: p.y, bx: q.x, by: q.y, closeness: m.closeness, turned });
        }
        for block in laid {
            self.pulls.clear();
            for anchor in &self.anchors {
                self.pulls.push(pull(block, anchor));
            }
            bend_block(block, &self.anchors, &self.pulls);
        }
    }
}

#[inline(always)]
fn bend_block(block: &mut Block, anchors: &[Anchor], pulls: &[Lane]) {
    // An anchor at the minutia itself that does not move, so many pairs' weight.
    let mut weight: Lane = [STIFFNESS; LANES];
    let (mut ax, mut ay) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        (ax[l], ay[l]) = (STIFFNESS * block.x[l], STIFFNESS * block.y[l]);
    }
    let (mut bx, mut by) = (ax, ay);
    for (anchor, pulls) in anchors.iter().zip(pulls) {
        for l in 0..LANES {
            let pull = pulls[l];
            weight[l] += pull;
            ax[l] += pull * anchor.ax;
            ay[l] += pull * anchor.ay;
            bx[l] += pull * anchor.bx;
            by[l] += pull * anchor.by;
        }
    }
    for l in 0..LANES {
        let per = 1.0 / weight[l];
        (ax[l], ay[l], bx[l], by[l]) = (ax[l] * per, ay[l] * per, bx[l] * per, by[l] * per);
    }
    let (mut c, mut s) = ([LEVER_SQUARED; LANES], [0.0; LANES]);
    for (anchor, pulls) in anchors.iter().zip(pulls) {
        for l in 0..LANES {
            let pull = pulls[l];
            let (px, py) = (anchor.ax - ax[l], anchor.ay - ay[l]);
            let (qx, qy) = (anchor.bx - bx[l], anchor.by - by[l]);
            c[l] += pull * (px * qx + py * qy + LEVER_SQUARED);
            s[l] += pull * (px * qy - py * qx + LEVER_SQUARED * anchor.turned);
        }
    }
    for l in 0..LANES {
        let per = 1.0 / (c[l] * c[l] + s[l] * s[l]).sqrt().max(1e-9);
        let (sin, cos) = (s[l] * per, c[l] * per);
        let (dx, dy, ux, uy) = (block.x[l] - ax[l], block.y[l] - ay[l], block.ux[l], block.uy[l]);
        (block.x[l], block.y[l]) = (bx[l] + cos * dx - sin * dy, by[l] + sin * dx + cos * dy);
        (block.ux[l], block.uy[l]) = (cos * ux - sin * uy, sin * ux + cos * uy);
    }
}

/// How strongly a pair takes each of eight minutiae along.
#[inline(always)]
fn pull(block: &Block, anchor: &Anchor) -> Lane {
    let mut lane: Lane = [0.0; LANES];
    for l in 0..LANES {
        let (dx, dy) = (block.x[l] - anchor.ax, block.y[l] - anchor.ay);
        let away = 1.0 + (dx * dx + dy * dy) * (1.0 / (BEND_RADIUS * BEND_RADIUS));
        lane[l] = anchor.closeness / (away * away);
    }
    lane
}
