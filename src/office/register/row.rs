//! One row of the file becomes one resident, or a refusal that names the field.
//!
//! The register is old and holds much that could not be entered today; what the domain only warns of is taken as it
//! is. Refused is what cannot be read at all, because a guess would end on a card.

use time::Date;

use super::columns::{Column, Columns};
use super::report::Reason;
use crate::domain::codes::{
    BasicStatus, BloodGroup, Disability, Education, FamilyRelation, MaritalStatus, Nationality, Occupation, Religion,
    Sex, UnknownCode,
};
use crate::domain::dates::{parse_dmy, parse_iso};
use crate::domain::kk::Kk;
use crate::domain::name::Name;
use crate::domain::nik::{Digits, Nik, Source};
use crate::domain::resident::{Address, Postcode, Resident, Titles, UnitNumber, VillageCode};

const BIRTHPLACE_CHARACTERS: usize = 60;
const HAMLET_CHARACTERS: usize = 60;
const TITLE_CHARACTERS: usize = 60;
const STREET_CHARACTERS: usize = 120;

/// Why a row is refused: the column and what is wrong in it.
pub(super) type Refusal = (Column, Reason);

/// The fields of one row by column, trimmed; `-` counts as empty, as lists print it.
pub(super) struct Fields<'a> {
    columns: &'a Columns,
    fields: &'a [&'a str],
}

impl<'a> Fields<'a> {
    pub(super) fn new(columns: &'a Columns, fields: &'a [&'a str]) -> Self {
        Self { columns, fields }
    }

    pub(super) fn get(&self, column: Column) -> &'a str {
        let raw = self.columns.place(column).and_then(|place| self.fields.get(place)).copied().unwrap_or_default();
        // Spreadsheets mark text with an apostrophe that some of them also export.
        let text = raw.trim().trim_start_matches('\'').trim();
        if text == "-" { "" } else { text }
    }

    fn some(&self, column: Column) -> Option<&'a str> {
        Some(self.get(column)).filter(|text| !text.is_empty())
    }

    fn must(&self, column: Column) -> Result<&'a str, Refusal> {
        self.some(column).ok_or((column, Reason::Empty))
    }
}

/// Reads a row.
pub(super) fn resident(row: &Fields<'_>) -> Result<Resident, Refusal> {
    Ok(Resident {
        nik: number(row, Column::Nik, |text| Ok(Nik::parse(text, Source::Register)?.into_value()))?,
        kk: number(row, Column::Kk, |text| Ok(Kk::parse(text, Source::Register)?.into_value()))?,
        name: name(row, Column::Name)?.ok_or((Column::Name, Reason::Empty))?,
        titles: Titles {
            before: text(row, Column::TitleBefore, TITLE_CHARACTERS)?,
            after: text(row, Column::TitleAfter, TITLE_CHARACTERS)?,
        },
        birthplace: text(row, Column::Birthplace, BIRTHPLACE_CHARACTERS)?.ok_or((Column::Birthplace, Reason::Empty))?,
        birth_date: date(row, Column::BirthDate)?.ok_or((Column::BirthDate, Reason::Empty))?,
        sex: sex(row)?,
        blood_group: match row.some(Column::BloodGroup) {
            None => BloodGroup::Unknown,
            Some(_) => code(row, Column::BloodGroup, BloodGroup::from_code, BloodGroup::from_text)?,
        },
        religion: code(row, Column::Religion, Religion::from_code, Religion::from_text)?,
        marital_status: code(row, Column::MaritalStatus, MaritalStatus::from_code, MaritalStatus::from_text)?,
        relation: code(row, Column::Relation, FamilyRelation::from_code, FamilyRelation::from_text)?,
        education: code(row, Column::Education, Education::from_code, Education::from_text)?,
        occupation: code(row, Column::Occupation, Occupation::from_code, Occupation::from_text)?,
        disability: disability(row)?,
        nationality: code(row, Column::Nationality, Nationality::from_code, Nationality::from_text)?,
        itap_until: date(row, Column::ItapUntil)?,
        mother_name: name(row, Column::MotherName)?,
        father_name: name(row, Column::FatherName)?,
        address: address(row)?,
        status: code(row, Column::Status, BasicStatus::from_code, BasicStatus::from_text)?,
    })
}

/// Whether the extract says that the resident holds or awaits a card: STATUS_KTP 3 and above.
pub(super) fn is_recorded(row: &Fields<'_>) -> bool {
    row.get(Column::CardStatus).parse::<u8>().is_ok_and(|status| (3..=8).contains(&status))
        || row.get(Column::CardStatus).eq_ignore_ascii_case("SUDAH REKAM")
}

/// Spreadsheets turn sixteen digits into a number with fifteen good ones; the sixteenth is lost for ever.
fn spoilt(text: &str) -> bool {
    text.contains(['e', 'E']) && text.contains(['+', '.', ','])
}

fn number<T>(row: &Fields<'_>, column: Column, parse: impl FnOnce(&str) -> Result<T, Reason>) -> Result<T, Refusal> {
    let text = row.must(column)?;
    if spoilt(text) {
        return Err((column, Reason::Spreadsheet));
    }
    parse(text).map_err(|reason| (column, reason))
}

fn name(row: &Fields<'_>, column: Column) -> Result<Option<Name>, Refusal> {
    let Some(text) = row.some(column) else { return Ok(None) };
    let checked = Name::parse(text, Source::Register).map_err(|error| (column, error.into()))?;
    Ok(Some(checked.into_value()))
}

/// In capitals, as forms print it.
fn text(row: &Fields<'_>, column: Column, most: usize) -> Result<Option<String>, Refusal> {
    let Some(text) = row.some(column) else { return Ok(None) };
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let text = match column {
        // Degrees are written in mixed case: "S.Pd.".
        Column::TitleBefore | Column::TitleAfter => words.join(" "),
        _ => words.join(" ").to_uppercase(),
    };
    let found = text.chars().count();
    if found > most { Err((column, Reason::TooLong { found, most })) } else { Ok(Some(text)) }
}

/// `dd-mm-yyyy`, or `yyyy-mm-dd` which cannot be mistaken either; slashes can (day or month first) and are refused.
fn date(row: &Fields<'_>, column: Column) -> Result<Option<Date>, Refusal> {
    let Some(text) = row.some(column) else { return Ok(None) };
    parse_iso(text).or_else(|_| parse_dmy(text)).map(Some).map_err(|error| (column, error.into()))
}

fn code<T>(
    row: &Fields<'_>,
    column: Column,
    by_code: impl FnOnce(u8) -> Result<T, UnknownCode>,
    by_text: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Refusal> {
    let text = row.must(column)?;
    match text.parse::<u8>() {
        Ok(number) => by_code(number).map_err(|error| (column, error.into())),
        Err(_) => by_text(text).ok_or((column, Reason::UnknownWord)),
    }
}

fn sex(row: &Fields<'_>) -> Result<Sex, Refusal> {
    code(row, Column::Sex, Sex::from_code, |text| match text {
        "L" | "l" => Some(Sex::Male),
        "P" | "p" => Some(Sex::Female),
        word => Sex::from_text(word),
    })
}

/// Empty, 0 and 7 all mean none.
fn disability(row: &Fields<'_>) -> Result<Option<Disability>, Refusal> {
    let column = Column::Disability;
    match row.some(column) {
        None | Some("0" | "7") => Ok(None),
        Some(_) => code(row, column, Disability::from_code, Disability::from_text).map(Some),
    }
}

fn address(row: &Fields<'_>) -> Result<Address, Refusal> {
    Ok(Address {
        street: text(row, Column::Street, STREET_CHARACTERS)?.ok_or((Column::Street, Reason::Empty))?,
        rt: unit(row, Column::Rt)?,
        rw: unit(row, Column::Rw)?,
        hamlet: text(row, Column::Hamlet, HAMLET_CHARACTERS)?,
        village: village(row)?,
        postcode: postcode(row)?,
    })
}

fn unit(row: &Fields<'_>, column: Column) -> Result<Option<UnitNumber>, Refusal> {
    let Some(text) = row.some(column) else { return Ok(None) };
    UnitNumber::parse(text).map(Some).ok_or((column, Reason::Unit))
}

/// Two, two, two and four digits in four columns; the zeros in front are often lost on the way.
fn village(row: &Fields<'_>) -> Result<VillageCode, Refusal> {
    let mut digits = String::with_capacity(10);
    let parts = [(Column::Province, 2), (Column::Regency, 2), (Column::District, 2), (Column::Village, 4)];
    for (column, width) in parts {
        let text = row.must(column)?;
        if text.len() > width || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err((column, Reason::Region { digits: width }));
        }
        digits.push_str(&format!("{text:0>width$}"));
    }
    Digits::parse(&digits).map_err(|error| (Column::Village, error.into()))
}

/// Zero is how some tables write "unknown".
fn postcode(row: &Fields<'_>) -> Result<Option<Postcode>, Refusal> {
    match row.some(Column::Postcode).filter(|text| text.bytes().any(|b| b != b'0')) {
        None => Ok(None),
        Some(text) => Digits::parse(text).map(Some).map_err(|error| (Column::Postcode, error.into())),
    }
}
