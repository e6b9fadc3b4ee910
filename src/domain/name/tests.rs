//! The regulation's rules, one promise each.

use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> NameError {
    Name::parse(text, Source::Manual).unwrap_err()
}

#[test]
fn a_name_is_written_in_capitals_with_single_spaces() {
    let name = Name::parse("  siti \t nur  Aisyah\u{a0}", Source::Manual).unwrap();
    assert_eq!(&*name.value, "SITI NUR AISYAH");
    assert!(name.warnings.is_empty());
}

#[test]
fn sixty_characters_are_the_most() {
    let sixty = format!("{} {}", "A".repeat(29), "B".repeat(30));
    assert!(Name::parse(&sixty, Source::Manual).is_ok());
    assert_eq!(refused(&format!("{sixty}C")), NameError::TooLong(61));
}

#[test]
fn digits_punctuation_and_other_letters_are_refused_in_new_names() {
    assert_eq!(refused("BUDI 2"), NameError::Digit('2'));
    assert_eq!(refused("BUDI ٣"), NameError::Digit('٣'));
    assert_eq!(refused("MA'RUF AMIN"), NameError::Punctuation('\''));
    assert_eq!(refused("MUH. ALI"), NameError::Punctuation('.'));
    assert_eq!(refused("RENÉ DESCARTES"), NameError::ForeignLetter('É'));
    assert_eq!(refused("ИВАН"), NameError::ForeignLetter('И'));
    assert_eq!(refused(" \t\n"), NameError::Empty);
}

#[test]
fn names_from_before_the_rules_stay_valid() {
    let name = Name::parse("Ma'ruf", Source::Register).unwrap();
    assert_eq!(&*name.value, "MA'RUF");
    assert_eq!(name.warnings, [NameWarning::Grandfathered(NameError::Punctuation('\'')), NameWarning::SingleWord]);
    assert_eq!(Name::parse("", Source::Register), Err(NameError::Empty));
}

#[test]
fn advice_is_not_refusal() {
    let warnings = |text| Name::parse(text, Source::Manual).unwrap().warnings;
    assert_eq!(warnings("SUKARNO"), [NameWarning::SingleWord]);
    assert_eq!(warnings("MUH ALI"), [NameWarning::Abbreviation("MUH".into())]);
    assert_eq!(warnings("ACHMAD S"), [NameWarning::Abbreviation("S".into())]);
    assert_eq!(warnings("MHD YUSUF"), [NameWarning::Abbreviation("MHD".into())]);
    assert_eq!(warnings("DR ANDI WIJAYA"), [NameWarning::Title("DR".into())]);
    assert_eq!(warnings("I GUSTI NGURAH RAI").len(), 1, "the Balinese I is one letter and only a warning");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_what_is_read_stays(text in "\\PC{0,80}") {
        for source in [Source::Manual, Source::Register] {
            if let Ok(name) = Name::parse(&text, source) {
                let again = Name::parse(&name.value, source);
                prop_assert_eq!(again, Ok(name.clone()));
                let json = serde_json::to_string(&name.value).unwrap();
                prop_assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name.value);
            }
        }
    }

    #[test]
    fn letters_and_spaces_within_the_limit_are_never_refused(text in "[A-Za-z][A-Za-z ]{0,59}") {
        prop_assert!(Name::parse(&text, Source::Manual).is_ok());
    }

    #[test]
    fn the_register_accepts_whatever_manual_entry_accepts(text in "\\PC{1,70}") {
        if let Ok(manual) = Name::parse(&text, Source::Manual) {
            prop_assert_eq!(Name::parse(&text, Source::Register), Ok(manual));
        }
    }
}
