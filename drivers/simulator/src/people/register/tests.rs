//! The laws of a register.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;

fn places() -> Vec<Place> {
    let village = |n: u32, district: &str, name: &str| Place {
        village_code: format!("{district}{}", 2000 + n),
        village: format!("DESA {n}"),
        district: name.to_owned(),
        regency: "KABUPATEN PURBALINGGA".to_owned(),
        province: "JAWA TENGAH".to_owned(),
        postcode: format!("5335{n}"),
    };
    vec![village(1, "330301", "KEMANGKON"), village(2, "330301", "KEMANGKON"), village(3, "330302", "BUKATEJA")]
}

fn today() -> Day {
    Day::new(2026, 11, 23).unwrap()
}

fn nik_date(nik: &str) -> (u32, u32, u32, bool) {
    let part = |a: usize, b: usize| nik[a..b].parse::<u32>().unwrap();
    let day = part(6, 8);
    (day % 40, part(8, 10), part(10, 12), day > 40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_register_keeps_its_laws(seed in any::<u64>(), count in 1usize..330) {
        let rows = generate(seed, count, &places(), today(), &Rates::default());
        prop_assert_eq!(rows.len(), count);
        prop_assert_eq!(rows.iter().map(|r| r.nik.as_str()).collect::<HashSet<_>>().len(), count);
        for row in &rows {
            prop_assert!(row.nik.len() == 16 && row.kk.len() == 16);
            prop_assert!(row.nik.bytes().chain(row.kk.bytes()).all(|b| b.is_ascii_digit()));
            prop_assert!((9001..=9999).contains(&row.nik[12..].parse::<u32>().unwrap()));
            prop_assert!((9001..=9999).contains(&row.kk[12..].parse::<u32>().unwrap()));
            let birth = row.birthday().unwrap();
            prop_assert!(birth <= today() && birth.age_on(today()) < 110);
            let (day, month, year, female) = nik_date(&row.nik);
            let same = (day, month, year) == (u32::from(birth.day()), u32::from(birth.month()), birth.year() as u32 % 100);
            prop_assert_eq!(same, row.defect != Some(Defect::NikBirthDate));
            prop_assert_eq!(female == row.female(), row.defect != Some(Defect::SexMismatch));
            prop_assert_eq!(row.name.len() > 60, row.defect == Some(Defect::NameTooLong));
            prop_assert!(row.rt.len() == 3 && row.rw.len() == 3 && row.postcode.len() == 5);
            prop_assert_eq!(row.nationality == 2, row.permit.is_some());
            prop_assert_eq!(&row.marker, MARKER);
        }
    }

    #[test]
    fn families_are_coherent(seed in any::<u64>()) {
        let rows = generate(seed, 260, &places(), today(), &Rates::default());
        let mut cards: HashMap<&str, Vec<&Row>> = HashMap::new();
        rows.iter().for_each(|r| cards.entry(&r.kk).or_default().push(r));
        let by_nik: HashMap<&str, &Row> = rows.iter().map(|r| (r.nik.as_str(), r)).collect();
        for members in cards.values() {
            prop_assert_eq!(members.iter().filter(|r| r.relation == 1).count(), 1);
            prop_assert!(members.iter().all(|r| r.address == members[0].address && r.village_code == members[0].village_code));
            if let Some(wife) = members.iter().find(|r| r.relation == 3) {
                let head = members.iter().find(|r| r.relation == 1).unwrap();
                prop_assert!(wife.marital == 2 && head.marital == 2 && wife.marriage_date == head.marriage_date);
            }
        }
        for child in &rows {
            for (nik, name, sex) in [(&child.mother_nik, &child.mother_name, 2), (&child.father_nik, &child.father_name, 1)] {
                prop_assert!(!name.is_empty());
                if let Some(parent) = by_nik.get(nik.as_str()) {
                    prop_assert_eq!((&parent.name, parent.sex), (name, sex));
                    // A second NIK may be dated a year off.
                    let least = if child.defect == Some(Defect::SecondNik) { 17 } else { 18 };
                    prop_assert!(parent.birthday().unwrap().age_on(child.birthday().unwrap()) >= least);
                }
            }
            if let Some(married) = child.marriage_date.as_ref().and_then(|d| d.parse::<Day>().ok()) {
                prop_assert!(child.birthday().unwrap().age_on(married) >= 14 && married <= today());
            }
        }
    }
}

#[test]
fn two_hundred_rows_hold_every_kind_of_defect_and_its_trace() {
    for seed in 0..8 {
        let rows = generate(seed, 200, &places(), today(), &Rates::default());
        let mut seen = [0; Defect::KINDS];
        for row in &rows {
            let Some(defect) = &row.defect else { continue };
            seen[defect.kind()] += 1;
            match defect {
                Defect::SecondNik => {
                    let first = &rows[row.same_person_as.unwrap()];
                    assert_eq!(first.biometric_seed, row.biometric_seed);
                    assert!(first.nik != row.nik && first.kk != row.kk && first.sex == row.sex);
                    assert!(row.eligible(today()) && first.eligible(today()));
                }
                Defect::Deceased => assert_eq!(row.basic_status, 2),
                Defect::Moved => assert_eq!(row.basic_status, 3),
                Defect::AlreadyRecorded => assert_eq!(row.card_status, 3),
                Defect::ExpiredInvitation => {
                    let letter = row.invitation.as_ref().unwrap();
                    assert!(letter.valid_until.parse::<Day>().unwrap() < today());
                }
                Defect::WrongData { field, truth } => assert!(COLUMNS.contains(&field.as_str()) && !truth.is_empty()),
                Defect::MissingFingers => assert!(!row.missing_fingers.is_empty()),
                Defect::Blind => assert_eq!(row.missing_eyes.len(), 2),
                Defect::OneEye => assert_eq!(row.missing_eyes.len(), 1),
                Defect::Twin => assert!(rows.iter().any(|o| o.nik != row.nik
                    && o.kk == row.kk
                    && o.birth_date == row.birth_date
                    && o.nik[..6] == row.nik[..6]
                    && o.biometric_seed != row.biometric_seed)),
                Defect::NikBirthDate | Defect::OldRegionCode | Defect::SexMismatch | Defect::NameTooLong => {}
            }
        }
        assert!(seen.iter().all(|n| *n > 0), "seed {seed}: {seen:?}");
        assert!(rows.iter().any(|r| r.name.len() == 60), "seed {seed}");
        assert!(rows.iter().any(|r| r.nationality == 2) && rows.iter().any(|r| r.marital == 4));
        let age = |r: &Row| r.birthday().unwrap().age_on(today());
        assert!(rows.iter().any(|r| r.marital == 2 && age(r) < 17), "seed {seed}");
    }
}

#[test]
fn without_rates_nothing_is_wrong_and_biometrics_are_everyones_own() {
    let rows = generate(5, 300, &places(), today(), &Rates::none());
    assert!(rows.iter().all(|r| r.defect.is_none() && r.same_person_as.is_none()));
    assert_eq!(rows.iter().map(|r| r.biometric_seed).collect::<HashSet<_>>().len(), 300);
}

#[test]
fn a_register_looks_like_a_district() {
    let rows = generate(1, 3000, &places(), today(), &Rates::default());
    let cards = rows.iter().map(|r| r.kk.as_str()).collect::<HashSet<_>>().len();
    let per_card = rows.len() as f32 / cards as f32;
    assert!((2.8..3.4).contains(&per_card), "{per_card}");
    let share = |keep: &dyn Fn(&Row) -> bool| rows.iter().filter(|r| keep(r)).count() as f32 / rows.len() as f32;
    let moved = share(&|r| !["330301", "330302"].contains(&&r.nik[..6]) || r.nik[..6] != r.village_code[..6]);
    assert!((0.10..0.22).contains(&moved), "{moved}");
    let age = |r: &Row| r.birthday().unwrap().age_on(today());
    let teens = share(&|r| (16..=17).contains(&age(r)));
    assert!((0.06..0.2).contains(&teens), "{teens}");
    let women = share(&Row::female);
    assert!((0.45..0.56).contains(&women), "{women}");
    let single_names = share(&|r| !r.name.contains(' '));
    assert!((0.01..0.25).contains(&single_names), "{single_names}");
    assert!(rows.iter().filter(|r| !r.name.contains(' ')).all(|r| age(r) > 30));
}

#[test]
fn equal_seeds_give_equal_registers_and_no_place_gives_nobody() {
    let make = |seed| generate(seed, 80, &places(), today(), &Rates::default());
    assert_eq!(make(3), make(3));
    assert_ne!(make(3), make(4));
    assert!(generate(3, 80, &[], today(), &Rates::default()).is_empty());
}

#[test]
fn the_extract_has_one_line_per_row_and_no_biometric_word() {
    let rows = generate(2, 220, &places(), today(), &Rates::default());
    let text = to_csv(&rows);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), rows.len() + 1);
    assert_eq!(lines[0].split(',').count(), COLUMNS.len());
    let quoted_commas = |line: &str| line.split('"').skip(1).step_by(2).map(|q| q.matches(',').count()).sum::<usize>();
    assert!(lines.iter().all(|l| l.matches(',').count() - quoted_commas(l) == COLUMNS.len() - 1));
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(cells[0], rows[0].nik);
    assert_eq!(cells[4], rows[0].birthday().unwrap().indonesian());
    assert!(!text.contains(&rows[0].biometric_seed.to_string()));
    assert!(lines[1..].iter().all(|l| l.ends_with(MARKER)));
}
