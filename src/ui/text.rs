//! The words of things: each value of the domain has one key in the Fluent files, named after the value itself.

use rekam_hal::{DeviceErrorKind, Eye, Finger, Fingers, Retry, Slap};

use crate::domain::dates::format_dmy;
use crate::domain::resident::Resident;
use crate::domain::session::{ExceptionReason, Field, HitBy, Slot, Step, Verdict, VoidReason};
use crate::domain::user::Role;
use crate::office::words::Words;
use crate::station::counter::{Busy, Light, Preparing, Which};

/// What the sitter should do before the next picture.
pub fn face_advice(words: &Words, word: &str) -> String {
    words.get(&format!("face-advice-{word}"))
}

/// What a check of a portrait looks at; also for what stands for a whole portrait.
pub fn check(words: &Words, name: &str) -> String {
    words.get(&format!("check-{}", name.replace('_', "-")))
}

/// A colour of the backdrop.
pub fn backdrop(words: &Words, word: &str) -> String {
    words.get(&format!("backdrop-{word}"))
}

/// A step of the line.
pub fn step(words: &Words, step: Step) -> String {
    words.get(&format!("step-{}", step.word()))
}

/// A finger with its hand.
pub fn finger(words: &Words, finger: Finger) -> String {
    words.get(match finger {
        Finger::RightThumb => "finger-right-thumb",
        Finger::RightIndex => "finger-right-index",
        Finger::RightMiddle => "finger-right-middle",
        Finger::RightRing => "finger-right-ring",
        Finger::RightLittle => "finger-right-little",
        Finger::LeftThumb => "finger-left-thumb",
        Finger::LeftIndex => "finger-left-index",
        Finger::LeftMiddle => "finger-left-middle",
        Finger::LeftRing => "finger-left-ring",
        Finger::LeftLittle => "finger-left-little",
    })
}

/// The fingers of a slap.
pub fn slap(words: &Words, slap: Slap) -> String {
    words.get(match slap {
        Slap::RightFour => "slap-right-four",
        Slap::LeftFour => "slap-left-four",
        Slap::Thumbs => "slap-thumbs",
    })
}

/// Some fingers, named one after the other.
pub fn fingers(words: &Words, fingers: Fingers) -> String {
    let names: Vec<String> = fingers.iter().map(|one| finger(words, one).to_lowercase()).collect();
    names.join(", ")
}

/// An eye.
pub fn eye(words: &Words, eye: Eye) -> String {
    words.get(match eye {
        Eye::Right => "eye-right",
        Eye::Left => "eye-left",
    })
}

/// What a slot holds.
pub fn slot(words: &Words, slot: Slot) -> String {
    match slot {
        Slot::Photo => words.get("slot-photo"),
        Slot::Signature => words.get("slot-signature"),
        Slot::Approval => words.get("slot-approval"),
        Slot::Finger(one) => finger(words, one),
        Slot::Eye(one) => eye(words, one),
    }
}

/// What the resident should do differently: one sentence for the operator to say.
pub fn advice(words: &Words, retry: Retry) -> String {
    words.get(match retry {
        Retry::TooDry => "advice-too-dry",
        Retry::TooWet => "advice-too-wet",
        Retry::NotCentred => "advice-not-centred",
        Retry::TooShort => "advice-too-short",
        Retry::LiftFinger => "advice-lift-finger",
        Retry::Blurred => "advice-blurred",
        Retry::ComeCloser => "advice-come-closer",
        Retry::GoFarther => "advice-go-farther",
        Retry::OpenEyes => "advice-open-eyes",
        Retry::LookStraight => "advice-look-straight",
        Retry::TakeOffGlasses => "advice-take-off-glasses",
        Retry::ChangeLight => "advice-change-light",
        Retry::NothingPresented => "advice-nothing-presented",
        Retry::NothingWritten => "advice-nothing-written",
        Retry::CleanGlass => "advice-clean-glass",
        Retry::LayStraight => "advice-lay-straight",
    })
}

/// What is wrong with a device and what to do about it.
pub fn device_trouble(words: &Words, kind: DeviceErrorKind) -> String {
    words.get(match kind {
        DeviceErrorKind::Gone => "device-gone",
        DeviceErrorKind::NoPermission => "device-no-permission",
        DeviceErrorKind::Busy => "device-busy",
        DeviceErrorKind::Silent => "device-silent",
        DeviceErrorKind::Protocol => "device-protocol",
        DeviceErrorKind::WrongModel => "device-wrong-model",
        DeviceErrorKind::Unsupported => "device-unsupported",
        DeviceErrorKind::Broken => "device-broken",
    })
}

/// A device.
pub fn which(words: &Words, which: Which) -> String {
    words.get(match which {
        Which::Camera => "which-camera",
        Which::Pad => "which-pad",
        Which::Scanner => "which-scanner",
        Which::Iris => "which-iris",
    })
}

/// The light of a device.
pub fn light(words: &Words, light: Light) -> String {
    words.get(match light {
        Light::Ready => "light-ready",
        Light::Working => "light-working",
        Light::Trouble => "light-trouble",
        Light::Missing => "light-missing",
    })
}

/// Why a slot stays empty.
pub fn reason(words: &Words, reason: ExceptionReason) -> String {
    words.get(match reason {
        ExceptionReason::Missing => "reason-missing",
        ExceptionReason::Injured => "reason-injured",
        ExceptionReason::Unreadable => "reason-unreadable",
        ExceptionReason::EyeDisease => "reason-eye-disease",
        ExceptionReason::CannotPosition => "reason-cannot-position",
        ExceptionReason::CannotSign => "reason-cannot-sign",
    })
}

/// A field of the resident's data.
pub fn field(words: &Words, field: Field) -> String {
    words.get(&format!("field-{}", field.word().replace('_', "-")))
}

/// What stands where the register says nothing.
pub const NOTHING: &str = "-";

/// A field of the register as the card prints it. None for the address and the parents: they take more than one line,
/// and each place sets them in its own.
pub fn printed(resident: &Resident, field: Field) -> Option<String> {
    let printed = match field {
        Field::Nik => resident.nik.as_str().to_owned(),
        Field::FamilyCard => resident.kk.as_str().to_owned(),
        Field::Name => resident.titled_name(),
        Field::BirthPlace => resident.birthplace.clone(),
        Field::BirthDate => format_dmy(resident.birth_date),
        Field::Sex => resident.sex.text().to_owned(),
        Field::BloodGroup => resident.blood_group.printed().to_owned(),
        Field::Religion => resident.religion.text().to_owned(),
        Field::MaritalStatus => resident.marital_status.text().to_owned(),
        Field::Occupation => resident.occupation.text().to_owned(),
        Field::Nationality => resident.nationality.text().to_owned(),
        Field::Address | Field::ParentNames => return None,
    };
    Some(if printed.trim().is_empty() { NOTHING.to_owned() } else { printed })
}

/// A role.
pub fn role(words: &Words, role: Role) -> String {
    words.get(&format!("role-{}", role.word()))
}

/// How a duplicate showed itself.
pub fn hit_by(words: &Words, by: HitBy) -> String {
    words.get(match by {
        HitBy::Nik => "hit-by-nik",
        HitBy::Fingerprint => "hit-by-fingerprint",
        HitBy::Iris => "hit-by-iris",
        HitBy::Face => "hit-by-face",
    })
}

/// A decision on a possible duplicate.
pub fn verdict(words: &Words, verdict: Verdict) -> String {
    words.get(match verdict {
        Verdict::SamePerson => "verdict-same",
        Verdict::DifferentPeople => "verdict-different",
        Verdict::Undecided => "verdict-undecided",
    })
}

/// Why a finished record is undone.
pub fn void_reason(words: &Words, reason: VoidReason) -> String {
    words.get(match reason {
        VoidReason::WrongPerson => "void-wrong-person",
        VoidReason::WrongPosition => "void-wrong-position",
        VoidReason::Duplicate => "void-duplicate",
        VoidReason::EnteredInError => "void-entered-in-error",
    })
}

/// What is being made ready.
pub fn preparing(words: &Words, what: Preparing) -> String {
    words.get(match what {
        Preparing::Store => "preparing-store",
        Preparing::Training => "preparing-training",
        Preparing::Gallery => "preparing-gallery",
        Preparing::Devices => "preparing-devices",
    })
}

/// A longer piece of work.
pub fn busy(words: &Words, busy: Busy) -> String {
    match busy {
        Busy::Passphrase => words.get("busy-passphrase"),
        Busy::Sealing => words.get("busy-sealing"),
        Busy::Painting => words.get("busy-painting"),
        Busy::Chain => words.get("busy-chain"),
        Busy::Importing(rows) => words.say("busy-importing", &[("rows", &rows.to_string())]),
        Busy::Provisioning => words.get("busy-provisioning"),
        Busy::Approving(done, all) => {
            words.say("busy-approving", &[("done", &done.to_string()), ("all", &all.to_string())])
        }
    }
}

/// Quality 0..=100 as a word and a tone.
pub fn quality(words: &Words, quality: u8) -> (super::theme::Tone, String) {
    use super::theme::Tone;
    let (tone, key) = match quality {
        60.. => (Tone::Good, "quality-good"),
        40..60 => (Tone::Warning, "quality-fair"),
        0..40 => (Tone::Bad, "quality-poor"),
    };
    (tone, words.get(key))
}
