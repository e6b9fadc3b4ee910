//! How good a capture is and what to tell the operator: metrics after ISO/IEC 29794-6 from the contours and the mask.

use super::encode::Encoded;
use super::segmentation::{Fine, UNSURE};
use super::sheet::Sheet;

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
    let (w, h) = (fine.plane.width() as f32, fine.plane.height() as f32);
    let side = (limbus.x - limbus.r).min(w - 1.0 - limbus.x - limbus.r);
    let vertical = (limbus.y - limbus.r).min(h - 1.0 - limbus.y - limbus.r);
    let metrics = Metrics {
        usable_area: (1.0 - sheet.lid_share - sheet.other_share).clamp(0.0, 1.0),
        lid_cover: sheet.lid_share,
        iris_diameter: 2.0 * limbus.r * fine.factor,
        pupil_ratio: pupil.r / limbus.r,
        centre_offset: (pupil.x - limbus.x).hypot(pupil.y - limbus.y) / limbus.r,
        margin: side.min(vertical) / limbus.r,
        pupil_contrast: fine.evidence.pupil_contrast,
        limbus_contrast: fine.evidence.limbus_contrast,
        sharpness: encoded.fine_energy / encoded.coarse_energy.max(0.5),
        confidence: fine.evidence.confidence(),
    };
    judge(metrics, 2.0 * limbus.r > 0.95 * w.min(h))
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
    note(metrics.confidence < UNSURE, Cause::SegmentationUnsure);
    note(metrics.lid_cover > 0.4, Cause::LidsClosed);
    note(metrics.usable_area < 0.45, Cause::SmallUsableArea);
    note(fills_image, Cause::TooClose);
    note(metrics.margin < -0.05 && !fills_image, Cause::OffCentre);
    note(metrics.iris_diameter < 140.0, Cause::TooFar);
    note(metrics.sharpness < 0.38, Cause::Blurred);
    note(!(0.15..=0.7).contains(&metrics.pupil_ratio), Cause::PupilRatio);
    Quality { score: (100.0 * product).round().clamp(0.0, 100.0) as u8, causes, metrics }
}
