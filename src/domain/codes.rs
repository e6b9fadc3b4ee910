//! The code lists of the population administration, as the card and the forms write them.
//!
//! Codes and wordings: SIAK's columns and form F-1.01 (Permendagri 109/2019). The numbers are what the register and
//! the batch carry; the words are what people read. A code that is not in a list is refused: silently taking it for
//! "other" would print a wrong card.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub mod occupation;

pub use occupation::Occupation;

/// The edition that all lists here follow; older editions have other numbers for the same words.
pub const LIST_VERSION: &str = "Permendagri 109/2019";

/// A code that its list does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "code {code} is not in the list \"{list}\" of {LIST_VERSION}: the register extract follows another edition or is damaged"
)]
pub struct UnknownCode {
    /// The list's Indonesian name.
    pub list: &'static str,
    /// What was found.
    pub code: u8,
}

macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident, $list:literal { $($(#[$item:meta])* $variant:ident = $code:literal $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "u8", try_from = "u8")]
        pub enum $name {
            $($(#[$item])* #[doc = $text] $variant,)+
        }

        impl $name {
            /// Every entry, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The register's code.
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The entry of a code.
            pub const fn from_code(code: u8) -> Result<Self, UnknownCode> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(UnknownCode { list: $list, code }),
                }
            }

            /// The Indonesian wording, in capitals.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The entry of a wording; capitals and outer spaces do not matter.
            pub fn from_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|entry| entry.text().eq_ignore_ascii_case(text.trim()))
            }
        }

        impl From<$name> for u8 {
            fn from(entry: $name) -> u8 {
                entry.code()
            }
        }

        impl TryFrom<u8> for $name {
            type Error = UnknownCode;

            fn try_from(code: u8) -> Result<Self, UnknownCode> {
                Self::from_code(code)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.text())
            }
        }
    };
}

code_list! {
    /// Jenis kelamin.
    Sex, "jenis kelamin" {
        Male = 1 "LAKI-LAKI",
        Female = 2 "PEREMPUAN",
    }
}

code_list! {
    /// Golongan darah; unknown is printed as "-" ([`BloodGroup::printed`]).
    BloodGroup, "golongan darah" {
        A = 1 "A",
        B = 2 "B",
        Ab = 3 "AB",
        O = 4 "O",
        APositive = 5 "A+",
        ANegative = 6 "A-",
        BPositive = 7 "B+",
        BNegative = 8 "B-",
        AbPositive = 9 "AB+",
        AbNegative = 10 "AB-",
        OPositive = 11 "O+",
        ONegative = 12 "O-",
        Unknown = 13 "TIDAK TAHU",
    }
}

impl BloodGroup {
    /// What the card shows.
    pub const fn printed(self) -> &'static str {
        match self {
            Self::Unknown => "-",
            known => known.text(),
        }
    }
}

code_list! {
    /// Agama, or belief in the one God (Constitutional Court, 2017).
    Religion, "agama" {
        Islam = 1 "ISLAM",
        Protestant = 2 "KRISTEN",
        Catholic = 3 "KATHOLIK",
        Hindu = 4 "HINDU",
        Buddhist = 5 "BUDHA",
        Confucian = 6 "KHONGHUCU",
        Belief = 7 "KEPERCAYAAN TERHADAP TUHAN YME",
    }
}

code_list! {
    /// Status perkawinan as the card shows it.
    MaritalStatus, "status perkawinan" {
        Single = 1 "BELUM KAWIN",
        Married = 2 "KAWIN",
        Divorced = 3 "CERAI HIDUP",
        Widowed = 4 "CERAI MATI",
    }
}

impl MaritalStatus {
    /// Married now or at any time before: the law obliges such people to hold a card at any age.
    pub const fn ever_married(self) -> bool {
        match self {
            Self::Single => false,
            Self::Married | Self::Divorced | Self::Widowed => true,
        }
    }
}

code_list! {
    /// Status perkawinan of form F-1.01, which also asks whether marriage or divorce was recorded. Its numbers are not
    /// those of the card: 4 is a divorce here and a death there.
    MaritalStatusF101, "status perkawinan F-1.01" {
        Single = 1 "BELUM KAWIN",
        MarriedRecorded = 2 "KAWIN TERCATAT",
        MarriedUnrecorded = 3 "KAWIN BELUM TERCATAT",
        DivorcedRecorded = 4 "CERAI HIDUP TERCATAT",
        DivorcedUnrecorded = 5 "CERAI HIDUP BELUM TERCATAT",
        Widowed = 6 "CERAI MATI",
    }
}

impl MaritalStatusF101 {
    /// The card's four-way status.
    pub const fn on_card(self) -> MaritalStatus {
        match self {
            Self::Single => MaritalStatus::Single,
            Self::MarriedRecorded | Self::MarriedUnrecorded => MaritalStatus::Married,
            Self::DivorcedRecorded | Self::DivorcedUnrecorded => MaritalStatus::Divorced,
            Self::Widowed => MaritalStatus::Widowed,
        }
    }
}

code_list! {
    /// Status hubungan dalam keluarga (SHDK).
    FamilyRelation, "hubungan dalam keluarga" {
        Head = 1 "KEPALA KELUARGA",
        Husband = 2 "SUAMI",
        Wife = 3 "ISTRI",
        Child = 4 "ANAK",
        ChildInLaw = 5 "MENANTU",
        Grandchild = 6 "CUCU",
        Parent = 7 "ORANG TUA",
        ParentInLaw = 8 "MERTUA",
        OtherRelative = 9 "FAMILI LAIN",
        Servant = 10 "PEMBANTU",
        Other = 11 "LAINNYA",
    }
}

code_list! {
    /// Pendidikan terakhir.
    Education, "pendidikan" {
        None = 1 "TIDAK/BELUM SEKOLAH",
        PrimaryUnfinished = 2 "BELUM TAMAT SD/SEDERAJAT",
        Primary = 3 "TAMAT SD/SEDERAJAT",
        LowerSecondary = 4 "SLTP/SEDERAJAT",
        UpperSecondary = 5 "SLTA/SEDERAJAT",
        Diploma1Or2 = 6 "DIPLOMA I/II",
        Diploma3 = 7 "AKADEMI/DIPLOMA III/S. MUDA",
        Bachelor = 8 "DIPLOMA IV/STRATA I",
        Master = 9 "STRATA II",
        Doctor = 10 "STRATA III",
    }
}

code_list! {
    /// Penyandang disabilitas: protected data (UU 24/2013, article 84), shown only where a capture step needs it.
    Disability, "penyandang disabilitas" {
        Physical = 1 "DISABILITAS FISIK",
        Sight = 2 "DISABILITAS NETRA/BUTA",
        HearingOrSpeech = 3 "DISABILITAS RUNGU/WICARA",
        Mental = 4 "DISABILITAS MENTAL/JIWA",
        PhysicalAndMental = 5 "DISABILITAS FISIK DAN MENTAL",
        Other = 6 "DISABILITAS LAINNYA",
    }
}

impl Disability {
    /// From the register's column, where an empty field and 7 both mean none.
    pub const fn from_register(code: Option<u8>) -> Result<Option<Self>, UnknownCode> {
        match code {
            None | Some(7) => Ok(None),
            Some(code) => match Self::from_code(code) {
                Ok(disability) => Ok(Some(disability)),
                Err(unknown) => Err(unknown),
            },
        }
    }
}

code_list! {
    /// Kewarganegaraan.
    Nationality, "kewarganegaraan" {
        Indonesian = 1 "WNI",
        Foreign = 2 "WNA",
        Dual = 3 "DUA KEWARGANEGARAAN",
    }
}

code_list! {
    /// Status dasar: whether the register row stands for somebody who lives here. The codes have gaps.
    BasicStatus, "status dasar" {
        Alive = 1 "HIDUP",
        Deceased = 2 "MATI",
        Moved = 3 "PINDAH",
        Missing = 4 "HILANG",
        Departed = 6 "PERGI",
        Invalid = 9 "TIDAK VALID",
    }
}

#[cfg(test)]
mod tests;
