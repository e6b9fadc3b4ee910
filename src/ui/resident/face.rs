//! What the resident is asked to do with the face, as one would say it to a neighbour: right is the resident's own right.

use crate::biometrics::face::Advice;

/// The words for what the resident can do; nothing for what is the officer's to mend.
pub fn asked(advice: Advice) -> Option<&'static str> {
    match advice {
        Advice::TurnLeft => Some("resident-face-turn-left"),
        Advice::TurnRight => Some("resident-face-turn-right"),
        Advice::ChinDown => Some("resident-face-chin-down"),
        Advice::ChinUp => Some("resident-face-chin-up"),
        Advice::HeadUpright => Some("resident-face-head-upright"),
        Advice::Closer => Some("resident-face-closer"),
        Advice::Farther => Some("resident-face-farther"),
        Advice::MoveLeft => Some("resident-face-move-left"),
        Advice::MoveRight => Some("resident-face-move-right"),
        Advice::OpenEyes => Some("resident-face-open-eyes"),
        Advice::CloseMouth => Some("resident-face-close-mouth"),
        Advice::UncoverEyes => Some("resident-face-uncover-eyes"),
        Advice::UncoverMouth => Some("resident-face-uncover-mouth"),
        Advice::UncoverFace => Some("resident-face-uncover-face"),
        Advice::TakeOffGlasses => Some("resident-face-take-off-glasses"),
        Advice::LookAtCamera => Some("resident-face-look-at-camera"),
        Advice::HoldStill => Some("resident-face-hold-still"),
        Advice::NoFace
        | Advice::OnlyOne
        | Advice::NotAPerson
        | Advice::MoveUp
        | Advice::MoveDown
        | Advice::EvenLight
        | Advice::MoreLight
        | Advice::LessLight
        | Advice::NaturalLight
        | Advice::RedEyes
        | Advice::BetterFile
        | Advice::ChangeBackdrop
        | Advice::SmoothBackdrop => None,
    }
}
