//! The laws of the number, and vectors on which the public libraries agree.

use proptest::prelude::*;
use time::macros::date;

use super::*;

const TODAY: Date = date!(2026 - 03 - 10);

fn typed(text: &str) -> Result<Checked<Nik, NikWarning>, NikError> {
    Nik::parse(text, Source::Manual)
}

fn stored(text: &str) -> Nik {
    text.parse().unwrap()
}

#[test]
fn a_good_nik_is_read_whole() {
    let checked = typed("3303105708909001").unwrap();
    let nik = checked.value;
    assert!(checked.warnings.is_empty());
    assert_eq!((nik.region(), nik.serial(), nik.sex()), ("330310", "9001", Some(Sex::Female)));
    assert_eq!(nik.birth_date(TODAY), Some(date!(1990 - 08 - 17)));
    assert_eq!(stored("3303101708909001").sex(), Some(Sex::Male));
}

#[test]
fn separators_that_people_write_are_dropped() {
    for text in ["3303 1057 0890 9001", " 330310.570890.9001\t", "330310-570890-9001", "330310\u{a0}5708909001"] {
        assert_eq!(typed(text).map(Checked::into_value), Ok(stored("3303105708909001")), "{text}");
    }
    assert!("3303 1057 0890 9001".parse::<Nik>().is_err(), "what the program wrote has no separators");
}

#[test]
fn a_short_nik_is_refused() {
    let error = typed("330310570890900").unwrap_err();
    assert_eq!(error, NikError::Digits(DigitsError::WrongLength { found: 15, expected: 16 }));
    assert!(typed("33031057089090011").is_err());
    assert!(typed("").is_err());
}

#[test]
fn digits_of_other_scripts_are_refused_by_typing_and_by_the_register() {
    for text in ["330310570890900١", "３303105708909001", "330310570890900²", "33031057089090O1"] {
        for source in [Source::Manual, Source::Register] {
            let refused = matches!(Nik::parse(text, source), Err(NikError::Digits(DigitsError::NotADigit { .. })));
            assert!(refused, "{text}");
        }
    }
}

#[test]
fn what_cannot_have_been_issued_is_refused_when_typed_and_kept_when_registered() {
    let table = [
        ("3303100008909001", NikError::Day(0)),
        ("3303103208909001", NikError::Day(32)),
        ("3303104008909001", NikError::Day(40)),
        ("3303107208909001", NikError::Day(72)),
        ("3303108108909001", NikError::Day(81)),
        ("3303109908909001", NikError::Day(99)),
        ("3303101700909001", NikError::Month(0)),
        ("3303101713909001", NikError::Month(13)),
        ("3303103104909001", NikError::NoSuchDay { day: 31, month: 4, year: 90 }),
        ("3303107002909001", NikError::NoSuchDay { day: 30, month: 2, year: 90 }),
        ("3303106902019001", NikError::NoSuchDay { day: 29, month: 2, year: 1 }),
        ("3303101708900000", NikError::SerialZero),
        ("3303103213900000", NikError::Day(32)),
    ];
    for (text, error) in table {
        assert_eq!(typed(text), Err(error), "{text}");
        let kept = Nik::parse(text, Source::Register).unwrap();
        assert_eq!((kept.value.as_str(), kept.warnings.as_slice()), (text, [NikWarning::Irregular(error)].as_slice()));
    }
}

#[test]
fn the_leap_day_of_one_century_suffices() {
    assert!(typed("3303102902009001").is_ok(), "1900 had no such day, 2000 had");
    assert_eq!(stored("3303102902009001").birth_date(TODAY), Some(date!(2000 - 02 - 29)));
    assert_eq!(stored("3303102902009001").birth_date(date!(2010 - 01 - 01)), Some(date!(2000 - 02 - 29)));
    assert_eq!(stored("3303102902009001").birth_date(date!(1999 - 01 - 01)), None);
    assert_eq!(stored("3303102902009001").birth_date(date!(2000 - 01 - 15)), None, "nobody is born tomorrow");
}

#[test]
fn the_century_is_the_one_that_gives_sixteen_to_a_hundred_and_fifteen() {
    let born = |date: &str| stored(&format!("330310{date}9001")).birth_date(TODAY);
    assert_eq!(born("100310"), Some(date!(2010 - 03 - 10)), "sixteen today");
    assert_eq!(born("110310"), Some(date!(1910 - 03 - 11)), "fifteen or a hundred and fifteen");
    assert_eq!(born("010199"), Some(date!(1999 - 01 - 01)));
    assert_eq!(born("321399"), None);
}

#[test]
fn disagreement_with_the_register_is_shown_and_never_refused() {
    let nik = stored("3303105708909001");
    let birth = date!(1990 - 08 - 17);
    assert_eq!(nik.check_against(birth, Sex::Female, TODAY), []);
    assert_eq!(nik.check_against(date!(1890 - 08 - 17), Sex::Female, TODAY), [], "the century is the register's");
    assert_eq!(
        nik.check_against(birth, Sex::Male, TODAY),
        [NikWarning::SexDiffers { nik: Sex::Female, register: Sex::Male }]
    );
    let register = date!(1991 - 08 - 17);
    assert_eq!(
        nik.check_against(register, Sex::Female, TODAY),
        [NikWarning::BirthDateDiffers { nik: Some(birth), register }]
    );
    assert_eq!(
        stored("3303108108909001").check_against(birth, Sex::Female, TODAY),
        [NikWarning::BirthDateDiffers { nik: None, register: birth }],
        "day 81 tells no sex"
    );
}

#[test]
fn regions_that_are_gone_or_unknown_only_warn() {
    let regions = Regions::embedded();
    let check = |text: &str| Nik::parse_in(text, Source::Manual, regions).unwrap().warnings;
    assert_eq!(check("3303105708909001"), []);
    for current in ["650101", "930101", "950101", "960101"] {
        assert_eq!(check(&format!("{current}1708909001")), [], "{current}");
    }
    let [NikWarning::DissolvedRegion { name, successor: Some(successor), .. }] = &check("9101011708909001")[..] else {
        panic!("9101 was Merauke in Papua")
    };
    assert_eq!((name.as_str(), successor.as_str()), ("MERAUKE", "930101 Merauke"));
    let [NikWarning::DissolvedRegion { successor: Some(successor), .. }] = &check("9471010101909001")[..] else {
        panic!("9471 was Jayapura")
    };
    assert_eq!(successor, "9171 Kota Jayapura");
    for unknown in ["330200", "990101", "000000"] {
        let warnings = check(&format!("{unknown}1708909001"));
        assert_eq!(warnings, [NikWarning::UnknownRegion { code: unknown.into() }], "{unknown}");
    }
}

#[test]
fn the_log_never_sees_the_whole_number() {
    let nik = stored("3273015708900001");
    assert_eq!(format!("{nik:?} {}", nik.masked()), "327301******0001 327301******0001");
    assert_eq!(format!("{nik} {nik:>18}"), "3273015708900001   3273015708900001");
}

#[test]
fn messages_name_the_cause_and_the_next_action() {
    let messages = [
        NikError::Day(32).to_string(),
        NikError::from(DigitsError::WrongLength { found: 15, expected: 16 }).to_string(),
        NikWarning::BirthDateDiffers { nik: None, register: date!(1990 - 08 - 17) }.to_string(),
        NikWarning::DissolvedRegion { code: "910101".into(), name: "MERAUKE".into(), successor: None }.to_string(),
    ];
    assert_eq!(
        messages,
        [
            "digits 7-8 of the NIK are 32, and a day of birth is 01-31, for women 41-71: compare with the paper",
            "this is not a NIK: 15 digits instead of 16: compare with the paper and type all of them",
            "the NIK says born on no possible day, the register says 17-08-1990: show both, the register counts",
            "region 910101 (MERAUKE) of the NIK has been dissolved: the NIK stays valid",
        ]
    );
}

proptest! {
    #[test]
    fn sixteen_digits_either_parse_or_have_one_error(text in "[0-9]{16}") {
        let kept = Nik::parse(&text, Source::Register).unwrap();
        match typed(&text) {
            Ok(checked) => {
                prop_assert_eq!(&checked.warnings, &[]);
                prop_assert_eq!(checked, kept);
            }
            Err(error) => prop_assert_eq!(kept.warnings, [NikWarning::Irregular(error)]),
        }
    }

    #[test]
    fn what_is_written_is_read_back(text in "[0-9]{16}") {
        let nik = stored(&text);
        prop_assert_eq!(nik.to_string(), text.clone());
        prop_assert_eq!(typed(&text).is_ok(), nik.flaws().is_none());
        let json = serde_json::to_string(&nik).unwrap();
        prop_assert_eq!(&json, &format!("\"{text}\""));
        prop_assert_eq!(serde_json::from_str::<Nik>(&json).unwrap(), nik);
    }

    #[test]
    fn a_persons_nik_agrees_with_that_person(
        day in date!(1911 - 03 - 11).to_julian_day()..date!(2010 - 03 - 11).to_julian_day(),
        female: bool,
        serial in 1_u16..=9999,
    ) {
        let birth = Date::from_julian_day(day).unwrap();
        let sex = if female { Sex::Female } else { Sex::Male };
        let day = birth.day() + if female { 40 } else { 0 };
        let text = format!("330310{day:02}{:02}{:02}{serial:04}", birth.month() as u8, birth.year() % 100);
        let nik = typed(&text).unwrap().value;
        prop_assert_eq!(nik.check_against(birth, sex, TODAY), []);
        prop_assert_eq!((nik.sex(), nik.birth_date(TODAY)), (Some(sex), Some(birth)));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,24}", today in -700_000_i32..700_000) {
        let _ = typed(&text).is_ok();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        prop_assert_eq!(text.parse::<Nik>().is_ok(), digits && text.len() == 16);
        let today = Date::from_julian_day(TODAY.to_julian_day() + today).unwrap();
        let _ = stored("3303102902009001").birth_date(today);
    }

    #[test]
    fn one_stray_character_is_always_found(text in "[0-9]{15}", at in 0_usize..=15, stray in "[^0-9 .\\-\t\u{a0}]") {
        let mut bad = text.clone();
        bad.insert_str(at, &stray);
        let expected = DigitsError::NotADigit { position: at + 1, character: stray.chars().next().unwrap() };
        prop_assert_eq!(typed(&bad), Err(NikError::Digits(expected)));
    }
}
