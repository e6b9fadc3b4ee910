//! Where the face is, how large and how turned: everything that follows from points and pose alone.

use super::super::report::{Check, Observation};
use super::Measured;
use super::landmarks::{Landmarks, Side};
use super::score::{falling, rising, rounded};

/// What OFIQ calls the ideal share of eyes to chin in the picture's height.
const IDEAL_HEAD: f64 = 0.45;

pub(crate) fn measure(seen: &Observation<'_>, face: &Landmarks<'_>, out: &mut Vec<Measured>) {
    let (left, top, width, height) = seen.frame;
    let t = f64::from(face.eyes_to_chin());
    let eyes = f64::from(face.eye_distance());
    let [yaw, pitch, roll] = seen.pose.map(f64::from);
    let mut say = |check, raw: f64, score| out.push(Measured { check, raw, score });

    let second = match seen.areas {
        [first, second, ..] if *first > 0.0 => f64::from(second / first).clamp(0.0, 1.0),
        [] | [..] => 0.0,
    };
    say(Check::SingleFacePresent, second, rounded(100.0 * (1.0 - second)));
    for (check, angle) in [(Check::HeadPoseYaw, yaw), (Check::HeadPosePitch, pitch), (Check::HeadPoseRoll, roll)] {
        say(check, angle, rounded(100.0 * angle.to_radians().cos().max(0.0).powi(2)));
    }
    let true_distance = eyes / yaw.to_radians().cos().abs().max(1e-3);
    say(Check::InterEyeDistance, true_distance, rising(true_distance, 70.0, 20.0));

    let head = t / f64::from(height).max(1.0);
    say(Check::HeadSize, head, falling((head - IDEAL_HEAD).abs(), 200.0, 0.0, 0.05));

    let on_left = f64::from(face.eye(Side::Left).0 - left) / eyes;
    let on_right = f64::from(left + width - face.eye(Side::Right).0) / eyes;
    say(Check::LeftwardCrop, on_left, rising(on_left, 0.9, 0.1));
    say(Check::RightwardCrop, on_right, rising(on_right, 0.9, 0.1));
    let above = f64::from(face.eyes_middle().1 - top) / t;
    let below = f64::from(top + height - face.eyes_middle().1) / t;
    say(Check::MarginAbove, above, rising(above, 1.4, 0.1));
    say(Check::MarginBelow, below, rising(below, 1.8, 0.1));

    let lids = f64::from(face.lid_gap()) / t;
    say(Check::EyesOpen, lids, rising(lids, 0.02, 0.01));
    let lips = f64::from(face.lip_gap()) / t;
    say(Check::MouthClosed, lips, falling(lips, 100.0, 0.2, 0.06));
}
