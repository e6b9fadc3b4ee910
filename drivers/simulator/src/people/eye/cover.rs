//! What people wear before and on their eyes: mirrors where none should be, and irises that are printed.

use std::f32::consts::TAU;

use super::geometry::Pose;
use super::{EyeConditions, Glasses};
use crate::people::Dice;

/// The reflections of glasses, and their rim.
pub(super) struct Mirrors {
    patches: Vec<Patch>,
    /// The glass' veil over everything, in grey levels.
    veil: f32,
    /// The rim: a dark band below this line, height at the middle of the picture and slope; with its half width.
    rim: Option<(f32, f32, f32)>,
}

/// A bright patch: an upright oval or a slanted window.
struct Patch {
    x: f32,
    y: f32,
    half: (f32, f32),
    turn: (f32, f32),
    square: bool,
    strength: f32,
}

impl Mirrors {
    /// Draws them for a capture.
    pub(super) fn new(pose: &Pose, conditions: &EyeConditions) -> Self {
        let mut dice = Dice::new(conditions.seed, 0x61);
        let r = pose.limbus.r;
        let mut patch = |near: f32, far: f32, size: (f32, f32), strength: f32| {
            let (sin, cos) = dice.range(0.0, TAU).sin_cos();
            let away = r * dice.range(near, far);
            let lean = dice.range(-0.5, 0.5).sin_cos();
            Patch {
                x: pose.limbus.x + away * cos,
                y: pose.limbus.y + 0.6 * away * sin,
                half: (r * dice.range(size.0, size.1), r * dice.range(size.0, size.1)),
                turn: lean,
                square: dice.chance(0.5),
                strength,
            }
        };
        let patches: Vec<Patch> = match conditions.glasses {
            Glasses::None => Vec::new(),
            Glasses::Clear => (0..2).map(|_| patch(1.15, 2.0, (0.06, 0.16), 0.7)).collect(),
            Glasses::Glaring => {
                let mut over: Vec<Patch> = (0..3).map(|_| patch(0.0, 0.9, (0.12, 0.3), 1.0)).collect();
                over.push(patch(0.8, 2.0, (0.2, 0.5), 0.9));
                over
            }
        };
        let veil = match conditions.glasses {
            Glasses::None => 0.0,
            Glasses::Clear => 4.0,
            Glasses::Glaring => 14.0,
        };
        let height = conditions.frame.1 as f32;
        let rim = (conditions.glasses == Glasses::Glaring)
            .then(|| (height * dice.range(0.88, 0.98), dice.range(-0.08, 0.08), r * dice.range(0.08, 0.14)));
        Self { patches, veil, rim }
    }

    /// A pixel seen through the glasses, and whether a mirror hides what is there.
    pub(super) fn over(&self, x: f32, y: f32, grey: f32) -> (f32, bool) {
        let mut grey = grey * (1.0 - self.veil / 255.0) + self.veil;
        let mut hidden = false;
        for patch in &self.patches {
            let share = patch.strength * patch.share(x, y);
            grey += share * (255.0 - grey);
            hidden |= share > 0.3;
        }
        if let Some((height, slope, half)) = self.rim {
            let off = (y - height - slope * (x - height)) / half;
            let share = (1.5 - off.abs()).clamp(0.0, 1.0);
            grey += 0.9 * share * (22.0 - grey);
            hidden |= share > 0.3;
        }
        (grey, hidden)
    }
}

impl Patch {
    fn share(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.x, y - self.y);
        let (sin, cos) = self.turn;
        let (u, v) = ((dx * cos + dy * sin) / self.half.0, (dy * cos - dx * sin) / self.half.1);
        let d = if self.square { u.abs().max(v.abs()) } else { u.hypot(v) };
        // The border is as soft as the glass is out of focus.
        ((1.12 - d) / 0.24).clamp(0.0, 1.0)
    }
}

/// The print of a cosmetic lens: rings of dots between the pupil and the limbus.
pub(super) struct Print {
    /// The lens sits as it likes.
    turn: f32,
    shift: f32,
    dots: Vec<Dot>,
}

#[derive(Clone, Copy)]
struct Dot {
    off: (f32, f32),
    radius: f32,
    grey: f32,
}

const RINGS: usize = 13;
const SPOKES: usize = 84;
/// Where the print begins and ends, as shares of the way from pupil to limbus.
const PRINTED: (f32, f32) = (0.12, 0.97);

impl Print {
    /// The print of one model of lens, as it sits in this capture.
    pub(super) fn new(capture_seed: u64) -> Self {
        let mut model = Dice::new(0x1e25, 0x62);
        let dots = (0..RINGS * SPOKES)
            .map(|_| Dot {
                off: (0.25 * model.gauss(), 0.25 * model.gauss()),
                radius: model.range(0.35, 0.62),
                grey: model.range(62.0, 118.0),
            })
            .collect();
        let mut now = Dice::new(capture_seed, 0x63);
        Self { turn: now.range(0.0, TAU), shift: now.range(-0.03, 0.03), dots }
    }

    /// The iris as seen with the lens, at a share of the way from pupil to limbus.
    pub(super) fn over(&self, share: f32, angle: f32, own: f32) -> f32 {
        let (from, to) = PRINTED;
        let ring = (share + self.shift - from) / (to - from) * RINGS as f32;
        let spoke = ((angle + self.turn) / TAU).rem_euclid(1.0) * SPOKES as f32;
        if !(0.0..RINGS as f32).contains(&ring) {
            return own;
        }
        // Every second ring is shifted by half a dot, as prints are.
        let (row, stagger) = (ring as usize, 0.5 * (ring as usize % 2) as f32);
        let column = (spoke + stagger) as usize % SPOKES;
        let dot = self.dots[row * SPOKES + column];
        let (dr, dc) = (ring.fract() - 0.5 - 0.3 * dot.off.0, (spoke + stagger).fract() - 0.5 - 0.3 * dot.off.1);
        let cover = ((dot.radius - dr.hypot(dc)) / 0.12 + 0.5).clamp(0.0, 1.0);
        own + 0.9 * cover * (dot.grey - own)
    }
}
