//! Pekerjaan: the ninety-nine occupations of form F-1.01.
//!
//! Earlier lists of 16 and of 89 entries number the same words differently (1 was "pelajar" once), so a code means
//! nothing without [`LIST_VERSION`](super::LIST_VERSION); batches carry both.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::UnknownCode;

/// One of the official occupations, by its code 1-99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub struct Occupation(u8);

impl Occupation {
    /// No occupation (yet).
    pub const NONE: Self = Self(1);
    /// Pupil or student: most of the young who come for their first card.
    pub const STUDENT: Self = Self(3);
    /// Not in the list.
    pub const OTHER: Self = Self(99);

    /// The occupation of a code.
    pub const fn from_code(code: u8) -> Result<Self, UnknownCode> {
        if code >= 1 && code as usize <= TEXTS.len() {
            Ok(Self(code))
        } else {
            Err(UnknownCode { list: "pekerjaan", code })
        }
    }

    /// The register's code.
    pub const fn code(self) -> u8 {
        self.0
    }

    /// The Indonesian wording, in capitals.
    pub fn text(self) -> &'static str {
        TEXTS.get(usize::from(self.0) - 1).copied().unwrap_or("LAINNYA")
    }

    /// The occupation of a wording; capitals and outer spaces do not matter.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::all().find(|occupation| occupation.text().eq_ignore_ascii_case(text.trim()))
    }

    /// All occupations in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=TEXTS.len()).filter_map(|code| u8::try_from(code).ok()).map(Self)
    }
}

impl From<Occupation> for u8 {
    fn from(occupation: Occupation) -> u8 {
        occupation.0
    }
}

impl TryFrom<u8> for Occupation {
    type Error = UnknownCode;

    fn try_from(code: u8) -> Result<Self, UnknownCode> {
        Self::from_code(code)
    }
}

impl fmt::Display for Occupation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// Entry `n` has the code `n + 1`.
#[rustfmt::skip]
const TEXTS: [&str; 99] = [
    "BELUM/TIDAK BEKERJA", "MENGURUS RUMAH TANGGA", "PELAJAR/MAHASISWA", "PENSIUNAN", "PEGAWAI NEGERI SIPIL",
    "TENTARA NASIONAL INDONESIA", "KEPOLISIAN RI", "PERDAGANGAN", "PETANI/PEKEBUN", "PETERNAK",
    "NELAYAN/PERIKANAN", "INDUSTRI", "KONSTRUKSI", "TRANSPORTASI", "KARYAWAN SWASTA",
    "KARYAWAN BUMN", "KARYAWAN BUMD", "KARYAWAN HONORER", "BURUH HARIAN LEPAS", "BURUH TANI/PERKEBUNAN",
    "BURUH NELAYAN/PERIKANAN", "BURUH PETERNAKAN", "PEMBANTU RUMAH TANGGA", "TUKANG CUKUR", "TUKANG LISTRIK",
    "TUKANG BATU", "TUKANG KAYU", "TUKANG SOL SEPATU", "TUKANG LAS/PANDAI BESI", "TUKANG JAHIT",
    "TUKANG GIGI", "PENATA RIAS", "PENATA BUSANA", "PENATA RAMBUT", "MEKANIK",
    "SENIMAN", "TABIB", "PARAJI", "PERANCANG BUSANA", "PENTERJEMAH",
    "IMAM MASJID", "PENDETA", "PASTOR", "WARTAWAN", "USTADZ/MUBALIGH",
    "JURU MASAK", "PROMOTOR ACARA", "ANGGOTA DPR-RI", "ANGGOTA DPD", "ANGGOTA BPK",
    "PRESIDEN", "WAKIL PRESIDEN", "ANGGOTA MAHKAMAH KONSTITUSI", "ANGGOTA KABINET/KEMENTERIAN", "DUTA BESAR",
    "GUBERNUR", "WAKIL GUBERNUR", "BUPATI", "WAKIL BUPATI", "WALIKOTA",
    "WAKIL WALIKOTA", "ANGGOTA DPRD PROVINSI", "ANGGOTA DPRD KABUPATEN/KOTA", "DOSEN", "GURU",
    "PILOT", "PENGACARA", "NOTARIS", "ARSITEK", "AKUNTAN",
    "KONSULTAN", "DOKTER", "BIDAN", "PERAWAT", "APOTEKER",
    "PSIKIATER/PSIKOLOG", "PENYIAR TELEVISI", "PENYIAR RADIO", "PELAUT", "PENELITI",
    "SOPIR", "PIALANG", "PARANORMAL", "PEDAGANG", "PERANGKAT DESA",
    "KEPALA DESA", "BIARAWATI", "WIRASWASTA", "ANGGOTA LEMBAGA TINGGI", "ARTIS",
    "ATLIT", "CHEF", "MANAJER", "TENAGA TATA USAHA", "OPERATOR",
    "PEKERJA PENGOLAHAN, KERAJINAN", "TEKNISI", "ASISTEN AHLI", "LAINNYA",
];
