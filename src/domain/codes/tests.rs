//! The lists against facts that do not come from the lists themselves.

use std::collections::HashSet;

use super::*;

macro_rules! laws {
    ($($name:ident $count:literal)+) => {$(
        assert_eq!($name::ALL.len(), $count, stringify!($name));
        let texts: HashSet<&str> = $name::ALL.iter().map(|entry| entry.text()).collect();
        assert_eq!(texts.len(), $count, "two codes of {} read alike", stringify!($name));
        assert!($name::ALL.is_sorted());
        let known: Vec<u8> = $name::ALL.iter().map(|entry| entry.code()).collect();
        for code in 0..=u8::MAX {
            assert_eq!($name::from_code(code).is_ok(), known.contains(&code), "{} {code}", stringify!($name));
        }
        for entry in $name::ALL {
            assert_eq!($name::from_code(entry.code()), Ok(*entry));
            assert_eq!($name::from_text(&format!(" {} ", entry.text().to_lowercase())), Some(*entry));
            assert_eq!(entry.text(), entry.text().to_uppercase());
            assert_eq!(serde_json::from_str::<$name>(&serde_json::to_string(entry).unwrap()).unwrap(), *entry);
        }
    )+};
}

#[test]
fn every_list_is_complete_and_reads_back_what_it_writes() {
    laws! {
        Sex 2 BloodGroup 13 Religion 7 MaritalStatus 4 MaritalStatusF101 6 FamilyRelation 11 Education 10 Disability 6
        Nationality 3 BasicStatus 6
    }
}

#[test]
fn codes_are_the_registers_and_not_our_own_numbering() {
    assert_eq!(BasicStatus::Departed.code(), 6);
    assert_eq!(BasicStatus::from_code(5), Err(UnknownCode { list: "status dasar", code: 5 }));
    assert_eq!(serde_json::to_string(&Religion::Belief).unwrap(), "7");
    assert!(serde_json::from_str::<Religion>("8").is_err());
    assert_eq!(BloodGroup::Unknown.printed(), "-");
    assert_eq!(BloodGroup::AbNegative.printed(), "AB-");
}

#[test]
fn a_divorce_of_the_form_is_not_a_death_on_the_card() {
    let form = MaritalStatusF101::from_code(4).unwrap();
    let card = MaritalStatus::from_code(4).unwrap();
    assert_eq!(form.on_card(), MaritalStatus::Divorced);
    assert_eq!(card, MaritalStatus::Widowed);
    assert!(MaritalStatusF101::ALL.iter().all(|s| s.on_card().ever_married() == (*s != MaritalStatusF101::Single)));
}

#[test]
fn no_disability_is_no_entry() {
    assert_eq!(Disability::from_register(None), Ok(None));
    assert_eq!(Disability::from_register(Some(7)), Ok(None));
    assert_eq!(Disability::from_register(Some(2)), Ok(Some(Disability::Sight)));
    assert!(Disability::from_register(Some(8)).is_err());
}

#[test]
fn the_ninety_nine_occupations_stand_at_their_numbers() {
    let known = [(1, "BELUM/TIDAK BEKERJA"), (5, "PEGAWAI NEGERI SIPIL"), (44, "WARTAWAN"), (65, "GURU")];
    let tail = [(88, "WIRASWASTA"), (89, "ANGGOTA LEMBAGA TINGGI"), (91, "ATLIT"), (99, "LAINNYA")];
    for (code, text) in known.into_iter().chain(tail) {
        assert_eq!(Occupation::from_code(code).unwrap().text(), text);
    }
    assert_eq!(Occupation::all().count(), 99);
    assert_eq!(Occupation::all().map(Occupation::text).collect::<HashSet<_>>().len(), 99);
    for code in [0, 100, u8::MAX] {
        assert_eq!(Occupation::from_code(code), Err(UnknownCode { list: "pekerjaan", code }));
        assert!(serde_json::from_str::<Occupation>(&code.to_string()).is_err());
    }
    assert!(Occupation::all().all(|o| Occupation::from_text(o.text()) == Some(o)));
}
