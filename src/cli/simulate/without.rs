//! Fingers and eyes that the residents of a simulated day do not have.

use rekam_hal::{Eye, Finger};
use serde::Deserialize as _;
use serde::de::value::{Error, StrDeserializer};

use crate::station::training::presenter::Body;

/// A finger or an eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Finger(Finger),
    Eye(Eye),
}

/// Reads `right-thumb` or `left-eye`.
pub(super) fn part(text: &str) -> Result<Part, String> {
    let word = text.trim().replace('-', "_");
    let finger = || Finger::deserialize(StrDeserializer::<Error>::new(&word)).ok().map(Part::Finger);
    match word.as_str() {
        "right_eye" => Some(Part::Eye(Eye::Right)),
        "left_eye" => Some(Part::Eye(Eye::Left)),
        _ => finger(),
    }
    .ok_or_else(|| format!("{text:?} is no finger and no eye; write for example left-thumb,left-index,right-eye"))
}

/// Takes them from somebody who still has them.
pub(super) fn take(body: &mut Body, parts: &[Part]) {
    for part in parts {
        match part {
            Part::Finger(finger) if !body.missing_fingers.contains(finger) => body.missing_fingers.push(*finger),
            Part::Eye(eye) if !body.missing_eyes.contains(eye) => body.missing_eyes.push(*eye),
            Part::Finger(_) | Part::Eye(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, part};
    use rekam_hal::{Eye, Finger};

    #[test]
    fn fingers_and_eyes_are_named_in_words_and_nothing_else_is() {
        assert_eq!(part("left-thumb"), Ok(Part::Finger(Finger::LeftThumb)));
        assert_eq!(part(" right-little"), Ok(Part::Finger(Finger::RightLittle)));
        assert_eq!(part("left-eye"), Ok(Part::Eye(Eye::Left)));
        for wrong in ["", "thumb", "left-ear", "11"] {
            assert!(part(wrong).is_err_and(|told| told.contains("write for example")), "{wrong}");
        }
    }
}
