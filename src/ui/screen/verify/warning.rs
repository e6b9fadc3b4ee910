//! What an officer should look at in the data: where it is shown, its words, and the code under which its reason is
//! kept in the record.

use crate::domain::dates::format_dmy;
use crate::domain::kk::{KkError, KkWarning};
use crate::domain::name::{NameError, NameWarning};
use crate::domain::nik::{NikError, NikWarning};
use crate::domain::resident::ResidentWarning;
use crate::domain::session::Field;
use crate::office::words::Words;

/// The field beside which the warning stands.
pub fn field(warning: &ResidentWarning) -> Field {
    match warning {
        ResidentWarning::Nik(nik) => match nik {
            NikWarning::Irregular(_) | NikWarning::UnknownRegion { .. } | NikWarning::DissolvedRegion { .. } => {
                Field::Nik
            }
            NikWarning::BirthDateDiffers { .. } => Field::BirthDate,
            NikWarning::SexDiffers { .. } => Field::Sex,
        },
        ResidentWarning::Kk(_) => Field::FamilyCard,
        ResidentWarning::Name(_) => Field::Name,
        ResidentWarning::UnknownVillage(_) | ResidentWarning::PostcodeDiffers { .. } => Field::Address,
        ResidentWarning::BornInFuture(_) | ResidentWarning::VeryOld(_) => Field::BirthDate,
        ResidentWarning::RelationDiffers { .. } => Field::MaritalStatus,
        ResidentWarning::RelationOfOtherSex { .. } => Field::Sex,
    }
}

/// The stable code of a warning; its words are `verify-warning-<code>`.
pub fn code(warning: &ResidentWarning) -> &'static str {
    match warning {
        ResidentWarning::Nik(nik) => nik_code(nik),
        ResidentWarning::Kk(kk) => kk_code(kk),
        ResidentWarning::Name(name) => name_code(name),
        ResidentWarning::UnknownVillage(_) => "village-unknown",
        ResidentWarning::PostcodeDiffers { .. } => "postcode-differs",
        ResidentWarning::BornInFuture(_) => "born-in-future",
        ResidentWarning::VeryOld(_) => "very-old",
        ResidentWarning::RelationDiffers { .. } => "relation-differs",
        ResidentWarning::RelationOfOtherSex { .. } => "relation-of-other-sex",
    }
}

fn nik_code(warning: &NikWarning) -> &'static str {
    match warning {
        NikWarning::Irregular(NikError::Digits(_)) => "nik-digits",
        NikWarning::Irregular(NikError::Day(_)) => "nik-day",
        NikWarning::Irregular(NikError::Month(_)) => "nik-month",
        NikWarning::Irregular(NikError::NoSuchDay { .. }) => "nik-no-such-day",
        NikWarning::Irregular(NikError::SerialZero) => "nik-serial-zero",
        NikWarning::UnknownRegion { .. } => "nik-region-unknown",
        NikWarning::DissolvedRegion { successor: None, .. } => "nik-region-dissolved",
        NikWarning::DissolvedRegion { successor: Some(_), .. } => "nik-region-renamed",
        NikWarning::BirthDateDiffers { nik: None, .. } => "nik-birth-date-impossible",
        NikWarning::BirthDateDiffers { nik: Some(_), .. } => "nik-birth-date-differs",
        NikWarning::SexDiffers { .. } => "nik-sex-differs",
    }
}

fn kk_code(warning: &KkWarning) -> &'static str {
    match warning {
        KkWarning::Irregular(KkError::Digits(_)) => "kk-digits",
        KkWarning::Irregular(KkError::Day(_)) => "kk-day",
        KkWarning::Irregular(KkError::Month(_)) => "kk-month",
        KkWarning::Irregular(KkError::NoSuchDay { .. }) => "kk-no-such-day",
        KkWarning::Irregular(KkError::SerialZero) => "kk-serial-zero",
        KkWarning::UnknownRegion { .. } => "kk-region-unknown",
    }
}

fn name_code(warning: &NameWarning) -> &'static str {
    match warning {
        NameWarning::Grandfathered(NameError::Empty) => "name-empty",
        NameWarning::Grandfathered(NameError::TooLong(_)) => "name-too-long",
        NameWarning::Grandfathered(NameError::Digit(_)) => "name-digit",
        NameWarning::Grandfathered(NameError::Punctuation(_)) => "name-punctuation",
        NameWarning::Grandfathered(NameError::ForeignLetter(_)) => "name-foreign-letter",
        NameWarning::SingleWord => "name-single-word",
        NameWarning::Abbreviation(_) => "name-abbreviation",
        NameWarning::Title(_) => "name-title",
    }
}

/// The warning in words.
pub fn sentence(words: &Words, warning: &ResidentWarning) -> String {
    let arguments = arguments(warning);
    let borrowed: Vec<(&str, &str)> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.say(&format!("verify-warning-{}", code(warning)), &borrowed)
}

fn arguments(warning: &ResidentWarning) -> Vec<(&'static str, String)> {
    match warning {
        ResidentWarning::Nik(nik) => nik_arguments(nik),
        ResidentWarning::Kk(kk) => kk_arguments(kk),
        ResidentWarning::Name(name) => name_arguments(name),
        ResidentWarning::UnknownVillage(code) => vec![("code", code.to_string())],
        ResidentWarning::PostcodeDiffers { register, table } => {
            vec![("register", register.to_string()), ("table", table.clone())]
        }
        ResidentWarning::BornInFuture(date) => vec![("date", format_dmy(*date))],
        ResidentWarning::VeryOld(age) => vec![("age", age.to_string())],
        ResidentWarning::RelationDiffers { relation, marital_status } => {
            vec![("relation", relation.to_string()), ("status", marital_status.to_string())]
        }
        ResidentWarning::RelationOfOtherSex { relation, sex } => {
            vec![("relation", relation.to_string()), ("sex", sex.to_string())]
        }
    }
}

fn nik_arguments(warning: &NikWarning) -> Vec<(&'static str, String)> {
    match warning {
        NikWarning::Irregular(error) => match error {
            NikError::Digits(_) | NikError::SerialZero => Vec::new(),
            NikError::Day(found) | NikError::Month(found) => vec![("found", format!("{found:02}"))],
            NikError::NoSuchDay { day, month, year } => vec![("date", format!("{day:02}-{month:02}-{year:02}"))],
        },
        NikWarning::UnknownRegion { code } => vec![("code", code.clone())],
        NikWarning::DissolvedRegion { code, name, successor } => {
            let today = successor.clone().map(|successor| ("successor", successor));
            [("code", code.clone()), ("name", name.clone())].into_iter().chain(today).collect()
        }
        NikWarning::BirthDateDiffers { nik, register } => {
            let said = nik.map(|date| ("nik", format_dmy(date)));
            said.into_iter().chain([("register", format_dmy(*register))]).collect()
        }
        NikWarning::SexDiffers { nik, register } => vec![("nik", nik.to_string()), ("register", register.to_string())],
    }
}

fn kk_arguments(warning: &KkWarning) -> Vec<(&'static str, String)> {
    match warning {
        KkWarning::Irregular(error) => match error {
            KkError::Digits(_) | KkError::SerialZero => Vec::new(),
            KkError::Day(found) | KkError::Month(found) => vec![("found", format!("{found:02}"))],
            KkError::NoSuchDay { day, month, year } => vec![("date", format!("{day:02}-{month:02}-{year:02}"))],
        },
        KkWarning::UnknownRegion { code } => vec![("code", code.clone())],
    }
}

fn name_arguments(warning: &NameWarning) -> Vec<(&'static str, String)> {
    match warning {
        NameWarning::Grandfathered(error) => match error {
            NameError::Empty => Vec::new(),
            NameError::TooLong(count) => vec![("count", count.to_string())],
            NameError::Digit(sign) | NameError::Punctuation(sign) | NameError::ForeignLetter(sign) => {
                vec![("sign", sign.to_string())]
            }
        },
        NameWarning::SingleWord => Vec::new(),
        NameWarning::Abbreviation(word) | NameWarning::Title(word) => vec![("word", word.clone())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::{FamilyRelation, MaritalStatus, Sex};
    use crate::office::words::Language;
    use std::collections::BTreeSet;
    use time::macros::date;

    fn nik_errors() -> Vec<NikError> {
        let digits = "1".parse::<crate::domain::nik::Nik>().unwrap_err();
        vec![
            digits,
            NikError::Day(77),
            NikError::Month(13),
            NikError::NoSuchDay { day: 31, month: 4, year: 90 },
            NikError::SerialZero,
        ]
    }

    fn kk_errors() -> Vec<KkError> {
        let digits = "1".parse::<crate::domain::kk::Kk>().unwrap_err();
        vec![
            digits,
            KkError::Day(32),
            KkError::Month(13),
            KkError::NoSuchDay { day: 31, month: 4, year: 90 },
            KkError::SerialZero,
        ]
    }

    /// One of each kind, with values that are easy to find again in a sentence.
    fn every_kind() -> Vec<ResidentWarning> {
        let (name, code) = ("REGION".to_owned(), "999999".to_owned());
        let names = [
            NameError::Empty,
            NameError::TooLong(77),
            NameError::Digit('7'),
            NameError::Punctuation('#'),
            NameError::ForeignLetter('\u{e9}'),
        ];
        let mut all: Vec<ResidentWarning> = Vec::new();
        all.extend(nik_errors().into_iter().map(|error| NikWarning::Irregular(error).into()));
        all.extend(kk_errors().into_iter().map(|error| KkWarning::Irregular(error).into()));
        all.extend(names.map(|error| NameWarning::Grandfathered(error).into()));
        all.extend([
            NikWarning::UnknownRegion { code: code.clone() }.into(),
            NikWarning::DissolvedRegion { code: code.clone(), name: name.clone(), successor: None }.into(),
            NikWarning::DissolvedRegion { code: code.clone(), name, successor: Some("888888 TODAY".into()) }.into(),
            NikWarning::BirthDateDiffers { nik: None, register: date!(1990 - 08 - 17) }.into(),
            NikWarning::BirthDateDiffers { nik: Some(date!(1991 - 08 - 17)), register: date!(1990 - 08 - 17) }.into(),
            NikWarning::SexDiffers { nik: Sex::Male, register: Sex::Female }.into(),
            KkWarning::UnknownRegion { code }.into(),
            NameWarning::SingleWord.into(),
            NameWarning::Abbreviation("MOH".into()).into(),
            NameWarning::Title("HAJI".into()).into(),
            ResidentWarning::UnknownVillage("3303109999".parse().unwrap()),
            ResidentWarning::PostcodeDiffers { register: "53358".parse().unwrap(), table: "53359".into() },
            ResidentWarning::BornInFuture(date!(2099 - 08 - 17)),
            ResidentWarning::VeryOld(130),
            ResidentWarning::RelationDiffers { relation: FamilyRelation::Wife, marital_status: MaritalStatus::Single },
            ResidentWarning::RelationOfOtherSex { relation: FamilyRelation::Wife, sex: Sex::Male },
        ]);
        all
    }

    #[test]
    fn every_warning_has_a_code_and_a_sentence_of_its_own_with_all_its_values() {
        let all = every_kind();
        for language in Language::ALL {
            let words = Words::of(language);
            let said: BTreeSet<String> = all.iter().map(|warning| sentence(words, warning)).collect();
            assert_eq!(said.len(), all.len(), "two warnings say the same");
            for warning in &all {
                let sentence = sentence(words, warning);
                assert!(words.has(&format!("verify-warning-{}", code(warning))), "{}", code(warning));
                for (_, value) in arguments(warning) {
                    assert!(sentence.contains(&value), "{sentence} does not say {value}");
                }
                assert!(!sentence.contains('{'), "{sentence}");
            }
        }
    }
}
