//! Where ridges run: class, orientation and spacing of a finger, in closed form.
//!
//! Orientation follows the zero-pole model (Sherlock and Monro 1993): each core turns the flow by half the angle
//! around it, each delta turns it back. Real loops are rounder above the core and straighter below than that, so each
//! singularity's angle is bent by a sine of itself (in the spirit of Vizcaya and Gerhardt 1996). A core and its delta
//! are one term, so that the only line where the direction of the normal flips is the segment between them: what is
//! rendered later relies on that.

use super::Class;
use crate::people::Dice;

/// Width of a master finger in pixels at 500 dpi.
pub(super) const WIDTH: usize = 384;
/// Height of a master finger in pixels at 500 dpi.
pub(super) const HEIGHT: usize = 448;

/// A core with the delta that belongs to it, in pixels from the master's centre, y upwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) core: (f32, f32),
    pub(super) delta: (f32, f32),
    /// Roundness of the loop and direction of its apex (cosine, sine).
    bend: f32,
    apex: (f32, f32),
    delta_bend: f32,
}

impl Pair {
    fn new(core: (f32, f32), delta: (f32, f32), bend: f32, delta_bend: f32) -> Self {
        Self { core, delta, bend, apex: (0.0, 1.0), delta_bend }
    }

    /// Half the angle that core and delta add at a point.
    fn turn(&self, x: f32, y: f32) -> f32 {
        let (cx, cy) = (x - self.core.0, y - self.core.1);
        let (dx, dy) = (x - self.delta.0, y - self.delta.1);
        let around = (cy * dx - cx * dy).atan2(cx * dx + cy * dy);
        let core = self.bend * (cy * self.apex.0 - cx * self.apex.1) / (cx.hypot(cy) + 1.0);
        let (tx, ty) = (self.core.0 - self.delta.0, self.core.1 - self.delta.1);
        let delta = self.delta_bend * (dy * tx - dx * ty) / ((dx.hypot(dy) + 1.0) * (tx.hypot(ty) + 1.0));
        0.5 * (around + core - delta)
    }
}

/// One slow wave over the finger, of orientation (radians) or spacing (fraction).
#[derive(Debug, Clone, Copy)]
struct Wave {
    x: f32,
    y: f32,
    phase: f32,
    height: f32,
}

impl Wave {
    fn new(dice: &mut Dice, height: f32) -> Self {
        let turn = std::f32::consts::TAU;
        let (x, y) = (dice.range(-1.0, 1.0), dice.range(-1.0, 1.0));
        let scale = turn / dice.range(170.0, 360.0) / (x.hypot(y) + 0.05);
        Self { x: x * scale, y: y * scale, phase: dice.range(0.0, turn), height: height * dice.range(0.5, 1.2) }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        self.height * (self.x * x + self.y * y + self.phase).sin()
    }
}

/// Direction and spacing of the ridges of one finger.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) class: Class,
    pub(super) pairs: Vec<Pair>,
    tilt: f32,
    arch: f32,
    arch_width: f32,
    bends: [Wave; 4],
    period: f32,
    spacing: [Wave; 2],
}

impl Flow {
    /// A finger's flow; the class is drawn with the frequencies of Wilson, Candela and Watson (1993).
    pub(super) fn new(dice: &mut Dice) -> Self {
        const CLASSES: [Class; 5] = [Class::LeftLoop, Class::RightLoop, Class::Whorl, Class::Arch, Class::TentedArch];
        let class = CLASSES[dice.weighted(&[338, 317, 279, 37, 29]).min(4)];
        let pairs = pairs_of(class, dice);
        let arch = if class == Class::Arch { dice.range(0.7, 1.3) } else { 0.0 };
        let mut flow = Self {
            class,
            pairs,
            tilt: 0.04 * dice.gauss(),
            arch,
            arch_width: dice.range(190.0, 260.0),
            bends: std::array::from_fn(|_| Wave::new(dice, 0.085)),
            period: (9.1 + 0.55 * dice.gauss()).clamp(7.8, 10.6),
            spacing: std::array::from_fn(|_| Wave::new(dice, 0.05)),
        };
        flow.point_apexes();
        flow
    }

    /// Turns each loop's round side away from where the flow around it opens.
    fn point_apexes(&mut self) {
        let axes: Vec<(f32, f32)> = (0..self.pairs.len())
            .map(|i| {
                let Pair { core, delta, .. } = self.pairs[i];
                let others: f32 =
                    self.pairs.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, p)| p.turn(core.0, core.1)).sum();
                let own = -0.5 * (core.1 - delta.1).atan2(core.0 - delta.0);
                let axis = 2.0 * (self.smooth(core.0, core.1) + others + own) + std::f32::consts::PI;
                (axis.cos(), axis.sin())
            })
            .collect();
        for (pair, axis) in self.pairs.iter_mut().zip(axes) {
            pair.apex = axis;
        }
    }

    fn smooth(&self, x: f32, y: f32) -> f32 {
        let waves: f32 = self.bends.iter().map(|w| w.at(x, y)).sum();
        if self.arch == 0.0 {
            return self.tilt + waves;
        }
        let steep = self.arch * (0.25 + (-((y - 10.0) / 120.0).powi(2)).exp());
        self.tilt + waves - (steep * (x * std::f32::consts::PI / self.arch_width).clamp(-1.6, 1.6).sin()).atan()
    }

    /// Unit normal of the ridges times phase per pixel (radians) at a pixel of the master, y downwards.
    ///
    /// Its sign is arbitrary but continuous except across the segments from cores to their deltas.
    pub(super) fn gradient(&self, column: f32, row: f32) -> (f32, f32) {
        let (x, y) = (column - WIDTH as f32 / 2.0, HEIGHT as f32 / 2.0 - row);
        let angle = self.smooth(x, y) + self.pairs.iter().map(|p| p.turn(x, y)).sum::<f32>();
        let low = ((-y - 60.0) / 120.0).clamp(0.0, 1.0);
        let waves: f32 = self.spacing.iter().map(|w| w.at(x, y)).sum();
        let frequency = std::f32::consts::TAU / (self.period * (1.0 + waves + 0.12 * low));
        // The normal of a tangent at -angle (y turned over).
        (angle.sin() * frequency, angle.cos() * frequency)
    }
}

fn pairs_of(class: Class, dice: &mut Dice) -> Vec<Pair> {
    let mut near = |x: f32, sx: f32, y: f32, sy: f32| (x + sx * dice.gauss(), y + sy * dice.gauss());
    match class {
        Class::Arch => Vec::new(),
        Class::TentedArch => {
            let core = near(0.0, 7.0, 12.0, 8.0);
            let delta = near(core.0, 3.0, core.1 - 62.0, 8.0);
            vec![Pair::new(core, delta, 0.35, 0.1)]
        }
        Class::LeftLoop | Class::RightLoop => {
            let side = if class == Class::LeftLoop { 1.0 } else { -1.0 };
            let core = near(-6.0 * side, 12.0, 20.0, 18.0);
            let delta = near(side * 90.0, 22.0, core.1 - 92.0, 22.0);
            let bends = near(0.62, 0.18, 0.15, 0.18);
            vec![Pair::new(core, delta, bends.0.clamp(0.3, 0.95), bends.1.clamp(-0.2, 0.5))]
        }
        Class::Whorl => {
            let (x, y) = near(0.0, 8.0, 12.0, 10.0);
            let (right, left) = (near(98.0, 22.0, y - 92.0, 24.0), near(-98.0, 22.0, y - 92.0, 24.0));
            let double = dice.chance(0.2);
            let half = if double { dice.range(20.0, 32.0) } else { dice.range(7.0, 22.0) };
            let lean = if double { dice.range(0.35, 0.8) } else { dice.range(0.0, 0.35) };
            let lean = if dice.chance(0.5) { lean } else { -lean };
            let (dx, dy) = (half * lean.sin(), half * lean.cos());
            // The upper core goes with the delta on its own side, lest the two segments cross.
            let (first, second) = if dx >= 0.0 { (right, left) } else { (left, right) };
            let bend = dice.range(0.0, 0.5);
            vec![Pair::new((x + dx, y + dy), first, bend, 0.1), Pair::new((x - dx, y - dy), second, bend, 0.1)]
        }
    }
}
