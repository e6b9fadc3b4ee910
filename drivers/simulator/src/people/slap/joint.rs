//! The second joint below a fingertip: ridges that run aslant, pressed unevenly, behind a crease.

use std::f32::consts::TAU;

use super::PER_MM;
use crate::people::Dice;

/// One second joint.
pub(super) struct Joint {
    /// Distance from the end of the fingertip in pixels.
    gap: f32,
    length: f32,
    ink: f32,
    slant: f32,
    period: f32,
    phases: [f32; 4],
}

impl Joint {
    /// A joint whose ridges are so dark (0..=255) at most.
    pub(super) fn new(dice: &mut Dice, strength: f32) -> Self {
        // Some fingers lie flat, so that their print goes on over the crease.
        let gap = if dice.chance(0.35) { dice.range(0.4, 1.2) } else { dice.range(1.2, 5.0) };
        Self {
            gap: gap * PER_MM,
            length: dice.range(14.0, 24.0) * PER_MM,
            ink: strength * dice.range(0.5, 1.0),
            slant: dice.range(-0.6, 0.6),
            period: dice.range(8.5, 11.0),
            phases: [(); 4].map(|()| dice.range(0.0, TAU)),
        }
    }

    /// How far below the fingertip it ends, in pixels.
    pub(super) fn end(&self) -> f32 {
        self.gap + self.length
    }

    /// Darkness (0..=255) at a place across from the finger's axis and along from the end of its tip.
    pub(super) fn ink(&self, across: f32, along: f32, wide: f32) -> f32 {
        let half = 0.45 * wide;
        let edge = ((half - across.abs()) / 14.0).min((along - self.gap) / 10.0).min((self.end() - along) / 30.0);
        if edge <= 0.0 {
            return 0.0;
        }
        let [a, b, c, d] = self.phases;
        let bend = 9.0 * (across / 61.0 + a).sin() + 7.0 * (along / 83.0 + b).sin();
        let ridge = (TAU * (self.slant.cos() * along + self.slant.sin() * across + bend) / self.period).cos();
        let patches =
            (across / 37.0 + c).sin() * (along / 43.0 + d).sin() + 0.5 * (across / 13.0 + along / 17.0 + a).sin();
        let touch = (0.55 + 0.5 * patches).clamp(0.0, 1.0);
        self.ink * edge.min(1.0) * touch * (0.5 + 0.5 * ridge)
    }
}
