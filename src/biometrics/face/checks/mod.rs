//! The checks on a portrait: raw values and scores as ISO/IEC 29794-5 and OFIQ define them where they do, the house's
//! own where they do not, and the verdict.

mod advice;
mod colour;
mod compression;
mod evenness;
mod eyes;
mod geometry;
mod landmarks;
mod light;
mod occlusion;
mod raster;
mod rules;
mod score;
mod sharpness;

use super::backdrop;
use super::report::{Assessment, Check, Observation, Report, Verdict, Wanted};
pub(crate) use colour::linear_code;
pub(crate) use evenness::person_at;
pub(crate) use landmarks::{Landmarks, Side, distance, middle};
pub(crate) use landmarks::{OVAL, crossings};
pub(crate) use raster::{Similarity, bilinear};
pub use rules::{RULES, Rule, Weight, Within};

/// A value before it is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    pub(crate) check: Check,
    pub(crate) raw: f64,
    pub(crate) score: u8,
}

/// Judges one face of a picture. An observation whose points are missing or not finite has no face in it.
pub fn judge(seen: &Observation<'_>, wanted: &Wanted) -> Report {
    let Some(face) = Landmarks::new(seen.points) else {
        return nobody();
    };
    let behind = backdrop::classify(seen, wanted.backdrop);
    let mut measured = Vec::with_capacity(Check::ALL.len());
    geometry::measure(seen, &face, &mut measured);
    light::measure(seen, &face, &mut measured);
    evenness::measure(seen, &face, &mut measured);
    sharpness::measure(seen, &face, &mut measured);
    compression::measure(seen, &mut measured);
    occlusion::measure(seen, &face, &mut measured);
    eyes::measure(seen, &face, &mut measured);
    measured.push(Measured { check: Check::BackdropColour, raw: behind.distance, score: behind.seen.score });
    measured.sort_by_key(|m| m.check);

    let judged: Vec<rules::Judged> = measured.iter().map(|m| rules::judge(m, &behind, wanted)).collect();
    let checks: Vec<Assessment> = judged.iter().map(|j| j.assessment).collect();
    let sound = judged.iter().all(|j| j.assessment.pass || j.rule.weight == Weight::Advises);
    let rival = checks.iter().any(|line| line.check == Check::SingleFacePresent && !line.pass);
    let causes = advice::ordered(&judged);
    Report {
        faces: seen.areas.len().max(1),
        verdict: if rival {
            Verdict::ManyFaces
        } else if sound {
            Verdict::Pass
        } else {
            Verdict::Fail
        },
        checks,
        background: Some(behind.seen),
        eyes: Some([face.iris(Side::Left).0, face.iris(Side::Right).0]),
        advice: advice::first(seen, &face, &causes, behind.seen.class),
        causes: causes.iter().map(|fault| fault.assessment.check).collect(),
    }
}

/// The report on a picture in which nobody was found.
pub fn nobody() -> Report {
    Report {
        faces: 0,
        verdict: Verdict::NoFace,
        checks: Vec::new(),
        causes: Vec::new(),
        background: None,
        eyes: None,
        advice: Some(super::report::Advice::NoFace),
    }
}

#[cfg(test)]
mod tests;
