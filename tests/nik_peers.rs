//! The NIK rules against three public libraries.
//!
//! lokal-id, python-stdnum and nik-lookup were written by others from the same regulation. Where all three agree this
//! program must agree with them. Where they do not, this test knows each library's habit exactly and says who is right
//! and why, so that a change on either side shows:
//!
//! - lokal-id refuses unknown provinces and regency or district 00. A NIK outlives its region, so that is a warning.
//! - python-stdnum takes the day modulo 40 (81-99 pass), accepts serial 0000, and has an old table of regencies.
//! - nik-lookup demands a current district, accepts serial 0000 and the digits of other scripts, and no separators.
//!
//! `REKAM_PEERS=require` turns a missing library into a failure; `REKAM_PYTHON` names the interpreter.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Seek, Write};
use std::process::{Command, Stdio};

use rekam::domain::codes::Sex;
use rekam::domain::dates::{age_at, format_iso, parse_iso};
use rekam::domain::nik::{Nik, NikWarning, Source};
use rekam::domain::region::Regions;
use serde::Deserialize;
use time::Date;
use time::macros::date;

/// Says a line that is seen even when the test passes.
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/nik_oracle.py");
const TODAY: Date = date!(2026 - 03 - 10);

#[derive(Deserialize)]
struct Answer {
    lokal: Verdict,
    stdnum: Verdict,
    lookup: Verdict,
}

#[derive(Deserialize)]
struct Verdict {
    valid: bool,
    sex: Option<String>,
    birth: Option<String>,
    region_known: Option<bool>,
}

/// How this program takes a typed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ours {
    Clean,
    Warned,
    Refused,
}

fn ours(text: &str) -> Ours {
    match Nik::parse_in(text, Source::Manual, Regions::embedded()) {
        Ok(checked) if checked.warnings.is_empty() => Ours::Clean,
        Ok(_) => Ours::Warned,
        Err(_) => Ours::Refused,
    }
}

fn python() -> Command {
    let mut command = Command::new(std::env::var_os("REKAM_PYTHON").unwrap_or_else(|| "python3".into()));
    command.arg(SCRIPT).env("PYTHONUTF8", "1");
    command
}

/// Whether the libraries can be asked; says why not, and fails where they are required.
fn peers_present() -> bool {
    let expected = r#"{"lokal-id": "0.7.2", "python-stdnum": "2.2", "nik-lookup": "1.0.0"}"#;
    let reason = match python().arg("--versions").output() {
        Err(error) => format!("no Python: {error}"),
        Ok(output) if !output.status.success() => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Ok(output) => match String::from_utf8_lossy(&output.stdout).trim() {
            found if found == expected => return true,
            found => format!("the known habits are those of {expected}, found {found}"),
        },
    };
    assert!(std::env::var_os("REKAM_PEERS").is_none_or(|v| v != "require"), "the NIK libraries are required: {reason}");
    note!("skipped, no NIK libraries to compare with: {reason}");
    false
}

fn ask(numbers: &[String]) -> Vec<Answer> {
    let mut input = tempfile::tempfile().unwrap();
    for number in numbers {
        writeln!(input, "{number}").unwrap();
    }
    input.rewind().unwrap();
    let output = python().arg(format_iso(TODAY)).stdin(Stdio::from(input)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Answer> =
        std::str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), numbers.len());
    answers
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

fn current_districts() -> Vec<String> {
    let regions = Regions::embedded();
    let regencies = regions
        .provinces()
        .flat_map(|province| regions.regencies_of(&province.code).map(|regency| regency.code).collect::<Vec<_>>());
    regencies.flat_map(|regency| regions.districts_of(&regency).map(|d| d.code).collect::<Vec<_>>()).collect()
}

/// Regular numbers, numbers with old codes, and every kind of flaw, mixed.
fn numbers() -> Vec<String> {
    let districts = current_districts();
    let dissolved: Vec<&str> = include_str!("../assets/region/dissolved.txt")
        .lines()
        .skip(1)
        .filter_map(|line| line.split(';').next().filter(|code| code.len() == 6))
        .collect();
    let mut random = Random(7);
    (0..6_000)
        .map(|index| {
            let region = match index % 5 {
                0 => dissolved[random.below(dissolved.len())].to_owned(),
                1 => format!("{:06}", random.below(1_000_000)),
                _ => districts[random.below(districts.len())].clone(),
            };
            let (day, month) = match index % 7 {
                0 => (random.below(100), random.below(14)),
                1 => ([28, 29, 30, 31, 68, 69, 70, 71][random.below(8)], 2),
                _ => (1 + random.below(31) + 40 * random.below(2), 1 + random.below(12)),
            };
            let serial = if index % 11 == 0 { 0 } else { 9001 + random.below(999) };
            format!("{region}{day:02}{month:02}{:02}{serial:04}", random.below(100))
        })
        .collect()
}

#[test]
fn this_program_agrees_wherever_the_libraries_agree() {
    if !peers_present() {
        return;
    }
    let numbers = numbers();
    let (mut all_valid, mut all_invalid, mut split) = (0, 0, 0);
    for (number, answer) in numbers.iter().zip(ask(&numbers)) {
        match [answer.lokal.valid, answer.stdnum.valid, answer.lookup.valid] {
            [true, true, true] => {
                all_valid += 1;
                assert_ne!(ours(number), Ours::Refused, "{number}");
            }
            [false, false, false] => {
                all_invalid += 1;
                assert_ne!(ours(number), Ours::Clean, "{number}");
            }
            _ => split += 1,
        }
        habits_explain(number, &answer);
    }
    note!("{all_valid} valid to all, {all_invalid} invalid to all, {split} disputed and explained");
    assert!(all_valid > 1_000 && all_invalid > 500 && split > 500, "the sample must show every case");
}

/// Each library's verdict must be this program's verdict and the library's own known habit, nothing else.
fn habits_explain(number: &str, answer: &Answer) {
    let nik: Nik = number.parse().unwrap();
    let ours = ours(number);
    let refused = ours == Ours::Refused;
    let regions = Regions::embedded();
    let zero_region = &number[2..4] == "00" || &number[4..6] == "00";

    let lokal = !refused && regions.province(&number[..2]).is_some() && !zero_region;
    assert_eq!(answer.lokal.valid, lokal, "lokal-id on {number}");
    if lokal {
        assert_eq!(answer.lokal.region_known, Some(ours == Ours::Clean), "region of {number}");
        assert_eq!(answer.lokal.sex.as_deref(), nik.sex().map(letter), "sex of {number}");
        let birth = parse_iso(answer.lokal.birth.as_deref().unwrap()).unwrap();
        // lokal-id takes this century whenever it can; nobody under 16 comes to be recorded.
        let grown = age_at(birth, TODAY).is_some_and(|age| age >= 16);
        let expected = if grown { Some(birth) } else { birth.replace_year(birth.year() - 100).ok().or(Some(birth)) };
        assert_eq!(nik.birth_date(TODAY), expected, "birth date of {number}");
    }
    if answer.lookup.valid {
        let serial_zero_only = number.ends_with("0000");
        assert!(!refused || serial_zero_only, "nik-lookup accepts {number}");
        assert_eq!(answer.lookup.sex.as_deref(), nik.sex().map(letter), "sex of {number}");
        let birth = answer.lookup.birth.as_deref().unwrap();
        assert_eq!(birth[2..], format_iso(nik.birth_date(TODAY).unwrap())[2..], "day, month and year of {number}");
    } else if ours == Ours::Clean {
        // Its table has 7,277 districts; 71 codes differ from today's.
        assert!(answer.lokal.region_known == Some(true), "nik-lookup refuses {number}");
    }
    if answer.stdnum.valid && refused {
        let day: u8 = number[6..8].parse().unwrap();
        assert!(day > 71 || number.ends_with("0000"), "python-stdnum accepts {number}");
    }
    if !answer.stdnum.valid && ours == Ours::Clean {
        // Its regencies are older than North Kalimantan and than the new provinces of Papua.
        assert!(["65", "92", "93", "95", "96"].contains(&&number[..2]), "python-stdnum refuses {number}");
    }
}

fn letter(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "L",
        Sex::Female => "P",
    }
}

#[test]
fn disputed_numbers_are_decided_as_written_here() {
    if !peers_present() {
        return;
    }
    // Number; valid to lokal-id, python-stdnum, nik-lookup; our decision.
    let table = [
        // Agreed by all.
        ("6401011708909001", [true, true, true], Ours::Clean),
        ("3303105708909001", [true, true, true], Ours::Clean),
        ("3303103208909001", [false, false, false], Ours::Refused),
        ("3303101713909001", [false, false, false], Ours::Refused),
        ("330310570890900", [false, false, false], Ours::Refused),
        // Serials begin at 0001.
        ("3303101708900000", [false, true, true], Ours::Refused),
        // District 00: not in any table, which is a warning like every unknown region.
        ("3303001708909001", [false, true, false], Ours::Warned),
        // People write spaces.
        ("3303 1017 0890 9001", [true, true, false], Ours::Clean),
        // An old code of Jayapura, and Merauke before Papua was divided.
        ("9471010101909001", [true, true, false], Ours::Warned),
        ("9101011708909001", [true, true, false], Ours::Warned),
        // Provinces that python-stdnum does not know yet.
        ("6501011708909001", [true, false, true], Ours::Clean),
        ("9301011708909001", [true, false, true], Ours::Clean),
        // Day 81 is neither a man's nor a woman's.
        ("3303108108909001", [false, true, false], Ours::Refused),
        // An Arabic digit is a digit to Python and to nobody's register.
        ("330310170890900١", [false, false, true], Ours::Refused),
        // A province that never was: unknown regions warn, and the officer decides with the paper in hand.
        ("9901011708909001", [false, false, false], Ours::Warned),
    ];
    let numbers: Vec<String> = table.iter().map(|(number, ..)| (*number).to_owned()).collect();
    for ((number, expected, decision), answer) in table.into_iter().zip(ask(&numbers)) {
        assert_eq!([answer.lokal.valid, answer.stdnum.valid, answer.lookup.valid], expected, "{number}");
        assert_eq!(ours(number), decision, "{number}");
    }
}

#[test]
fn old_codes_of_the_libraries_get_their_name_of_today() {
    let nik: Nik = "9101011708909001".parse().unwrap();
    let warning = nik.check_region(Regions::embedded());
    let expected = NikWarning::DissolvedRegion {
        code: "910101".into(),
        name: "MERAUKE".into(),
        successor: Some("930101 Merauke".into()),
    };
    assert_eq!(warning, Some(expected));
}
