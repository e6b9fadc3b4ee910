//! What a station knows of its iris cameras beforehand, read from a file.
//!
//! An infrared camera does not say that it is one, and lights the eye only when told through an extension unit whose
//! numbers each maker chooses. Both come from a file of JSON, one entry a model:
//!
//! ```json
//! [{"usb": "13d3:56bb", "bits": 10, "emitter": {"unit": 7, "selector": 6, "on": [1, 3, 1], "off": [1, 3, 0]}}]
//! ```
//!
//! A camera with two lenses shows two streams under one number; `"stream": 1` names the second of them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// How a camera's infrared light is switched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emitter {
    /// Number of the extension unit, at least 1.
    pub unit: u8,
    /// Number of the control in it, at least 1.
    pub selector: u8,
    /// Value that lights it.
    pub on: Vec<u8>,
    /// Value that turns it off.
    pub off: Vec<u8>,
}

/// One model of iris camera.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IrisConfig {
    /// Vendor and product as `lsusb` shows them: four hexadecimal digits each.
    pub usb: String,
    /// Which of the device's streams it is, counted from 0; without it all of them.
    #[serde(default)]
    pub stream: Option<u32>,
    /// Low bits that the sensor fills where it says sixteen, 8..=16.
    #[serde(default)]
    pub bits: Option<u8>,
    /// Its light, where it has one to be switched.
    #[serde(default)]
    pub emitter: Option<Emitter>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file, or it may not be read.
    #[error("the list of iris cameras {path} cannot be read")]
    Unreadable {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// It is larger than any such list.
    #[error("the list of iris cameras {path} has more than {LARGEST} bytes")]
    Large {
        /// Where it is.
        path: PathBuf,
    },
    /// Its contents cannot be used.
    #[error("the list of iris cameras {path}: {source}")]
    Contents {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with them.
        #[source]
        source: Box<ConfigError>,
    },
    /// It is not JSON of this shape.
    #[error("it is no list of iris cameras: {0}")]
    Json(#[from] serde_json::Error),
    /// A value in it cannot be.
    #[error("entry {entry}: {what}")]
    Value {
        /// Counted from 1.
        entry: usize,
        /// What is wrong.
        what: &'static str,
    },
}

/// Largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;
/// Longest value of an extension unit that is believed.
const LONGEST: usize = 1024;

impl IrisConfig {
    /// All entries of the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read, or [`Self::parse`] refuses what it says; each error names the file.
    pub fn load(path: &Path) -> Result<Vec<Self>, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
            return Err(ConfigError::Large { path: path.to_owned() });
        }
        let text = std::fs::read(path).map_err(unreadable)?;
        Self::parse(&text).map_err(|error| ConfigError::Contents { path: path.to_owned(), source: Box::new(error) })
    }

    /// All entries of a file.
    ///
    /// # Errors
    /// When it is not of this shape, or a value in it cannot be.
    pub fn parse(text: &[u8]) -> Result<Vec<Self>, ConfigError> {
        let entries: Vec<Self> = serde_json::from_slice(text)?;
        for (index, entry) in entries.iter().enumerate() {
            if let Some(what) = entry.fault() {
                return Err(ConfigError::Value { entry: index + 1, what });
            }
        }
        Ok(entries)
    }

    fn fault(&self) -> Option<&'static str> {
        let digits = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !self.usb.split_once(':').is_some_and(|(vendor, product)| digits(vendor) && digits(product)) {
            return Some("usb is not vvvv:pppp");
        }
        if self.bits.is_some_and(|bits| !(8..=16).contains(&bits)) {
            return Some("bits is not 8..=16");
        }
        let emitter = self.emitter.as_ref()?;
        let sound = |value: &[u8]| (1..=LONGEST).contains(&value.len());
        match () {
            () if emitter.unit == 0 || emitter.selector == 0 => Some("unit and selector count from 1"),
            () if !sound(&emitter.on) || !sound(&emitter.off) => Some("a value of no or too many bytes"),
            () if emitter.on.len() != emitter.off.len() => Some("on and off differ in length"),
            () => None,
        }
    }

    /// The entry for this stream (counted from 0) of a camera with this vendor and product.
    pub fn of<'c>(entries: &'c [Self], usb: &str, stream: u32) -> Option<&'c Self> {
        let fits = |entry: &&Self| entry.usb.eq_ignore_ascii_case(usb) && entry.stream.is_none_or(|it| it == stream);
        entries.iter().find(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"[{"usb": "13D3:56bb", "bits": 10,
        "emitter": {"unit": 7, "selector": 6, "on": [1, 3, 1], "off": [1, 3, 0]}}, {"usb": "0bda:5767"}]"#;

    #[test]
    fn a_file_names_cameras_whatever_the_case_of_their_numbers() {
        let entries = IrisConfig::parse(GOOD.as_bytes()).unwrap();
        let found = IrisConfig::of(&entries, "13d3:56BB", 0).unwrap();
        assert_eq!(found.emitter.as_ref().map(|emitter| emitter.on.as_slice()), Some(&[1, 3, 1][..]));
        assert_eq!(IrisConfig::of(&entries, "0bda:5767", 1).unwrap().emitter, None);
        assert_eq!(IrisConfig::of(&entries, "1234:5678", 0), None);
    }

    #[test]
    fn one_stream_of_a_camera_can_be_named() {
        let entries = IrisConfig::parse(br#"[{"usb": "0bda:5767", "stream": 1}]"#).unwrap();
        assert!(IrisConfig::of(&entries, "0bda:5767", 1).is_some());
        assert!(IrisConfig::of(&entries, "0bda:5767", 0).is_none());
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("iris.json");
        let told = |text: &[u8]| {
            std::fs::write(&file, text).unwrap();
            IrisConfig::load(&file).map_err(|error| error.to_string())
        };
        assert_eq!(told(GOOD.as_bytes()).unwrap().len(), 2);
        for (text, reason) in [
            (&b"[{\"usb\": \"nonsense\"}]"[..], "entry 1: usb is not vvvv:pppp"),
            (b"{", "no list of iris cameras"),
            (&vec![b' '; LARGEST as usize + 1], "more than"),
        ] {
            let sentence = told(text).unwrap_err();
            assert!(sentence.contains("iris.json") && sentence.contains(reason), "{sentence}");
        }
        let absent = IrisConfig::load(&folder.path().join("absent.json")).unwrap_err();
        assert!(matches!(absent, ConfigError::Unreadable { .. }) && absent.to_string().contains("absent.json"));
    }

    #[test]
    fn values_that_cannot_be_are_named() {
        for (from, to) in [
            ("13D3:56bb", "13d3-56bb"),
            ("\"bits\": 10", "\"bits\": 3"),
            ("\"unit\": 7", "\"unit\": 0"),
            ("[1, 3, 0]", "[1, 3]"),
            ("\"unit\": 7", "\"unti\": 7"),
            ("[1, 3, 1]", "[1, 300, 1]"),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD);
            assert!(IrisConfig::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_hundred_thousand_mutated_files_are_judged_without_panic() {
        let mut state = 0x0123_4567_89ab_cdefu64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize
        };
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..100_000 {
            let mut bytes = GOOD.as_bytes().to_vec();
            for _ in 0..next() % 3 {
                let at = next() % bytes.len();
                bytes[at] = next() as u8;
            }
            match IrisConfig::parse(&bytes) {
                Ok(entries) => {
                    taken += 1;
                    assert!(entries.iter().all(|entry| entry.fault().is_none()));
                }
                Err(_) => refused += 1,
            }
        }
        assert!(taken > 1_000 && refused > 1_000, "{taken} taken, {refused} refused");
    }
}
