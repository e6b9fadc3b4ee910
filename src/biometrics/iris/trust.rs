//! How far the contours can be trusted: one number from everything that speaks for and against them.
//!
//! The numbers are combined as a logistic regression. Its weights come from thousands of drawn eyes, whose true
//! contours are known and which were made hard in every way the simulator can draw (lids half down, blur, smear, far,
//! cut off, gaze, tilt, noise, wrong exposure, lamps mirrored in glasses). A segmentation counts as wrong when the
//! pupil's border or the limbus misses the true one by more than 8 % of the iris radius on a quarter of the way round.
//! The threshold is where one right segmentation in a hundred of that hard mixture is doubted; of clear eyes it is
//! hardly one in a thousand.

use super::segmentation::{Evidence, Fine};

/// What the regression looks at.
pub(super) const FEATURES: usize = 13;
/// Weight of each feature, positive against trust.
const WEIGHTS: [f32; FEATURES] = [-1.84, -0.95, -1.29, -1.87, 2.15, 1.64, -2.23, -1.13, 1.26, 0.74, 5.01, 2.27, 1.06];
/// What the weighted sum is where one right segmentation in a hundred is doubted.
const DOUBT: f32 = -12.29;
/// Sharpness and visible share of the iris from which on they take nothing from the trust.
const SHARP: f32 = 0.5;
const VISIBLE: f32 = 0.6;
/// Lead over the best contradicting hypothesis, and diameter of the iris in pixels, likewise: where a pattern repeats
/// or a spot is smaller than any iris this engine promises to find, it is hardly an eye. Drawn eyes do not teach that.
const LEADING: f32 = 0.4;
const LARGE: f32 = 70.0;

/// The features of a segmentation.
pub(super) fn features(fine: &Fine, lid_share: f32) -> [f32; FEATURES] {
    let Evidence { score, margin, pupil, limbus, offset } = fine.evidence;
    let (inner, outer) = (fine.pupil.as_circle(), fine.limbus.as_circle());
    let ratio = inner.r / outer.r;
    [
        score.clamp(0.0, 3.0),
        margin.clamp(0.0, 1.5),
        pupil.contrast.clamp(1.0, 45.0).ln(),
        pupil.support.clamp(0.3, 1.0),
        10.0 * pupil.misfit.clamp(0.0, 0.08),
        pupil.ambiguity.clamp(0.0, 1.0),
        limbus.contrast.clamp(1.0, 28.0).ln(),
        limbus.support.clamp(0.3, 1.0),
        10.0 * limbus.misfit.clamp(0.0, 0.08),
        limbus.ambiguity.clamp(0.0, 1.0),
        5.0 * offset.clamp(0.0, 0.3),
        5.0 * (ratio - 0.6).clamp(0.0, 0.3),
        lid_share.clamp(0.0, 0.6),
    ]
}

/// The confidence, 0..=1 and 0.5 at the threshold, of a segmentation with the share of the iris behind lids, the
/// visible share and the sharpness of the texture. The latter two count because where little or nothing sharp is to be
/// seen, right contours cannot be told from wrong ones.
pub(super) fn confidence(fine: &Fine, lid_share: f32, visible: f32, sharpness: f32) -> f32 {
    let against: f32 = features(fine, lid_share).iter().zip(WEIGHTS).map(|(f, w)| f * w).sum();
    let lack = |value: f32, enough: f32| 4.0 * (value.clamp(0.1 * enough, enough) / enough).ln();
    let diameter = 2.0 * fine.whole_limbus().r;
    let logit = DOUBT - against
        + lack(sharpness, SHARP)
        + lack(visible, VISIBLE)
        + lack(fine.evidence.margin, LEADING)
        + lack(diameter, LARGE);
    1.0 / (1.0 + (-logit).exp())
}
