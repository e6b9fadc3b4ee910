//! How good a capture is and what to tell the operator: metrics after ISO/IEC 29794-6 from the contours and the mask.

use super::encode::Encoded;
use super::segmentation::{Fine, UNSURE};
use super::sheet::Sheet;
use super::trust::{self, Worth};

/// What is wrong with a capture, for advice to the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Too little of the iris is visible.
    SmallUsableArea,
    /// Out of focus or moved.
    Blurred,
    /// The iris touches the border of the image.
    OffCentre,
    /// The iris is too small in the image.
    TooFar,
    /// The iris is too large for the image.
    TooClose,
    /// The lids cover most of the iris.
    LidsClosed,
    /// The pupil is unusually wide or narrow.
    PupilRatio,
    /// The contours cannot be trusted.
    SegmentationUnsure,
    /// The picture is smeared in one direction: the head or the camera moved.
    Moved,
    /// The eye looks past the camera.
    LooksAside,
    /// Lamps are mirrored over much of the iris, as in glasses.
    Reflections,
    /// The texture is finer and stronger than any iris: perhaps a contact lens with a printed pattern.
    PatternedLens,
}

/// The figures behind a quality score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metrics {
    /// Share of the iris that is visible, 0..=1.
    pub usable_area: f32,
    /// Share of the iris behind lids, 0..=1.
    pub lid_cover: f32,
    /// Diameter of the iris in pixels.
    pub iris_diameter: f32,
    /// Diameter of the pupil over that of the iris.
    pub pupil_ratio: f32,
    /// Distance of the two centres over the iris radius.
    pub centre_offset: f32,
    /// Least distance of the limbus to the image border over the iris radius; negative when the iris is cut.
    pub margin: f32,
    /// Brightening over the pupil's border in grey levels.
    pub pupil_contrast: f32,
    /// Brightening over the limbus in grey levels.
    pub limbus_contrast: f32,
    /// Fine texture against coarse texture; falls with blur.
    pub sharpness: f32,
    /// Share of the iris under reflections, 0..=1.
    pub glare: f32,
    /// Edge of the pupil in the direction in which it is weakest against that at right angles; 1 when both are alike,
    /// falls with a smear.
    pub smear: f32,
    /// How flat the pupil looks, 0 = round; grows as the eye looks aside.
    pub flatness: f32,
    /// How irregular the pupil's border is, 0 = an ellipse.
    pub irregularity: f32,
    /// Confidence of the segmentation, 0..=1.
    pub confidence: f32,
}

/// Quality of one capture.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// 0 (useless) to 100 (as good as it gets).
    pub score: u8,
    /// What to improve, the gravest first; empty when nothing is wrong.
    pub causes: Vec<Cause>,
    /// The figures behind it.
    pub metrics: Metrics,
}

pub(super) fn assess(fine: &Fine, sheet: &Sheet, encoded: &Encoded) -> Quality {
    let (pupil, limbus) = (fine.pupil.as_circle(), fine.limbus.as_circle());
    let (w, h) = fine.frame.image;
    let whole = fine.whole_limbus();
    let worth = Worth::of(sheet, encoded);
    let metrics = Metrics {
        usable_area: worth.usable,
        lid_cover: sheet.lid_share,
        iris_diameter: 2.0 * whole.r,
        pupil_ratio: pupil.r / limbus.r,
        centre_offset: (pupil.x - limbus.x).hypot(pupil.y - limbus.y) / limbus.r,
        margin: fine.margin(),
        pupil_contrast: fine.evidence.pupil.contrast,
        limbus_contrast: fine.evidence.limbus.contrast,
        sharpness: worth.sharpness,
        glare: sheet.glare_share,
        smear: fine.evidence.pupil.across,
        flatness: fine.pupil.flatness(),
        irregularity: fine.pupil.irregularity(),
        confidence: trust::confidence(&trust::signs(fine, sheet, worth)),
    };
    judge(metrics, 2.0 * whole.r > 0.95 * w.min(h))
}

/// Falls from 1 at `good` to 0 at `bad`.
fn ramp(value: f32, bad: f32, good: f32) -> f32 {
    ((value - bad) / (good - bad)).clamp(0.0, 1.0)
}

fn judge(metrics: Metrics, fills_image: bool) -> Quality {
    let usable = ramp(metrics.usable_area, 0.2, 0.75);
    let sharp = ramp(metrics.sharpness, 0.2, 0.5);
    let size = ramp(metrics.iris_diameter, 60.0, 200.0);
    let margin = ramp(metrics.margin, -0.3, 0.0);
    let ratio = ramp(metrics.pupil_ratio, 0.1, 0.2).min(ramp(-metrics.pupil_ratio, -0.8, -0.65));
    let sure = ramp(metrics.confidence, 0.1, 0.8);
    let product =
        usable.powf(0.7) * (0.2 + 0.8 * sharp) * (0.4 + 0.6 * size) * margin.sqrt() * (0.3 + 0.7 * ratio) * sure;
    let mut causes = Vec::new();
    let mut note = |wrong: bool, cause| {
        if wrong {
            causes.push(cause);
        }
    };
    let smeared = metrics.lid_cover < 0.3 && metrics.smear < if metrics.sharpness < 0.5 { 0.6 } else { 0.45 };
    let (cut, sure) = (metrics.margin < -0.05, metrics.confidence >= UNSURE);
    note(metrics.lid_cover > 0.4, Cause::LidsClosed);
    note(sure && fills_image, Cause::TooClose);
    note(sure && cut && !fills_image, Cause::OffCentre);
    note(metrics.glare > 0.06, Cause::Reflections);
    note(metrics.usable_area < 0.45, Cause::SmallUsableArea);
    note(smeared, Cause::Moved);
    note(metrics.sharpness < 0.38 && !smeared, Cause::Blurred);
    // Size, place and shape of contours that cannot be trusted say little.
    note(!sure, Cause::SegmentationUnsure);
    note(!sure && fills_image, Cause::TooClose);
    note(!sure && cut && !fills_image, Cause::OffCentre);
    note(metrics.sharpness > 1.3 && metrics.glare < 0.05, Cause::PatternedLens);
    note(metrics.iris_diameter < 140.0, Cause::TooFar);
    note(metrics.flatness > 0.035, Cause::LooksAside);
    note(!(0.15..=0.7).contains(&metrics.pupil_ratio), Cause::PupilRatio);
    Quality { score: (100.0 * product).round().clamp(0.0, 100.0) as u8, causes, metrics }
}
