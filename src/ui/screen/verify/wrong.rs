//! A field that is wrong: what it should be, and the document that shows it. The station corrects nothing itself; what
//! is typed here goes to the registry office, so it must be readable there.

use crate::domain::codes::{BloodGroup, MaritalStatus, Nationality, Religion, Sex};
use crate::domain::dates::{DateError, parse_dmy};
use crate::domain::kk::Kk;
use crate::domain::name::Name;
use crate::domain::nik::{Nik, Source};
use crate::domain::session::{Correction, Field};
use crate::office::words::{Language, Words};

/// The name of the field that takes the right value.
pub const VALUE: &str = "verify-right-value";
/// The name of the field that takes the document.
pub const DOCUMENT: &str = "verify-document";

/// Most characters of a value or a document: what a letter has room for.
const LONGEST: usize = 160;

/// Documents that show most corrections.
pub const DOCUMENTS: [&str; 3] = ["verify-document-card", "verify-document-birth", "verify-document-marriage"];

/// What is being typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Which field is wrong.
    pub field: Field,
    /// What the register says.
    pub old: String,
    /// What it should be.
    pub value: String,
    /// Which document shows it.
    pub document: String,
    /// What is missing.
    pub complaint: Option<Complaint>,
}

/// Why what was typed cannot be kept yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// No value.
    NoValue,
    /// The value of the register.
    Same,
    /// No document.
    NoDocument,
    /// Not a NIK.
    Nik,
    /// Not a number of a family card.
    FamilyCard,
    /// Not written `dd-mm-yyyy`.
    DateForm,
    /// No such day.
    NoSuchDay,
    /// Not a name.
    Name,
    /// Not in the list of the field.
    NotListed,
}

impl Complaint {
    /// Its words.
    pub fn key(self) -> &'static str {
        match self {
            Self::NoValue => "verify-wrong-no-value",
            Self::Same => "verify-wrong-same",
            Self::NoDocument => "verify-wrong-no-document",
            Self::Nik => "verify-wrong-nik",
            Self::FamilyCard => "verify-wrong-kk",
            Self::DateForm => "verify-wrong-date",
            Self::NoSuchDay => "verify-wrong-no-such-day",
            Self::Name => "verify-wrong-name",
            Self::NotListed => "verify-wrong-not-listed",
        }
    }

    /// Where the cursor goes.
    pub fn field(self) -> &'static str {
        match self {
            Self::NoDocument => DOCUMENT,
            Self::NoValue
            | Self::Same
            | Self::Nik
            | Self::FamilyCard
            | Self::DateForm
            | Self::NoSuchDay
            | Self::Name
            | Self::NotListed => VALUE,
        }
    }
}

impl Form {
    /// An empty form.
    pub fn new(field: Field, old: String) -> Self {
        Self { field, old, value: String::new(), document: String::new(), complaint: None }
    }

    /// What was typed, as far as a letter has room for it.
    pub fn type_value(&mut self, text: &str) {
        self.value = text.chars().take(LONGEST).collect();
        self.complaint = None;
    }

    /// The same for the document.
    pub fn type_document(&mut self, text: &str) {
        self.document = text.chars().take(LONGEST).collect();
        self.complaint = None;
    }

    /// One of the usual documents; it is printed and kept in Indonesian whatever the window speaks.
    pub fn choose_document(&mut self, place: usize) {
        if let Some(key) = DOCUMENTS.get(place) {
            self.type_document(&Words::of(Language::Indonesian).get(key));
        }
    }

    /// The correction, when everything is there.
    pub fn correction(&self) -> Result<Correction, Complaint> {
        let new = right_value(self.field, &self.value)?;
        if new == self.old {
            return Err(Complaint::Same);
        }
        let document = self.document.trim().to_owned();
        if document.is_empty() {
            return Err(Complaint::NoDocument);
        }
        Ok(Correction { field: self.field, old: self.old.clone(), new, document })
    }
}

/// Brings what was typed to the form of the register, or says what is wrong with it.
fn right_value(field: Field, typed: &str) -> Result<String, Complaint> {
    let typed = typed.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    if typed.is_empty() {
        return Err(Complaint::NoValue);
    }
    let listed = |listed: Option<&'static str>| listed.map(str::to_owned).ok_or(Complaint::NotListed);
    match field {
        Field::Nik => Nik::parse(&typed, Source::Manual).map(|nik| nik.value.to_string()).map_err(|_| Complaint::Nik),
        Field::FamilyCard => {
            Kk::parse(&typed, Source::Manual).map(|kk| kk.value.to_string()).map_err(|_| Complaint::FamilyCard)
        }
        Field::BirthDate => parse_dmy(&typed).map(crate::domain::dates::format_dmy).map_err(|error| match error {
            DateError::Form(_) => Complaint::DateForm,
            DateError::NoSuchDay => Complaint::NoSuchDay,
        }),
        // Titles stand around a name with dots and commas, so only what no name has is refused.
        Field::Name if typed.chars().any(|sign| sign.is_ascii_digit()) => Err(Complaint::Name),
        Field::Name => Name::parse(&typed, Source::Register).map(|_| typed).map_err(|_| Complaint::Name),
        Field::Sex => listed(Sex::from_text(&typed).map(Sex::text)),
        Field::BloodGroup if typed == "-" => Ok(typed),
        Field::BloodGroup => listed(BloodGroup::from_text(&typed).map(BloodGroup::printed)),
        Field::Religion => listed(Religion::from_text(&typed).map(Religion::text)),
        Field::MaritalStatus => listed(MaritalStatus::from_text(&typed).map(MaritalStatus::text)),
        Field::Nationality => listed(Nationality::from_text(&typed).map(Nationality::text)),
        Field::BirthPlace | Field::Occupation | Field::Address | Field::ParentNames => Ok(typed),
    }
}

/// What a field may hold, when that is a short list.
pub fn choices(field: Field) -> Option<String> {
    fn joined<T: Copy>(all: &[T], text: fn(T) -> &'static str) -> Option<String> {
        Some(all.iter().map(|entry| text(*entry)).collect::<Vec<_>>().join(" · "))
    }
    match field {
        Field::Sex => joined(Sex::ALL, Sex::text),
        Field::BloodGroup => joined(BloodGroup::ALL, BloodGroup::text),
        Field::Religion => joined(Religion::ALL, Religion::text),
        Field::MaritalStatus => joined(MaritalStatus::ALL, MaritalStatus::text),
        Field::Nationality => joined(Nationality::ALL, Nationality::text),
        Field::Nik
        | Field::FamilyCard
        | Field::Name
        | Field::BirthPlace
        | Field::BirthDate
        | Field::Occupation
        | Field::Address
        | Field::ParentNames => None,
    }
}
