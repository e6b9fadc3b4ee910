//! Defects with known answers, sown into sound rows.

use rekam_hal::{Eye, Finger};

use super::family::Families;
use super::{Defect, Rates, Row, address};
use crate::people::names::{MAX_NAME, lengthened};
use crate::people::{Dice, derive};

/// One lawful name of the full sixty characters in every register that is large enough for rarities.
pub(super) fn long_lawful_names(rows: &mut [Row], seed: u64) {
    let mut dice = Dice::new(seed, 0x85);
    if rows.len() < 150 {
        return;
    }
    let child = (0..rows.len()).find(|&i| rows[i].relation == 4 && rows[i].defect.is_none());
    if let Some(row) = child.and_then(|i| rows.get_mut(i)) {
        row.name = lengthened(&mut dice, &row.name, row.female(), MAX_NAME);
    }
}

/// Appends `count` second registrations of people who are already in the register, each under a NIK, card, address
/// and often a spelling of its own.
pub(super) fn double(rows: &mut Vec<Row>, count: usize, families: &mut Families<'_>, seed: u64) {
    let mut dice = Dice::new(seed, 0x82);
    // Old enough that the year of doubt below changes nothing at the desk.
    let of_age = |r: &Row| r.birthday().is_some_and(|b| b.age_on(families.today) >= 19);
    let fit = |r: &Row| r.defect.is_none() && r.nationality == 1 && r.name.len() < MAX_NAME && of_age(r);
    let mut candidates: Vec<usize> = (0..rows.len()).filter(|&i| fit(&rows[i])).collect();
    shuffle(&mut candidates, &mut dice);
    for &of in candidates.iter().cycle().take(if candidates.is_empty() { 0 } else { count }) {
        let first = rows[of].clone();
        let Some(birth) = first.birthday() else { continue };
        // Half of the doubles were born a year apart on paper, which is how they got past the search by data.
        let birth = if dice.chance(0.5) { birth.plus_years(dice.one_of([-1, 1])) } else { birth };
        let (code, town) = address::elsewhere(&mut dice);
        let home = families.home(birth.plus_years(20));
        let name = respelled(&mut dice, &first.name);
        let female = first.female();
        rows.push(
            Row {
                nik: families.issuer.nik(code, birth, female),
                birth_date: birth.to_string(),
                birthplace: if dice.chance(0.5) { town.to_owned() } else { first.birthplace.clone() },
                name,
                relation: 1,
                defect: Some(Defect::SecondNik),
                same_person_as: Some(of),
                ..first
            }
            .housed(&home),
        );
    }
    // Too few people to double: fill up with nobody's relatives.
    for missing in 0..count.saturating_sub(candidates.len().min(1) * count) {
        let mut extra = families.next(1, false);
        extra.iter_mut().for_each(|r| r.biometric_seed = derive(seed, 0x0b11_0000 + missing as u64));
        rows.extend(extra);
    }
}

/// Sows the other kinds.
pub(super) fn sow(rows: &mut [Row], rates: &Rates, count: usize, families: &mut Families<'_>, seed: u64) {
    let mut dice = Dice::new(seed, 0x83);
    let today = families.today;
    let originals: Vec<usize> = rows.iter().filter_map(|r| r.same_person_as).collect();
    let sound = |i: usize, r: &Row| {
        r.defect.is_none() && r.eligible(today) && r.nationality == 1 && r.name.len() < 55 && !originals.contains(&i)
    };
    let mut free: Vec<usize> = (0..rows.len()).filter(|&i| sound(i, &rows[i])).collect();
    shuffle(&mut free, &mut dice);
    for kind in 0..Defect::KINDS {
        for nth in 0..rates.rows(kind, count) {
            // A dead spouse would contradict the partner's "married".
            let unmarried = kind != Defect::Deceased.kind();
            let Some(at) = free.iter().position(|&i| unmarried || rows[i].marital != 2) else { break };
            if !inflict(rows, free[at], kind, nth, families, &mut dice) {
                break;
            }
            free.swap_remove(at);
        }
    }
}

/// Gives row `i` the defect of a kind; `false` for the kinds that are made elsewhere.
fn inflict(rows: &mut [Row], i: usize, kind: usize, nth: usize, families: &mut Families<'_>, dice: &mut Dice) -> bool {
    let Some(birth) = rows[i].birthday() else { return false };
    let female = rows[i].female();
    let region = rows[i].nik.get(..6).unwrap_or("000000").to_owned();
    let defect = match kind {
        0 => {
            let other = if dice.chance(0.5) { birth.plus_years(dice.one_of([-2, -1, 1])) } else { birth.plus(9) };
            renumber(rows, i, families.issuer.nik(&region, other, female));
            Defect::NikBirthDate
        }
        1 => {
            let (code, town) = address::dissolved(dice);
            rows[i].birthplace = town.to_owned();
            renumber(rows, i, families.issuer.nik(code, birth, female));
            Defect::OldRegionCode
        }
        2 => {
            renumber(rows, i, families.issuer.nik(&region, birth, !female));
            Defect::SexMismatch
        }
        4 => {
            rows[i].basic_status = 2;
            Defect::Deceased
        }
        5 => {
            rows[i].basic_status = 3;
            Defect::Moved
        }
        6 => {
            rows[i].card_status = 3;
            Defect::AlreadyRecorded
        }
        7 => Defect::ExpiredInvitation,
        8 => wrong(rows, i, nth, dice),
        9 => {
            let name = lengthened(dice, &rows[i].name, female, MAX_NAME + 8);
            rename(rows, i, name);
            Defect::NameTooLong
        }
        10 => {
            rows[i].missing_fingers = missing(dice, nth);
            rows[i].disability = 1;
            Defect::MissingFingers
        }
        11 => {
            rows[i].missing_eyes = Eye::ALL.to_vec();
            rows[i].disability = 2;
            Defect::Blind
        }
        12 => {
            rows[i].missing_eyes = vec![dice.one_of(Eye::ALL)];
            Defect::OneEye
        }
        _ => return false,
    };
    rows[i].defect = Some(defect);
    true
}

/// A wrong field; the truth goes into the defect.
fn wrong(rows: &mut [Row], i: usize, nth: usize, dice: &mut Dice) -> Defect {
    let (field, truth) = match nth % 4 {
        0 => {
            let truth = rows[i].name.clone();
            let name = misspelled(dice, &truth);
            rename(rows, i, name);
            ("NAMA_LGKP", truth)
        }
        1 => {
            let truth = rows[i].birthplace.clone();
            let town = (0..8).map(|_| address::elsewhere(dice).1).find(|town| *town != truth);
            rows[i].birthplace = town.unwrap_or("SABANG").to_owned();
            ("TMPT_LHR", truth)
        }
        2 => {
            let truth = rows[i].occupation;
            rows[i].occupation = if truth == 99 { 1 } else { 99 };
            ("JENIS_PKRJN", truth.to_string())
        }
        _ => {
            let truth = rows[i].education;
            rows[i].education = if truth > 1 { truth - 1 } else { 2 };
            ("PDDK_AKH", truth.to_string())
        }
    };
    Defect::WrongData { field: field.to_owned(), truth }
}

/// Mostly one to three fingers, the second case of a register none at all.
fn missing(dice: &mut Dice, nth: usize) -> Vec<Finger> {
    if nth == 1 {
        return Finger::ALL.to_vec();
    }
    let mut fingers = Finger::ALL.to_vec();
    shuffle(&mut fingers, dice);
    fingers.truncate(1 + dice.below(3));
    fingers.sort_unstable();
    fingers
}

/// One letter doubled, dropped or exchanged.
fn misspelled(dice: &mut Dice, name: &str) -> String {
    let vowels: Vec<usize> = name.bytes().enumerate().filter(|(_, b)| b"AEIOU".contains(b)).map(|(i, _)| i).collect();
    let Some(at) = dice.pick(&vowels) else { return format!("{name}H") };
    let old = &name[at..=at];
    let new = ["A", "E", "I", "O", "U"][("AEIOU".find(old).unwrap_or(0) + 1 + dice.below(4)) % 5];
    format!("{}{new}{}", &name[..at], &name[at + 1..])
}

/// As another clerk would have written it.
fn respelled(dice: &mut Dice, name: &str) -> String {
    match dice.below(4) {
        0 => name.to_owned(),
        1 => name.replace('U', "OE").chars().take(MAX_NAME).collect(),
        2 => name.split(' ').next().unwrap_or(name).to_owned() + " BIN CONTOH",
        _ => misspelled(dice, name),
    }
}

/// Changes a NIK everywhere it is referred to.
fn renumber(rows: &mut [Row], i: usize, nik: String) {
    let old = std::mem::replace(&mut rows[i].nik, nik.clone());
    for row in rows.iter_mut() {
        if row.mother_nik == old {
            row.mother_nik.clone_from(&nik);
        }
        if row.father_nik == old {
            row.father_nik.clone_from(&nik);
        }
    }
}

/// Changes a name everywhere it is referred to.
fn rename(rows: &mut [Row], i: usize, name: String) {
    let nik = rows[i].nik.clone();
    rows[i].name.clone_from(&name);
    for row in rows.iter_mut() {
        if row.mother_nik == nik {
            row.mother_name.clone_from(&name);
        }
        if row.father_nik == nik {
            row.father_name.clone_from(&name);
        }
    }
}

/// Fisher-Yates.
fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for last in (1..items.len()).rev() {
        items.swap(last, dice.below(last + 1));
    }
}
