//! The strict reader of the region table.
//!
//! ```text
//! version;valid_from;provinces;regencies;districts;villages
//! 11;Aceh                     a region of 2, 4 or 6 digits, after its parent, in ascending order
//! 1101;Kabupaten Aceh Selatan
//! 110101;Bakongan
//! +2001;Keude Bakongan;23773  a village of the district above, with the last four digits of its code
//! +2002;Ujong Mangki          the postcode of the village above
//! ```

use std::collections::BTreeMap;

use super::{Dissolved, RegionError, Regions, Span, Upper, Village, number};
use crate::domain::dates::parse_iso;

const LEVELS: [&str; 4] = ["provinces", "regencies", "districts", "villages"];

/// Reads both texts.
pub(super) fn table(text: String, dissolved: &str) -> Result<Regions, RegionError> {
    let mut lines = lines(&text)?;
    let (_, header) = lines.next().ok_or(RegionError::Header)?;
    let (version, valid_from, expected) = header_of::<4>(header)?;
    let mut builder = Builder::default();
    let mut line_start = header.len() + 1;
    for (index, line) in lines {
        builder.line(line, line_start).map_err(|what| RegionError::Line { line: index + 1, what })?;
        line_start += line.len() + 1;
    }
    let found = [builder.upper[0].len(), builder.upper[1].len(), builder.upper[2].len(), builder.villages.len()];
    for ((level, found), expected) in LEVELS.into_iter().zip(found).zip(expected) {
        if found != expected {
            return Err(RegionError::Count { level, found, expected });
        }
    }
    // The table lives as long as the program; the spare room that growing left would too.
    builder.villages.shrink_to_fit();
    let mut regions = Regions {
        version,
        valid_from,
        upper: builder.upper,
        villages: builder.villages,
        dissolved: BTreeMap::new(),
        text,
    };
    regions.dissolved = self::dissolved(dissolved, &regions)?;
    Ok(regions)
}

/// The lines with their numbers from 0. Every line ends with a newline, so that a file cut short shows; `str::lines`
/// would also drop carriage returns and so shift the offsets.
fn lines(text: &str) -> Result<impl Iterator<Item = (usize, &str)>, RegionError> {
    Ok(text.strip_suffix('\n').ok_or(RegionError::CutShort)?.split('\n').enumerate())
}

/// Version, date and `N` counts.
fn header_of<const N: usize>(line: &str) -> Result<(String, time::Date, [usize; N]), RegionError> {
    let mut fields = line.split(';');
    let version = fields.next().filter(|v| !v.is_empty() && v.len() <= 32).ok_or(RegionError::Header)?;
    let valid_from = fields.next().and_then(|date| parse_iso(date).ok()).ok_or(RegionError::Header)?;
    let counts: Result<Vec<usize>, _> = fields.map(str::parse).collect();
    let counts = counts.ok().and_then(|counts| counts.try_into().ok()).ok_or(RegionError::Header)?;
    Ok((version.to_owned(), valid_from, counts))
}

#[derive(Default)]
struct Builder {
    upper: [Vec<Upper>; 3],
    villages: Vec<Village>,
    postcode: Option<u32>,
}

impl Builder {
    fn line(&mut self, line: &str, start: usize) -> Result<(), &'static str> {
        match line.strip_prefix('+') {
            Some(village) => self.village(village, start + 1),
            None => self.region(line, start),
        }
    }

    fn region(&mut self, line: &str, start: usize) -> Result<(), &'static str> {
        let (code, name) = line.split_once(';').ok_or("no name")?;
        let level = match code.len() {
            2 => 0,
            4 => 1,
            6 => 2,
            _ => return Err("code of the wrong length"),
        };
        let value = number(code, code.len()).ok_or("code is not digits")?;
        let last = |level: usize| self.upper.get(level).and_then(|list| list.last()).map(|region| region.code);
        if level > 0 && last(level - 1) != Some(value / 100) {
            return Err("no parent above it");
        }
        if last(level).is_some_and(|last| last >= value) {
            return Err("code out of order");
        }
        let name = span(name, start + code.len() + 1)?;
        let first_village = u32::try_from(self.villages.len()).map_err(|_| "too many villages")?;
        self.upper[level].push(Upper { code: value, name, first_village });
        Ok(())
    }

    fn village(&mut self, line: &str, start: usize) -> Result<(), &'static str> {
        let mut fields = line.split(';');
        let (code, name) = (fields.next().unwrap_or_default(), fields.next().ok_or("no name")?);
        let suffix = number(code, 4).and_then(|n| u16::try_from(n).ok()).ok_or("village code is not four digits")?;
        // A village belongs to the region right above it, and that must be a district.
        let [provinces, regencies, districts] = &self.upper;
        let district = districts.last().ok_or("village before any district")?;
        if regencies.last().map(|r| r.code) != Some(district.code / 100)
            || provinces.last().map(|p| p.code) != Some(district.code / 10_000)
        {
            return Err("village below a region that is not a district");
        }
        let of_district = self.villages.get(district.first_village as usize..).unwrap_or_default();
        if of_district.last().is_some_and(|last| last.suffix >= suffix) {
            return Err("village out of order");
        }
        let name_start = start + code.len() + 1;
        if let Some(postcode) = fields.next() {
            number(postcode, 5).ok_or("postcode is not five digits")?;
            self.postcode = Some(offset(name_start + name.len() + 1)?);
        }
        if fields.next().is_some() {
            return Err("too many fields");
        }
        let postcode = self.postcode.ok_or("no postcode yet")?;
        self.villages.push(Village { suffix, name: span(name, name_start)?, postcode });
        Ok(())
    }
}

/// Where a name lies; it must not be empty, padded, or hold characters that are no part of a name.
fn span(name: &str, start: usize) -> Result<Span, &'static str> {
    if name.is_empty() || name.trim() != name || name.chars().any(|c| c.is_control() || c == ';') {
        return Err("name empty, padded or with strange characters");
    }
    Ok(Span { start: offset(start)?, length: u16::try_from(name.len()).map_err(|_| "name too long")? })
}

fn offset(offset: usize) -> Result<u32, &'static str> {
    u32::try_from(offset).map_err(|_| "table too large")
}

/// `version;valid_from;count`, then `code;name;successor` with an empty successor where none can be named.
fn dissolved(text: &str, regions: &Regions) -> Result<BTreeMap<String, Dissolved>, RegionError> {
    let mut lines = lines(text)?;
    let (_, _, [expected]) = header_of::<1>(lines.next().ok_or(RegionError::Header)?.1)?;
    let mut list = BTreeMap::new();
    for (index, line) in lines {
        let (code, entry) =
            dissolved_line(line, regions).map_err(|what| RegionError::Line { line: index + 1, what })?;
        if list.last_key_value().is_some_and(|(last, _)| *last >= code) {
            return Err(RegionError::Line { line: index + 1, what: "code out of order" });
        }
        list.insert(code, entry);
    }
    if list.len() == expected {
        Ok(list)
    } else {
        Err(RegionError::Count { level: "dissolved regions", found: list.len(), expected })
    }
}

fn dissolved_line(line: &str, regions: &Regions) -> Result<(String, Dissolved), &'static str> {
    let fields: Vec<&str> = line.split(';').collect();
    let [code, name, successor] = fields.as_slice() else { return Err("not code, name and successor") };
    if number(code, 4).or_else(|| number(code, 6)).is_none() {
        return Err("code is neither four nor six digits");
    }
    if regions.any_name(code).is_some() {
        return Err("a dissolved code that is also current");
    }
    span(name, 0)?;
    let successor = match *successor {
        "" => None,
        code if regions.any_name(code).is_some() => Some(code.to_owned()),
        _ => return Err("successor is not in the table"),
    };
    Ok(((*code).to_owned(), Dissolved { name: (*name).to_owned(), successor }))
}
