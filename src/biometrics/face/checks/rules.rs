//! What is good enough for the card: one table of limits, with the reason of each.
//!
//! Limits are on raw values, not on scores: OFIQ's curves say how a value compares, not what an office may accept. What
//! only advises is shown to the operator and does not stop the shot, because its measure is too weak to refuse a
//! citizen, or because no rule asks for it. Head coverings are not in the table: they are allowed.

use super::super::backdrop::Behind;
use super::super::report::{Assessment, Check, Wanted};
use super::Measured;

/// Whether a failed check stops the shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The portrait cannot be used.
    Required,
    /// The operator is told.
    Advises,
}

/// Which raw values are good enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Within {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// From the first to the second.
    Between(f64, f64),
    /// This or less, whatever the sign.
    Either(f64),
    /// The class of the backdrop decides, not the distance.
    Class,
}

/// The limit of one check.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Which check.
    pub check: Check,
    /// What is good enough.
    pub within: Within,
    /// What counts as one step beyond the limit when faults are compared, in the unit of the raw value.
    pub tolerance: f64,
    /// Whether it stops the shot.
    pub weight: Weight,
    /// Where the limit comes from.
    pub reason: &'static str,
}

macro_rules! rules {
    ($($check:ident $weight:ident $within:expr, $tolerance:literal, $reason:literal;)*) => {
        /// The table, in the order of [`Check::ALL`].
        pub const RULES: &[Rule] = &[$(Rule {
            check: Check::$check,
            within: { use Within::*; $within },
            tolerance: $tolerance,
            weight: Weight::$weight,
            reason: $reason,
        }),*];
    };
}

rules! {
    SingleFacePresent Required AtMost(0.1), 0.1, "nobody else on the card; a tenth of the area is a face far behind";
    HeadPoseYaw Required Either(8.0), 4.0, "ISO/IEC 19794-5: 5 degrees, and 3 for the mesh's own error";
    HeadPosePitch Required Either(16.0), 5.0, "ISO/IEC 19794-5: 5 degrees, and 8 to 11 for the mesh's offset from person to person";
    HeadPoseRoll Required Either(8.0), 4.0, "ISO/IEC 19794-5: 8 degrees; the crop levels the rest";
    InterEyeDistance Required AtLeast(60.0), 15.0, "ISO/IEC 19794-5: the least for a token image";
    HeadSize Required Between(0.18, 0.5), 0.05, "so that the 35x45 crop (head 60 to 90 % of the height) lies in the picture with room to turn it";
    LeftwardCrop Required AtLeast(0.9), 0.15, "OFIQ's half-way point; half of the crop's width is 1.7";
    RightwardCrop Required AtLeast(0.9), 0.15, "as on the left";
    MarginAbove Required AtLeast(1.05), 0.1, "the crown is about 1.0 above the eyes";
    MarginBelow Required AtLeast(1.25), 0.1, "the chin is 1.0 below the eyes, and some neck belongs to it";
    EyesOpen Required AtLeast(0.03), 0.008, "measured: eyes painted shut 0.005 to 0.03, open ones from 0.045; OFIQ's half-way point is 0.02";
    MouthClosed Required AtMost(0.13), 0.04, "measured: speaking from 0.14, smiling with teeth 0.09 to 0.12, closed below 0.04; a smile is no ground for refusal";
    EyesVisible Required AtMost(0.6), 0.2, "most of an eye must be sure to be covered";
    MouthOcclusion Required AtMost(0.6), 0.2, "most of the mouth must be sure to be covered";
    FaceOcclusion Required AtMost(0.35), 0.1, "lips, brows and glare are up to 0.15";
    IlluminationUniformity Required AtLeast(0.15), 0.06, "measured: even light 0.2 to 0.8 (wrinkles and a warm lamp count), one side at half the light of the other 0.1 to 0.4";
    LuminanceMean Required Between(0.085, 0.75), 0.03, "OFIQ's half-way points are 0.2 and 0.8; dark skin in good light is from 0.08";
    LuminanceVariance Advises Between(0.0005, 0.1), 0.02, "flat or harsh light; explained by the checks above when grave";
    DynamicRange Advises AtLeast(4.5), 0.5, "bits; a picture of few tones prints badly";
    UnderExposure Required AtMost(0.7), 0.1, "share of black; dark skin in dim light is up to 0.5";
    OverExposure Required AtMost(0.1), 0.05, "share of white; a shining forehead is up to 0.03";
    NaturalColour Required AtMost(24.0), 5.0, "real faces in daylight reach 15, cheap webcams in warm light 10; OFIQ's curve is at 17 there";
    BackgroundUniformity Advises AtMost(45.0), 15.0, "folds and shadows; what is truly uneven the backdrop's class refuses";
    BackdropColour Required Class, 0.2, "the ministry's rule: red for odd, blue for even birth years, orange for foreign residents";
    Sharpness Required AtLeast(1.45), 0.08, "measured: a blur of sigma 1.4 to 1.9 pixels, or a shake of 8 to 10, at an eye distance of 90";
    CompressionArtifacts Required AtMost(24.0), 6.0, "mean quantisation step; a JPEG of quality 27";
    RedEye Required AtMost(0.28), 0.1, "brown irises in warm light reach 0.2";
    Glasses Required AtMost(0.26), 0.1, "no glasses on the card; bare faces 0.02 to 0.24, thin frames from 0.29, thick ones 0.6 to 0.95";
    Gaze Advises AtMost(0.16), 0.04, "20 degrees aside; the irises of narrow eyes are uncertain";
}

/// A check with its rule and how far it is beyond the limit, in tolerances (0 when it holds).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) assessment: Assessment,
    pub(crate) rule: &'static Rule,
    pub(crate) beyond: f64,
}

impl Rule {
    /// The rule of a check.
    pub fn of(check: Check) -> &'static Self {
        // the table is in the order of the checks, as a test holds
        &RULES[check as usize]
    }

    /// Which raw values are good enough where the card's pictures are cut from this one: they must lie within it, or
    /// their edges would be invented.
    fn within(&self, wanted: &Wanted) -> Within {
        match self.check {
            Check::HeadSize if wanted.room => Within::Between(0.18, 0.295),
            Check::MarginAbove if wanted.room => Within::AtLeast(1.3),
            Check::MarginBelow if wanted.room => Within::AtLeast(1.85),
            Check::LeftwardCrop | Check::RightwardCrop if wanted.room => Within::AtLeast(1.2),
            _ => self.within,
        }
    }

    /// How far a raw value is beyond the limit, in tolerances: 0 or less within it. Of a class only how far it is from
    /// the one wanted: whether it is the right one no figure tells.
    pub fn beyond(&self, raw: f64, wanted: &Wanted) -> f64 {
        let over = match self.within(wanted) {
            Within::AtLeast(low) => low - raw,
            Within::AtMost(high) => raw - high,
            Within::Between(low, high) => (low - raw).max(raw - high),
            Within::Either(high) => raw.abs() - high,
            // a wrong class is always a grave fault, and the graver the farther
            Within::Class => self.tolerance + raw,
        };
        over / self.tolerance
    }
}

pub(crate) fn judge(measured: &Measured, behind: &Behind, wanted: &Wanted) -> Judged {
    let rule = Rule::of(measured.check);
    let raw = measured.raw;
    let beyond = if rule.within == Within::Class && behind.right { 0.0 } else { rule.beyond(raw, wanted) };
    let pass = beyond <= 0.0;
    Judged {
        assessment: Assessment { check: measured.check, raw: raw as f32, score: measured.score, pass },
        rule,
        beyond: beyond.max(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_rule_in_its_place() {
        assert_eq!(RULES.iter().map(|r| r.check).collect::<Vec<_>>(), Check::ALL);
        assert!(RULES.iter().all(|r| r.tolerance > 0.0 && !r.reason.is_empty()));
    }

    #[test]
    fn the_head_may_be_covered() {
        assert!(Check::ALL.iter().all(|c| !c.name().contains("head_cover")));
    }
}
