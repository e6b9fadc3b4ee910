//! Whether a print is worth keeping, and what to tell the resident when it is not.
//!
//! The best predictor of a later match is what the matcher will have: minutiae that are surely there. Their number goes
//! with a print's mated scores better than the sum of all certainties, their mean, the area, the contrast or the
//! coherence of the ridges (`rekam evaluate` prints how well: `quality_correlation`, and the error rates of the best and
//! the worst quarter). So the score is that number, and the area counts only where little skin touched; the causes come
//! from the grey values and from how much is doubtful. Classes follow the five of NIST's NFIQ (NISTIR 7151), 1 best, so
//! that records of other makers can be read alike.

use super::foreground::{BLOCK, Foreground};
use super::minutia::Minutia;

/// Why a print is not better than it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Too few minutiae for a safe comparison.
    TooFewMinutiae,
    /// Too little skin touched the platen.
    SmallArea,
    /// Ridges hardly differ from valleys: dirty platen or hardly any pressure.
    LowContrast,
    /// Ridges flow together: wet finger or too much pressure.
    TooDark,
    /// Ridges break up: dry finger or too little pressure.
    TooLight,
    /// The finger slid: many places are doubtful.
    Smudged,
    /// The finger lies at the edge of the platen.
    NotCentred,
}

/// Quality of one print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quality {
    /// 0 (useless) to 100.
    pub score: u8,
    /// 1 (excellent) to 5 (poor), as NFIQ counts.
    pub class: u8,
    /// What could be better, most telling first; empty for a print of class 1 or 2, never empty for a worse one.
    pub causes: Vec<Cause>,
}

/// Certainty from which a minutia begins to count as strong, and from which it counts fully.
const STRONG: (f32, f32) = (0.6, 0.9);
/// Strong minutiae from which more bring no more points.
const ENOUGH_MINUTIAE: f32 = 40.0;
/// Strong minutiae below which a comparison is unsafe (twelve agreeing points are the courts' customary figure).
const FEW_MINUTIAE: f32 = 12.0;
/// Certainty from which a minutia tells how clear a print is, and the mean below which it is smeared.
const TELLING: f32 = 0.3;
const SMEARED: f32 = 0.62;
/// Area of ridges in square millimetres from which more brings no more points.
const ENOUGH_AREA: f32 = 100.0;
/// Area of ridges in square millimetres below which the finger hardly touched.
const SMALL_AREA: f32 = 80.0;
/// Spread of grey values below which ridges are faint.
const LOW_CONTRAST: f32 = 22.0;
/// Mean grey of the ridge area below which the print is dark.
const DARK: f32 = 70.0;
/// Mean grey of the ridge area above which the print is pale.
const LIGHT: f32 = 205.0;
/// How far the print's centre may lie from the image's, as a fraction of its side.
const OFF_CENTRE: f32 = 0.2;

impl Quality {
    /// Judges a print by its minutiae and its ridge area.
    pub(super) fn of(foreground: &Foreground, minutiae: &[Minutia]) -> Self {
        let strength = |m: &Minutia| ((m.quality - STRONG.0) / (STRONG.1 - STRONG.0)).clamp(0.0, 1.0);
        let strong: f32 = minutiae.iter().map(strength).sum();
        let block_mm = BLOCK as f32 * 25.4 / super::normalise::DPI;
        let area = foreground.area() as f32 * block_mm * block_mm;
        let by_minutiae = (strong / ENOUGH_MINUTIAE).min(1.0);
        let by_area = (area / ENOUGH_AREA).min(1.0);
        let score = 100.0 * by_minutiae.powf(0.6) * by_area.powf(0.2);
        let score = score.round().clamp(0.0, 100.0) as u8;
        let class = Self::class_of(score);
        // Grey values of a print that works are the sensor's habit, not the finger's fault.
        let causes = if class <= 2 { Vec::new() } else { causes(foreground, minutiae, strong, area) };
        Self { score, class, causes }
    }

    /// The class, 1 to 5, of a score of 0 to 100, wherever the score comes from.
    pub fn class_of(score: u8) -> u8 {
        match score {
            80.. => 1,
            65.. => 2,
            45.. => 3,
            25.. => 4,
            _ => 5,
        }
    }
}

fn causes(foreground: &Foreground, minutiae: &[Minutia], strong: f32, area: f32) -> Vec<Cause> {
    let telling = || minutiae.iter().map(|m| m.quality).filter(|q| *q >= TELLING);
    let clear = telling().sum::<f32>() / telling().count().max(1) as f32;
    let (x, y) = foreground.centre();
    let off = (x - 0.5).abs().max((y - 0.5).abs()) > OFF_CENTRE;
    let some = foreground.area() > 0;
    let mut causes: Vec<Cause> = [
        (area < SMALL_AREA, Cause::SmallArea),
        (some && off, Cause::NotCentred),
        (some && foreground.brightness() < DARK, Cause::TooDark),
        (some && foreground.brightness() > LIGHT, Cause::TooLight),
        (some && foreground.contrast() < LOW_CONTRAST, Cause::LowContrast),
        (telling().count() > 0 && clear < SMEARED, Cause::Smudged),
    ]
    .into_iter()
    .filter_map(|(applies, cause)| applies.then_some(cause))
    .collect();
    if causes.is_empty() || strong < FEW_MINUTIAE {
        causes.push(Cause::TooFewMinutiae);
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::super::minutia::MinutiaKind;
    use super::super::normalise::{MAX_SIDE, plane};
    use super::*;
    use rekam_hal::image::GrayImage;

    /// Stripes of period 9 inside a square of `side` pixels in the corner of 400 x 400, grey `low` to `high`.
    fn quality(side: u32, low: u8, high: u8, minutiae: usize) -> Quality {
        let stripes = |x: u32, y: u32| if x < side && y < side { if y % 9 < 4 { low } else { high } } else { 255 };
        let plane = plane(&GrayImage::from_fn(400, 400, stripes), MAX_SIDE).unwrap();
        let m = Minutia { x: 9.0, y: 9.0, angle: 0.0, kind: MinutiaKind::Ending, quality: 0.9 };
        Quality::of(&Foreground::of(&plane), &vec![m; minutiae])
    }

    #[test]
    fn a_large_clear_print_is_class_one_without_causes() {
        let q = quality(400, 20, 220, 45);
        assert_eq!((q.score, q.class, q.causes), (100, 1, vec![]));
    }

    #[test]
    fn more_minutiae_and_more_skin_never_lower_the_score() {
        let by_minutiae: Vec<u8> = (0..60).map(|n| quality(400, 20, 220, n).score).collect();
        let by_area: Vec<u8> = (1..20).map(|s| quality(s * 20, 20, 220, 20).score).collect();
        assert!(by_minutiae.windows(2).chain(by_area.windows(2)).all(|w| w[0] <= w[1]));
    }

    #[test]
    fn a_poor_print_says_why() {
        assert_eq!(quality(400, 20, 220, 8).causes, [Cause::TooFewMinutiae]);
        assert!(quality(400, 5, 60, 8).causes.contains(&Cause::TooDark));
        assert!(quality(400, 200, 250, 8).causes.contains(&Cause::TooLight));
        assert!(quality(400, 110, 140, 8).causes.contains(&Cause::LowContrast));
        let corner = quality(120, 20, 220, 8).causes;
        assert!(corner.contains(&Cause::SmallArea) && corner.contains(&Cause::NotCentred));
        let blank = quality(0, 0, 0, 0);
        assert_eq!((blank.score, blank.class, blank.causes), (0, 5, vec![Cause::SmallArea, Cause::TooFewMinutiae]));
    }
}
