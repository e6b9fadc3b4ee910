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
        LeftwardCrop | RightwardCrop | MarginAbove | MarginBelow => &[BackgroundUniformity],
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
        RedEye | Glasses | Gaze | BackgroundUniformity | LuminanceVariance => &[],
    }
}

/// The strongest fault: those that stop the shot before those that advise, causes before consequences.
pub(crate) fn strongest(judged: &[Judged]) -> Option<&Judged> {
    [Weight::Required, Weight::Advises].into_iter().find_map(|weight| {
        let faults: Vec<&Judged> = judged.iter().filter(|j| !j.assessment.pass && j.rule.weight == weight).collect();
        let explained = |j: &Judged| {
            faults.iter().any(|cause| {
                let both_ways = consequences(j).contains(&cause.assessment.check);
                let brings = consequences(cause).contains(&j.assessment.check);
                brings && (!both_ways || cause.beyond > j.beyond)
            })
        };
        let roots = faults.iter().filter(|j| !explained(j));
        let worst = |a: &&&Judged, b: &&&Judged| a.beyond.total_cmp(&b.beyond);
        // should every fault be explained by another, the worst is said all the same
        roots.max_by(worst).or_else(|| faults.iter().max_by(worst)).copied()
    })
}

/// What to do first; `None` when nothing is left to wish for.
pub(crate) fn first(
    seen: &Observation<'_>,
    face: &Landmarks<'_>,
    judged: &[Judged],
    behind: Backdrop,
) -> Option<Advice> {
    let fault = strongest(judged)?;
    let raw = fault.assessment.raw;
    let [yaw, pitch, _] = seen.pose;
    Some(match fault.assessment.check {
        Check::SingleFacePresent => Advice::OnlyOne,
        Check::HeadPoseYaw if yaw > 0.0 => Advice::TurnLeft,
        Check::HeadPoseYaw => Advice::TurnRight,
        Check::HeadPosePitch if pitch < 0.0 => Advice::ChinDown,
        Check::HeadPosePitch => Advice::ChinUp,
        Check::HeadPoseRoll => Advice::HeadUpright,
        Check::InterEyeDistance => Advice::Closer,
        Check::HeadSize if raw < 0.34 => Advice::Closer,
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
    })
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
