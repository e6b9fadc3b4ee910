//! Jadwal ulang: the data are wrong. What is wrong, where it is mended, when to come again.

use time::{Date, OffsetDateTime};

use super::letter::{Letter, MARGIN};
use super::metrics::Face;
use super::sheet::{A4, Shade, Style};
use super::{Letterhead, Officer};
use crate::domain::dates::format_dmy;
use crate::domain::nik::Nik;
use crate::domain::session::{Correction, Field, RecordId};
use crate::office::Result;

/// What the notice says.
#[derive(Debug, Clone)]
pub struct Again {
    /// The record's number; the resident comes back under the same one.
    pub record: RecordId,
    /// Printed masked.
    pub nik: Nik,
    /// The name with titles.
    pub name: String,
    /// What is wrong.
    pub corrections: Vec<Correction>,
    /// Where it is mended, with address and hours; empty for the usual words.
    pub place: String,
    /// The new day.
    pub date: Date,
    /// The hour, as the office writes it (`08.00-10.00`); empty for the opening hours.
    pub hour: String,
    /// Who gives the notice.
    pub operator: Officer,
    /// When.
    pub at: OffsetDateTime,
}

/// Makes the paper.
///
/// # Errors
/// [`OfficeError::Page`](crate::office::OfficeError::Page).
pub fn again(head: &Letterhead, again: &Again) -> Result<Vec<u8>> {
    let words = head.words();
    let title = words.get("again-title");
    let mut letter = Letter::begin(head, &title);
    letter.number(&again.record.0);
    letter.row("slip-nik", &again.nik.masked(), Face::Bold, 0.0);
    letter.row("slip-name", &again.name, Face::Bold, 0.0);
    letter.y += 4.0;
    letter.paragraph("", &words.get("again-opening"));
    letter.heading(&words.get("again-wrong"));
    for correction in &again.corrections {
        wrong(&mut letter, correction);
    }
    letter.heading(&words.get("again-where"));
    let place = if again.place.is_empty() { words.get("again-place") } else { again.place.clone() };
    letter.paragraph("", &place);
    letter.heading(&words.get("again-bring"));
    for key in ["again-bring-letter", "again-bring-card", "again-bring-old", "again-bring-document"] {
        letter.paragraph("–", &words.get(key));
    }
    letter.y += 4.0;
    day(&mut letter, again);
    letter.free_of_charge();
    letter.signature(&again.operator, again.at);
    letter.finish(&title)
}

/// A field as registered, as it should be, and what shows it.
fn wrong(letter: &mut Letter<'_>, correction: &Correction) {
    letter.room(64.0);
    let name = letter.words.get(field_key(correction.field));
    letter.sheet.text(MARGIN, letter.y, Style::bold(10.0), &name);
    letter.y += 14.0;
    letter.row("again-old", &correction.old, Face::Regular, 0.0);
    letter.row("again-new", &correction.new, Face::Bold, 0.0);
    letter.row("again-document", &correction.document, Face::Regular, 0.0);
    letter.y += 4.0;
}

/// The new day, where nobody overlooks it.
fn day(letter: &mut Letter<'_>, again: &Again) {
    letter.room(70.0);
    let (height, left) = (52.0, MARGIN + 14.0);
    letter.sheet.frame(MARGIN, letter.y, letter.width(), height);
    let label = letter.words.get("again-come");
    letter.sheet.text(left, letter.y + 18.0, Style::regular(9.5).grey(), &label);
    let weekday = letter.words.get(weekday_key(again.date));
    let day = format!("{weekday}, {}", format_dmy(again.date));
    letter.sheet.text(left, letter.y + 40.0, Style::bold(17.0), &day);
    let hour = if again.hour.is_empty() { letter.words.get("again-hours") } else { again.hour.clone() };
    let style = Style::bold(13.0);
    letter.sheet.text(A4.0 - MARGIN - 14.0 - style.width(&hour), letter.y + 40.0, style, &hour);
    letter.sheet.line((MARGIN, letter.y), (MARGIN, letter.y + height), 4.0, Shade::Black);
    letter.y += height + 12.0;
}

/// The key of a field's name.
pub fn field_key(field: Field) -> &'static str {
    match field {
        Field::Nik => "slip-nik",
        Field::FamilyCard => "again-family-card",
        Field::Name => "slip-name",
        Field::BirthPlace => "again-birth-place",
        Field::BirthDate => "again-birth-date",
        Field::Sex => "again-sex",
        Field::BloodGroup => "again-blood-group",
        Field::Religion => "again-religion",
        Field::MaritalStatus => "again-marital-status",
        Field::Occupation => "again-occupation",
        Field::Nationality => "again-nationality",
        Field::Address => "again-address",
        Field::ParentNames => "again-parent-names",
    }
}

/// The key of a day's name.
pub(super) fn weekday_key(date: Date) -> &'static str {
    use time::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    match date.weekday() {
        Monday => "slip-monday",
        Tuesday => "slip-tuesday",
        Wednesday => "slip-wednesday",
        Thursday => "slip-thursday",
        Friday => "slip-friday",
        Saturday => "slip-saturday",
        Sunday => "slip-sunday",
    }
}
