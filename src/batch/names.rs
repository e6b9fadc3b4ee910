//! The fixed grammars of every name in a batch.
//!
//! A name that cannot be parsed into one of these types cannot reach the file system, in either direction. No name
//! holds personal data: records are called by random numbers, never by a NIK.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use time::{Date, Month};

use super::error::{BatchError, Result};

/// Gives a type that has `Display` and `FromStr` the same text form in serde.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A SHA-256 digest; its text form is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A digest computed elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn finish(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self> {
        parse_hex(text).map(Self).ok_or_else(|| BatchError::text("SHA-256", text, "64 lower-case hexadecimal digits"))
    }
}

/// The random name of a record: 128 bits, written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId([u8; 16]);

impl RecordId {
    /// A record id from 16 random bytes of the caller's.
    pub fn from_bytes(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RecordId {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self> {
        parse_hex(text).map(Self).ok_or_else(|| BatchError::text("record id", text, "32 lower-case hexadecimal digits"))
    }
}

/// A station: six digits of the region (province, regency, district) and two of the station within it; written
/// `317404-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StationCode {
    region: u32,
    station: u8,
}

impl StationCode {
    /// A station code; the region is below 1 000 000 and the station below 100.
    pub fn new(region: u32, station: u8) -> Result<Self> {
        if region > 999_999 || station > 99 {
            return Err(BatchError::text("station code", &format!("{region}-{station}"), STATION_GRAMMAR));
        }
        Ok(Self { region, station })
    }

    /// The region code, six digits.
    pub fn region(&self) -> u32 {
        self.region
    }

    /// The station's number within its region, two digits.
    pub fn station(&self) -> u8 {
        self.station
    }
}

const STATION_GRAMMAR: &str = "six digits of the region, a hyphen and two digits of the station";

impl fmt::Display for StationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}-{:02}", self.region, self.station)
    }
}

impl FromStr for StationCode {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self> {
        let parse = || {
            let (region, station) = text.split_once('-')?;
            Some(Self { region: digits(region, 6)?, station: u8::try_from(digits(station, 2)?).ok()? })
        };
        parse().ok_or_else(|| BatchError::text("station code", text, STATION_GRAMMAR))
    }
}

/// The name of a batch: `REKAM-<region6>-<station2>-<yyyymmdd>-<seq4>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchName {
    station: StationCode,
    date: Date,
    sequence: u16,
}

/// What follows a batch's name in the name of its file.
pub const BATCH_SUFFIX: &str = ".tar.zst.age";
/// What follows the file's name in the name of its signature.
pub const SIGNATURE_SUFFIX: &str = ".minisig";
/// What follows the file's name in the name of its receipt.
pub const RECEIPT_SUFFIX: &str = ".receipt.json";
/// What follows any name while the file is being written.
pub const PART_SUFFIX: &str = ".part";

const BATCH_GRAMMAR: &str = "REKAM-<region6>-<station2>-<yyyymmdd>-<seq4>";

impl BatchName {
    /// A batch name; the sequence runs per station from 1 to 9999, the year has four digits.
    pub fn new(station: StationCode, date: Date, sequence: u16) -> Result<Self> {
        if !(1..=9999).contains(&sequence) || !(1000..=9999).contains(&date.year()) {
            return Err(BatchError::text("batch name", &format!("{station}-{date}-{sequence}"), BATCH_GRAMMAR));
        }
        Ok(Self { station, date, sequence })
    }

    /// The station that made the batch.
    pub fn station(&self) -> StationCode {
        self.station
    }

    /// The day the batch was made.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The running number, 1 to 9999.
    pub fn sequence(&self) -> u16 {
        self.sequence
    }

    /// The file's name, for example `REKAM-317404-01-20261123-0001.tar.zst.age`.
    pub fn file_name(&self) -> String {
        format!("{self}{BATCH_SUFFIX}")
    }

    /// The batch whose file has this name.
    pub fn from_file_name(name: &str) -> Result<Self> {
        name.strip_suffix(BATCH_SUFFIX)
            .ok_or_else(|| BatchError::text("batch file name", name, "REKAM-...-<seq4>.tar.zst.age"))?
            .parse()
    }

    /// `yyyy-mm-dd`.
    pub(crate) fn iso_date(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.date.year(), u8::from(self.date.month()), self.date.day())
    }
}

impl fmt::Display for BatchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.date.year(), u8::from(self.date.month()), self.date.day());
        write!(f, "REKAM-{}-{year:04}{month:02}{day:02}-{:04}", self.station, self.sequence)
    }
}

impl FromStr for BatchName {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self> {
        let parse = || {
            let rest = text.strip_prefix("REKAM-")?;
            let (station, rest) = (rest.get(..9)?, rest.get(9..)?.strip_prefix('-')?);
            let (day, sequence) = rest.split_once('-')?;
            let date = Date::from_calendar_date(
                i32::try_from(digits(day.get(..4)?, 4)?).ok()?,
                Month::try_from(u8::try_from(digits(day.get(4..6)?, 2)?).ok()?).ok()?,
                u8::try_from(digits(day.get(6..)?, 2)?).ok()?,
            );
            Self::new(station.parse().ok()?, date.ok()?, u16::try_from(digits(sequence, 4)?).ok()?).ok()
        };
        parse().ok_or_else(|| BatchError::text("batch name", text, BATCH_GRAMMAR))
    }
}

/// The name of one file of a record, for example `record.json`, `finger-02.png` or `iris-1.png`: lower-case words of
/// letters and digits joined by hyphens, one dot, and one of the known extensions; at most 48 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryName(String);

const EXTENSIONS: [&str; 12] =
    ["json", "png", "jpg", "wsq", "jp2", "fmr", "fir", "iir", "fac", "an2", "csv", "minisig"];

impl EntryName {
    /// The name of the entry that every record has.
    pub fn record() -> Self {
        Self("record.json".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EntryName {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self> {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let good = text.len() <= 48
            && text
                .split_once('.')
                .is_some_and(|(stem, extension)| stem.split('-').all(word) && EXTENSIONS.contains(&extension));
        if good {
            return Ok(Self(text.to_owned()));
        }
        Err(BatchError::text(
            "file name in a record",
            text,
            "lower-case words joined by hyphens, a dot and a known extension, such as finger-02.png",
        ))
    }
}

serde_as_text!(Digest);
serde_as_text!(RecordId);
serde_as_text!(StationCode);
serde_as_text!(BatchName);
serde_as_text!(EntryName);

/// Which population the records of one batch belong to; the two are never mixed in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordClass {
    /// The resident was found in the register and verified against it.
    Register,
    /// The resident's data could not be verified against the register.
    Unverified,
}

impl RecordClass {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Unverified => "unverified",
        }
    }
}

/// Whether a batch holds real residents or a training station's invented ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Real residents.
    Real,
    /// Invented residents; such a batch says so in its signature, its receipt and its bag.
    Training,
}

impl Mode {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Training => "training",
        }
    }
}

/// Exactly `count` decimal digits, at most nine.
fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Exactly `N` bytes in lower-case hexadecimal.
fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}
