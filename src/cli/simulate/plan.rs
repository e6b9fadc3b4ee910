//! Who comes to the desk: a list that follows from the seed, with duplicates planted in known places.

use std::collections::BTreeSet;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rekam_simulator::people::register::{Defect, Row};

use super::{Options, without};
use crate::cli::error::CliError;
use crate::domain::eligibility::eligibility;
use crate::domain::resident::Resident;
use crate::domain::session::{Correction, Field, HitBy};
use crate::station::training::presenter::{Body, Folders};
use crate::station::training::{Training, elsewhere_nik};

/// One resident at the desk.
pub(super) struct Visit {
    /// Place in the day, from 0.
    pub(super) number: usize,
    /// The register's data.
    pub(super) resident: Resident,
    /// Whose body it is.
    pub(super) person: Body,
    /// What is wrong with the data, when they must be corrected first.
    pub(super) wrong: Option<Correction>,
    /// Whether the resident brought an invitation.
    pub(super) invited: bool,
    /// NIKs under which this person was recorded before; empty for somebody new.
    pub(super) same: BTreeSet<String>,
    /// How the duplicate must show itself: one of these is enough.
    pub(super) expected: BTreeSet<HitBy>,
}

/// The day.
pub(super) struct Day {
    /// Those who reach the desk.
    pub(super) visits: Vec<Visit>,
    /// Those who were sent home at the door.
    pub(super) refused: usize,
}

/// Makes the day's list.
pub(super) fn plan(training: &Training, folders: &Folders, options: &Options) -> Result<Day, CliError> {
    let count = options.residents as usize;
    let mut rows = Shuffled::new(training, options)?;
    let mut visits = match folders.people() {
        Some(people) => from_folders(folders, people, count, &mut rows)?,
        None => synthetic(training, count, &mut rows)?,
    };
    for visit in &mut visits {
        without::take(&mut visit.person, &options.without);
    }
    Ok(Day { refused: rows.refused, visits })
}

/// The register's rows in the order of the day.
struct Shuffled<'a> {
    rows: std::vec::IntoIter<&'a Row>,
    training: &'a Training,
    today: time::Date,
    known: BTreeSet<&'a str>,
    refused: usize,
}

impl<'a> Shuffled<'a> {
    fn new(training: &'a Training, options: &Options) -> Result<Self, CliError> {
        let mut rows: Vec<&Row> = training.rows.iter().collect();
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        for i in (1..rows.len()).rev() {
            rows.swap(i, ((u64::from(rng.next_u32()) * (i as u64 + 1)) >> 32) as usize);
        }
        let known = training.known_elsewhere().into_iter().map(|row| row.nik.as_str()).collect();
        Ok(Self { rows: rows.into_iter(), training, today: options.day(), known, refused: 0 })
    }

    /// The next resident who may be recorded and of whom nothing is planted. Those who may not are counted.
    fn next(&mut self, plain: bool) -> Result<(&'a Row, Resident), CliError> {
        loop {
            let Some(row) = self.rows.next() else {
                return Err(CliError::Usage("the register has too few residents; use fewer --residents".into()));
            };
            let planted = matches!(row.defect, Some(Defect::SecondNik | Defect::AlreadyRecorded))
                || self.known.contains(row.nik.as_str());
            let special = !row.missing_fingers.is_empty() || !row.missing_eyes.is_empty() || wrong_data(row).is_some();
            if planted || (plain && special) {
                continue;
            }
            let resident = lookup(self.training, row)?;
            if eligibility(&resident, self.today).may_enroll() {
                return Ok((row, resident));
            }
            self.refused += 1;
        }
    }

    /// The first row of the register that satisfies `wanted`, may be recorded, and is not known elsewhere.
    fn find(&self, wanted: impl Fn(&Row) -> bool) -> Result<Option<(&'a Row, Resident)>, CliError> {
        self.find_any(|row| wanted(row) && !self.known.contains(row.nik.as_str()))
    }

    fn find_any(&self, wanted: impl Fn(&Row) -> bool) -> Result<Option<(&'a Row, Resident)>, CliError> {
        for row in self.training.rows.iter().filter(|row| wanted(row)) {
            let resident = lookup(self.training, row)?;
            if eligibility(&resident, self.today).may_enroll() {
                return Ok(Some((row, resident)));
            }
        }
        Ok(None)
    }
}

fn lookup(training: &Training, row: &Row) -> Result<Resident, CliError> {
    let nik = row.nik.clone();
    let found = training.store.call(move |db| db.register_get(&nik))?;
    let body =
        found.ok_or_else(|| CliError::Usage("the training register is incomplete; use an empty --data-dir".into()))?;
    Ok(serde_json::from_str(&body.body)?)
}

/// Synthetic people. Planted, as far as the day is long enough: somebody recorded elsewhere under another NIK,
/// somebody whose NIK is on the list of those recorded, somebody who comes twice under two NIKs, one with wrong data,
/// one without some fingers, one without eyes.
fn synthetic(training: &Training, count: usize, rows: &mut Shuffled<'_>) -> Result<Vec<Visit>, CliError> {
    let mut visits: Vec<Visit> = Vec::new();
    let mut last: Vec<Visit> = Vec::new();
    if count >= 2 {
        if let Some(row) = training.known_elsewhere().first()
            && let Some((row, resident)) = rows.find_any(|other| other.nik == row.nik)?
        {
            visits.push(duplicate(
                row,
                resident,
                elsewhere_nik(&row.nik),
                [HitBy::Fingerprint, HitBy::Iris].into(),
                rows.today,
            ));
        }
        if let Some((row, resident)) = rows.find(|row| row.defect == Some(Defect::AlreadyRecorded))? {
            visits.push(duplicate(row, resident, row.nik.clone(), [HitBy::Nik].into(), rows.today));
        }
    }
    if count >= 4
        && let Some((second, resident)) = rows.find(|row| {
            let first = row.same_person_as.and_then(|index| training.rows.get(index));
            row.defect == Some(Defect::SecondNik)
                && first.is_some_and(|first| first.defect.is_none() && !rows.known.contains(first.nik.as_str()))
        })?
        && let Some(first) = second.same_person_as.and_then(|index| training.rows.get(index))
        && let Some((first, original)) = rows.find(|row| row.nik == first.nik)?
    {
        last.push(duplicate(second, resident, first.nik.clone(), [HitBy::Fingerprint, HitBy::Iris].into(), rows.today));
        visits.push(new_visit(first, original, rows.today));
    }
    let special: [fn(&Row) -> bool; 4] = [
        |row| wrong_data(row).is_some(),
        |row| !row.missing_fingers.is_empty() && row.missing_eyes.is_empty(),
        |row| row.missing_eyes.len() == 2,
        |row| row.missing_eyes.len() == 1,
    ];
    for wanted in special {
        let room = visits.len() + last.len() + 2 <= count;
        if room && let Some((row, resident)) = rows.find(wanted)? {
            visits.push(new_visit(row, resident, rows.today));
        }
    }
    let planted: BTreeSet<String> = visits.iter().map(|visit| visit.resident.nik.as_str().to_owned()).collect();
    while visits.len() + last.len() < count {
        let (row, resident) = rows.next(true)?;
        if !planted.contains(&row.nik) {
            visits.push(new_visit(row, resident, rows.today));
        }
    }
    visits.truncate(count - last.len());
    visits.extend(last);
    number(&mut visits);
    Ok(visits)
}

/// Real images: one person an identity; when more residents come than there are people, the earlier ones come again
/// under other NIKs.
fn from_folders(
    folders: &Folders,
    people: usize,
    count: usize,
    rows: &mut Shuffled<'_>,
) -> Result<Vec<Visit>, CliError> {
    let mut visits: Vec<Visit> = Vec::new();
    for number in 0..count {
        let (row, resident) = rows.next(true)?;
        let identity = number % people;
        let mut visit = new_visit(row, resident, rows.today);
        visit.person.identity = Some(identity);
        visit.person.missing_fingers = folders.missing_fingers();
        visit.person.missing_eyes = folders.missing_eyes(identity);
        visit.same = visits
            .iter()
            .filter(|earlier| earlier.person.identity == Some(identity))
            .map(|earlier| earlier.resident.nik.as_str().to_owned())
            .collect();
        if !visit.same.is_empty() {
            visit.expected = [HitBy::Fingerprint, HitBy::Iris, HitBy::Face].into();
        }
        visits.push(visit);
    }
    self::number(&mut visits);
    Ok(visits)
}

fn number(visits: &mut [Visit]) {
    visits.iter_mut().enumerate().for_each(|(number, visit)| visit.number = number);
}

fn new_visit(row: &Row, resident: Resident, today: time::Date) -> Visit {
    Visit {
        number: 0,
        wrong: wrong_data(row),
        invited: row.invitation.is_some() && row.defect != Some(Defect::ExpiredInvitation),
        same: BTreeSet::new(),
        expected: BTreeSet::new(),
        person: Body::of_row(row, today),
        resident,
    }
}

fn duplicate(row: &Row, resident: Resident, other: String, expected: BTreeSet<HitBy>, today: time::Date) -> Visit {
    Visit { same: [other].into(), expected, wrong: None, ..new_visit(row, resident, today) }
}

fn wrong_data(row: &Row) -> Option<Correction> {
    let Some(Defect::WrongData { field, truth }) = &row.defect else { return None };
    let (field, old) = match field.as_str() {
        "NAMA_LGKP" => (Field::Name, row.name.clone()),
        "TMPT_LHR" => (Field::BirthPlace, row.birthplace.clone()),
        "JENIS_PKRJN" => (Field::Occupation, row.occupation.to_string()),
        "PDDK_AKH" => (Field::Occupation, row.education.to_string()),
        _ => (Field::Address, row.address.clone()),
    };
    Some(Correction { field, old, new: truth.clone(), document: "AKTA KELAHIRAN".into() })
}
