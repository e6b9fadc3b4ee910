//! Circles and lids: where the parts of an eye are before anything is painted.
//!
//! The eye's own frame has its origin in the middle of the eye, x to the image's right, y down, and the iris radius
//! as unit; a capture turns it by the head's tilt and scales it into pixels.

use super::EyeConditions;
use super::truth::Outline;
use crate::people::Dice;

/// A circle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Centre, from the left.
    pub x: f32,
    /// Centre, from the top.
    pub y: f32,
    /// Radius.
    pub r: f32,
}

impl Circle {
    /// Distance of a point from the centre.
    pub fn distance(&self, x: f32, y: f32) -> f32 {
        ((x - self.x).powi(2) + (y - self.y).powi(2)).sqrt()
    }

    /// The point at `share` of the way from this circle to `outer` in direction `angle` (Daugman's rubber sheet:
    /// each border point is taken at that angle about its own centre).
    pub fn toward(&self, outer: &Self, share: f32, angle: f32) -> (f32, f32) {
        let (sin, cos) = angle.sin_cos();
        let mix = |inner: f32, outer: f32| inner + share * (outer - inner);
        (mix(self.x + self.r * cos, outer.x + outer.r * cos), mix(self.y + self.r * sin, outer.y + outer.r * sin))
    }

    /// The inverse of [`Circle::toward`]: share and angle of a point; `None` when the circles cross so badly that
    /// the sheet folds there.
    pub fn share_and_angle(&self, outer: &Self, x: f32, y: f32) -> Option<(f32, f32)> {
        // |d + s e| = r + s g is a quadratic in s.
        let (dx, dy) = (x - self.x, y - self.y);
        let (ex, ey) = (self.x - outer.x, self.y - outer.y);
        let g = outer.r - self.r;
        let a = ex * ex + ey * ey - g * g;
        let b = dx * ex + dy * ey - self.r * g;
        let c = dx * dx + dy * dy - self.r * self.r;
        let root = b * b - a * c;
        if root < 0.0 || a.abs() < 1e-6 {
            return None;
        }
        let share = (-b - root.sqrt()) / a;
        Some((share, (dy + share * ey).atan2(dx + share * ex)))
    }
}

/// The build of one person's eye, which stays from capture to capture.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// +1 when the nose is to the image's right (a right eye), -1 otherwise.
    nose: f32,
    half_width: f32,
    upper: f32,
    lower: f32,
    corner: f32,
    slant: f32,
    /// Distance of the crease above the upper lid; none in eyes without a fold.
    pub(super) crease: Option<f32>,
    /// Pupil centre against iris centre.
    pupil_shift: (f32, f32),
    /// Second and third harmonic of the pupil's border, amplitude and phase.
    pub(super) wobble: [(f32, f32); 2],
    /// The limbus' share and phase of its second and third harmonic.
    oval: [(f32, f32); 2],
    /// How far the upper lashes hang down, 0..1.
    pub(super) lash_droop: f32,
    /// Upper lashes.
    pub(super) lash_count: usize,
    /// Brightness of skin and sclera in grey levels.
    pub(super) skin: f32,
    pub(super) sclera: f32,
}

impl Shape {
    /// The build of a seed; `right` says on which side the nose is.
    pub fn new(seed: u64, right: bool) -> Self {
        let mut dice = Dice::new(seed, 0x21);
        // Numbers of their own: what was drawn before stays as it is.
        let mut more = Dice::new(seed, 0x22);
        let nose = if right { 1.0 } else { -1.0 };
        let pi = std::f32::consts::PI;
        Self {
            nose,
            half_width: dice.range(2.15, 2.55),
            upper: dice.range(0.84, 1.0),
            lower: dice.range(0.93, 1.1),
            corner: dice.range(0.1, 0.25),
            slant: dice.range(0.0, 0.09),
            crease: dice.chance(0.7).then(|| dice.range(0.3, 0.55)),
            pupil_shift: (nose * dice.range(0.0, 0.045), dice.range(-0.02, 0.03)),
            wobble: [(dice.range(0.0, 0.02), dice.range(0.0, pi)), (dice.range(0.0, 0.012), dice.range(0.0, pi))],
            oval: [(more.range(0.6, 1.0), more.range(0.0, pi)), (more.range(0.0, 0.4), more.range(0.0, pi))],
            lash_droop: dice.unit(),
            lash_count: 45 + dice.below(45),
            skin: dice.range(165.0, 212.0),
            sclera: dice.range(168.0, 195.0),
        }
    }

    /// Upper and lower lid edge above `u` (iris radii), or `None` beyond the corners.
    pub fn lids(&self, u: f32, openness: f32) -> Option<(f32, f32)> {
        let middle = -0.12 * self.nose;
        let s = (u - middle) / self.half_width;
        if s.abs() >= 1.0 {
            return None;
        }
        let line = |u: f32| self.corner + self.slant * self.nose * u;
        let at_zero = line(0.0);
        let up = (1.0 - s * s) * (self.upper + at_zero);
        let down = (1.0 - s * s * s.abs().sqrt()) * (self.lower - at_zero);
        let (upper, lower) = (line(u) - up, line(u) + down);
        Some((lower + (upper - lower) * openness.max(0.0), lower))
    }

    /// The two corners' abscissas.
    pub fn corners(&self) -> (f32, f32) {
        let middle = -0.12 * self.nose;
        (middle - self.half_width, middle + self.half_width)
    }
}

/// The eye's frame laid into the image, with both circles of this moment.
#[derive(Debug, Clone)]
pub struct Pose {
    centre: (f32, f32),
    scale: f32,
    sin: f32,
    cos: f32,
    /// Pupil in pixels.
    pub pupil: Circle,
    /// Limbus in pixels.
    pub limbus: Circle,
    /// Where the lamps are mirrored, in pixels.
    pub glint: (f32, f32),
    /// Foreshortening across and down, at most 1.
    pub squeeze: (f32, f32),
    /// Second and third harmonic of the radii of pupil and limbus, amplitude and phase.
    uneven: [[(f32, f32); 2]; 2],
}

/// Points of an outline.
const OUTLINE: usize = 256;

impl Pose {
    /// The pose of a shape under conditions; sizes are clamped to what can be drawn.
    pub fn new(shape: &Shape, conditions: &EyeConditions) -> Self {
        let scale = conditions.limbus_radius.clamp(8.0, 600.0);
        let (sin, cos) = conditions.tilt.to_radians().sin_cos();
        let mut pose = Self {
            centre: conditions.centre,
            scale,
            sin,
            cos,
            pupil: Circle { x: 0.0, y: 0.0, r: scale * conditions.dilation.clamp(0.1, 0.8) },
            limbus: Circle { x: 0.0, y: 0.0, r: scale },
            glint: (0.0, 0.0),
            squeeze: (1.0, 1.0),
            uneven: [
                shape.wobble.map(|(a, phase)| (a * conditions.irregular.clamp(0.0, 6.0), phase)),
                shape.oval.map(|(a, phase)| (a * conditions.oval.clamp(0.0, 0.1), phase)),
            ],
        };
        // The eyeball is about twice as large as the iris; the cornea's mirror image follows half as far.
        let (gaze_x, gaze_y) = (conditions.gaze.0.to_radians(), conditions.gaze.1.to_radians());
        let (gx, gy) = (2.0 * gaze_x.sin(), 2.0 * gaze_y.sin());
        (pose.limbus.x, pose.limbus.y) = pose.to_image(gx, gy);
        let shift = 1.0 - conditions.dilation.clamp(0.1, 0.8);
        let (px, py) = shape.pupil_shift;
        (pose.pupil.x, pose.pupil.y) = pose.to_image(gx + px * shift * 1.6, gy + py * shift * 1.6);
        pose.glint = pose.to_image(0.6 * gx, 0.6 * gy + 0.03);
        pose.squeeze = (gaze_x.cos(), gaze_y.cos());
        pose
    }

    /// The point of the iris plane seen at a pixel, as if it faced the camera.
    pub fn facing(&self, x: f32, y: f32) -> (f32, f32) {
        let (sx, sy) = self.squeeze;
        (self.limbus.x + (x - self.limbus.x) / sx, self.limbus.y + (y - self.limbus.y) / sy)
    }

    /// How far a facing point lies outside the pupil's border.
    pub fn from_pupil(&self, x: f32, y: f32) -> f32 {
        outside(&self.pupil, &self.uneven[0], x, y)
    }

    /// How far a facing point lies outside the limbus.
    pub fn from_limbus(&self, x: f32, y: f32) -> f32 {
        outside(&self.limbus, &self.uneven[1], x, y)
    }

    /// The pupil's border in pixels.
    pub fn pupil_outline(&self) -> Outline {
        self.outline(&self.pupil, &self.uneven[0])
    }

    /// The limbus in pixels.
    pub fn limbus_outline(&self) -> Outline {
        self.outline(&self.limbus, &self.uneven[1])
    }

    fn outline(&self, circle: &Circle, uneven: &[(f32, f32); 2]) -> Outline {
        let point = |i: usize| {
            let angle = i as f32 / OUTLINE as f32 * std::f32::consts::TAU;
            let (sin, cos) = angle.sin_cos();
            let r = circle.r * swell(uneven, angle);
            let (x, y) = (circle.x + r * cos, circle.y + r * sin);
            let (sx, sy) = self.squeeze;
            (self.limbus.x + (x - self.limbus.x) * sx, self.limbus.y + (y - self.limbus.y) * sy)
        };
        Outline::new((0..OUTLINE).map(point).collect())
    }

    /// From the eye's frame to pixels.
    pub fn to_image(&self, u: f32, v: f32) -> (f32, f32) {
        let (u, v) = (u * self.scale, v * self.scale);
        (self.centre.0 + u * self.cos - v * self.sin, self.centre.1 + u * self.sin + v * self.cos)
    }

    /// From pixels to the eye's frame.
    pub fn to_eye(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = ((x - self.centre.0) / self.scale, (y - self.centre.1) / self.scale);
        (x * self.cos + y * self.sin, y * self.cos - x * self.sin)
    }
}

/// What an uneven border's radius is multiplied with at an angle.
fn swell(&[(a, pa), (b, pb)]: &[(f32, f32); 2], angle: f32) -> f32 {
    1.0 + a * (2.0 * angle + pa).cos() + b * (3.0 * angle + pb).cos()
}

fn outside(circle: &Circle, uneven: &[(f32, f32); 2], x: f32, y: f32) -> f32 {
    circle.distance(x, y) - circle.r * swell(uneven, (y - circle.y).atan2(x - circle.x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn unwrapping_and_wrapping_are_inverse(
            share in 0.0f32..1.0, angle in -3.1f32..3.1, dx in -8.0f32..8.0, dy in -8.0f32..8.0, r in 25.0f32..60.0,
        ) {
            let pupil = Circle { x: 300.0 + dx, y: 240.0 + dy, r };
            let limbus = Circle { x: 300.0, y: 240.0, r: 110.0 };
            let (x, y) = pupil.toward(&limbus, share, angle);
            let (back, turned) = pupil.share_and_angle(&limbus, x, y).unwrap();
            prop_assert!((back - share).abs() < 1e-3 && (turned - angle).abs() < 1e-3, "{back} {turned}");
        }

        #[test]
        fn the_upper_lid_is_never_below_the_lower(seed in any::<u64>(), u in -3.0f32..3.0, open in 0.0f32..1.2) {
            if let Some((upper, lower)) = Shape::new(seed, seed % 2 == 0).lids(u, open) {
                prop_assert!(upper <= lower + 1e-4);
            }
        }

        #[test]
        fn outlines_are_where_the_borders_are_painted(seed in any::<u64>()) {
            let pose = Pose::new(&Shape::new(seed, true), &EyeConditions::varied(seed));
            for &(x, y) in pose.pupil_outline().points() {
                let (x, y) = pose.facing(x, y);
                prop_assert!(pose.from_pupil(x, y).abs() < 0.01);
            }
            for &(x, y) in pose.limbus_outline().points() {
                let (x, y) = pose.facing(x, y);
                prop_assert!(pose.from_limbus(x, y).abs() < 0.02);
            }
        }

        #[test]
        fn pixels_and_eye_frame_convert_back(seed in any::<u64>(), u in -3.0f32..3.0, v in -2.0f32..2.0) {
            let pose = Pose::new(&Shape::new(seed, true), &EyeConditions::typical(seed));
            let (x, y) = pose.to_image(u, v);
            let (a, b) = pose.to_eye(x, y);
            prop_assert!((a - u).abs() < 1e-3 && (b - v).abs() < 1e-3);
        }
    }
}
