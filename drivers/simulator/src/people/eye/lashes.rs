//! Eyelashes: thin dark curves rooted in the lid edges, the commonest false detail in an iris picture.

use super::EyeConditions;
use super::geometry::{Pose, Shape};
use crate::people::Dice;

/// How much of each pixel lashes cover, 0..=1. The lashes belong to the person; each capture ruffles them a little.
pub(super) fn cover(shape: &Shape, pose: &Pose, conditions: &EyeConditions, lash_seed: u64) -> Vec<f32> {
    let mut mask = Cover::new(conditions.frame);
    let mut own = Dice::new(lash_seed, 0x41);
    let mut now = Dice::new(conditions.seed, 0x42);
    let (left, right) = shape.corners();
    for upper in [true, false] {
        let count = if upper { shape.lash_count } else { shape.lash_count / 2 };
        for _ in 0..count {
            let u = own.range(left + 0.25, right - 0.1);
            let (own_length, own_lean, own_lift) = (own.unit(), own.gauss(), own.unit());
            let Some((top, bottom)) = shape.lids(u, conditions.openness) else { continue };
            let along = (u - 0.5 * (left + right)) / (0.5 * (right - left));
            let lean = 0.35 * along + 0.1 * own_lean + 0.03 * now.gauss();
            let curve = if upper {
                let length = 0.38 + 0.4 * own_length;
                // A long droop hangs over the iris; lashes of lively eyes sweep up again.
                let end = length * (shape.lash_droop * 0.8 - 0.5 * own_lift);
                [(u, top - 0.03), (u + 0.4 * lean, top + 0.22 * length), (u + lean, top + end)]
            } else {
                let length = 0.14 + 0.16 * own_length;
                [(u, bottom + 0.05), (u + 0.3 * lean, bottom + 0.06 + 0.4 * length), (u + 0.6 * lean, bottom + length)]
            };
            let width = if upper { 2.8 } else { 1.7 };
            stroke(&mut mask, &curve.map(|(a, b)| pose.to_image(a, b)), width * pose.limbus.r / 110.0);
        }
    }
    mask.cells
}

/// A picture's worth of shares.
struct Cover {
    width: u32,
    height: u32,
    cells: Vec<f32>,
}

impl Cover {
    fn new((width, height): (u32, u32)) -> Self {
        Self { width, height, cells: vec![0.0; width as usize * height as usize] }
    }
}

/// A tapering quadratic curve.
fn stroke(mask: &mut Cover, curve: &[(f32, f32); 3], width: f32) {
    let span = (curve[2].0 - curve[0].0).abs() + (curve[2].1 - curve[0].1).abs() + (curve[1].1 - curve[0].1).abs();
    let steps = (span * 1.6) as usize + 2;
    for step in 0..=steps {
        let t = step as f32 / steps as f32;
        let blend = |a: f32, b: f32, c: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
        let x = blend(curve[0].0, curve[1].0, curve[2].0);
        let y = blend(curve[0].1, curve[1].1, curve[2].1);
        dot(mask, x, y, 0.5 * width * (1.0 - 0.75 * t));
    }
}

/// A soft dot of radius `r`, laid over what is there by maximum so that dense steps do not add up.
fn dot(mask: &mut Cover, x: f32, y: f32, r: f32) {
    let reach = r + 1.0;
    let (x0, x1) = (((x - reach).max(0.0)) as u32, (x + reach).min(mask.width as f32 - 1.0));
    let (y0, y1) = (((y - reach).max(0.0)) as u32, (y + reach).min(mask.height as f32 - 1.0));
    if x1 < 0.0 || y1 < 0.0 {
        return;
    }
    for py in y0..=y1 as u32 {
        for px in x0..=x1 as u32 {
            let d = ((px as f32 - x).powi(2) + (py as f32 - y).powi(2)).sqrt();
            let alpha = (r + 0.5 - d).clamp(0.0, 1.0);
            if let Some(cell) = mask.cells.get_mut((py * mask.width + px) as usize) {
                *cell = cell.max(alpha);
            }
        }
    }
}
