//! The administrative regions: provinces, regencies and cities, districts, villages, with postcodes.
//!
//! Codes are those of the Ministry of Home Affairs; they change when districts are divided, so the table carries a
//! version and a first day of validity and can be replaced by a file ([`Regions::from_bytes`]). A NIK keeps the code
//! it was issued with, hence the second list: codes that are gone, with what they are called today.
//!
//! The table is one text blob with an index of offsets (about 3 MB resident for 83,762 villages) instead of 91,599 strings, as
//! stations are small. Format and origin: `assets/region/NOTICE`.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::sync::OnceLock;

use thiserror::Error;
use time::Date;

mod parse;

/// More than any table can need; a damaged or hostile file must not fill the memory.
const MAX_TABLE_BYTES: u64 = 16 << 20;

static TABLE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/region/regions.txt.zst"));
static DISSOLVED: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/region/dissolved.txt"));

/// Why a region table is refused. Line numbers count from 1 in the uncompressed text.
#[derive(Debug, Error)]
pub enum RegionError {
    /// The file cannot be unpacked.
    #[error("the region table cannot be unpacked: fetch the file again")]
    Unpack(#[source] std::io::Error),
    /// More text than any table has.
    #[error("the region table is larger than {MAX_TABLE_BYTES} bytes: this is not a region table")]
    TooLarge,
    /// Not UTF-8.
    #[error("the region table is not UTF-8 text: fetch the file again")]
    NotText(#[from] std::str::Utf8Error),
    /// The last line is not complete.
    #[error("the region table ends in the middle of a line: fetch the file again")]
    CutShort,
    /// The first line is not `version;valid_from;counts`.
    #[error("the first line of the region table does not name version, date and counts: this is not a region table")]
    Header,
    /// A line that does not fit the format, the order or its parent.
    #[error("line {line} of the region table is wrong ({what}): fetch the file again")]
    Line {
        /// Line number.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The header promises other numbers than the table has.
    #[error("the region table has {found} {level}, its header promises {expected}: the file is cut short or damaged")]
    Count {
        /// Which level.
        level: &'static str,
        /// Entries found.
        found: usize,
        /// Entries promised.
        expected: usize,
    },
}

/// What is known about a region code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// In today's table.
    Current,
    /// Was a region once.
    Dissolved {
        /// Its name then, or its regency's.
        name: &'a str,
        /// Code and name today, where exactly one region has inherited the name.
        successor: Option<(&'a str, &'a str)>,
    },
    /// In neither list.
    Unknown,
}

/// A region with its code, as digits without dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region<'a> {
    /// 2, 4, 6 or 10 digits.
    pub code: String,
    /// Name in mixed case; forms print it in capitals.
    pub name: &'a str,
}

/// A village with everything above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VillagePath<'a> {
    /// Desa or kelurahan.
    pub village: &'a str,
    /// Kecamatan.
    pub district: &'a str,
    /// Kabupaten or kota, with that word in front.
    pub regency: &'a str,
    /// Provinsi.
    pub province: &'a str,
    /// Five digits.
    pub postcode: &'a str,
}

/// The region table.
pub struct Regions {
    version: String,
    valid_from: Date,
    text: String,
    /// Provinces, regencies and districts by code; the number of digits is that of the level.
    upper: [Vec<Upper>; 3],
    villages: Vec<Village>,
    dissolved: BTreeMap<String, Dissolved>,
}

/// A region above the village.
struct Upper {
    code: u32,
    name: Span,
    /// Index of its first village; used for districts alone.
    first_village: u32,
}

struct Village {
    /// The last four digits of its code.
    suffix: u16,
    name: Span,
    /// Where its five digits of postcode begin.
    postcode: u32,
}

/// A piece of [`Regions::text`].
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    length: u16,
}

struct Dissolved {
    name: String,
    successor: Option<String>,
}

impl Regions {
    /// Reads a table (zstd-compressed text) and the list of dissolved codes (plain text). Everything is checked: order,
    /// parents, counts, digits; the first flaw is reported.
    pub fn from_bytes(table: &[u8], dissolved: &[u8]) -> Result<Self, RegionError> {
        let mut text = Vec::new();
        let decoder = zstd::stream::read::Decoder::new(table).map_err(RegionError::Unpack)?;
        decoder.take(MAX_TABLE_BYTES + 1).read_to_end(&mut text).map_err(RegionError::Unpack)?;
        if text.len() as u64 > MAX_TABLE_BYTES {
            return Err(RegionError::TooLarge);
        }
        let mut text = String::from_utf8(text).map_err(|error| RegionError::NotText(error.utf8_error()))?;
        text.shrink_to_fit();
        parse::table(text, std::str::from_utf8(dissolved)?)
    }

    /// The table inside the program, unpacked on first use.
    pub fn embedded() -> &'static Self {
        static REGIONS: OnceLock<Regions> = OnceLock::new();
        // The tests read the embedded table, so the fallback (every region unknown, which only warns) is never seen.
        REGIONS.get_or_init(|| Self::from_bytes(TABLE, DISSOLVED).unwrap_or_else(|_| Self::empty()))
    }

    /// A table without regions: every code is unknown.
    fn empty() -> Self {
        Self {
            version: String::new(),
            valid_from: Date::MIN,
            text: String::new(),
            upper: [Vec::new(), Vec::new(), Vec::new()],
            villages: Vec::new(),
            dissolved: BTreeMap::new(),
        }
    }

    /// The edition of the table.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day since which its codes are in force.
    pub fn valid_from(&self) -> Date {
        self.valid_from
    }

    /// Provinces, regencies, districts, villages.
    pub fn counts(&self) -> [usize; 4] {
        let [provinces, regencies, districts] = &self.upper;
        [provinces.len(), regencies.len(), districts.len(), self.villages.len()]
    }

    /// The province of two digits.
    pub fn province(&self, code: &str) -> Option<&str> {
        self.name_at(0, code)
    }

    /// The regency or city of four digits.
    pub fn regency(&self, code: &str) -> Option<&str> {
        self.name_at(1, code)
    }

    /// The district (kecamatan) of six digits.
    pub fn district(&self, code: &str) -> Option<&str> {
        self.name_at(2, code)
    }

    /// The village (desa, kelurahan) of ten digits.
    pub fn village(&self, code: &str) -> Option<&str> {
        self.find_village(code).map(|village| self.span(village.name))
    }

    /// The postcode of the village of ten digits.
    pub fn postcode(&self, village: &str) -> Option<&str> {
        self.find_village(village).map(|village| self.postcode_of(village))
    }

    /// A village's names from itself up to the province.
    pub fn path(&self, village: &str) -> Option<VillagePath<'_>> {
        let found = self.find_village(village)?;
        Some(VillagePath {
            village: self.span(found.name),
            district: self.district(village.get(..6)?)?,
            regency: self.regency(village.get(..4)?)?,
            province: self.province(village.get(..2)?)?,
            postcode: self.postcode_of(found),
        })
    }

    /// All provinces in the order of their codes.
    pub fn provinces(&self) -> impl Iterator<Item = Region<'_>> {
        self.children(0, "")
    }

    /// The regencies and cities of a province.
    pub fn regencies_of(&self, province: &str) -> impl Iterator<Item = Region<'_>> {
        self.children(1, province)
    }

    /// The districts of a regency or city.
    pub fn districts_of(&self, regency: &str) -> impl Iterator<Item = Region<'_>> {
        self.children(2, regency)
    }

    /// The villages of a district of six digits; none when there is no such district.
    pub fn villages_of(&self, district: &str) -> impl Iterator<Item = Region<'_>> {
        let range = self.village_range(district).unwrap_or_default();
        self.villages.get(range).unwrap_or_default().iter().map({
            let district = district.to_owned();
            move |village| Region { code: format!("{district}{:04}", village.suffix), name: self.span(village.name) }
        })
    }

    /// What is known about the six digits with which a NIK or a family card number begins.
    pub fn standing(&self, district: &str) -> Standing<'_> {
        if self.district(district).is_some() {
            return Standing::Current;
        }
        let regency = district.get(..4).unwrap_or_default();
        match self.dissolved.get(district).or_else(|| self.dissolved.get(regency)) {
            Some(gone) => Standing::Dissolved {
                name: &gone.name,
                successor: gone.successor.as_deref().and_then(|code| Some((code, self.any_name(code)?))),
            },
            None => Standing::Unknown,
        }
    }

    /// How many dissolved codes are listed.
    pub fn dissolved_count(&self) -> usize {
        self.dissolved.len()
    }

    /// The name of a region of 2, 4 or 6 digits.
    fn any_name(&self, code: &str) -> Option<&str> {
        match code.len() {
            2 => self.province(code),
            4 => self.regency(code),
            6 => self.district(code),
            _ => None,
        }
    }

    fn name_at(&self, level: usize, code: &str) -> Option<&str> {
        let number = number(code, (level + 1) * 2)?;
        let list = self.upper.get(level)?;
        let index = list.binary_search_by_key(&number, |region| region.code).ok()?;
        list.get(index).map(|region| self.span(region.name))
    }

    fn children(&self, level: usize, parent: &str) -> impl Iterator<Item = Region<'_>> {
        let digits = (level + 1) * 2;
        let list = self.upper.get(level).map(Vec::as_slice).unwrap_or_default();
        let range = match (level, number(parent, digits - 2)) {
            (0, _) => 0..list.len(),
            (_, Some(parent)) => {
                let from = list.partition_point(|region| region.code < parent * 100);
                from..list.partition_point(|region| region.code < (parent + 1) * 100)
            }
            (_, None) => 0..0,
        };
        list.get(range)
            .unwrap_or_default()
            .iter()
            .map(move |region| Region { code: format!("{:0digits$}", region.code), name: self.span(region.name) })
    }

    fn village_range(&self, district: &str) -> Option<Range<usize>> {
        let number = number(district, 6)?;
        let districts = &self.upper[2];
        let index = districts.binary_search_by_key(&number, |region| region.code).ok()?;
        let start = districts.get(index)?.first_village as usize;
        let end = districts.get(index + 1).map_or(self.villages.len(), |next| next.first_village as usize);
        Some(start..end)
    }

    fn find_village(&self, code: &str) -> Option<&Village> {
        let suffix = u16::try_from(number(code.get(6..)?, 4)?).ok()?;
        let list = self.villages.get(self.village_range(code.get(..6)?)?)?;
        list.get(list.binary_search_by_key(&suffix, |village| village.suffix).ok()?)
    }

    fn postcode_of(&self, village: &Village) -> &str {
        self.span(Span { start: village.postcode, length: 5 })
    }

    fn span(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.text.get(start..start + usize::from(span.length)).unwrap_or_default()
    }
}

/// The value of exactly `digits` ASCII digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let right = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
