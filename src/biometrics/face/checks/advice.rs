//! The one sentence: the strongest fault that is not merely the consequence of another.

use super::super::report::{Advice, Backdrop, Check, Observation};
use super::landmarks::Landmarks;
use super::rules::{Judged, Weight};

/// What a fault brings about elsewhere: blur must not be called covered eyes, nor darkness a wrong backdrop.
fn consequences(cause: &Judged) -> &'static [Check] {
    use Check::*;
    match cause.assessment.check {
        SingleFacePresent => &[FaceOcclusion, BackdropColour, BackgroundUniformity],
        HeadPoseYaw => &[
            IlluminationUniformity,
            InterEyeDistance,
            LeftwardCrop,
            RightwardCrop,
            HeadSize,
            Gaze,
            Glasses,
            FaceOcclusion,
            MouthOcclusion,
            EyesVisible,
            EyesOpen,
            HeadPosePitch,
            NaturalColour,
        ],
        HeadPosePitch => &[EyesOpen, HeadSize, MarginAbove, MarginBelow, MouthClosed, InterEyeDistance, Glasses],
        HeadPoseRoll => &[LeftwardCrop, RightwardCrop, MarginAbove, MarginBelow, Gaze],
        InterEyeDistance => &[Sharpness, Glasses, Gaze, EyesOpen, EyesVisible, RedEye],
        HeadSize => &[
            InterEyeDistance,
            LeftwardCrop,
            RightwardCrop,
            MarginAbove,
            MarginBelow,
            Sharpness,
            Glasses,
            Gaze,
            BackgroundUniformity,
            BackdropColour,
        ],
        LeftwardCrop | RightwardCrop | MarginAbove | MarginBelow => &[BackgroundUniformity, BackdropColour],
        EyesOpen => &[EyesVisible, Gaze, RedEye, Glasses, Sharpness],
        MouthClosed => &[MouthOcclusion, FaceOcclusion, HeadSize, MarginBelow, HeadPosePitch],
        EyesVisible => &[EyesOpen, Gaze, RedEye, Glasses, FaceOcclusion, Sharpness, HeadPosePitch],
        MouthOcclusion => &[MouthClosed, FaceOcclusion, NaturalColour, IlluminationUniformity, HeadPosePitch],
        FaceOcclusion => &[NaturalColour, IlluminationUniformity, Glasses, Gaze],
        IlluminationUniformity => &[
            LuminanceMean,
            LuminanceVariance,
            DynamicRange,
            UnderExposure,
            OverExposure,
            NaturalColour,
            EyesVisible,
            MouthOcclusion,
            FaceOcclusion,
            Glasses,
            HeadPoseYaw,
            Gaze,
            BackdropColour,
            BackgroundUniformity,
        ],
        LuminanceMean | UnderExposure | OverExposure => &[
            LuminanceVariance,
            DynamicRange,
            NaturalColour,
            BackdropColour,
            BackgroundUniformity,
            Sharpness,
            EyesVisible,
            MouthOcclusion,
            FaceOcclusion,
            Glasses,
            Gaze,
            EyesOpen,
            CompressionArtifacts,
        ],
        DynamicRange => &[LuminanceVariance],
        NaturalColour => &[BackdropColour, FaceOcclusion, RedEye],
        BackdropColour => &[BackgroundUniformity],
        Sharpness => &[
            EyesVisible,
            MouthOcclusion,
            DynamicRange,
            Glasses,
            Gaze,
            EyesOpen,
            MouthClosed,
            CompressionArtifacts,
            HeadPosePitch,
            InterEyeDistance,
            RedEye,
        ],
        CompressionArtifacts => &[
            Sharpness,
            BackgroundUniformity,
            DynamicRange,
            Glasses,
            EyesVisible,
            MouthOcclusion,
            FaceOcclusion,
            NaturalColour,
            Gaze,
            EyesOpen,
            IlluminationUniformity,
            RedEye,
        ],
        Glasses => &[EyesOpen, EyesVisible, FaceOcclusion, RedEye, Gaze],
        RedEye | Gaze | BackgroundUniformity | LuminanceVariance => &[],
    }
}

/// All faults: those that stop the shot before those that advise, causes before consequences, then the worst first.
/// The first is the one to mend.
pub(crate) fn ordered(judged: &[Judged]) -> Vec<&Judged> {
    let faults = judged.iter().filter(|j| !j.assessment.pass);
    let (mut stop, mut advise): (Vec<&Judged>, Vec<&Judged>) = faults.partition(|j| j.rule.weight == Weight::Required);
    sort(&mut stop);
    sort(&mut advise);
    stop.append(&mut advise);
    stop
}

fn sort(faults: &mut Vec<&Judged>) {
    let explained: Vec<Check> = faults
        .iter()
        .filter(|j| {
            faults.iter().any(|cause| {
                let both_ways = consequences(j).contains(&cause.assessment.check);
                let brings = consequences(cause).contains(&j.assessment.check);
                brings && (!both_ways || cause.beyond > j.beyond)
            })
        })
        .map(|j| j.assessment.check)
        .collect();
    let follows = |j: &Judged| explained.contains(&j.assessment.check);
    // should every fault be explained by another, the worst is said all the same
    faults.sort_by(|a, b| follows(a).cmp(&follows(b)).then(b.beyond.total_cmp(&a.beyond)));
}

/// What to do first; `None` when nothing is left to wish for.
pub(crate) fn first(
    seen: &Observation<'_>,
    face: &Landmarks<'_>,
    faults: &[&Judged],
    behind: Backdrop,
) -> Option<Advice> {
    let fault = faults.first()?;
    let fails = |check| faults.iter().any(|j| j.assessment.check == check);
    let both = |a, b| (fault.assessment.check == a || fault.assessment.check == b) && fails(a) && fails(b);
    // who is cut off on both sides cannot be moved, only made smaller
    if both(Check::MarginAbove, Check::MarginBelow) || both(Check::LeftwardCrop, Check::RightwardCrop) {
        return Some(Advice::Farther);
    }
    Some(of(seen, face, fault, behind))
}

/// What mends a fault.
fn of(seen: &Observation<'_>, face: &Landmarks<'_>, fault: &Judged, behind: Backdrop) -> Advice {
    let raw = fault.assessment.raw;
    let [yaw, pitch, _] = seen.pose;
    match fault.assessment.check {
        Check::SingleFacePresent => Advice::OnlyOne,
        Check::HeadPoseYaw if yaw > 0.0 => Advice::TurnLeft,
        Check::HeadPoseYaw => Advice::TurnRight,
        Check::HeadPosePitch if pitch < 0.0 => Advice::ChinDown,
        Check::HeadPosePitch => Advice::ChinUp,
        Check::HeadPoseRoll => Advice::HeadUpright,
        Check::InterEyeDistance => Advice::Closer,
        Check::HeadSize if raw < 0.25 => Advice::Closer,
        Check::HeadSize => Advice::Farther,
        Check::LeftwardCrop | Check::RightwardCrop => sideways(seen, face),
        Check::MarginAbove => Advice::MoveDown,
        Check::MarginBelow => Advice::MoveUp,
        Check::EyesOpen => Advice::OpenEyes,
        Check::MouthClosed => Advice::CloseMouth,
        Check::EyesVisible => Advice::UncoverEyes,
        Check::MouthOcclusion => Advice::UncoverMouth,
        Check::FaceOcclusion => Advice::UncoverFace,
        Check::IlluminationUniformity => Advice::EvenLight,
        Check::LuminanceMean if raw < 0.4 => Advice::MoreLight,
        Check::UnderExposure | Check::DynamicRange => Advice::MoreLight,
        Check::LuminanceMean | Check::OverExposure => Advice::LessLight,
        Check::LuminanceVariance => Advice::EvenLight,
        Check::NaturalColour => Advice::NaturalLight,
        Check::BackgroundUniformity => Advice::SmoothBackdrop,
        Check::BackdropColour => backdrop(behind),
        Check::Sharpness => Advice::HoldStill,
        Check::CompressionArtifacts => Advice::BetterFile,
        Check::RedEye => Advice::RedEyes,
        Check::Glasses => Advice::TakeOffGlasses,
        Check::Gaze => Advice::LookAtCamera,
    }
}

/// A backdrop of several colours wants smoothing, one of the wrong colour changing.
fn backdrop(behind: Backdrop) -> Advice {
    match behind {
        Backdrop::Uneven => Advice::SmoothBackdrop,
        Backdrop::Red | Backdrop::Blue | Backdrop::Orange | Backdrop::Other => Advice::ChangeBackdrop,
    }
}

/// Towards the middle of the frame.
fn sideways(seen: &Observation<'_>, face: &Landmarks<'_>) -> Advice {
    let (left, _, width, _) = seen.frame;
    if face.eyes_middle().0 < left + width / 2.0 { Advice::MoveRight } else { Advice::MoveLeft }
}
