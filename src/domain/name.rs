//! Names, by the rules of Permendagri 73/2022.
//!
//! Letters of the Latin alphabet, at most 60 characters with the spaces, no digits, no punctuation: a new name that
//! breaks these is refused (article 7). Two words or more and no abbreviations are advice. A name recorded before 21
//! April 2022 stays valid whatever it looks like, and nearly everybody who is recorded today was named before, so for
//! names out of the register every rule is only a warning. Titles never belong to the name: they have their own fields.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::Date;
use time::macros::date;

use super::digits::{Checked, Source};

/// Characters that a name may have, spaces included.
pub const MAX_CHARACTERS: usize = 60;

/// Since this day the rules bind new names.
pub const IN_FORCE: Date = date!(2022 - 04 - 21);

/// Usual short forms of first names, which the regulation asks to write out.
const ABBREVIATIONS: [&str; 8] = ["MUH", "MOH", "MUHD", "MOHD", "MOCH", "MUCH", "ABD", "ABDL"];

/// Titles that are often typed into the name.
const TITLES: [&str; 15] =
    ["DR", "DRS", "DRA", "IR", "PROF", "SE", "SH", "ST", "SPD", "SKOM", "HAJI", "HAJJAH", "HJ", "KH", "RM"];

/// A name in capitals with single spaces; never empty. `Debug` shows initials alone, because logs must not name people.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Name(String);

/// Why a name is refused, or, in a name that the register already holds, what would have been.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing but spaces.
    #[error("the name is empty: type it as the deed has it")]
    Empty,
    /// More than sixty characters.
    #[error(
        "the name has {0} characters and {MAX_CHARACTERS} is the most: shorten it as the resident wishes, titles have their own fields"
    )]
    TooLong(usize),
    /// A digit.
    #[error("the name contains the digit '{0}': write the number in words or leave it out")]
    Digit(char),
    /// Punctuation or another sign.
    #[error("the name contains '{0}', and only letters and spaces are allowed: leave it out")]
    Punctuation(char),
    /// A letter that Indonesian spelling does not have.
    #[error("the name contains the letter '{0}', and only A-Z are allowed: write it in Latin letters without accents")]
    ForeignLetter(char),
}

/// What an officer should look at in a name that is used all the same.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameWarning {
    /// In the register, and older than the rules.
    #[error("this name would be refused if it were new ({0}): leave it, it was recorded before the rules")]
    Grandfathered(NameError),
    /// One word only.
    #[error("the name is a single word: two or more are advised, not demanded")]
    SingleWord,
    /// A word that looks shortened.
    #[error("\"{0}\" looks like an abbreviation: ask for the full word")]
    Abbreviation(String),
    /// A word that looks like a title.
    #[error("\"{0}\" looks like a title: titles have their own fields")]
    Title(String),
}

impl Name {
    /// Reads a name and brings it to capitals and single spaces.
    ///
    /// [`Source::Manual`] is a new name and bound by the rules; [`Source::Register`] is one that exists, refused only
    /// when it is empty.
    pub fn parse(text: &str, source: Source) -> Result<Checked<Self, NameWarning>, NameError> {
        let name = Self::normalised(text)?;
        let warnings = match (name.flaw(), source) {
            (Some(flaw), Source::Manual) => return Err(flaw),
            (Some(flaw), Source::Register) => {
                std::iter::once(NameWarning::Grandfathered(flaw)).chain(name.advice()).collect()
            }
            (None, _) => name.advice(),
        };
        Ok(Checked { value: name, warnings })
    }

    /// Capitals and single spaces without any judgement; control characters count as spaces.
    fn normalised(text: &str) -> Result<Self, NameError> {
        let words: Vec<String> = text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .map(str::to_uppercase)
            .collect();
        if words.is_empty() { Err(NameError::Empty) } else { Ok(Self(words.join(" "))) }
    }

    /// The first rule that this name breaks.
    pub fn flaw(&self) -> Option<NameError> {
        let bad = self.0.chars().find(|c| !c.is_ascii_uppercase() && *c != ' ').map(|c| {
            if c.is_numeric() {
                NameError::Digit(c)
            } else if c.is_alphabetic() {
                NameError::ForeignLetter(c)
            } else {
                NameError::Punctuation(c)
            }
        });
        bad.or_else(|| {
            let characters = self.0.chars().count();
            (characters > MAX_CHARACTERS).then_some(NameError::TooLong(characters))
        })
    }

    /// What the regulation advises without demanding it.
    pub fn advice(&self) -> Vec<NameWarning> {
        let words: Vec<&str> = self.0.split(' ').collect();
        let mut advice = Vec::new();
        if words.len() == 1 {
            advice.push(NameWarning::SingleWord);
        }
        // A lone word is somebody's whole name, however short.
        for word in words.iter().filter(|_| words.len() > 1) {
            let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
            if TITLES.contains(&bare.as_str()) {
                advice.push(NameWarning::Title((*word).to_owned()));
            } else if bare.chars().count() == 1 || ABBREVIATIONS.contains(&bare.as_str()) || !has_vowel(&bare) {
                advice.push(NameWarning::Abbreviation((*word).to_owned()));
            }
        }
        advice
    }

    /// All warnings of a name that the register holds.
    pub fn warnings(&self) -> Vec<NameWarning> {
        self.flaw().map(NameWarning::Grandfathered).into_iter().chain(self.advice()).collect()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Words without a vowel cannot be spoken and so are short for something. Other scripts are not judged.
fn has_vowel(word: &str) -> bool {
    word.chars().any(|c| !c.is_ascii_alphabetic() || "AEIOUY".contains(c))
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.split(' ').filter_map(|word| word.chars().next()).try_for_each(|initial| write!(f, "{initial}."))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

/// As out of the register.
impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        Self::normalised(&text)
    }
}

#[cfg(test)]
mod tests;
