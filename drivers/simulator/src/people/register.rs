//! A synthetic population register as a district would load it, with known defects.
//!
//! Rows come in families, because most rules of the register are rules between rows (parents older than children, one
//! head per family card, names handed on). A share of the rows carries a defect of a known kind, so that a program
//! can be asked whether it noticed. Serials of NIK and family card run from 9001 to 9999, which population offices
//! practically never reach for one district and day, and every row says `CONTOH`.
//!
//! Codes are those of the population administration (SIAK, forms F-1.01/F-1.02); dates in rows are `YYYY-MM-DD`.

mod address;
mod csv;
pub mod day;
mod defects;
mod family;
mod numbers;
#[cfg(test)]
mod tests;

use rekam_hal::{Eye, Finger};
use serde::{Deserialize, Serialize};

pub use self::csv::{COLUMNS, to_csv};
pub use self::day::Day;
use self::family::Families;
use super::{Dice, derive};

/// What every row is marked with.
pub const MARKER: &str = "CONTOH";

/// A village people live in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Ten digits: province, regency, district (two each), village (four).
    pub village_code: String,
    /// Village name.
    pub village: String,
    /// District (kecamatan).
    pub district: String,
    /// Regency or city, with its kind in front ("KABUPATEN ...", "KOTA ...").
    pub regency: String,
    /// Province.
    pub province: String,
    /// Five digits.
    pub postcode: String,
}

/// Stay permit and passport of a foreign resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    /// Country of nationality.
    pub country: String,
    /// Passport number.
    pub passport: String,
    /// Number of the permanent stay permit (ITAP).
    pub itap: String,
    /// Last day of the permit, `YYYY-MM-DD`.
    pub valid_until: String,
}

/// The letter that calls a resident to the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Number on the letter: `<region6>-U-<yyyymmdd>-<seq4>`.
    pub number: String,
    /// Day the resident is called for, `YYYY-MM-DD`.
    pub date: String,
    /// Begin of the hour, `HH:MM`.
    pub time: String,
    /// Last day the letter is accepted, `YYYY-MM-DD`.
    pub valid_until: String,
}

/// What is wrong with a row, or special about its person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// The date in the NIK is not the birth date.
    NikBirthDate,
    /// The NIK begins with a district code that no longer exists.
    OldRegionCode,
    /// The NIK says the other sex.
    SexMismatch,
    /// A second NIK of the person in row [`Row::same_person_as`].
    SecondNik,
    /// Recorded as dead.
    Deceased,
    /// Recorded as moved away.
    Moved,
    /// The card has been recorded before.
    AlreadyRecorded,
    /// The invitation's time is over.
    ExpiredInvitation,
    /// A field is wrong; the resident knows better and must come again after its correction.
    WrongData {
        /// SIAK word of the field.
        field: String,
        /// What it should say, in the form of the CSV.
        truth: String,
    },
    /// The name has more than 60 characters.
    NameTooLong,
    /// Fingers are missing: see [`Row::missing_fingers`].
    MissingFingers,
    /// Neither eye can be captured.
    Blind,
    /// One eye can not be captured.
    OneEye,
    /// One of twins.
    Twin,
}

impl Defect {
    /// Number of kinds.
    pub const KINDS: usize = 14;

    /// Index of the kind, 0..[`Defect::KINDS`].
    pub fn kind(&self) -> usize {
        match self {
            Self::NikBirthDate => 0,
            Self::OldRegionCode => 1,
            Self::SexMismatch => 2,
            Self::SecondNik => 3,
            Self::Deceased => 4,
            Self::Moved => 5,
            Self::AlreadyRecorded => 6,
            Self::ExpiredInvitation => 7,
            Self::WrongData { .. } => 8,
            Self::NameTooLong => 9,
            Self::MissingFingers => 10,
            Self::Blind => 11,
            Self::OneEye => 12,
            Self::Twin => 13,
        }
    }
}

/// How often each kind of defect occurs, as a share of all rows (0..=0.05), in the order of [`Defect::kind`].
///
/// From 200 rows on each kind with a share above 0 occurs at least once.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates(pub [f32; Defect::KINDS]);

impl Default for Rates {
    /// 1 % of each; 2 % of second NIK and wrong data, which are the work of the desk.
    fn default() -> Self {
        let mut rates = [0.01; Defect::KINDS];
        rates[Defect::SecondNik.kind()] = 0.02;
        rates[8] = 0.02;
        Self(rates)
    }
}

impl Rates {
    /// A register without any defect.
    pub fn none() -> Self {
        Self([0.0; Defect::KINDS])
    }

    /// Rows of a kind among `count`.
    fn rows(&self, kind: usize, count: usize) -> usize {
        let share = self.0.get(kind).copied().unwrap_or(0.0).clamp(0.0, 0.05);
        let rows = (share * count as f32).round() as usize;
        if share > 0.0 && count >= 200 { rows.max(1) } else { rows }
    }
}

/// One resident. Codes are those of the population administration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Sixteen digits, unique.
    pub nik: String,
    /// Family card number, sixteen digits.
    pub kk: String,
    /// Upper case, without titles.
    pub name: String,
    /// Titles before the name, or empty.
    pub title_before: String,
    /// Titles after the name, or empty.
    pub title_after: String,
    /// Regency or city of birth without its kind; abroad "TOWN, COUNTRY".
    pub birthplace: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// 1 male, 2 female.
    pub sex: u8,
    /// 1 A, 2 B, 3 AB, 4 O, 5..=12 with rhesus, 13 unknown.
    pub blood: u8,
    /// 1 Islam .. 7 belief in the one God.
    pub religion: u8,
    /// 1 single, 2 married, 3 divorced, 4 widowed.
    pub marital: u8,
    /// Relation to the head of the family: 1 head, 3 wife, 4 child ...
    pub relation: u8,
    /// 1 none .. 10 doctorate.
    pub education: u8,
    /// 1..=99 (list of 2019).
    pub occupation: u8,
    /// 0 none, 1 physical, 2 blind ...
    pub disability: u8,
    /// 1 Indonesian, 2 foreign.
    pub nationality: u8,
    /// Stay permit of a foreigner.
    pub permit: Option<Permit>,
    /// Day of the last marriage, `YYYY-MM-DD`.
    pub marriage_date: Option<String>,
    /// Mother's name.
    pub mother_name: String,
    /// Mother's NIK, or empty when the register has none.
    pub mother_nik: String,
    /// Father's name.
    pub father_name: String,
    /// Father's NIK, or empty.
    pub father_nik: String,
    /// Street and number.
    pub address: String,
    /// Three digits.
    pub rt: String,
    /// Three digits.
    pub rw: String,
    /// Hamlet, or empty.
    pub hamlet: String,
    /// Where the person lives: see [`Place`].
    pub village_code: String,
    /// Village.
    pub village: String,
    /// District.
    pub district: String,
    /// Regency or city.
    pub regency: String,
    /// Province.
    pub province: String,
    /// Five digits.
    pub postcode: String,
    /// 1 alive, 2 dead, 3 moved.
    pub basic_status: u8,
    /// 1 not obliged, 2 not recorded, 3 recorded.
    pub card_status: u8,
    /// The letter, for those who are to be recorded.
    pub invitation: Option<Invitation>,
    /// The known answer.
    pub defect: Option<Defect>,
    /// Index of the row of the same person under another NIK; its [`Row::biometric_seed`] is equal.
    pub same_person_as: Option<usize>,
    /// From which fingers, eyes, face and signature of the person are made.
    pub biometric_seed: u64,
    /// Fingers the person does not have.
    pub missing_fingers: Vec<Finger>,
    /// Eyes that can not be captured.
    pub missing_eyes: Vec<Eye>,
    /// [`MARKER`], always.
    pub marker: String,
}

impl Row {
    /// Whether the law lets the person be recorded on `today`: alive and resident, and 16 or older, or married or
    /// ever married (16-year-olds early; the card itself comes at 17).
    pub fn eligible(&self, today: Day) -> bool {
        let of_age = self.birthday().is_some_and(|b| b.age_on(today) >= 16);
        self.basic_status == 1 && (of_age || self.marital != 1)
    }

    /// The birth date of the register.
    pub fn birthday(&self) -> Option<Day> {
        self.birth_date.parse().ok()
    }

    /// A woman (codes know no third value).
    pub fn female(&self) -> bool {
        self.sex == 2
    }
}

/// `count` residents of `places` as known on `today`. Without places there is nobody.
///
/// Equal arguments give equal rows everywhere; only whole numbers and one table of random bits are involved.
pub fn generate(seed: u64, count: usize, places: &[Place], today: Day, rates: &Rates) -> Vec<Row> {
    if places.is_empty() || count == 0 {
        return Vec::new();
    }
    let doubles = rates.rows(Defect::SecondNik.kind(), count).min(count / 3);
    let twins = rates.rows(Defect::Twin.kind(), count).div_ceil(2);
    let mut families = Families::new(seed, places, today);
    let mut rows = Vec::with_capacity(count);
    while rows.len() < count - doubles {
        let room = count - doubles - rows.len();
        let with_twins = families.twins < twins;
        rows.extend(families.next(room, with_twins));
    }
    for (index, row) in rows.iter_mut().enumerate() {
        row.biometric_seed = derive(seed, 0x0b10_0000 + index as u64);
    }
    defects::long_lawful_names(&mut rows, seed);
    defects::double(&mut rows, doubles, &mut families, seed);
    defects::sow(&mut rows, rates, count, &mut families, seed);
    invite(&mut rows, today, seed);
    rows
}

/// Card status and letters: forty people a morning hour by hour from the next working day on.
fn invite(rows: &mut [Row], today: Day, seed: u64) {
    let mut dice = Dice::new(seed, 0x84);
    let mut called = 0u32;
    for row in rows.iter_mut() {
        if row.card_status == 3 {
            continue;
        }
        row.card_status = if row.eligible(today) { 2 } else { 1 };
        if !row.eligible(today) {
            continue;
        }
        let expired = row.defect == Some(Defect::ExpiredInvitation);
        let day = if expired { today.plus(-(35 + dice.below(60) as i64)) } else { today.plus(i64::from(called / 200)) };
        called += 1;
        let compact = day.to_string().replace('-', "");
        row.invitation = Some(Invitation {
            number: format!("{}-U-{compact}-{:04}", row.village_code.get(..6).unwrap_or("000000"), called % 10_000),
            date: day.to_string(),
            time: format!("{:02}:00", 8 + called / 40 % 6),
            valid_until: day.plus(14).to_string(),
        });
    }
}
