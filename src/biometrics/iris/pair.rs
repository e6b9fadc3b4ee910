//! Two eyes captured together: is each where it should be?
//!
//! A resident looks into the device the wrong way round, or an operator takes the same eye twice. The codes tell the
//! latter for sure, and a swap wherever the person's eyes are known from before. At a first capture only anatomy is
//! left: the pupil sits a little towards the nose. That is a hint, not a proof.
//!
//! All pairs of pictures of one person (November 2026):
//!
//! | | CASIA-IrisV4-Interval | MMU1 |
//! |---|---|---|
//! | one eye twice, noticed by the codes | 4,939 of 4,940 | 885 of 900 |
//! | right and left taken for one eye | 0 of 4,925 | 0 of 1,125 |
//! | swapped eyes, noticed by the pupils | 4,471 of 4,925 | 1,003 of 1,125 |
//! | unswapped eyes, asked about | 19 of 4,925 | 70 of 1,125 |

use super::matching::{Comparison, compare};
use super::segmentation::Segmentation;
use super::template::Template;

/// Score from which two codes are taken for one eye: a stranger in a hundred thousand comes as near.
const ONE_EYE: f32 = 5.0;
/// How far apart the pupils must lie on the wrong sides, in iris radii, before a swap is suspected.
const SUSPICIOUS: f32 = 0.02;

/// What two eyes captured as left and right are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairVerdict {
    /// Nothing speaks against it.
    Fine,
    /// Both pictures show the same eye.
    SameEyeTwice,
    /// The left eye is the right one of an earlier capture or the other way round.
    Swapped,
}

/// Judges two eyes by their codes, as (left, right), against those of an earlier capture of the same person where
/// there is one.
pub fn judge_pair(eyes: (&Template, &Template), earlier: Option<(&Template, &Template)>) -> PairVerdict {
    let alike = |c: Comparison| c.score >= ONE_EYE;
    if alike(compare(eyes.0, eyes.1)) {
        return PairVerdict::SameEyeTwice;
    }
    let swapped = earlier.is_some_and(|(left, right)| {
        alike(compare(eyes.0, right)) && !alike(compare(eyes.0, left))
            || alike(compare(eyes.1, left)) && !alike(compare(eyes.1, right))
    });
    if swapped { PairVerdict::Swapped } else { PairVerdict::Fine }
}

/// Whether two eyes captured upright and not mirrored as left and right look swapped: the pupils lie on the sides away
/// from the nose. Right for most people only, so it may ask a question and must not refuse a capture.
pub fn seems_swapped(left: &Segmentation, right: &Segmentation) -> bool {
    let aside = |eye: &Segmentation| (eye.pupil.x - eye.limbus.x) / eye.limbus.r;
    aside(left) - aside(right) > SUSPICIOUS
}
