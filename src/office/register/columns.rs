//! Which column of the file is which: SIAK's words in the first line, in any order.
//!
//! Offices export the register with the tools they have, so further columns are ignored and a few usual other names
//! are understood. A column is mandatory when guessing its value would put a wrong word on a card or let somebody
//! be recorded who must not be.

use super::super::{OfficeError, Result};

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $need:ident $name:literal $(| $other:literal)*,)+) => {
        /// A column of the extract that the station reads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Column {
            $(#[doc = $name] $variant,)+
        }

        impl Column {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// SIAK's word.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            fn is_called(self, text: &str) -> bool {
                match self { $(Self::$variant => [$name $(, $other)*].iter().any(|n| n.eq_ignore_ascii_case(text)),)+ }
            }

            /// Whether the file must have it.
            pub const fn is_mandatory(self) -> bool {
                match self { $(Self::$variant => columns!(@$need),)+ }
            }
        }
    };
    (@must) => { true };
    (@may) => { false };
}

columns! {
    Nik = must "NIK",
    Kk = must "NO_KK" | "KK",
    Name = must "NAMA_LGKP" | "NAMA",
    Birthplace = must "TMPT_LHR" | "TEMPAT_LHR",
    BirthDate = must "TGL_LHR",
    Sex = must "JENIS_KLMIN" | "JK",
    BloodGroup = may "GOL_DRH",
    Religion = must "AGAMA",
    MaritalStatus = must "STAT_KWN",
    Relation = must "STAT_HBKEL" | "SHDK",
    Education = must "PDDK_AKH",
    Occupation = must "JENIS_PKRJN",
    Disability = may "PNYDNG_CCT",
    Nationality = must "KEWARGANEGARAAN" | "KWRNGRN",
    MotherName = may "NAMA_LGKP_IBU",
    FatherName = may "NAMA_LGKP_AYAH",
    Street = must "ALAMAT",
    Rt = may "NO_RT" | "RT",
    Rw = may "NO_RW" | "RW",
    Hamlet = may "DUSUN",
    Postcode = may "KODE_POS",
    Province = must "NO_PROP",
    Regency = must "NO_KAB",
    District = must "NO_KEC",
    Village = must "NO_KEL",
    Status = must "STATUS_DASAR" | "STAT_DASAR",
    TitleBefore = may "GELAR_DEPAN",
    TitleAfter = may "GELAR_BELAKANG",
    ItapUntil = may "TGL_AKH_ITAP",
    CardStatus = may "STATUS_KTP",
    Remark = may "KETERANGAN",
}

/// Where each column stands in the file.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    places: Vec<Option<usize>>,
    width: usize,
}

impl Columns {
    /// Reads the header row.
    pub(super) fn read<'a>(header: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut found = Self { places: vec![None; Column::ALL.len()], width: 0 };
        for (place, text) in header.enumerate() {
            found.width = place + 1;
            let text = text.trim();
            let Some(column) = Column::ALL.iter().position(|column| column.is_called(text)) else { continue };
            if let Some(slot) = found.places.get_mut(column)
                && slot.replace(place).is_some()
            {
                return Err(OfficeError::DoubleColumn(Column::ALL.get(column).map_or("", |c| c.name())));
            }
        }
        let missing = Column::ALL.iter().find(|column| column.is_mandatory() && found.place(**column).is_none());
        match missing {
            Some(column) => Err(OfficeError::MissingColumn(column.name())),
            None => Ok(found),
        }
    }

    /// Index of a column in a row, from 0.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.get(column as usize).copied().flatten()
    }

    /// How many fields a row has.
    pub(super) fn width(&self) -> usize {
        self.width
    }
}
