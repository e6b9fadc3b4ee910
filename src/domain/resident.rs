//! A resident as the register knows him or her: one row of the extract, typed.
//!
//! The station shows these data and never edits them: what is wrong becomes a correction request for the registry
//! office. So a row with irregular values is still a row; [`Resident::warnings`] names what an officer should look at.
//! Field names and lengths follow SIAK's columns.

use std::fmt;

use serde::{Deserialize, Serialize, de};
use thiserror::Error;
use time::Date;

use super::codes::{
    BasicStatus, BloodGroup, Disability, Education, FamilyRelation, MaritalStatus, Nationality, Occupation, Religion,
    Sex,
};
use super::dates::{age_at, format_dmy, iso, iso_option};
use super::digits::Digits;
use super::kk::{Kk, KkWarning};
use super::name::{Name, NameWarning};
use super::nik::{Nik, NikWarning};
use super::region::Regions;

/// A village's ten digits: district six, village four.
pub type VillageCode = Digits<10>;

/// Five digits.
pub type Postcode = Digits<5>;

/// Above this age (years) a row is more likely wrong than its holder that old.
const OLDEST: u16 = 115;

/// The number of a neighbourhood unit (RT) or group (RW), 0-999, written with three digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UnitNumber(u16);

impl UnitNumber {
    /// `None` above 999.
    pub const fn new(number: u16) -> Option<Self> {
        if number <= 999 { Some(Self(number)) } else { None }
    }

    /// Reads `3`, `03` or `003`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let right = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        right.then(|| text.parse().ok().and_then(Self::new)).flatten()
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for UnitNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl Serialize for UnitNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnitNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("an RT or RW is a number of one to three digits"))
    }
}

/// Academic and other titles, which are no part of the name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Titles {
    /// Gelar depan.
    pub before: Option<String>,
    /// Gelar belakang.
    pub after: Option<String>,
}

/// Where a resident lives.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Alamat: street and number, at most 120 characters.
    pub street: String,
    /// Rukun tetangga.
    pub rt: Option<UnitNumber>,
    /// Rukun warga.
    pub rw: Option<UnitNumber>,
    /// Dusun or lingkungan.
    pub hamlet: Option<String>,
    /// Desa or kelurahan.
    pub village: VillageCode,
    /// Kode pos as the register has it.
    pub postcode: Option<Postcode>,
}

impl Address {
    /// `003/012`, with `-` for what the register leaves empty.
    pub fn rt_rw(&self) -> String {
        let part = |unit: Option<UnitNumber>| unit.map_or_else(|| "-".to_owned(), |unit| unit.to_string());
        format!("{}/{}", part(self.rt), part(self.rw))
    }

    /// The six digits of the district.
    pub fn district_code(&self) -> &str {
        self.village.as_str().get(..6).unwrap_or_default()
    }
}

/// Protected wherever somebody might log it.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("village", &self.village).finish_non_exhaustive()
    }
}

/// One row of the register.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// The resident's number.
    pub nik: Nik,
    /// The family card's number.
    pub kk: Kk,
    /// Nama lengkap.
    pub name: Name,
    /// Gelar.
    #[serde(default)]
    pub titles: Titles,
    /// Tempat lahir, at most 60 characters.
    pub birthplace: String,
    /// Tanggal lahir.
    #[serde(with = "iso")]
    pub birth_date: Date,
    /// Jenis kelamin.
    pub sex: Sex,
    /// Golongan darah.
    pub blood_group: BloodGroup,
    /// Agama.
    pub religion: Religion,
    /// Status perkawinan as on the card.
    pub marital_status: MaritalStatus,
    /// Hubungan dalam keluarga.
    pub relation: FamilyRelation,
    /// Pendidikan terakhir.
    pub education: Education,
    /// Pekerjaan.
    pub occupation: Occupation,
    /// Protected: only for choosing the capture path.
    pub disability: Option<Disability>,
    /// Kewarganegaraan.
    pub nationality: Nationality,
    /// End of the permanent residence permit (ITAP) of a foreigner.
    #[serde(default, with = "iso_option")]
    pub itap_until: Option<Date>,
    /// Nama ibu kandung.
    pub mother_name: Option<Name>,
    /// Nama ayah.
    pub father_name: Option<Name>,
    /// Alamat.
    pub address: Address,
    /// Whether the row stands for somebody who lives here.
    pub status: BasicStatus,
}

/// Something in a register row that an officer should look at before going on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResidentWarning {
    /// In the NIK.
    #[error(transparent)]
    Nik(#[from] NikWarning),
    /// In the family card number.
    #[error(transparent)]
    Kk(#[from] KkWarning),
    /// In the resident's own name; parents' names are not judged.
    #[error(transparent)]
    Name(#[from] NameWarning),
    /// The village is not in the table.
    #[error("village {0} is not in the region table: check the table's edition, or ask for a correction")]
    UnknownVillage(VillageCode),
    /// The register's postcode is not the village's.
    #[error("the register has postcode {register}, the village has {table}: check the address with the resident")]
    PostcodeDiffers {
        /// In the row.
        register: Postcode,
        /// In the table.
        table: String,
    },
    /// Born after today.
    #[error("the birth date {} lies in the future: check the station's clock, then ask for a correction", format_dmy(*.0))]
    BornInFuture(Date),
    /// Older than people become.
    #[error("the register makes this person {0} years old: check the birth date with the resident")]
    VeryOld(u16),
    /// Husband or wife on the family card, single on the card, or the like.
    #[error("family relation {relation} does not go with {marital_status}: check both with the resident")]
    RelationDiffers {
        /// Hubungan dalam keluarga.
        relation: FamilyRelation,
        /// Status perkawinan.
        marital_status: MaritalStatus,
    },
    /// A husband who is a woman, or a wife who is a man.
    #[error("family relation {relation} does not go with {sex}: check both with the resident")]
    RelationOfOtherSex {
        /// Hubungan dalam keluarga.
        relation: FamilyRelation,
        /// Jenis kelamin.
        sex: Sex,
    },
}

impl Resident {
    /// Everything in this row that deserves a look, NIK first. None of it stops an enrollment.
    pub fn warnings(&self, today: Date, regions: &Regions) -> Vec<ResidentWarning> {
        let mut warnings: Vec<ResidentWarning> = Vec::new();
        warnings.extend(self.nik.flaws().map(|flaw| NikWarning::Irregular(flaw).into()));
        warnings.extend(self.nik.check_region(regions).map(ResidentWarning::from));
        let against = self.nik.check_against(self.birth_date, self.sex, today);
        warnings.extend(against.into_iter().map(ResidentWarning::from));
        warnings.extend(self.kk.flaws().map(|flaw| KkWarning::Irregular(flaw).into()));
        warnings.extend(self.kk.check_region(regions).map(ResidentWarning::from));
        warnings.extend(self.name.warnings().into_iter().map(ResidentWarning::from));
        warnings.extend(self.age_warning(today));
        warnings.extend(self.relation_warning());
        warnings.extend(self.address_warning(regions));
        warnings
    }

    /// Full years on a day; `None` before birth.
    pub fn age(&self, today: Date) -> Option<u16> {
        age_at(self.birth_date, today)
    }

    /// The name with its titles, as on the card: `DR. SITI AISYAH, S.H.`
    pub fn titled_name(&self) -> String {
        let before = self.titles.before.as_deref().map(|title| format!("{title} ")).unwrap_or_default();
        let after = self.titles.after.as_deref().map(|title| format!(", {title}")).unwrap_or_default();
        format!("{before}{}{after}", self.name)
    }

    fn age_warning(&self, today: Date) -> Option<ResidentWarning> {
        match self.age(today) {
            None => Some(ResidentWarning::BornInFuture(self.birth_date)),
            Some(age) if age > OLDEST => Some(ResidentWarning::VeryOld(age)),
            Some(_) => None,
        }
    }

    fn relation_warning(&self) -> Option<ResidentWarning> {
        let (relation, sex) = (self.relation, self.sex);
        match (relation, sex) {
            (FamilyRelation::Husband, Sex::Female) | (FamilyRelation::Wife, Sex::Male) => {
                Some(ResidentWarning::RelationOfOtherSex { relation, sex })
            }
            (FamilyRelation::Husband | FamilyRelation::Wife, _) if self.marital_status != MaritalStatus::Married => {
                Some(ResidentWarning::RelationDiffers { relation, marital_status: self.marital_status })
            }
            _ => None,
        }
    }

    fn address_warning(&self, regions: &Regions) -> Option<ResidentWarning> {
        let Some(table) = regions.postcode(self.address.village.as_str()) else {
            return Some(ResidentWarning::UnknownVillage(self.address.village));
        };
        let register = self.address.postcode.filter(|postcode| postcode.as_str() != table)?;
        Some(ResidentWarning::PostcodeDiffers { register, table: table.to_owned() })
    }
}

/// The masked NIK alone: a row must not slip into a log.
impl fmt::Debug for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resident").field("nik", &self.nik).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests;
