//! Paper: what an office hands out and files. Plain data in, a PDF out; nothing here knows the store.
//!
//! - [`proof`]: bukti perekaman, the resident's proof of having been recorded, with room for signature and stamp.
//! - [`again`]: jadwal ulang, which data are wrong, where to have them mended, and when to come again.
//! - [`day_list`]: rekap harian, the day's records and counters.
//!
//! A4, black on white for office printers, embedded font (Inter, SIL Open Font License). Nothing is ever cut off: long
//! names and addresses are broken into further lines. The NIK is masked on everything that is carried around, and the
//! code holds no personal data. Every paper says that the service is free (UU 24/2013, article 79A). In training mode
//! large words across the page say that it is none.

mod again;
mod day_list;
mod letter;
mod metrics;
mod proof;
mod sheet;
#[cfg(test)]
mod tests;

use time::OffsetDateTime;

pub use self::again::{Again, again};
pub use self::day_list::day_list;
pub use self::proof::{Proof, code_of, proof, record_of_code};

use super::words::{Language, Words};
use super::zone::Zone;
use crate::domain::session::Slot;
use rekam_hal::{Eye, Finger};

/// What every paper of an office has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The lines at the top, the largest authority first: `PEMERINTAH KABUPATEN PURBALINGGA`, `KECAMATAN KEMANGKON`.
    pub office: Vec<String>,
    /// Address and telephone of the office, in one text.
    pub address: String,
    /// The station's code.
    pub station: String,
    /// The office's time.
    pub zone: Zone,
    /// Whether the paper is an exercise.
    pub training: bool,
    /// When it is printed.
    pub printed_at: OffsetDateTime,
    /// Its language.
    pub language: Language,
}

impl Letterhead {
    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }
}

/// Who signs.
#[derive(Clone, PartialEq, Eq)]
pub struct Officer {
    /// Name with titles.
    pub name: String,
    /// NIP, eighteen digits; empty where there is none.
    pub nip: String,
}

impl std::fmt::Debug for Officer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Officer").finish_non_exhaustive()
    }
}

/// The key of a slot's name.
pub fn slot_key(slot: Slot) -> &'static str {
    match slot {
        Slot::Photo => "slip-photo",
        Slot::Signature => "slip-signature",
        Slot::Approval => "slip-approval",
        Slot::Eye(Eye::Right) => "slip-right-eye",
        Slot::Eye(Eye::Left) => "slip-left-eye",
        Slot::Finger(finger) => match finger {
            Finger::RightThumb => "slip-right-thumb",
            Finger::RightIndex => "slip-right-index",
            Finger::RightMiddle => "slip-right-middle",
            Finger::RightRing => "slip-right-ring",
            Finger::RightLittle => "slip-right-little",
            Finger::LeftThumb => "slip-left-thumb",
            Finger::LeftIndex => "slip-left-index",
            Finger::LeftMiddle => "slip-left-middle",
            Finger::LeftRing => "slip-left-ring",
            Finger::LeftLittle => "slip-left-little",
        },
    }
}

/// The key of an exception's words, by its code.
pub fn exception_key(reason: crate::domain::session::ExceptionReason) -> &'static str {
    use crate::domain::session::ExceptionReason as Reason;
    match reason {
        Reason::Missing => "slip-missing",
        Reason::Injured => "slip-injured",
        Reason::Unreadable => "slip-unreadable",
        Reason::EyeDisease => "slip-eye-disease",
        Reason::CannotPosition => "slip-cannot-position",
        Reason::CannotSign => "slip-cannot-sign",
    }
}
