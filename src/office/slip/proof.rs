//! Bukti perekaman: the resident's proof.
//!
//! Its code holds the record's number and eight hexadecimal digits of that number's SHA-256: enough to notice a
//! misread code, and nothing about the person.

use std::collections::BTreeSet;

use qrcode::{Color, EcLevel, QrCode};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::letter::{Letter, MARGIN};
use super::metrics::Face;
use super::sheet::{A4, Style};
use super::{Letterhead, Officer, exception_key, slot_key};
use crate::domain::nik::Nik;
use crate::domain::session::{Exception, RecordId, Slot};
use crate::office::words::Words;
use crate::office::{OfficeError, Result};
use rekam_hal::{Eye, Finger};

/// First word of the code, with its version.
const CODE: &str = "REKAM1";

/// Side of the code in points.
const SIDE: f32 = 104.0;

/// What the proof says.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The record's number.
    pub record: RecordId,
    /// Printed masked.
    pub nik: Nik,
    /// The name with titles.
    pub name: String,
    /// When the record was finished.
    pub at: OffsetDateTime,
    /// What was recorded.
    pub taken: BTreeSet<Slot>,
    /// What could not be, and why.
    pub exceptions: Vec<Exception>,
    /// Who recorded.
    pub operator: Officer,
}

/// Makes the paper.
///
/// # Errors
/// [`OfficeError::Page`].
pub fn proof(head: &Letterhead, proof: &Proof) -> Result<Vec<u8>> {
    let words = head.words();
    let title = words.get("proof-title");
    let mut letter = Letter::begin(head, &title);
    letter.number(&proof.record.0);
    letter.paragraph("", &words.get("proof-opening"));
    letter.y += 6.0;
    let below_code = letter.y + SIDE + 18.0;
    code(&mut letter, &proof.record)?;
    let beside = SIDE + 24.0;
    letter.row("slip-nik", &proof.nik.masked(), Face::Bold, beside);
    letter.row("slip-name", &proof.name, Face::Bold, beside);
    letter.row("proof-station", &head.station, Face::Regular, beside);
    letter.row("proof-time", &head.zone.moment(proof.at), Face::Regular, beside);
    letter.row("proof-status", &words.get("proof-status-value"), Face::Regular, beside);
    // The next section's rule runs beneath the code, however few rows stand beside it.
    letter.y = (letter.y + 4.0).max(below_code);
    letter.heading(&words.get("proof-taken"));
    for (key, text) in taken(proof, words) {
        letter.row(key, &text, Face::Regular, 0.0);
    }
    if !proof.exceptions.is_empty() {
        letter.heading(&words.get("proof-exceptions"));
        for text in exceptions(&proof.exceptions, words) {
            letter.paragraph("–", &text);
        }
    }
    letter.heading(&words.get("proof-next"));
    for key in ["proof-next-centre", "proof-next-check", "proof-next-keep"] {
        letter.paragraph("–", &words.get(key));
    }
    letter.y += 6.0;
    letter.free_of_charge();
    letter.signature(&proof.operator, proof.at);
    letter.finish(&title)
}

fn taken(proof: &Proof, words: &Words) -> [(&'static str, String); 5] {
    let one = |slot| words.get(if proof.taken.contains(&slot) { "proof-yes" } else { "proof-no" });
    let of = |slots: Vec<Slot>| {
        let count = slots.iter().filter(|slot| proof.taken.contains(slot)).count().to_string();
        words.say("proof-count", &[("count", &count), ("all", &slots.len().to_string())])
    };
    [
        ("slip-photo", one(Slot::Photo)),
        ("slip-signature", one(Slot::Signature)),
        ("proof-fingers", of(Finger::ALL.map(Slot::Finger).to_vec())),
        ("proof-eyes", of(Eye::ALL.map(Slot::Eye).to_vec())),
        ("slip-approval", one(Slot::Approval)),
    ]
}

/// One sentence per reason, its slots together: ten missing fingers are one line, not ten.
fn exceptions(exceptions: &[Exception], words: &Words) -> Vec<String> {
    let mut reasons = Vec::new();
    for exception in exceptions {
        if !reasons.contains(&exception.reason) {
            reasons.push(exception.reason);
        }
    }
    let sentence = |reason| {
        let slots = exceptions.iter().filter(|exception| exception.reason == reason);
        let names: Vec<String> = slots.map(|exception| words.get(slot_key(exception.slot))).collect();
        format!("{}: {} ({})", words.get(exception_key(reason)), names.join(", "), reason.code())
    };
    reasons.into_iter().map(sentence).collect()
}

/// The code at the right edge, beside the first rows, with its number in words beneath.
fn code(letter: &mut Letter<'_>, record: &RecordId) -> Result<()> {
    let text = code_of(record);
    let made = QrCode::with_error_correction_level(&text, EcLevel::M);
    let made = made.map_err(|error| OfficeError::Page(format!("code: {error}")))?;
    let dark = made.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    let (x, y) = (A4.0 - MARGIN - SIDE, letter.y - 8.0);
    letter.sheet.squares(x, y, SIDE, made.width(), dark);
    let check = text.rsplit(' ').next().unwrap_or_default().to_owned();
    letter.sheet.centred(x + SIDE / 2.0, y + SIDE + 11.0, Style::regular(7.5).grey(), &check);
    Ok(())
}

/// The text of a record's code: `REKAM1 <record> <check>`.
pub fn code_of(record: &RecordId) -> String {
    format!("{CODE} {record} {}", check_of(record))
}

/// The record of a code that was read, when it was read whole.
pub fn record_of_code(text: &str) -> Option<RecordId> {
    let mut parts = text.trim().split(' ');
    let (word, record, check) = (parts.next()?, RecordId(parts.next()?.to_owned()), parts.next()?);
    (word == CODE && parts.next().is_none() && check == check_of(&record)).then_some(record)
}

fn check_of(record: &RecordId) -> String {
    Sha256::digest(record.0.as_bytes()).iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}
